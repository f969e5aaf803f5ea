"""An explanation in one language, as one frozen document that feeds every format. JSON *is* this document."""

from collections.abc import Mapping
from typing import NamedTuple

from . import __version__
from .conditions import facts_of
from .explain import Change, Explanation, Miss, explain
from .firmness import NONE, Firmness, firmness, leader
from .inference import Diagnosis, Piece, Ranked
from .phrases import amount, because, needed, signed, steadiness, then
from .report import FORMAT_VERSION, OpenFact, Reason, cause_report, cite, verdict_of
from .ruleset import RuleSet
from .thresholds import is_ordered
from .values import Value
from .wording import Wording

_BELOW = 3  # how many of the causes that follow are compared


class NearMiss(NamedTuple):
    """Evidence that nearly counted: the fact that stands between, what it is and what it would have to be."""

    id: str
    fact: str
    label: str
    now: Value
    needed: Value
    bits: int
    text: str


class ChangeReport(NamedTuple):
    """A single fact that would change the first place. ``now`` is None where it is not known; ``value`` the nearest that does it."""

    fact: str
    label: str
    now: Value | None
    value: Value
    leader: str
    text: str


class HingeReport(NamedTuple):
    """A piece without which the first place changes, and what would then lead ("" for none of these)."""

    cause: str
    id: str
    bits: int
    leader: str
    text: str


class FirmnessReport(NamedTuple):
    """How firm the first place is; ``worst_leader`` leads where every weight is a step off in the unfavourable way."""

    margin: int
    steady: bool
    worst_leader: str
    worst_margin: int
    text: str
    hinges: tuple[HingeReport, ...]


class Compared(NamedTuple):
    """Another cause, and why it stands where it stands: ``behind`` the explained one by so many bits (negative: ahead)."""

    id: str
    title: str
    score: int
    behind: int
    text: str
    tell_apart: str


class ExplanationReport(NamedTuple):
    """Everything that a format needs. ``place`` is None where the cause does not apply; ``leader`` is "" for none of these.

    ``changes`` would put ``goal`` first, or anything else than the present leader where ``goal`` is empty.
    """

    format_version: str
    tool_version: str
    rules_version: str
    rules_hash: str
    as_of: str | None
    lang: str
    id: str
    verdict: str
    leader: str
    cause: str
    title: str
    summary: str
    grade_title: str
    place: int | None
    share: float
    prior: int
    score: int
    none_score: int
    sum: tuple[Reason, ...]
    position: str
    compared: tuple[Compared, ...]
    near_misses: tuple[NearMiss, ...]
    open: tuple[OpenFact, ...]
    goal: str
    changes: tuple[ChangeReport, ...]
    firmness: FirmnessReport
    sources: Mapping[str, str]
    notice: str


def make_explanation(rules: RuleSet, diagnosis: Diagnosis, cause_id: str | None = None, language: str = "zh") -> ExplanationReport:
    """``cause_id``, or what stands highest, explained in ``language``. KeyError for a cause or language that is not there."""
    wording = Wording(rules, language)
    chosen = cause_id or (diagnosis.causes[0].id if diagnosis.causes else rules.causes[0].id)
    goal = cause_id if cause_id != leader(diagnosis) else None
    explained = explain(rules, diagnosis, chosen, goal)
    cause, ranked = explained.cause, explained.ranked
    told = cause_report(wording, ranked, diagnosis.facts) if ranked else None
    pieces = tuple(
        Reason(piece.evidence.id, piece.bits, because(wording, piece, diagnosis.facts), piece.evidence.sources)
        for piece in explained.pieces
    )
    cited = sorted({source for piece in pieces for source in piece.sources if source in rules.sources})
    as_of = diagnosis.facts.get("as_of")
    return ExplanationReport(
        format_version=FORMAT_VERSION,
        tool_version=__version__,
        rules_version=rules.version,
        rules_hash=rules.hash,
        as_of=str(as_of) if as_of is not None else None,
        lang=language,
        id=diagnosis.profile.id,
        verdict=verdict_of(wording, diagnosis),
        leader=leader(diagnosis),
        cause=cause.id,
        title=wording.text(cause.title),
        summary=wording.text(cause.summary),
        grade_title=wording.text(rules.grades[cause.grade]),
        place=explained.place,
        share=told.share if told else 0.0,
        prior=cause.prior,
        score=told.score if told else cause.prior,
        none_score=rules.none_of_these,
        sum=pieces,
        position=_position(wording, diagnosis, explained),
        compared=_compared(wording, diagnosis, explained, alone=cause_id is not None),
        near_misses=tuple(_miss(wording, miss) for miss in explained.misses),
        open=told.open if told else (),
        goal=goal or "",
        changes=tuple(_change(wording, change, inconclusive=diagnosis.inconclusive) for change in explained.changes),
        firmness=_firmness(wording, diagnosis),
        sources={source: cite(wording, rules.sources[source]) for source in cited},
        notice=wording.text(rules.notice),
    )


def _title(wording: Wording, cause_id: str) -> str:
    return wording.text(wording.rules.cause(cause_id).title)


def _position(wording: Wording, diagnosis: Diagnosis, explained: Explanation) -> str:
    """Why the cause stands where it stands, in one sentence."""
    title, first = wording.text(explained.cause.title), leader(diagnosis)
    if explained.ranked is None:
        return wording.word("explain.not_applicable", title=title, facts=_deciding(wording, diagnosis, explained))
    if first == NONE:
        if explained.place != 1:
            return wording.word("explain.behind_none", title=title, place=explained.place, bits=explained.behind)
        return wording.word("explain.none_first" if explained.behind else "explain.none_tied", title=title, bits=explained.behind)
    if explained.cause.id != first:
        key = "behind" if explained.behind else "behind_tied"
        return wording.word(f"explain.{key}", title=title, place=explained.place, other=_title(wording, first), bits=explained.behind)
    following = diagnosis.causes[1] if len(diagnosis.causes) > 1 else None
    score, none = explained.ranked.weighed.score, wording.rules.none_of_these
    if following is None or following.weighed.score < none:
        return wording.word("explain.first_above_none", title=title, bits=score - none)
    lead = score - following.weighed.score
    key = "first_by" if lead else "first_tied"
    return wording.word(f"explain.{key}", title=title, other=_title(wording, following.id), bits=lead)


def _deciding(wording: Wording, diagnosis: Diagnosis, explained: Explanation) -> str:
    """The known facts on which it depends whether the cause applies."""
    facts = facts_of(explained.cause.applies) if explained.cause.applies is not None else ()
    known = [(wording.rules.facts[name], diagnosis.facts[name]) for name in facts if name in diagnosis.facts]
    told = [wording.word("explain.fact_is", label=wording.text(fact.label), value=amount(wording, fact, value)) for fact, value in known]
    return wording.word("punctuation.join").join(told)


def _compared(wording: Wording, diagnosis: Diagnosis, explained: Explanation, *, alone: bool) -> tuple[Compared, ...]:
    """For the first cause those that follow; for any other the one that stands first."""
    if explained.ranked is None or explained.place is None:
        return ()
    first = leader(diagnosis)
    if explained.place == 1 and not (alone and first == NONE):
        return tuple(_comparison(wording, diagnosis, one, explained.ranked) for one in diagnosis.causes[1 : 1 + _BELOW])
    return (_comparison(wording, diagnosis, diagnosis.causes[0], explained.ranked),) if explained.place != 1 else ()


def _comparison(wording: Wording, diagnosis: Diagnosis, one: Ranked, other: Ranked) -> Compared:
    weighed = one.weighed
    parts = [
        wording.word(key, text=wording.word("punctuation.join").join(_counted(wording, piece, diagnosis) for piece in pieces))
        for key, pieces in (("explain.below_for", weighed.speaks_for), ("explain.below_against", weighed.against))
        if pieces
    ]
    apart = one.weighed.cause.mistaken_for.get(other.id) or other.weighed.cause.mistaken_for.get(one.id)
    return Compared(
        id=one.id,
        title=wording.text(weighed.cause.title),
        score=weighed.score,
        behind=other.weighed.score - weighed.score,
        text=wording.word("punctuation.join").join(parts) if parts else wording.word("explain.below_nothing"),
        tell_apart=wording.text(apart) if apart else "",
    )


def _counted(wording: Wording, piece: Piece, diagnosis: Diagnosis) -> str:
    opening, closing = wording.word("punctuation.open"), wording.word("punctuation.close")
    return f"{because(wording, piece, diagnosis.facts)}{opening}{signed(piece.bits)}{closing}"


def _miss(wording: Wording, miss: Miss) -> NearMiss:
    fact = wording.rules.facts[miss.fact]
    label = wording.text(fact.label)
    key = "explain.miss" if is_ordered(fact) else "explain.miss_answer"
    text = wording.word(key, label=label, value=amount(wording, fact, miss.value), now=amount(wording, fact, miss.now), bits=miss.gain)
    return NearMiss(miss.evidence.id, miss.fact, label, miss.now, miss.value, miss.gain, text)


def _change(wording: Wording, change: Change, *, inconclusive: bool) -> ChangeReport:
    fact = wording.rules.facts[change.fact]
    label = wording.text(fact.label)
    text = wording.word(
        "explain.change_unknown" if change.now is None else "explain.change_known" if is_ordered(fact) else "explain.change_answer",
        label=label,
        needed=needed(wording, fact, change.to),
        now=amount(wording, fact, change.now),
        then=then(wording, change.leader, inconclusive=inconclusive),
    )
    return ChangeReport(change.fact, label, change.now, change.value, change.leader, text)


def _firmness(wording: Wording, diagnosis: Diagnosis) -> FirmnessReport:
    firm: Firmness = firmness(wording.rules, diagnosis)
    hinges = tuple(
        HingeReport(
            hinge.cause,
            hinge.piece.evidence.id,
            hinge.piece.bits,
            hinge.leader,
            wording.word(
                "explain.firm_hinge",
                because=because(wording, hinge.piece, diagnosis.facts),
                bits=signed(hinge.piece.bits),
                then=then(wording, hinge.leader, inconclusive=diagnosis.inconclusive),
            ),
        )
        for hinge in firm.hinges
    )
    return FirmnessReport(firm.margin, firm.steady, firm.worst_leader, firm.worst_margin, steadiness(wording, firm), hinges)

"""The report: a diagnosis in one language, as one frozen document that feeds every format. JSON *is* this document."""

from collections.abc import Mapping
from typing import NamedTuple

from .conditions import holds
from .inference import Diagnosis, Piece, Ranked, derive
from .phrases import because, hinge_line
from .ruleset import Action, Alert, Deadline, RuleSet, Source
from .values import Facts
from .wording import Wording

FORMAT_VERSION = "1.0"


class Reason(NamedTuple):
    """A piece of evidence that counts. ``bits`` is signed: negative speaks against."""

    id: str
    bits: int
    text: str
    sources: tuple[str, ...]


class OpenFact(NamedTuple):
    """Something not known, and how many bits knowing it could add or remove."""

    fact: str
    label: str
    could_add: int
    could_remove: int


class CauseReport(NamedTuple):
    """A cause in its place. ``score`` is in bits, ``prior`` the part of it that stood before any evidence."""

    id: str
    family: str
    family_title: str
    title: str
    summary: str
    prior: int
    score: int
    share: float
    likelihood: str
    grade: str
    grade_title: str
    speaks_for: tuple[Reason, ...]
    against: tuple[Reason, ...]
    open: tuple[OpenFact, ...]
    actions: tuple[str, ...]


class ActionReport(NamedTuple):
    """Something to do, with the causes that it is for. ``deadline`` and ``look_again`` may be empty."""

    id: str
    title: str
    text: str
    why: str
    who: str
    effort: int
    deadline: str
    look_again: str
    moves: tuple[str, ...]
    causes: tuple[str, ...]
    sources: tuple[str, ...]


class Warning_(NamedTuple):  # noqa: N801 - `Warning` is a builtin
    """What stands on top: an alert, facts that contradict each other, or a saying that the profile touches."""

    id: str
    kind: str
    text: str
    sources: tuple[str, ...]


class Report(NamedTuple):
    """Everything a format needs, in the order of the JSON document. ``none_share`` belongs to "none of these".

    ``hinges`` says in one line what the verdict depends on most; it may be empty.
    """

    format_version: str
    tool_version: str
    rules_version: str
    rules_hash: str
    as_of: str | None
    lang: str
    id: str
    inconclusive: bool
    verdict: str
    hinges: str
    none_share: float
    causes: tuple[CauseReport, ...]
    actions: tuple[ActionReport, ...]
    warnings: tuple[Warning_, ...]
    sources: Mapping[str, str]
    notice: str


SHARE_DIGITS = 4
_PLANNED_CAUSES = 5
_TITLE_MARK = "\u300a"  # opens a title in Chinese


def make_report(rules: RuleSet, diagnosis: Diagnosis, language: str = "zh", top: int | None = None) -> Report:
    """``diagnosis`` in ``language``; ``top`` keeps only so many causes. KeyError for a language that is not there."""
    from . import __version__  # noqa: PLC0415 - the package imports this module lazily

    wording = Wording(rules, language)
    causes = tuple(cause_report(wording, ranked, diagnosis.facts) for ranked in diagnosis.causes[:top])
    warnings = _warnings(wording, diagnosis)
    actions = _actions(wording, diagnosis)
    as_of = diagnosis.facts.get("as_of")
    return Report(
        format_version=FORMAT_VERSION,
        tool_version=__version__,
        rules_version=rules.version,
        rules_hash=rules.hash,
        as_of=str(as_of) if as_of is not None else None,
        lang=language,
        id=diagnosis.profile.id,
        inconclusive=diagnosis.inconclusive,
        verdict=verdict_of(wording, diagnosis),
        hinges=hinge_line(wording, diagnosis),
        none_share=round(diagnosis.none_share, SHARE_DIGITS),
        causes=causes,
        actions=actions,
        warnings=warnings,
        sources=_sources(wording, causes, actions, warnings),
        notice=wording.text(rules.notice),
    )


def verdict_of(wording: Wording, diagnosis: Diagnosis) -> str:
    """One sentence with the verdict and how sure it is; a hearsay cause in first place says so."""
    if not diagnosis.causes:
        return wording.word("report.verdict_none")
    if diagnosis.inconclusive:
        return wording.word("report.verdict_inconclusive")
    first = diagnosis.causes[0]
    title = wording.text(first.weighed.cause.title)
    verdict = wording.word(f"report.verdict_{first.likelihood}", title=title)
    worst = list(wording.rules.grades)[-1]
    if first.weighed.cause.grade == worst:
        verdict += " " * (wording.language != "zh") + wording.word("report.verdict_folk", title=title)
    return verdict


def cause_report(wording: Wording, ranked: Ranked, facts: Facts) -> CauseReport:
    """A cause in its place, in words."""
    weighed = ranked.weighed
    cause = weighed.cause
    rules = wording.rules
    opens = sorted(weighed.open, key=lambda one: -max(one.could_add, one.could_remove))
    return CauseReport(
        id=cause.id,
        family=cause.family,
        family_title=wording.text(rules.families[cause.family]),
        title=wording.text(cause.title),
        summary=wording.text(cause.summary),
        prior=cause.prior,
        score=weighed.score,
        share=round(ranked.share, SHARE_DIGITS),
        likelihood=ranked.likelihood,
        grade=cause.grade,
        grade_title=wording.text(rules.grades[cause.grade]),
        speaks_for=tuple(_reason(wording, piece, facts) for piece in weighed.speaks_for),
        against=tuple(_reason(wording, piece, facts) for piece in weighed.against),
        open=tuple(OpenFact(one.fact, wording.text(rules.facts[one.fact].label), one.could_add, one.could_remove) for one in opens),
        actions=cause.actions,
    )


def _reason(wording: Wording, piece: Piece, facts: Facts) -> Reason:
    return Reason(piece.evidence.id, piece.bits, because(wording, piece, facts), piece.evidence.sources)


def alerts_of(rules: RuleSet, diagnosis: Diagnosis) -> tuple[Alert, ...]:
    """The alerts that stand. They go by what was stated: what is urgent stays so even where answers contradict."""
    facts = derive(rules.facts, diagnosis.profile.values) if diagnosis.contradictions else diagnosis.facts
    return tuple(alert for alert in rules.alerts if holds(alert.when, facts) is True)


def _actions(wording: Wording, diagnosis: Diagnosis) -> tuple[ActionReport, ...]:
    """Actions of the alerts and of the causes that stand out, merged, in the order of urgency."""
    rules = wording.rules
    wanted: dict[str, list[str]] = {}
    for alert in alerts_of(rules, diagnosis):
        for action in alert.actions:
            wanted.setdefault(action, [])
    for ranked in planned(diagnosis):
        for action in ranked.weighed.cause.actions:
            wanted.setdefault(action, []).append(ranked.id)
    chosen = [
        (rules.actions[key], causes)
        for key, causes in wanted.items()
        if rules.actions[key].applies is None or holds(rules.actions[key].applies, diagnosis.facts) is not False  # type: ignore[arg-type]
    ]
    chosen.sort(key=lambda pair: pair[0].urgency)
    return tuple(_action(wording, action, tuple(causes)) for action, causes in chosen)


def planned(diagnosis: Diagnosis) -> tuple[Ranked, ...]:
    """The first cause, and the others among the first few that do not come out as unlikely."""
    return tuple(ranked for place, ranked in enumerate(diagnosis.causes[:_PLANNED_CAUSES]) if place == 0 or ranked.likelihood != "low")


def _action(wording: Wording, action: Action, causes: tuple[str, ...]) -> ActionReport:
    return ActionReport(
        id=action.id,
        title=wording.text(action.title),
        text=wording.text(action.text),
        why=wording.text(action.why),
        who=wording.text(action.who),
        effort=action.effort,
        deadline=_deadline(wording, action.deadline) if action.deadline else "",
        look_again=wording.text(action.look_again),
        moves=action.moves,
        causes=causes,
        sources=tuple(dict.fromkeys((*action.sources, *(action.deadline.sources if action.deadline else ())))),
    )


def _deadline(wording: Wording, deadline: Deadline) -> str:
    """How long the answer may take, and by which rule."""
    rules = [cite(wording, wording.rules.sources[source]) for source in deadline.sources if source in wording.rules.sources]
    text = wording.text(deadline.text)
    return wording.word("report.by_rule", text=text, rule=wording.word("punctuation.join").join(rules)) if rules else text


def _warnings(wording: Wording, diagnosis: Diagnosis) -> tuple[Warning_, ...]:
    rules = wording.rules
    facts = diagnosis.facts
    alerts = [
        Warning_(alert.id, "alert", wording.filled(alert.text, diagnosis.profile.values), alert.sources)
        for alert in alerts_of(rules, diagnosis)
    ]
    contradictions = [
        Warning_(check.id, "contradiction", wording.filled(check.text, diagnosis.profile.values), ()) for check in diagnosis.contradictions
    ]
    sayings = [
        Warning_(
            saying.id,
            "saying",
            f"{wording.text(saying.saying)}{wording.word('punctuation.colon')}{wording.text(saying.answer)}",
            saying.sources,
        )
        for saying in rules.sayings
        if saying.when is not None and holds(saying.when, facts) is True
    ]
    return (*alerts, *contradictions, *sayings)


def _sources(
    wording: Wording, causes: tuple[CauseReport, ...], actions: tuple[ActionReport, ...], warnings: tuple[Warning_, ...]
) -> dict[str, str]:
    """Every source that something in the report cites, written out."""
    cited = [source for cause in causes for reason in (*cause.speaks_for, *cause.against) for source in reason.sources]
    cited += [source for action in actions for source in action.sources] + [source for warning in warnings for source in warning.sources]
    return {key: cite(wording, wording.rules.sources[key]) for key in sorted(set(cited)) if key in wording.rules.sources}


def cite(wording: Wording, source: Source) -> str:
    """Issuing body, document and, where its number is confirmed, the article."""
    issuer, document_, article = wording.text(source.issuer), wording.text(source.document), wording.text(source.article)
    key = "title" if document_.startswith(_TITLE_MARK) else "other"
    text = wording.word(f"cite.{key}", issuer=issuer, document=document_)
    return wording.word("cite.article", text=text, article=article) if article else text


def as_document(report: tuple[object, ...]) -> dict[str, object]:
    """A report (or another named tuple of texts) as the JSON document: the same names, with ``for`` where Python needs another word."""
    return _plain(report)  # type: ignore[return-value]


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        fields = getattr(value, "_fields", None)
        if fields is None:
            return [_plain(part) for part in value]
        return {"for" if name == "speaks_for" else name: _plain(part) for name, part in zip(fields, value, strict=True)}
    if isinstance(value, Mapping):
        return {key: _plain(part) for key, part in value.items()}
    return value

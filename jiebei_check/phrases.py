"""Sentences about a diagnosis in one language: why a piece counts, what a fact would have to be, what a verdict hangs on."""

from .conditions import In, Range
from .firmness import NONE, Firmness, firmness
from .inference import Diagnosis, Piece
from .values import Fact, Facts, Value
from .wording import Wording

MINUS = "\u2212"
_WRITTEN_OUT = ("ratio", "percent_a_year")  # a value of these carries its mark
_LISTED = 4  # more answers than this make a sentence unreadable


def because(wording: Wording, piece: Piece, facts: Facts) -> str:
    """Why a piece counts."""
    evidence = piece.evidence
    if piece.step >= 0:
        return wording.filled(evidence.steps[piece.step].because, facts)
    assert evidence.otherwise is not None
    return wording.filled(evidence.otherwise.because, facts)


def signed(bits: int) -> str:
    """A number with its sign, the minus as wide as the plus: ``+4``, ``−2``, ``0``."""
    return f"{bits:+d}".replace("-", MINUS) if bits else "0"


def then(wording: Wording, leader: str, *, inconclusive: bool) -> str:
    """What would stand first; ``inconclusive`` is how it stands now, where a cause can head the list and still not stand out."""
    if leader == NONE:
        return wording.word("explain.then_none")
    return wording.word(
        "explain.then_clear" if inconclusive else "explain.then_other", title=wording.text(wording.rules.cause(leader).title)
    )


def amount(wording: Wording, fact: Fact, value: Value | None) -> str:
    """A value as it is read in a sentence: a number with its unit, an answer in quotation marks."""
    if isinstance(value, bool) or fact.choices:
        return wording.word("explain.answer", value=wording.value(fact, value))
    return with_unit(wording, fact, value)


def with_unit(wording: Wording, fact: Fact, value: Value | None) -> str:
    """A value as people read it, a number with its unit."""
    shown = wording.value(fact, value)
    unit = wording.rules.units.get(fact.unit)
    if unit is None or fact.unit in _WRITTEN_OUT or isinstance(value, str) or value is None:
        return shown
    return f"{shown} {wording.text(unit)}"


def needed(wording: Wording, fact: Fact, to: In | Range) -> str:
    """The values that would do: ``at least 6``, ``"no"``, ``2024-05-01 or later``."""
    if isinstance(to, In):
        shown = [amount(wording, fact, value) for value in to.values[:_LISTED]]
        text = wording.word("explain.or").join(shown)
        return text if len(shown) == len(to.values) else wording.word("explain.and_others", text=text)
    return span(wording, fact, to.low, to.high)


def span(wording: Wording, fact: Fact, low: Value | None, high: Value | None) -> str:
    """A stretch of values, ends included; one end may be open."""
    if low is not None and high is not None:
        if low == high:
            return wording.word("explain.exactly", value=amount(wording, fact, low))
        return wording.word("explain.between", low=wording.value(fact, low), high=amount(wording, fact, high))
    key = ("since", "until") if fact.type == "date" else ("at_least", "at_most")
    return wording.word(f"explain.{key[low is None]}", value=amount(wording, fact, high if low is None else low))


def hinge_line(wording: Wording, diagnosis: Diagnosis) -> str:
    """In one line: what the verdict depends on most, and how firm it is; empty where nothing counted."""
    firm = firmness(wording.rules, diagnosis)
    if firm.leader == NONE and not firm.hinges:
        return _open_line(wording, diagnosis)
    if firm.hinges:
        hinge = firm.hinges[0]
        key = "hinge_one" if len(firm.hinges) == 1 else "hinge_several"
        line = wording.word(
            f"explain.{key}",
            because=because(wording, hinge.piece, diagnosis.facts),
            bits=signed(hinge.piece.bits),
            then=then(wording, hinge.leader, inconclusive=diagnosis.inconclusive),
            count=len(firm.hinges) - 1,
        )
    else:
        pieces = diagnosis.causes[0].weighed.speaks_for
        if not pieces:
            return ""
        heaviest = max(pieces, key=lambda piece: piece.bits)
        line = wording.word("explain.hinge_none", because=because(wording, heaviest, diagnosis.facts), bits=signed(heaviest.bits))
    return line + wording.word("explain.steady_short" if firm.steady else "explain.unsteady_short")


def steadiness(wording: Wording, firm: Firmness) -> str:
    """Whether the first place holds where every weight is off by one step."""
    if firm.steady:
        return wording.word("explain.steady")
    return wording.word("explain.unsteady", then=then(wording, firm.worst_leader, inconclusive=firm.leader == NONE))


def _open_line(wording: Wording, diagnosis: Diagnosis) -> str:
    """Where nothing stands out: the unknown fact that could lift the most causes above "none of these"."""
    rules = wording.rules
    lifted: dict[str, int] = {}
    for one in diagnosis.causes:
        for open_ in one.weighed.open:
            if rules.facts[open_.fact].effort and one.weighed.score + open_.could_add > rules.none_of_these:
                lifted[open_.fact] = lifted.get(open_.fact, 0) + 1
    if not lifted:
        return ""
    best = max(lifted, key=lambda fact: (lifted[fact], -rules.facts[fact].effort, -rules.facts[fact].order))
    return wording.word("explain.hinge_open", label=wording.text(rules.facts[best].label))

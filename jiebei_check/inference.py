"""Weighing evidence: from a rule set and a profile to a :class:`Diagnosis`, as a pure function.

Scores are weights of evidence in bits (I. J. Good, "Weight of Evidence: A Brief Survey", 1985): prior + what speaks for
- what speaks against, integers that a person can add up by hand. Scores become shares by 2**score over all causes that
apply plus one entry for "none of these", so that "we cannot tell" is an answer that wins when nothing stands out.
"""

import operator
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from .conditions import Condition, facts_of, holds
from .profile import Profile
from .ruleset import Cause, Check, Evidence, RuleSet
from .values import Fact, Facts, Value

Judged = tuple[bool | None, tuple[str, ...]]  # whether a condition holds, and the unknown facts on which that depends


class Piece(NamedTuple):
    """A piece of evidence that counts: its step (-1 for `otherwise`) and its bits (negative: against)."""

    evidence: Evidence
    step: int
    bits: int


class Open(NamedTuple):
    """An unknown fact, and how many bits knowing it could add to or remove from the cause (both >= 0)."""

    fact: str
    could_add: int
    could_remove: int


class Weighed(NamedTuple):
    """One cause weighed on its own: depends on nothing but the cause and the facts it speaks of."""

    cause: Cause
    applies: bool | None
    score: int
    speaks_for: tuple[Piece, ...]
    against: tuple[Piece, ...]
    open: tuple[Open, ...]


class Ranked(NamedTuple):
    """A weighed cause in its place: ``share`` is 0..1, ``likelihood`` high, medium or low."""

    weighed: Weighed
    share: float
    likelihood: str

    @property
    def id(self) -> str:
        return self.weighed.cause.id


class Diagnosis(NamedTuple):
    """What came out, best first, with everything that led to it. ``facts`` are those that were weighed, derived included."""

    causes: tuple[Ranked, ...]
    none_share: float
    inconclusive: bool
    facts: Facts
    contradictions: tuple[Check, ...]
    profile: Profile

    @property
    def first_share(self) -> float:
        """The share of the first cause, 0 where none applies."""
        return self.causes[0].share if self.causes else 0.0


LEVELS = ("high", "medium", "low", "inconclusive")


def diagnose(rules: RuleSet, profile: Profile) -> Diagnosis:
    """Rank the causes of ``rules`` for ``profile``. No file, clock, terminal or environment is touched."""
    facts, contradictions = consider(rules, profile.values)
    return settle(rules, [weigh(cause, facts) for cause in rules.causes], facts, contradictions, profile)


def consider(rules: RuleSet, values: Facts) -> tuple[Facts, tuple[Check, ...]]:
    """The facts to weigh: derived ones added, and those that contradict each other set aside."""
    facts = derive(rules.facts, values)
    found = tuple(check for check in rules.checks if holds(check.when, facts) is True)
    if found:
        dropped = {fact for check in found for fact in check.drop}
        facts = derive(rules.facts, {fact: value for fact, value in values.items() if fact not in dropped})
    return facts, found


def derive(declared: Mapping[str, Fact], values: Facts) -> Facts:
    """``values`` with every derived fact whose inputs are known; division by zero gives unknown."""
    facts = dict(values)
    for fact in declared.values():
        if fact.derived is not None:
            operation, (first, second) = fact.derived
            left, right = facts.get(first), facts.get(second)
            if left is not None and right is not None:
                result = compute(operation, left, right)
                if result is not None:
                    facts[fact.id] = result
    return facts


def compute(operation: str, left: Value, right: Value) -> Value | None:
    """One operation of a derived fact; None where it has no result."""
    return OPERATIONS[operation](left, right)


def day_number(date_text: Value) -> int:
    """A date or a month (which counts as its first day) as the number of its day (that of ``datetime.date.toordinal``)."""
    from datetime import date  # noqa: PLC0415 - only profiles with two dates need it

    return date.fromisoformat(f"{date_text}-01"[:10]).toordinal()


def _days_between(left: Value, right: Value) -> int:
    return day_number(right) - day_number(left)


def _ratio(left: float, right: float) -> float | None:
    return left / right if right else None


# the loader saw to it that days stand between dates, and everything else between numbers
OPERATIONS: Mapping[str, Callable[[Any, Any], Value | None]] = {
    "sum": operator.add,
    "difference": operator.sub,
    "ratio": _ratio,
    "days_between": _days_between,
}


def weigh(cause: Cause, facts: Facts) -> Weighed:
    """Weigh one cause. The score is in bits; ``open`` holds what the unknown facts could still change."""
    applies = holds(cause.applies, facts) if cause.applies is not None else True
    return add_up(cause, applies, ((judge(step.when, facts) for step in evidence.steps) for evidence in cause.evidence))


def add_up(cause: Cause, applies: bool | None, judged: Iterable[Iterable[Judged]]) -> Weighed:
    """The weight of a cause by how the steps of each piece of its evidence were judged; no more of that is taken than is needed."""
    if applies is False:
        return Weighed(cause, applies, cause.prior, (), (), ())
    pieces: list[Piece] = []
    swings: dict[str, tuple[int, int]] = {}
    for evidence, steps in zip(cause.evidence, judged, strict=True):
        piece, lowest, highest, unknown = weigh_piece(evidence, steps)
        if piece is not None and piece.bits:
            pieces.append(piece)
        bits = piece.bits if piece is not None else 0
        for fact in unknown if lowest < highest else ():
            add, remove = swings.get(fact, (0, 0))
            swings[fact] = (add + highest - bits, remove + bits - lowest)
    return Weighed(
        cause,
        applies,
        cause.prior + sum(piece.bits for piece in pieces),
        tuple(piece for piece in pieces if piece.bits > 0),
        tuple(piece for piece in pieces if piece.bits < 0),
        tuple(Open(fact, add, remove) for fact, (add, remove) in swings.items()),
    )


def judge(condition: Condition, facts: Facts) -> Judged:
    """Whether ``condition`` holds, and the unknown facts on which that still depends (none where it is decided)."""
    truth = holds(condition, facts)
    return truth, () if truth is not None else tuple(fact for fact in facts_of(condition) if fact not in facts)


def weigh_piece(evidence: Evidence, judged: Iterable[Judged]) -> tuple[Piece | None, int, int, tuple[str, ...]]:
    """What a piece counts now, the least and most it could count once all is known, and the facts that decide which.

    ``judged`` goes through the steps; no more of it is taken than is needed.
    """
    outcomes: list[int] = []
    unknown: dict[str, None] = {}
    counted: Piece | None = None
    for number, (truth, missing) in enumerate(judged):
        step = evidence.steps[number]
        if truth is not False:
            outcomes.append(step.bits)
        if truth is True:
            counted = Piece(evidence, number, step.bits)
            break
        unknown.update(dict.fromkeys(missing))
    else:
        otherwise = evidence.otherwise
        outcomes.append(otherwise.bits if otherwise else 0)
        if not unknown and otherwise:
            counted = Piece(evidence, -1, otherwise.bits)
    if not unknown:
        return counted, 0, 0, ()
    now = counted.bits if counted else 0
    return counted, min(now, *outcomes), max(now, *outcomes), tuple(unknown)


def settle(rules: RuleSet, weighed: list[Weighed], facts: Facts, contradictions: tuple[Check, ...], profile: Profile) -> Diagnosis:
    """Rank weighed causes and turn scores into shares. ``weighed`` is in the order in which ties are resolved."""
    ranked = sorted((one for one in weighed if one.applies is not False), key=lambda one: -one.score)
    total = sum(2.0**one.score for one in ranked) + 2.0**rules.none_of_these
    return Diagnosis(
        causes=tuple(_place(rules, one, 2.0**one.score / total) for one in ranked),
        none_share=2.0**rules.none_of_these / total,
        inconclusive=not ranked or ranked[0].score <= rules.none_of_these,
        facts=facts,
        contradictions=contradictions,
        profile=profile,
    )


def _place(rules: RuleSet, weighed: Weighed, share: float) -> Ranked:
    return Ranked(weighed, share, likelihood_of(rules, share))


def likelihood_of(rules: RuleSet, share: float) -> str:
    """high, medium or low, by the thresholds of the rule set."""
    return "high" if share >= rules.likelihood["high"] else "medium" if share >= rules.likelihood["medium"] else "low"


def meets(rules: RuleSet, level: str, first_share: float, *, inconclusive: bool) -> bool:
    """Whether a result is inconclusive, for that level; for the others whether it is not, and its first cause at least so likely."""
    if inconclusive or level == LEVELS[-1]:
        return inconclusive and level == LEVELS[-1]
    return LEVELS.index(likelihood_of(rules, first_share)) <= LEVELS.index(level)

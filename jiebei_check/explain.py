"""Why this result: the sum behind a cause, what nearly counted, and what single fact would change the first place.

Pure functions over a diagnosis. What stands in first place and how firm it is: :mod:`jiebei_check.firmness`.
"""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import NamedTuple

from .conditions import In, Range, facts_of, holds
from .firmness import NONE, leader, leader_of
from .inference import Diagnosis, Piece, Ranked, consider, weigh
from .ruleset import Cause, Evidence, RuleSet, Step
from .thresholds import bounds_of, conditions_of, derived_from, distance, grain, is_ordered, samples
from .values import Fact, Facts, Value

_NEAR_PART = 4  # a number counts as nearly enough where it lacks no more than a quarter of what is needed
_NEAR_DAYS = 31


class Change(NamedTuple):
    """One fact that, changed or newly known, would put ``leader`` first.

    ``now`` is what is reported (None: not known). ``value`` is the nearest value that does it; no nearer one does. ``to`` are all
    values around it that do the same. For a fact that is not known, every stretch of values that does it is a change of its own.
    """

    fact: str
    now: Value | None
    value: Value
    to: In | Range
    leader: str


class Miss(NamedTuple):
    """A piece of evidence that nearly counted: one known fact stands between, and ``value`` would do. ``gain`` is in bits."""

    evidence: Evidence
    step: int
    fact: str
    now: Value
    value: Value
    gain: int


class Explanation(NamedTuple):
    """One cause explained. ``place`` counts from 1; None where the cause does not apply, and ``ranked`` is None then."""

    cause: Cause
    place: int | None
    ranked: Ranked | None
    pieces: tuple[Piece, ...]
    behind: int
    misses: tuple[Miss, ...]
    changes: tuple[Change, ...]


def explain(rules: RuleSet, diagnosis: Diagnosis, cause_id: str, goal: str | None = None) -> Explanation:
    """The whole case of one cause, and what would change the first place (or put ``goal`` there). KeyError for an unknown cause."""
    cause = rules.cause(cause_id)
    place, ranked = next(((n, one) for n, one in enumerate(diagnosis.causes, 1) if one.id == cause_id), (None, None))
    first = leader(diagnosis)
    best = rules.none_of_these if first == NONE else diagnosis.causes[0].weighed.score
    return Explanation(
        cause=cause,
        place=place,
        ranked=ranked,
        pieces=in_order(ranked) if ranked else (),
        behind=best - ranked.weighed.score if ranked else 0,
        misses=misses(rules, cause, diagnosis.facts) if ranked else (),
        changes=changes(rules, diagnosis, goal),
    )


def in_order(ranked: Ranked) -> tuple[Piece, ...]:
    """What counts for and against a cause, in the order of its file. prior + their bits = score."""
    counted = {piece.evidence.id: piece for piece in (*ranked.weighed.speaks_for, *ranked.weighed.against)}
    return tuple(counted[evidence.id] for evidence in ranked.weighed.cause.evidence if evidence.id in counted)


# --- what would change it


def changes(rules: RuleSet, diagnosis: Diagnosis, goal: str | None = None) -> tuple[Change, ...]:
    """Every single fact whose change would put something else first (or ``goal``, where it is named).

    Of a reported number, date or list only the nearest change is given, of a choice all answers that do it. What would make
    answers contradict each other, and questions that do not apply, are left out. Facts that are easy to check come first.
    """
    board = _Board(rules, diagnosis)
    found: list[Change] = []
    for fact in sorted(rules.inputs, key=lambda fact: fact.effort):
        if fact.effort and (fact.id in board.values or _applies(fact, board.facts)):
            found.extend(_changes_of(board, fact, goal))
    return tuple(found)


def _applies(fact: Fact, facts: Facts) -> bool:
    return fact.ask_if is None or holds(fact.ask_if, facts) is not False  # type: ignore[arg-type]  # values know no conditions


class _Board:
    """The scores as they stand, and what they would be with one fact different: only what that fact touches is weighed again."""

    def __init__(self, rules: RuleSet, diagnosis: Diagnosis) -> None:
        self.rules = rules
        self.values = diagnosis.profile.values
        self.facts = diagnosis.facts
        self.first = leader(diagnosis)
        self.found = {check.id for check in diagnosis.contradictions}
        self.bounds = bounds_of(conditions_of(rules))
        scores = {one.id: one.weighed.score for one in diagnosis.causes}
        self.scores = {cause.id: scores.get(cause.id) for cause in rules.causes}
        self.touched: dict[str, list[Cause]] = {}
        for cause in rules.causes:
            for name in cause.facts:
                self.touched.setdefault(name, []).append(cause)

    def leader_with(self, fact: Fact, value: Value) -> str | None:
        """What would lead with ``fact`` being ``value``; None where answers would then newly contradict each other."""
        facts, contradictions = consider(self.rules, {**self.values, fact.id: value})
        found = {check.id for check in contradictions}
        if not found <= self.found:
            return None
        if found == self.found:
            names = (fact.id, *derived_from(self.rules, fact.id))
            causes: Iterable[Cause] = {cause.id: cause for name in names for cause in self.touched.get(name, ())}.values()
        else:
            causes = self.rules.causes  # a contradiction is resolved: other facts count again
        scores = dict(self.scores)
        for cause in causes:
            weighed = weigh(cause, facts)
            scores[cause.id] = weighed.score if weighed.applies is not False else None
        return leader_of(self.rules, ((cause, score) for cause, score in scores.items() if score is not None))


def _changes_of(board: _Board, fact: Fact, goal: str | None) -> list[Change]:
    now = board.values.get(fact.id)
    tried = [
        (value, board.first if now is not None and not distance(fact, now, value) else board.leader_with(fact, value))
        for value in samples(board.rules, board.bounds, fact, board.values)  # as stated: a contradiction may be resolved
    ]
    wanted = [(value, first) for value, first in tried if first is not None and first != board.first and goal in (None, first)]
    if not wanted:
        return []
    if not is_ordered(fact):
        return _answers(fact, now, wanted)
    runs = _runs(fact, tried, wanted)
    if now is None:
        return runs
    nearest = min(wanted, key=lambda pair: distance(fact, now, pair[0]))[0]
    return [run._replace(now=now, value=nearest) for run in runs if holds(run.to, {fact.id: nearest})][:1]


def _answers(fact: Fact, now: Value | None, wanted: list[tuple[Value, str]]) -> list[Change]:
    """One change for each new leader. Of lists only those that differ least."""
    if now is not None:
        least = min(distance(fact, now, value) for value, _ in wanted)
        wanted = [pair for pair in wanted if distance(fact, now, pair[0]) == least]
    elif fact.type == "choices":
        shortest = min(len(value) for value, _ in wanted if isinstance(value, tuple))
        wanted = [pair for pair in wanted if isinstance(pair[0], tuple) and len(pair[0]) == shortest]
    leaders = dict.fromkeys(first for _, first in wanted)
    grouped = {first: tuple(value for value, other in wanted if other == first) for first in leaders}
    return [Change(fact.id, now, values[0], In(fact.id, values), first) for first, values in grouped.items()]


def _runs(fact: Fact, tried: Sequence[tuple[Value, str | None]], wanted: Sequence[tuple[Value, str]]) -> list[Change]:
    """Neighbouring values with the same effect, as stretches; a stretch that reaches the end of what may be said is open there."""
    runs: list[list[int]] = []
    for number, pair in enumerate(tried):
        if pair in wanted:
            if runs and runs[-1][1] == number - 1 and tried[runs[-1][0]][1] == pair[1]:
                runs[-1][1] = number
            else:
                runs.append([number, number])
    made = []
    for start, end in runs:
        low = tried[start][0] if start else None
        high = tried[end][0] if end < len(tried) - 1 else None
        to = Range(fact.id, low=low, high=high)  # type: ignore[arg-type]  # samples of an ordered fact are numbers or ISO days
        made.append(Change(fact.id, None, tried[start][0] if low is not None or high is None else tried[end][0], to, str(tried[start][1])))
    return made


# --- what nearly counted


def misses(rules: RuleSet, cause: Cause, facts: Facts) -> tuple[Miss, ...]:
    """Evidence for ``cause`` that would count, or count more, if one known fact were a little different.

    A number or date is near where it lacks no more than a quarter of what is needed (one step, 31 days); any other answer where
    the rest of the same piece of evidence holds.
    """
    found = []
    for evidence in cause.evidence:
        alone = cause._replace(evidence=(evidence,), applies=None, prior=0)
        now = weigh(alone, facts).score
        missed = (miss for number, step in enumerate(evidence.steps) if (miss := _miss(rules, alone, number, step, facts, now)))
        best = max(missed, key=lambda miss: miss.gain, default=None)
        if best is not None:
            found.append(best)
    return tuple(sorted(found, key=lambda miss: -miss.gain))


def _miss(rules: RuleSet, alone: Cause, number: int, step: Step, facts: Facts, now: int) -> Miss | None:
    if step.bits <= max(now, 0) or holds(step.when, facts) is not False:
        return None
    evidence, bounds, names = alone.evidence[0], bounds_of([step.when]), facts_of(step.when)
    for name in names:
        fact, reported = rules.facts[name], facts.get(name)
        if reported is None or (not is_ordered(fact) and len(names) == 1):
            continue

        def does(value: Value, fact: Fact = fact) -> bool:
            return holds(step.when, {**facts, fact.id: value}) is True

        value = _nearest(fact, reported, samples(rules, bounds, fact._replace(derived=None), facts), does)
        if value is not None and _is_near(fact, reported, value):
            gain = weigh(alone, {**facts, name: value}).score - now
            if gain > 0:
                return Miss(evidence, number, name, reported, value, gain)
    return None


def _nearest(fact: Fact, now: Value, values: Iterable[Value], does: Callable[[Value], bool]) -> Value | None:
    return min((value for value in values if value != now and does(value)), key=lambda value: distance(fact, now, value), default=None)


def _is_near(fact: Fact, now: Value, value: Value) -> bool:
    if not is_ordered(fact):
        return True
    gap = distance(fact, now, value)
    if fact.type == "date":
        return gap <= _NEAR_DAYS
    assert isinstance(value, (int, float))
    return gap <= max(grain(fact), abs(Fraction(str(value))) / _NEAR_PART)

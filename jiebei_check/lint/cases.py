"""Findings about the cases of a cause: enough of them, near enough to each other and to every threshold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..conditions import Condition, Not, Range, holds, leaves
from ..rule_reader import Item
from ..ruleset import Cause, Evidence, Example
from ..selftest import step_of
from ..values import Facts, Value
from .conditions import possible
from .logic import FALSE, TRUE, replaced
from .registry import EVERYTHING, WARNING, Hit, at, finds
from .subject import Subject

HITS = ("top", "listed")
_MOST_DIFFERENCES = 4  # facts in which a near miss may differ from the hit that it nearly is
_NEAR = 0.2  # a case stands near a threshold where it is at most so much of the threshold, or one, away from it
_NEAR_MONTHS = 24


@finds("no_hit")
def no_hit(subject: Subject) -> Iterator[Hit]:
    for cause in subject.rules.causes:
        if not any(case.expect in HITS for case in cause.tests):
            yield at(subject.cause(cause, "tests"))


@finds("no_near_miss")
def no_near_miss(subject: Subject) -> Iterator[Hit]:
    for cause in subject.rules.causes:
        if all(case.expect in HITS for case in cause.tests):
            yield at(subject.cause(cause, "tests"))


@finds("near_miss_far", WARNING)
def near_miss_far(subject: Subject) -> Iterator[Hit]:
    """A near miss that is not near: it differs from every hit in too many facts."""
    for cause in subject.rules.causes:
        hits = [case for case in cause.tests if case.expect in HITS]
        for case in cause.tests:
            fewest = min((differences(case, hit) for hit in hits), default=0)
            if case.expect not in HITS and fewest > _MOST_DIFFERENCES:
                yield at(subject.cause(cause, "tests"), case.name, found=fewest, allowed=_MOST_DIFFERENCES)


def differences(one: Example, other: Example) -> int:
    """In how many facts two cases differ."""
    return sum(one.given.get(fact) != other.given.get(fact) for fact in {*one.given, *other.given})


@finds("case_repeated")
def case_repeated(subject: Subject) -> Iterator[Hit]:
    for cause in subject.rules.causes:
        for place, case in enumerate(cause.tests):
            for earlier in cause.tests[:place]:
                if dict(earlier.given) == dict(case.given):
                    yield at(subject.cause(cause, "tests"), case.name, found=earlier.name)


@finds("never_present", WARNING)
def never_present(subject: Subject) -> Iterator[Hit]:
    """A step, or an `otherwise`, that no case of the cause shows."""
    for cause in subject.rules.causes:
        for piece in cause.evidence:
            shown = subject.seen[cause.id, piece.id].present
            for number, _ in outcomes(piece):
                if number not in shown:
                    below = () if number < 0 else ("when",)
                    yield at(subject.step(cause, piece, number), *below, found=piece.id)


@finds("never_absent", WARNING, needs=EVERYTHING)
def never_absent(subject: Subject) -> Iterator[Hit]:
    for cause in subject.rules.causes:
        for piece in cause.evidence:
            if not subject.seen[cause.id, piece.id].absent and not piece.otherwise:
                yield at(subject.cause(cause, "evidence", piece.id), found=piece.id)


@finds("never_unknown", WARNING, needs=EVERYTHING)
def never_unknown(subject: Subject) -> Iterator[Hit]:
    for cause in subject.rules.causes:
        for piece in cause.evidence:
            if not subject.seen[cause.id, piece.id].unknown:
                yield at(subject.cause(cause, "evidence", piece.id), found=piece.id)


@finds("side_not_held", WARNING)
def side_not_held(subject: Subject) -> Iterator[Hit]:
    """A step or an `otherwise` whose side no case names where it counts: swapping for and against would fail none."""
    for cause in subject.rules.causes:
        for piece in cause.evidence:
            held: set[tuple[int | None, str]] = set()
            for case, facts in zip(cause.tests, subject.cases[cause.id], strict=True):
                number = step_of(piece, facts)
                held.update(
                    (number, side) for side in ("for", "against") if piece.id in (case.speaks_for if side == "for" else case.against)
                )
            for number, bits in outcomes(piece):
                side = "for" if bits > 0 else "against"
                if (number, side) not in held and number in subject.seen[cause.id, piece.id].present:
                    yield at(subject.step(cause, piece, number), side, found=piece.id, side=side)


def outcomes(piece: Evidence) -> list[tuple[int, int]]:
    """(step, bits) of every outcome of a piece of evidence; -1 is `otherwise`."""
    steps = [(number, step.bits) for number, step in enumerate(piece.steps)]
    return steps + ([(-1, piece.otherwise.bits)] if piece.otherwise else [])


# matcher -> how its two sides are written: where it holds, where it fails
_SIGNS = {"at_least": ("≥", "<"), "more_than": (">", "≤"), "at_most": ("≤", ">"), "less_than": ("<", "≥")}


@finds("threshold_untested", WARNING)
def threshold_untested(subject: Subject) -> Iterator[Hit]:
    """A threshold with no case near it on one of its sides: it could be far off without any case failing."""
    for cause, condition, item in _conditions(subject):
        comparisons = tuple(leaves(condition))
        for number, path in enumerate(subject.comparisons(item)):
            leaf = comparisons[number]
            if not isinstance(leaf, Range):
                continue
            deciding = deciding_cases(condition, number, subject.cases[cause.id])
            for bound, key, missing in _bounds(subject, leaf, deciding):
                sides = [side for side in missing if cause.applies is None or possible(subject, cause.applies, _side(leaf, key, side))]
                if sides:
                    data = subject.item(f"causes/{cause.id}.yaml", *path).data
                    below = (*path[len(item.path) :], *((key,) if isinstance(data, dict) and key in data else ()))
                    shown = ", ".join(f"{_SIGNS[key][side == 'fails']} {bound}" for side in sides)
                    yield at(item, *below, found=bound, fact=leaf.fact, side=shown)


def _conditions(subject: Subject) -> Iterator[tuple[Cause, Condition, Item]]:
    """The condition of every step of every piece of evidence, with its place."""
    for cause in subject.rules.causes:
        for piece in cause.evidence:
            for number, step in enumerate(piece.steps):
                item = subject.cause(cause, *subject.step(cause, piece, number).path, "when")
                if len(subject.comparisons(item)) == len(tuple(leaves(step.when))):
                    yield cause, step.when, item


def _side(leaf: Range, key: str, side: str) -> Condition:
    """Where one bound of a comparison holds, or fails."""
    low = key in ("at_least", "more_than")
    alone = leaf._replace(high=None, high_open=False) if low else leaf._replace(low=None, low_open=False)
    return alone if side == "holds" else Not(alone)


def deciding_cases(condition: Condition, place: int, cases: Iterable[Facts]) -> list[Facts]:
    """The cases in which the truth of a condition hangs on its comparison number ``place``."""
    met, failed = replaced(condition, place, TRUE), replaced(condition, place, FALSE)
    return [facts for facts in cases if holds(met, facts) is not holds(failed, facts)]


def _bounds(subject: Subject, leaf: Range, cases: Iterable[Facts]) -> Iterator[tuple[object, str, list[str]]]:
    """The bounds of a comparison that lack a case nearby: (bound, matcher, which sides are missing)."""
    fact = subject.rules.facts[leaf.fact]
    known = [facts[leaf.fact] for facts in cases if leaf.fact in facts]
    for bound, open_, is_low in ((leaf.low, leaf.low_open, True), (leaf.high, leaf.high_open, False)):
        if bound is None:
            continue
        near = [value for value in known if _near(bound, value)]
        inside = any(_beyond(value, bound, low=is_low, open_=open_) for value in near)
        outside = any(not _beyond(value, bound, low=is_low, open_=open_) for value in near)
        possible = _possible_sides(fact.minimum, fact.maximum, bound, is_low=is_low)
        missing = [side for side, seen in (("holds", inside), ("fails", outside)) if not seen and side in possible]
        if missing:
            key = ("more_than" if open_ else "at_least") if is_low else ("less_than" if open_ else "at_most")
            yield bound, key, missing


def _possible_sides(minimum: float | None, maximum: float | None, bound: float | str, *, is_low: bool) -> tuple[str, ...]:
    """A bound at the end of a fact's range has but one side."""
    if isinstance(bound, str):
        return ("holds", "fails")
    at_end = bound <= (minimum if minimum is not None else 0) if is_low else maximum is not None and bound >= maximum
    return ("holds",) if at_end else ("holds", "fails")


def _beyond(value: Value, bound: float | str, *, low: bool, open_: bool) -> bool:
    if low:
        return value > bound if open_ else value >= bound  # type: ignore[operator]  # a bound is of its fact's type
    return value < bound if open_ else value <= bound  # type: ignore[operator]


def _reach(bound: float) -> float:
    return max(abs(bound) * _NEAR, 1.0 if abs(bound) >= 1 else 0.0)


def _near(bound: float | str, value: Value) -> bool:
    if isinstance(bound, str):
        months = [int(text[:4]) * 12 + int(text[5:7]) for text in (bound, str(value))]
        return abs(months[0] - months[1]) <= _NEAR_MONTHS
    return isinstance(value, (int, float)) and (not bound or abs(value - bound) <= _reach(bound))  # nothing is far from none

"""Which values of a fact can make a difference at all.

A rule looks at a number or a date only by comparing it, or something derived from it, with fixed bounds. Between two
neighbouring bounds every value has the same effect, so a handful of samples stands for all of them. Numbers are taken in the
steps in which people state them (one, or one percent), dates in days.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from fractions import Fraction
from itertools import combinations
from math import ceil, floor, isfinite

from .conditions import Condition, In, leaves
from .ruleset import RuleSet
from .values import Fact, Facts, Value

Bounds = Mapping[str, tuple[Value, ...]]  # fact, derived ones included -> what some condition compares it with
_Line = tuple[tuple[Fraction, ...], tuple[Fraction, ...]]  # a quotient of two polynomials, lowest power first
_HALF = Fraction(1, 2)
_FIRST_DAY, _LAST_DAY = date(1990, 1, 1).toordinal(), date(2100, 12, 31).toordinal()  # the days that a profile may name


def conditions_of(rules: RuleSet) -> Iterator[Condition]:
    """Every condition that can move a ranking: evidence, applicability, contradictions."""
    for cause in rules.causes:
        if cause.applies is not None:
            yield cause.applies
        for evidence in cause.evidence:
            for step in evidence.steps:
                yield step.when
    for check in rules.checks:
        yield check.when


def bounds_of(conditions: Iterable[Condition]) -> Bounds:
    """What each fact is compared with, over all of ``conditions``."""
    found: dict[str, dict[Value, None]] = {}
    for condition in conditions:
        for leaf in leaves(condition):
            values = leaf.values if isinstance(leaf, In) else (leaf.low, leaf.high)
            found.setdefault(leaf.fact, {}).update(dict.fromkeys(value for value in values if value is not None))
    return {fact: tuple(values) for fact, values in found.items()}


def derived_from(rules: RuleSet, fact: str) -> tuple[str, ...]:
    """The derived facts that change with ``fact``, directly or through another derived fact."""
    reached = {fact}
    for other in rules.facts.values():  # a derived fact stands behind those that it is made of
        if other.derived is not None and reached & set(other.derived[1]):
            reached.add(other.id)
    return tuple(name for name in rules.facts if name in reached and name != fact)


def samples(rules: RuleSet, bounds: Bounds, fact: Fact, facts: Facts) -> tuple[Value, ...]:
    """Values of ``fact``, in order, such that every possible value has the same effect as one of them.

    ``facts`` are the other known facts, on which the bounds of derived facts depend. Choices and yes/no give every answer; a
    list of choices gives the lists that differ from the present one in one entry, then those that differ in two. A derived
    fact that is no quotient of two linear expressions in ``fact`` adds no samples.
    """
    if fact.type == "bool":
        return (True, False)
    if fact.type == "choice":
        return fact.keys
    if fact.type == "choices":
        return _lists(fact, facts.get(fact.id))
    marks = {_place(fact, value) for value in bounds.get(fact.id, ())}
    for name in derived_from(rules, fact.id):
        line = _line(rules, name, fact.id, facts)
        if line is not None:
            roots = [_solve(line, _number(value)) for value in bounds.get(name, ())]
            roots.append(_solve((line[1], (Fraction(1),)), Fraction(0)))  # where the divisor turns over
            marks |= {root for root in roots if root is not None}
    return tuple(_value(fact, step) for step in _steps(fact, marks))


def distance(fact: Fact, one: Value, other: Value) -> Fraction:
    """How far two values are apart: in units of the fact, in days, in changed entries of a list; 0 or 1 for single answers."""
    if fact.type in ("int", "number"):
        return abs(_number(one) - _number(other))
    if fact.type == "date":
        return abs(_day(one) - _day(other))
    if isinstance(one, tuple) and isinstance(other, tuple):
        return Fraction(len(set(one) ^ set(other)))
    return Fraction(one != other)


def grain(fact: Fact) -> Fraction:
    """The step in which people state a number: one percent for shares, else one."""
    return Fraction(1, 100) if fact.unit == "ratio" else Fraction(1)


def is_ordered(fact: Fact) -> bool:
    """Whether values of ``fact`` lie on a line."""
    return fact.type in ("int", "number", "date")


def _lists(fact: Fact, now: Value | None) -> tuple[Value, ...]:
    present = set(now) if isinstance(now, tuple) else set()
    found = []
    for size in (1, 2):
        for flipped in combinations(fact.keys, size):
            changed = present ^ set(flipped)
            if changed:
                found.append(tuple(key for key in fact.keys if key in changed))
    return tuple(found)


def _number(value: Value) -> Fraction:
    return Fraction(str(value))  # by the decimal digits that were written, not by the nearest binary fraction


def _day(value: Value) -> Fraction:
    """A day as an ordinal; a month counts as its first day."""
    return Fraction(date.fromisoformat(f"{value}-01"[:10]).toordinal())


def _place(fact: Fact, bound: Value) -> Fraction:
    """Where a bound lies on the line of ``fact``, in its steps."""
    if fact.type != "date":
        return _number(bound) / grain(fact)
    text = str(bound)
    if len(text) == len("2000-01"):  # as text it stands before every day of its month
        return _day(text) - _HALF
    try:
        return _day(text)
    except ValueError:  # the 31st that stands for the end of a shorter month
        following = date.fromisoformat(f"{text[:7]}-28") + timedelta(days=4)
        return Fraction(following.replace(day=1).toordinal()) - _HALF


def _steps(fact: Fact, marks: set[Fraction]) -> list[int]:
    if fact.type == "date":
        low, high = _FIRST_DAY, _LAST_DAY
    else:
        least = fact.minimum if fact.minimum is not None else 0
        low = ceil(Fraction(str(least)) / grain(fact)) if isfinite(least) else min(map(floor, marks), default=0) - 2
        high = floor(Fraction(str(fact.maximum)) / grain(fact)) if fact.maximum is not None else max(map(ceil, marks), default=low) + 2
    near = {step for mark in marks for step in (floor(mark) - 1, floor(mark), ceil(mark), ceil(mark) + 1)}
    return sorted({step for step in near if low <= step <= high} | {low, high})


def _value(fact: Fact, step: int) -> Value:
    if fact.type == "date":
        return date.fromordinal(step).isoformat()
    exact = step * grain(fact)
    return int(exact) if exact.denominator == 1 else float(exact)


def _line(rules: RuleSet, name: str, moving: str, facts: Facts) -> _Line | None:
    """A fact as a function of ``moving``, in its steps, the other facts being fixed; None where one of them is not known."""
    fact = rules.facts[name]
    if name == moving:
        return (Fraction(0), grain(fact)), (Fraction(1),)
    if fact.derived is None:
        value = facts.get(name)
        if value is None:
            return None
        return ((_day(value) if fact.type == "date" else _number(value)),), (Fraction(1),)
    operation, (first, second) = fact.derived
    left, right = _line(rules, first, moving, facts), _line(rules, second, moving, facts)
    if left is None or right is None:
        return None
    if operation == "ratio":
        return _times(left[0], right[1]), _times(left[1], right[0])
    if operation == "days_between":
        left, right = right, left
    sign = Fraction(1 if operation == "sum" else -1)
    return _plus(_times(left[0], right[1]), _times(right[0], left[1]), sign), _times(left[1], right[1])


def _times(left: tuple[Fraction, ...], right: tuple[Fraction, ...]) -> tuple[Fraction, ...]:
    product = [Fraction(0)] * (len(left) + len(right) - 1)
    for power, factor in enumerate(left):
        for other, another in enumerate(right):
            product[power + other] += factor * another
    return tuple(product)


def _plus(left: tuple[Fraction, ...], right: tuple[Fraction, ...], sign: Fraction) -> tuple[Fraction, ...]:
    size = max(len(left), len(right))
    padded = [(*part, *[Fraction(0)] * (size - len(part))) for part in (left, right)]
    return tuple(one + sign * other for one, other in zip(*padded, strict=True))


def _solve(line: _Line, bound: Fraction) -> Fraction | None:
    """Where the quotient equals ``bound``, if it does so in one place."""
    above, below = line
    rest = _plus(above, _times(below, (bound,)), Fraction(-1))
    if any(rest[2:]) or not any(rest[1:]):
        return None
    return -rest[0] / rest[1]

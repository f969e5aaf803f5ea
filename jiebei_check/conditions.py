"""Conditions over facts, in three truths: present (True), absent (False), unknown (None).

Strong Kleene logic (S. C. Kleene, Introduction to Metamathematics, 1952, section 64): a condition over unknown facts is
unknown unless the known part decides it.
"""

from collections.abc import Iterator
from typing import NamedTuple

from .values import Facts, Value


class In(NamedTuple):
    """The fact is one of ``values``; a list-valued fact contains one of them."""

    fact: str
    values: tuple[Value, ...]


class Range(NamedTuple):
    """The fact lies between two bounds, each optional, each open or closed. Dates compare as ISO text."""

    fact: str
    low: float | str | None = None
    low_open: bool = False
    high: float | str | None = None
    high_open: bool = False


class All(NamedTuple):
    """Every part holds."""

    parts: tuple["Condition", ...]


class AnyOf(NamedTuple):
    """At least one part holds."""

    parts: tuple["Condition", ...]


class Not(NamedTuple):
    """The part does not hold."""

    part: "Condition"


Condition = In | Range | All | AnyOf | Not


def holds(condition: Condition, facts: Facts) -> bool | None:
    """Whether ``condition`` holds: True, False, or None where the known facts do not decide it."""
    kind = type(condition)
    if kind is In:
        value = facts.get(condition.fact)  # type: ignore[union-attr]  # mypy does not narrow on `type(x) is`
        if value is None:
            return None
        if isinstance(value, tuple):
            return any(part in value for part in condition.values)  # type: ignore[union-attr]
        return value in condition.values  # type: ignore[union-attr]
    if kind is Range:
        return _within(condition, facts)  # type: ignore[arg-type]
    if kind is All or kind is AnyOf:
        decides = kind is AnyOf
        unknown = False
        for part in condition.parts:  # type: ignore[union-attr]
            truth = holds(part, facts)
            if truth is decides:
                return decides
            unknown = unknown or truth is None
        return None if unknown else not decides
    truth = holds(condition.part, facts)  # type: ignore[union-attr]
    return None if truth is None else not truth


def _within(condition: Range, facts: Facts) -> bool | None:
    value = facts.get(condition.fact)
    if value is None:
        return None
    low, high = condition.low, condition.high
    if low is not None and (value <= low if condition.low_open else value < low):  # type: ignore[operator]
        return False
    return not (high is not None and (value >= high if condition.high_open else value > high))  # type: ignore[operator]


def leaves(condition: Condition) -> Iterator[In | Range]:
    """Every comparison with a single fact in ``condition``, left to right."""
    if isinstance(condition, (In, Range)):
        yield condition
    elif isinstance(condition, Not):
        yield from leaves(condition.part)
    else:
        for part in condition.parts:
            yield from leaves(part)


def facts_of(condition: Condition) -> tuple[str, ...]:
    """The facts a condition speaks of, each once, in order."""
    return tuple(dict.fromkeys(leaf.fact for leaf in leaves(condition)))

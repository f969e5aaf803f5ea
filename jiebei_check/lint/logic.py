"""What can be true together: conditions as sums of products over finitely many representative values of each fact.

A condition only asks between which of its thresholds a value lies, so that a few representatives of each fact stand for
all its values. A *term* gives, for some facts, the representatives that are allowed; a condition holds where one of its
terms does (disjunctive normal form). Derived facts count as free, so that nothing possible is called impossible.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from ..conditions import All, AnyOf, Condition, In, Not, Range, facts_of, holds, leaves
from ..values import Fact, Value

Term = Mapping[str, frozenset[Value]]
Terms = tuple[Term, ...]

TRUE: Condition = All(())
FALSE: Condition = AnyOf(())
_MOST_TERMS = 4000


class TooComplex(Exception):
    """A condition with more cases than are worth looking at; nothing is said about it."""


class Domain:
    """Representative values of every fact that a set of conditions speaks of."""

    def __init__(self, declared: Mapping[str, Fact], conditions: Iterable[Condition]) -> None:
        self.values: dict[str, tuple[Value, ...]] = {}
        asked: dict[str, list[In | Range]] = {}
        for condition in conditions:
            for leaf in leaves(condition):
                asked.setdefault(leaf.fact, []).append(leaf)
        for name, comparisons in asked.items():
            self.values[name] = representatives(declared[name], comparisons)

    def terms(self, condition: Condition, truth: bool = True) -> Terms:
        """Where ``condition`` is ``truth``, all facts being known."""
        if isinstance(condition, Not):
            return self.terms(condition.part, not truth)
        if isinstance(condition, (In, Range)):
            allowed = frozenset(value for value in self.values[condition.fact] if holds(condition, {condition.fact: value}) is truth)
            return ({condition.fact: allowed},) if allowed else ()
        parts = [self.terms(part, truth) for part in condition.parts]
        if isinstance(condition, AnyOf) is truth:
            return tuple(term for terms in parts for term in terms)
        result: Terms = ({},)
        for terms in parts:
            result = both(result, terms)
        return result

    def possible(self, *conditions: Condition) -> bool:
        """Whether all ``conditions`` can hold at once."""
        return bool(self.terms(All(conditions)))

    def same(self, one: Condition, other: Condition) -> bool:
        """Whether two conditions hold at the same values."""
        return not self.possible(one, Not(other)) and not self.possible(other, Not(one))


def both(left: Terms, right: Terms) -> Terms:
    """The terms that hold where one of ``left`` and one of ``right`` does."""
    if len(left) * len(right) > _MOST_TERMS:
        raise TooComplex
    found = []
    for one in left:
        for other in right:
            merged: dict[str, frozenset[Value]] = dict(one)
            for fact, values in other.items():
                merged[fact] = merged[fact] & values if fact in merged else values
            if all(merged.values()):
                found.append(merged)
    return tuple(found)


def representatives(fact: Fact, comparisons: Iterable[In | Range]) -> tuple[Value, ...]:
    """A value on, just below and just above every threshold; every choice; both answers to a question."""
    if fact.type == "bool":
        return (False, True)
    if fact.type == "choice":
        return fact.keys
    if fact.type == "choices":
        return tuple((key,) for key in fact.keys)
    marks: set[Value] = set()
    for leaf in comparisons:
        marks.update(value for value in (leaf.values if isinstance(leaf, In) else (leaf.low, leaf.high)) if value is not None)
    if fact.type == "date":
        return tuple(sorted({day for mark in marks for day in _days(str(mark))}))
    numbers = sorted(mark for mark in marks if isinstance(mark, (int, float)))
    step = 1 if fact.type == "int" else min((abs(number) for number in numbers if number), default=1.0) / 1000
    low = fact.minimum if fact.minimum is not None else 0
    high = fact.maximum if fact.maximum is not None else float("inf")
    around = {value for number in numbers for value in (number - step, number, number + step)}
    return tuple(sorted(value for value in around if low <= value <= high))


def _days(mark: str) -> tuple[str, ...]:
    year, month, day = int(mark[:4]), int(mark[5:7]), min(int(mark[8:10] or 1), 28)
    here = date(year, month, day)
    return (mark, (here - timedelta(days=32)).isoformat(), (here + timedelta(days=32)).isoformat())


def replaced(condition: Condition, place: int, by: Condition) -> Condition:
    """``condition`` with its comparison number ``place`` (in the order of :func:`leaves`) replaced."""

    def go(part: Condition, first: int) -> Condition:
        if isinstance(part, (In, Range)):
            return by if first == place else part
        if isinstance(part, Not):
            return Not(go(part.part, first))
        parts = []
        for inner in part.parts:
            parts.append(go(inner, first))
            first += sum(1 for _ in leaves(inner))
        return All(tuple(parts)) if isinstance(part, All) else AnyOf(tuple(parts))

    return go(condition, 0)


def certain(condition: Condition, truth: bool = True) -> frozenset[str]:
    """The facts that must be known for ``condition`` to be ``truth``."""
    if isinstance(condition, Not):
        return certain(condition.part, not truth)
    if isinstance(condition, (In, Range)):
        return frozenset({condition.fact})
    parts = [certain(part, truth) for part in condition.parts]
    if not parts:
        return frozenset()
    every = isinstance(condition, All) is truth  # all parts have that truth, or only one must
    return frozenset.union(*parts) if every else frozenset.intersection(*parts)


__all__ = ["FALSE", "TRUE", "Domain", "Term", "Terms", "TooComplex", "both", "certain", "facts_of", "replaced", "representatives"]

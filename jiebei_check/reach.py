"""What may still come: whether any answers that are still open could change the first place.

A sound bound, not a search. Every comparison with a fact that is still open may turn out true, false or stay unknown,
independently of all others, and so may one with a known fact that a later contradiction could set aside. The score of a cause
then lies between two sums. The first place is settled when the least that it can come to is above the most that any other can
come to. Independence allows more than can happen, so "settled" is never said too early; it may be said later than possible.
"""

from itertools import product
from typing import NamedTuple

from .conditions import All, AnyOf, Condition, Not, facts_of, holds
from .inference import consider, derive
from .profile import Profile
from .ruleset import Cause, Evidence, RuleSet
from .values import Facts

_Truths = frozenset[bool | None]
_ANY: _Truths = frozenset((True, False, None))


class Reach(NamedTuple):
    """The least and the most that a cause's score can come to, and whether it is certain to apply, or may."""

    least: int
    most: int
    certain: bool
    possible: bool


class _Open(NamedTuple):
    """What is known, which facts may still become known, and which known ones may still be set aside."""

    facts: Facts
    coming: frozenset[str]
    shaky: frozenset[str]


def is_settled(rules: RuleSet, profile: Profile) -> bool:
    """Whether no completion of ``profile`` puts another cause first or turns "cannot tell" into a verdict or back.

    A completion gives any values to any facts that are neither known nor declined, or leaves them unknown.
    """
    view = _view(rules, profile)
    reaches = [reach(cause, view) for cause in rules.causes]
    standing = [place for place, one in enumerate(reaches) if one.certain]
    if not standing:
        return not any(one.possible for one in reaches)
    first = max(standing, key=lambda place: (reaches[place].least, -place))  # equal scores: the earlier cause stands first
    least = reaches[first].least
    for place, one in enumerate(reaches):
        if place != first and one.possible and (one.most > least or (one.most == least and place < first)):
            return False
    return least > rules.none_of_these or reaches[first].most <= rules.none_of_these


def reach(cause: Cause, view: _Open) -> Reach:
    """How far the score of ``cause`` can still move."""
    applies = frozenset((True,)) if cause.applies is None else _truths(cause.applies, view)
    spans = [_span(evidence, view) for evidence in cause.evidence]
    return Reach(
        cause.prior + sum(min(span) for span in spans),
        cause.prior + sum(max(span) for span in spans),
        False not in applies,
        applies != frozenset((False,)),
    )


def _view(rules: RuleSet, profile: Profile) -> _Open:
    facts, found = consider(rules, profile.values)
    coming = {fact.id for fact in rules.inputs if fact.id not in profile.values and fact.id not in profile.declined}
    ready = {fact.id for fact in rules.inputs if fact.id in profile.values or fact.id in coming}
    for fact in rules.facts.values():  # a derived fact stands behind those that it is made of
        if fact.derived is not None and ready.issuperset(fact.derived[1]):
            ready.add(fact.id)
            if fact.id not in facts:
                coming.add(fact.id)
    told = _Open(derive(rules.facts, profile.values), frozenset(coming), frozenset())  # checks look at what was said
    loose = [check for check in rules.checks if check not in found and True in _truths(check.when, told)]
    shaky = {fact for check in loose for fact in check.drop}
    for fact in rules.facts.values():
        if fact.derived is not None and shaky.intersection(fact.derived[1]):
            shaky.add(fact.id)
    return _Open(facts, frozenset(coming), frozenset(shaky & set(facts)))


def _span(evidence: Evidence, view: _Open) -> set[int]:
    """Everything that a piece of evidence can come to count."""
    truths = [_truths(step.when, view) for step in evidence.steps]
    counts = set()
    for step, possible in zip(evidence.steps, truths, strict=True):
        if True in possible:
            counts.add(step.bits)
        if possible == frozenset((True,)):
            return counts
    if any(None in possible for possible in truths):
        counts.add(0)
    if all(False in possible for possible in truths):
        counts.add(evidence.otherwise.bits if evidence.otherwise else 0)
    return counts


def _truths(condition: Condition, view: _Open) -> _Truths:
    """Everything that ``condition`` can come to be."""
    names = facts_of(condition)
    if view.shaky.isdisjoint(names) and view.coming.isdisjoint(names):
        return frozenset((holds(condition, view.facts),))
    if isinstance(condition, Not):
        return frozenset(None if truth is None else not truth for truth in _truths(condition.part, view))
    if isinstance(condition, (All, AnyOf)):
        return _combined([_truths(part, view) for part in condition.parts], decides=isinstance(condition, AnyOf))
    if condition.fact in view.coming:
        return _ANY
    return frozenset((holds(condition, view.facts), None))  # known, but a contradiction may set it aside


def _combined(parts: list[_Truths], *, decides: bool) -> _Truths:
    found: set[bool | None] = {not decides}  # of no parts: all of nothing holds, any of nothing does not
    for part in parts:
        found = {_joined(left, right, decides=decides) for left, right in product(found, part)}
    return frozenset(found)


def _joined(left: bool | None, right: bool | None, *, decides: bool) -> bool | None:
    if decides in (left, right):
        return decides
    return None if None in (left, right) else not decides

"""Findings about conditions: what can never hold, what always holds, what makes no difference."""

from __future__ import annotations

from collections.abc import Iterator

from ..conditions import All, AnyOf, Condition, In, Not, facts_of, leaves
from ..ruleset import Cause, Evidence
from .logic import FALSE, TRUE, Domain, TooComplex, replaced
from .registry import WARNING, Hit, at, finds
from .subject import Subject


@finds("never_holds")
def never_holds(subject: Subject) -> Iterator[Hit]:
    for condition, item in subject.conditions:
        if not possible(subject, condition):
            yield at(item)


@finds("always_holds")
def always_holds(subject: Subject) -> Iterator[Hit]:
    for condition, item in subject.conditions:
        if not possible(subject, Not(condition)):
            yield at(item)


@finds("idle_comparison", WARNING)
def idle_comparison(subject: Subject) -> Iterator[Hit]:
    """A comparison without which the condition would hold at the same values."""
    for condition, item in subject.conditions:
        places = subject.comparisons(item)
        if len(places) < 2 or not possible(subject, condition):
            continue
        try:
            domain = Domain(subject.rules.facts, [condition])
            for number, place in enumerate(places):
                if any(domain.same(condition, replaced(condition, number, truth)) for truth in (TRUE, FALSE)):
                    yield at(item, *place[len(item.path) :], found=list(leaves(condition))[number].fact)
        except TooComplex:
            continue


@finds("step_never_reached")
def step_never_reached(subject: Subject) -> Iterator[Hit]:
    """A step that only holds where a step above it holds as well."""
    for cause, piece in _pieces(subject):
        for number, step in enumerate(piece.steps[1:], 1):
            above = [earlier.when for earlier in piece.steps[:number]]
            if possible(subject, step.when) and not possible(subject, step.when, *(Not(one) for one in above)):
                yield at(subject.step(cause, piece, number), "when")
                for place, one in enumerate(above):  # the step that takes its place may as well be the wrong one
                    if not possible(subject, step.when, Not(one)):
                        yield at(subject.step(cause, piece, place), "when")


@finds("step_never_weighs", WARNING)
def step_never_weighs(subject: Subject) -> Iterator[Hit]:
    """A step that weighs the same as the next one and is wholly inside it: leaving it out changes nothing but the text."""
    for cause, piece in _pieces(subject):
        for number, (one, following) in enumerate(zip(piece.steps, piece.steps[1:], strict=False)):
            same = one.bits == following.bits and one.because == following.because
            if same and not possible(subject, one.when, Not(following.when)):
                yield at(subject.step(cause, piece, number))


@finds("outside_applies")
def outside_applies(subject: Subject) -> Iterator[Hit]:
    """A step that only holds where the cause does not apply at all."""
    for cause, piece in _pieces(subject):
        for number, step in enumerate(piece.steps):
            if cause.applies is not None and possible(subject, step.when) and not possible(subject, cause.applies, step.when):
                yield at(subject.step(cause, piece, number), "when")


@finds("looks_excluded")
def looks_excluded(subject: Subject) -> Iterator[Hit]:
    """An answer that is said to be seen with a cause which then does not apply."""
    for cause in subject.rules.causes:
        asked = facts_of(cause.applies) if cause.applies is not None else ()
        for fact, answers in cause.looks_like.items():
            for answer in answers if fact in asked else ():
                if not possible(subject, All((cause.applies, In(fact, (answer,))))):  # type: ignore[arg-type]  # it asks something
                    yield at(subject.item(f"causes/{cause.id}.yaml", "looks_like", fact), answer, found=answer)


@finds("otherwise_never")
def otherwise_never(subject: Subject) -> Iterator[Hit]:
    """An `otherwise` behind steps of which one always holds."""
    for cause, piece in _pieces(subject):
        if piece.otherwise and not possible(subject, *(Not(step.when) for step in piece.steps)):
            yield at(subject.step(cause, piece, -1))


@finds("same_evidence", WARNING)
def same_evidence(subject: Subject) -> Iterator[Hit]:
    """Two pieces of one cause that ask the same facts, count on the same side and can count together."""
    for cause in subject.rules.causes:
        for place, later in enumerate(cause.evidence):
            meant = subject.item(f"causes/{cause.id}.yaml", "evidence", later.id, "beside").data
            for earlier in cause.evidence[:place]:
                number = _overlap(subject, earlier, later)
                if number is not None and not (isinstance(meant, list) and earlier.id in meant):
                    yield at(subject.step(cause, later, number), found=earlier.id)


def _overlap(subject: Subject, one: Evidence, other: Evidence) -> int | None:
    """The first step of ``other`` that says the same as a step of ``one`` on the same side."""
    for number, later in enumerate(other.steps):
        for earlier in one.steps:
            same_side = (earlier.bits > 0) == (later.bits > 0)
            if same_side and set(facts_of(earlier.when)) == set(facts_of(later.when)) and possible(subject, earlier.when, later.when):
                return number
    return None


def _pieces(subject: Subject) -> Iterator[tuple[Cause, Evidence]]:
    for cause in subject.rules.causes:
        for piece in cause.evidence:
            yield cause, piece


def possible(subject: Subject, *conditions: Condition) -> bool:
    """Whether all hold at once for some values; True where that is too long to find out."""
    whole = All(conditions) if len(conditions) > 1 else conditions[0]
    if isinstance(whole, (All, AnyOf)) and not whole.parts:
        return True  # already told by the loader
    try:
        return Domain(subject.rules.facts, [whole]).possible(whole)
    except TooComplex:
        return True

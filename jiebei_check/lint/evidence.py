"""Findings about the weighing of a cause: both sides, sources behind the grade, whether it can ever come first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..conditions import facts_of
from ..inference import diagnose
from ..profile import Profile
from ..ruleset import Cause
from ..values import Fact, Value
from .logic import Domain
from .registry import EVERYTHING, WARNING, Hit, at, finds
from .subject import Subject

_ROUNDS = 3  # passes over all facts of a cause in the search for a profile that puts it first


@finds("one_sided", WARNING)
def one_sided(subject: Subject) -> Iterator[Hit]:
    """Evidence only for a cause, or only against it."""
    for cause in subject.rules.causes:
        bits = [
            bits
            for piece in cause.evidence
            for bits in (*(step.bits for step in piece.steps), piece.otherwise.bits if piece.otherwise else 0)
        ]
        if not (any(one > 0 for one in bits) and any(one < 0 for one in bits)):
            yield at(subject.cause(cause, "evidence"), side="for" if any(one > 0 for one in bits) else "against")


@finds("otherwise_same_side")
def otherwise_same_side(subject: Subject) -> Iterator[Hit]:
    """A condition and its opposite that speak on the same side."""
    for cause in subject.rules.causes:
        for piece in cause.evidence:
            if piece.otherwise and all((step.bits > 0) == (piece.otherwise.bits > 0) for step in piece.steps):
                yield at(subject.step(cause, piece, -1), "for" if piece.otherwise.bits > 0 else "against")


@finds("ladder_order", WARNING)
def ladder_order(subject: Subject) -> Iterator[Hit]:
    """A lower step that weighs more than a higher one on the same side."""
    for cause in subject.rules.causes:
        for piece in cause.evidence:
            for number, (one, following) in enumerate(zip(piece.steps, piece.steps[1:], strict=False), 1):
                alike = set(facts_of(one.when)) == set(facts_of(following.when))  # else the higher one is a special case of the lower
                if alike and (one.bits > 0) == (following.bits > 0) and abs(following.bits) > abs(one.bits):
                    yield at(subject.step(cause, piece, number))


@finds("grade_without_source")
def grade_without_source(subject: Subject) -> Iterator[Hit]:
    """A cause that claims to be better founded than every source of its evidence."""
    grades = list(subject.rules.grades)
    for cause in subject.rules.causes:
        cited = {source for piece in cause.evidence for source in piece.sources}
        known = [subject.rules.sources[source] for source in cited if source in subject.rules.sources]
        best = min((grades.index(source.grade) for source in known), default=len(grades))
        if len(known) < len(cited):
            continue  # the loader tells of sources that are not there
        if grades.index(cause.grade) < min(best, len(grades) - 1):
            yield at(subject.cause(cause), "grade", found=cause.grade, allowed=grades[min(best, len(grades) - 1)])


@finds("checked_how", WARNING)
def checked_how(subject: Subject) -> Iterator[Hit]:
    """A source of the best grade that does not say how well it was checked."""
    best = next(iter(subject.rules.grades))
    wanted = any(source.confidence for source in subject.rules.sources.values())
    for source in subject.rules.sources.values():
        if wanted and source.grade == best and not source.confidence:
            yield at(subject.item("sources.yaml", "sources", source.id), found=source.id)


@finds("claim_without_source", WARNING)
def claim_without_source(subject: Subject) -> Iterator[Hit]:
    """A warning or an answer to a saying that rests on nothing."""
    for file, things in (("sayings", subject.rules.sayings), ("alerts", subject.rules.alerts)):
        for thing in things:
            if not thing.sources:
                yield at(subject.item(f"{file}.yaml", file, thing.id), found=thing.id)


@finds("never_first", WARNING, needs=EVERYTHING)
def never_first(subject: Subject) -> Iterator[Hit]:
    """A cause that no case puts first and for which a search over its facts finds none that would."""
    for cause in subject.rules.causes:
        if not any(case.expect == "top" and _margin(subject, cause, case.given) > 0 for case in cause.tests):
            margin = _best_margin(subject, cause)
            if margin <= 0:
                yield at(subject.cause(cause, "evidence"), found=cause.id, needed=1 - margin)


def _best_margin(subject: Subject, cause: Cause) -> int:
    """By how many bits at most ``cause`` leads over all else, found by climbing from its cases one fact at a time."""
    options = _options(subject, cause)
    best = -99
    for start in ({}, *(dict(case.given) for case in cause.tests)):
        facts: dict[str, Value] = dict(start)
        margin = _margin(subject, cause, facts)
        for _ in range(_ROUNDS):
            before = margin
            for name, values in options.items():
                for value in (*values, None):
                    tried = {key: old for key, old in facts.items() if key != name} | ({} if value is None else {name: value})
                    found = _margin(subject, cause, tried)
                    if found > margin:
                        facts, margin = tried, found
                if margin > 0:
                    return margin
            if margin == before:
                break
        best = max(best, margin)
    return best


def _options(subject: Subject, cause: Cause) -> Mapping[str, tuple[Value, ...]]:
    """Values worth trying for every fact that can move the cause; those of a derived fact are tried through its inputs."""
    conditions = [step.when for piece in cause.evidence for step in piece.steps] + ([cause.applies] if cause.applies else [])
    domain = Domain(subject.rules.facts, conditions)
    options: dict[str, tuple[Value, ...]] = {}
    for name, values in domain.values.items():
        for fact in _inputs(subject.rules.facts, name):
            given = {case.given[fact] for one in subject.rules.causes for case in one.tests if fact in case.given}
            options[fact] = values if fact == name else tuple(sorted(given, key=str))
    return options


def _inputs(facts: Mapping[str, Fact], name: str) -> tuple[str, ...]:
    derived = facts[name].derived
    return (name,) if derived is None else tuple(inner for one in derived[1] for inner in _inputs(facts, one))


def _margin(subject: Subject, cause: Cause, facts: Mapping[str, Value]) -> int:
    result = diagnose(subject.rules, Profile(facts))
    scores = {ranked.id: ranked.weighed.score for ranked in result.causes}
    if cause.id not in scores:
        return -99
    others = [score for other, score in scores.items() if other != cause.id]
    lead = scores[cause.id] - max([subject.rules.none_of_these, *others])
    return 1 if lead == 0 and result.causes[0].id == cause.id and not result.inconclusive else lead

"""The rules as documentation: a cause as a page, with conditions in words and cases that are run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from .conditions import All, AnyOf, Condition, In, Not, Range
from .inference import diagnose
from .profile import Profile
from .report import cite
from .rule_reader import PLACEHOLDER
from .ruleset import Cause, Evidence
from .selftest import comes_out
from .values import Fact, Text
from .wording import Wording


class Row(NamedTuple):
    """One outcome of a piece of evidence: what holds, what it weighs in bits, what is said, on which sources it rests."""

    piece: str
    when: str
    bits: int
    because: str
    sources: tuple[str, ...]


class Look(NamedTuple):
    """What people who have the cause see at one fact: each answer with how often, in words. It weighs nothing."""

    fact: str
    label: str
    answers: tuple[tuple[str, str], ...]


class Sign(NamedTuple):
    """How often a piece of evidence is seen where the cause is right, in words. It weighs nothing."""

    piece: str
    when: str
    seen: str


class CasePage(NamedTuple):
    """A case with what is known in it, what is expected, and whether it comes out so."""

    name: str
    given: tuple[str, ...]
    expect: str
    passes: bool


class Page(NamedTuple):
    """A cause as a page of documentation, in one language."""

    id: str
    title: str
    family: str
    family_title: str
    grade: str
    grade_title: str
    prior: int
    summary: str
    applies: str
    evidence: tuple[Row, ...]
    looks_like: tuple[Look, ...]
    seen: tuple[Sign, ...]
    mistaken_for: tuple[tuple[str, str, str], ...]
    actions: tuple[tuple[str, str], ...]
    sources: tuple[tuple[str, str], ...]
    cases: tuple[CasePage, ...]


def page_of(wording: Wording, cause: Cause) -> Page:
    """The page of ``cause`` in the language of ``wording``."""
    rules = wording.rules
    cited = dict.fromkeys(source for piece in cause.evidence for source in piece.sources)
    titles = {other.id: wording.text(other.title) for other in rules.causes}
    return Page(
        id=cause.id,
        title=wording.text(cause.title),
        family=cause.family,
        family_title=wording.text(rules.families[cause.family]),
        grade=cause.grade,
        grade_title=wording.text(rules.grades[cause.grade]),
        prior=cause.prior,
        summary=wording.text(cause.summary),
        applies=in_words(wording, cause.applies) if cause.applies is not None else "",
        evidence=tuple(row for piece in cause.evidence for row in _rows(wording, piece)),
        looks_like=tuple(_look(wording, fact, answers) for fact, answers in cause.looks_like.items()),
        seen=tuple(_sign(wording, piece, piece.seen) for piece in cause.evidence if piece.seen is not None),
        mistaken_for=tuple((other, titles.get(other, other), wording.text(text)) for other, text in cause.mistaken_for.items()),
        actions=tuple((action, wording.text(rules.actions[action].title)) for action in cause.actions),
        sources=tuple(
            (source, f"{cite(wording, rules.sources[source])}{wording.word('punctuation.colon')}{wording.text(rules.sources[source].says)}")
            for source in cited
        ),
        cases=tuple(_case(wording, cause, number) for number in range(len(cause.tests))),
    )


def _rows(wording: Wording, piece: Evidence) -> Iterable[Row]:
    for step in piece.steps:
        yield Row(piece.id, in_words(wording, step.when), step.bits, with_labels(wording, step.because), piece.sources)
    if piece.otherwise is not None:
        yield Row(
            piece.id, wording.word("rules.otherwise"), piece.otherwise.bits, with_labels(wording, piece.otherwise.because), piece.sources
        )


def _look(wording: Wording, name: str, answers: Mapping[str, float]) -> Look:
    fact = wording.rules.facts[name]
    return Look(
        name, wording.text(fact.label), tuple((_valued(wording, fact, key), _often(wording, share)) for key, share in answers.items())
    )


def _sign(wording: Wording, piece: Evidence, share: float) -> Sign:
    when = wording.word("rules.or_else").join(in_words(wording, step.when, inner=True) for step in piece.steps)
    return Sign(piece.id, when, _often(wording, share))


def _often(wording: Wording, share: float) -> str:
    """The word for how often; the rules' own where it is none of the bundled ones."""
    word = next(word for word, meant in wording.rules.frequencies.items() if meant == share)
    key = f"rules.frequency.{word}"
    found = wording.word(key)
    return word if found == key else found


def _case(wording: Wording, cause: Cause, number: int) -> CasePage:
    case = cause.tests[number]
    rules = wording.rules
    given = tuple(
        f"{wording.text(rules.facts[fact].label)} {_valued(wording, rules.facts[fact], value)}" for fact, value in case.given.items()
    )
    expect = wording.word(f"rules.expect.{case.expect}")
    return CasePage(case.name, given, expect, comes_out(rules, cause.id, case.expect, diagnose(rules, Profile(case.given))))


def with_labels(wording: Wording, text: Text) -> str:
    """A sentence with the labels of its facts in its blanks."""
    facts = wording.rules.facts
    return PLACEHOLDER.sub(lambda blank: f"[{wording.text(facts[blank[1]].label)}]" if blank[1] in facts else blank[0], wording.text(text))


def in_words(wording: Wording, condition: Condition, *, inner: bool = False) -> str:
    """A condition as people read it: labels and answers, at least and at most as signs."""
    rules = wording.rules
    if isinstance(condition, In):
        fact = rules.facts[condition.fact]
        values = wording.word("rules.or").join(_valued(wording, fact, value) for value in condition.values)
        return f"{wording.text(fact.label)} = {values}"
    if isinstance(condition, Range):
        fact = rules.facts[condition.fact]
        low = (
            f"{_valued(wording, fact, condition.low)} {'<' if condition.low_open else '≤'} "
            if condition.low is not None and condition.high is not None
            else ""
        )
        if condition.high is not None:
            return f"{low}{wording.text(fact.label)} {'<' if condition.high_open else '≤'} {_valued(wording, fact, condition.high)}"
        return f"{wording.text(fact.label)} {'>' if condition.low_open else '≥'} {_valued(wording, fact, condition.low)}"
    if isinstance(condition, Not):
        return wording.word("rules.not", condition=in_words(wording, condition.part))
    joined = wording.word("rules.and" if isinstance(condition, All) else "rules.or_else").join(
        in_words(wording, part, inner=True) for part in condition.parts
    )
    several = inner and len(condition.parts) > 1 and isinstance(condition, AnyOf)
    return f"({joined})" if several else joined


def _valued(wording: Wording, fact: Fact, value: object) -> str:
    shown = wording.value(fact, value)  # type: ignore[arg-type]  # a value or a bound of the fact
    unit = wording.rules.units.get(fact.unit)
    plain = unit is None or not isinstance(value, (int, float)) or isinstance(value, bool) or "%" in shown
    return shown if plain else f"{shown} {wording.text(unit or {})}"

"""Findings about ids: what nothing refers to, and what is referred to by another name."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from ..rule_reader import Item
from ..values import Fact
from .registry import ANYTHING, EVERYTHING, WARNING, Hit, at, finds
from .subject import Subject

_UNKNOWN = ("unknown_id", "unknown_fact", "unknown_fact_in_section", "unknown_section", "bad_choice", "bad_word")
_MISTYPED = (
    "bad_bool",
    "bad_int",
    "bad_number",
    "bad_date",
    "bad_choice",
    "no_range_here",
    "single_value_wanted",
    "out_of_range",
    "ratio_out_of_range",
)


@finds("unused_source", WARNING, needs=EVERYTHING)
def unused_source(subject: Subject) -> Iterator[Hit]:
    """A source that nothing cites; what only records that nothing was found need not be."""
    worst = list(subject.rules.grades)[-1]
    for item, params in _unused(subject, "sources.yaml", "sources"):
        source = subject.rules.sources.get(params["found"])
        if source is None or source.grade != worst or source.confidence:
            yield item, params


@finds("unused_action", WARNING, needs=EVERYTHING)
def unused_action(subject: Subject) -> Iterator[Hit]:
    yield from _unused(subject, "actions.yaml", "actions")


def _unused(subject: Subject, file: str, registry: str) -> Iterator[Hit]:
    if file not in subject.documents:
        return
    item = subject.item(file, registry)
    for name in item.data if isinstance(item.data, dict) else ():
        if name not in subject.mentioned(registry):
            yield at(item, name, found=name)


@finds("unused_word", WARNING, needs=EVERYTHING)
def unused_word(subject: Subject) -> Iterator[Hit]:
    """A family, grade, unit, strength, prior or confidence that nothing uses."""
    for registry in ("families", "grades", "units", "confidences", "bits", "priors"):
        item = subject.item("ruleset.yaml", registry)
        if item.document.home(item.path) is not item.document:
            continue  # of the rule set that this one extends
        for name in item.data if isinstance(item.data, dict) else ():
            if name not in subject.mentioned(registry):
                yield at(item, name, found=name)


@finds("unused_fact", WARNING, needs=EVERYTHING)
def unused_fact(subject: Subject) -> Iterator[Hit]:
    """A fact that no cause, alert, check, saying or action asks for."""
    for name, item in _declared(subject):
        if name not in subject.mentioned("facts") and "TODO" not in str(item.data):
            yield at(item, found=name)


@finds("idle_fact", WARNING, needs=EVERYTHING)
def idle_fact(subject: Subject) -> Iterator[Hit]:
    """A fact that moves no cause and sets off no alert, saying or action: asking for it changes nothing."""
    moving = {fact for cause in subject.rules.causes for fact in cause.facts}
    for condition, item in subject.conditions:
        if item.path[:1] != ("evidence",) and "ask_if" not in item.path:
            moving.update(fact for fact in _facts(condition))
    moving |= {inner for name in list(moving) for inner in _inputs(subject, name)}
    for name, item in _declared(subject):
        if name in subject.mentioned("facts") and name in subject.rules.facts and name not in moving:
            yield at(item, found=name)


def _facts(condition: object) -> tuple[str, ...]:
    from ..conditions import facts_of  # noqa: PLC0415 - the name is taken above

    return facts_of(condition)  # type: ignore[arg-type]  # a condition of the rule set


def _inputs(subject: Subject, name: str) -> set[str]:
    fact: Fact | None = subject.rules.facts.get(name)
    if fact is None or fact.derived is None:
        return set()
    return set(fact.derived[1]) | {inner for one in fact.derived[1] for inner in _inputs(subject, one)}


def _declared(subject: Subject) -> Iterator[tuple[str, Item]]:
    for file in sorted(subject.documents):
        if not file.startswith("facts/"):
            continue
        stem = file.removeprefix("facts/").removesuffix(".yaml")
        facts = subject.item(file, "facts")
        for key in facts.data if isinstance(facts.data, dict) else ():
            yield (key if stem == "profile" else f"{stem}.{key}"), subject.item(file, "facts", key)
        derived = subject.item(file, "derived")
        for key in derived.data if isinstance(derived.data, dict) else ():
            yield key, subject.item(file, "derived", key)


@finds("misspelt_here", needs=ANYTHING)
def misspelt_here(subject: Subject) -> Iterator[Hit]:
    """Something declared that nothing uses, while something much like it is used and not declared."""
    wanted = {problem.params.get("found", "") for problem in subject.problems if problem.code in _UNKNOWN}
    wanted |= {".".join(problem.field.split(".")[-2:]) for problem in subject.problems if problem.code in _UNKNOWN}
    if not wanted:
        return
    for registry, name, item in _declarations(subject):
        if name not in subject.mentioned(registry):
            found = get_close_matches(name, sorted(wanted), n=1, cutoff=0.6)
            if found:
                yield at(item, found=name, nearest=found[0])


def _declarations(subject: Subject) -> Iterator[tuple[str, str, Item]]:
    for file, registry in (("sources.yaml", "sources"), ("actions.yaml", "actions")):
        item = subject.item(file, registry) if file in subject.documents else None
        for name in item.data if item is not None and isinstance(item.data, dict) else ():
            yield registry, name, subject.item(file, registry, name)
    for registry in ("families", "grades", "units", "confidences", "bits", "priors"):
        item = subject.item("ruleset.yaml", registry)
        for name in item.data if isinstance(item.data, dict) else ():
            yield registry, name, subject.item("ruleset.yaml", registry, name)
    for name, item in _declared(subject):
        yield "facts", name, item
        choices = item.data.get("choices") if isinstance(item.data, dict) else None
        for choice in choices if isinstance(choices, dict) else ():
            yield "choices", choice, Item(item.document, (*item.path, "choices", choice), None)
    for file in sorted(subject.documents):
        evidence = subject.item(file, "evidence") if file.startswith("causes/") else None
        for name in evidence.data if evidence is not None and isinstance(evidence.data, dict) else ():
            yield "evidence", name, subject.item(file, "evidence", name)


@finds("used_otherwise", needs=ANYTHING)
def used_otherwise(subject: Subject) -> Iterator[Hit]:
    """A fact whose type, range or choices contradict most of the places that use it."""
    faults: dict[str, int] = {}
    for problem in subject.problems:
        if problem.code in _MISTYPED:
            parts = problem.field.split(".")
            for start in range(len(parts)):
                for end in (start + 1, start + 2):
                    name = ".".join(parts[start:end])
                    if name in subject.rules.facts and end - start == name.count(".") + 1:
                        faults[name] = faults.get(name, 0) + 1
    for name, count in faults.items():
        uses = subject.uses.get(name, 0)
        item = subject.fact(name)
        if item is not None and count >= 2 and count * 2 >= uses:
            yield at(item, "type", found=name, count=count)

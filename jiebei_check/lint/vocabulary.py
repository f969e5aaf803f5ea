"""Findings about facts: units, ranges, questions."""

from __future__ import annotations

from collections.abc import Iterator

from ..conditions import facts_of
from .registry import ANYTHING, WARNING, Hit, at, finds
from .subject import Subject
from .texts import printed_units

_FAR = 20  # times; a range so much wider or narrower than those of all other facts of the unit is in another unit
_NUMBERS = ("int", "number")


@finds("number_without_unit", WARNING, needs=ANYTHING)
def number_without_unit(subject: Subject) -> Iterator[Hit]:
    for fact in subject.rules.inputs:
        item = subject.fact(fact.id)
        if item is not None and fact.type == "number" and not fact.unit:
            yield at(item, "type", found=fact.id)


@finds("unit_without_number", needs=ANYTHING)
def unit_without_number(subject: Subject) -> Iterator[Hit]:
    for fact in subject.rules.inputs:
        item = subject.fact(fact.id)
        if item is not None and fact.type not in _NUMBERS and (fact.unit or fact.minimum is not None or fact.maximum is not None):
            yield at(item, "unit" if fact.unit else "minimum" if fact.minimum is not None else "maximum", found=fact.id)


@finds("unit_name", WARNING)
def unit_name(subject: Subject) -> Iterator[Hit]:
    """A fact whose key names one unit and whose `unit` is another."""
    for fact in subject.rules.facts.values():
        item = subject.fact(fact.id)
        words = fact.id.rpartition(".")[2].split("_")
        named = [unit for unit in subject.rules.units if unit in words]
        if item is not None and named and fact.unit and fact.unit not in named:
            yield at(item, "unit", found=fact.unit, nearest=named[0])


@finds("unit_of_texts", WARNING)
def unit_of_texts(subject: Subject) -> Iterator[Hit]:
    """A fact that most sentences print with the word of another unit."""
    right: dict[str, int] = {}
    wrong: dict[str, str] = {}
    for name, word, fits in printed_units(subject):
        right[name] = right.get(name, 0) + (1 if fits else -1)
        if not fits:
            wrong[name] = word
    for name, word in wrong.items():
        item = subject.fact(name)
        if item is not None and right[name] < 0:
            yield at(item, "unit", found=subject.rules.facts[name].unit or "-", nearest=word)


@finds("derived_units")
def derived_units(subject: Subject) -> Iterator[Hit]:
    """A derived fact of two different units, or in another unit than its inputs."""
    facts = subject.rules.facts
    for fact in facts.values():
        item = subject.fact(fact.id)
        if fact.derived is None or item is None:
            continue
        operation, inputs = fact.derived
        units = [facts[name].unit for name in inputs if name in facts]
        if operation != "days_between" and len(set(units)) > 1:
            yield at(item, operation, found=" / ".join(unit or "-" for unit in units))
        elif operation in ("sum", "difference") and units and fact.unit != units[0]:
            yield at(item, "unit" if fact.unit else operation, found=f"{fact.unit or '-'} / {units[0] or '-'}")


@finds("unit_among_derived")
def unit_among_derived(subject: Subject) -> Iterator[Hit]:
    """A fact that is the odd one out in the derived facts that it is part of: its own unit is probably wrong."""
    facts = subject.rules.facts
    for fact in subject.rules.inputs:
        together = [
            name
            for one in facts.values()
            if one.derived and one.derived[0] != "days_between" and fact.id in one.derived[1]
            for name in one.derived[1]
        ]
        others = {facts[name].unit for name in together if name != fact.id and name in facts and facts[name].derived is None}
        item = subject.fact(fact.id)
        if item is not None and len(others) == 1 and fact.unit not in others and len(together) > 2:
            yield at(item, "unit" if fact.unit else "type", found=fact.unit or "-", nearest=next(iter(others)) or "-")


@finds("range_of_another_unit", WARNING)
def range_of_another_unit(subject: Subject) -> Iterator[Hit]:
    """A range far from those of all other facts in the same unit."""
    facts = [fact for fact in subject.rules.inputs if fact.type in _NUMBERS and fact.maximum is not None]
    for fact in facts:
        others = [one.maximum for one in facts if one is not fact and one.unit == fact.unit and one.maximum is not None]
        item = subject.fact(fact.id)
        if (
            item is not None
            and fact.maximum
            and len(others) > 1
            and (fact.maximum > max(others) * _FAR or fact.maximum * _FAR < min(others))
        ):
            yield at(item, "unit" if fact.unit else "maximum", found=f"{fact.maximum:g}", unit=fact.unit or "-")


@finds("range_missing", WARNING, needs=ANYTHING)
def range_missing(subject: Subject) -> Iterator[Hit]:
    for fact in subject.rules.inputs:
        item = subject.fact(fact.id)
        if item is not None and fact.type in _NUMBERS and (fact.minimum is None or fact.maximum is None):
            yield at(item, found="minimum" if fact.minimum is None else "maximum")


@finds("no_question_mark", WARNING, needs=ANYTHING)
def no_question_mark(subject: Subject) -> Iterator[Hit]:
    for fact in subject.rules.inputs:
        item = subject.fact(fact.id)
        if item is None or not isinstance(item.data, dict) or not isinstance(item.data.get("question"), dict):
            continue
        for language, sentence in item.data["question"].items():
            if isinstance(sentence, str) and not any(mark in sentence for mark in "?\uff1f"):
                yield at(item, "question", language)


@finds("section_without_title", needs=ANYTHING)
def section_without_title(subject: Subject) -> Iterator[Hit]:
    for file in sorted(subject.documents):
        item = subject.item(file)
        if file.startswith("facts/") and isinstance(item.data, dict) and item.data.get("facts") and "title" not in item.data:
            yield at(item)


@finds("asks_itself")
def asks_itself(subject: Subject) -> Iterator[Hit]:
    """A question that is asked only once its own answer is known."""
    for fact in subject.rules.inputs:
        item = subject.fact(fact.id)
        if item is not None and fact.ask_if is not None and fact.id in facts_of(fact.ask_if):  # type: ignore[arg-type]  # the loader makes it a condition
            yield at(item, "ask_if", found=fact.id)

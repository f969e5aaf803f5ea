"""Reading the vocabulary: facts by section, their choices, and facts that are derived from others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import shapes
from .rule_files import FileReader
from .rule_reader import Item, near
from .shapes import Field
from .values import Choice, Fact, Text, fold

_INFINITY = float("inf")


class FactReader(FileReader):
    """A reader of ``facts/*.yaml``."""

    def read_facts(self) -> dict[str, Text]:
        sections: dict[str, Text] = {}
        declared: dict[str, tuple[dict[str, Any], Item]] = {}
        for stem, item in self.each("facts/*.yaml"):
            # what refers to facts is read once all of them are known
            row = self.shape({**shapes.FACTS, "facts": Field("any", ""), "derived": Field("any", "")}, item)
            if row is None:
                self.unreadable.add(f"{stem}.")
                continue
            if "title" in row:
                sections[stem] = row["title"]
            facts = item.child("facts", row.get("facts", {}))
            for key, data in self.mapping(facts).items():
                name = key if stem == "profile" else f"{stem}.{key}"
                table = {**shapes.FACT, "choices": Field("any", ""), "ask_if": Field("any", ""), "usual": Field("any", "")}
                fact = self.shape(table, facts.child(key, data))
                if fact is None:
                    self.unreadable.add(name)
                else:
                    declared[name] = (fact, facts.child(key, data))
        self.declare(declared)
        self.read_derived()
        for name, (row, item) in declared.items():
            if name in self.facts and "ask_if" in row:
                condition = self.read_condition(shapes.FACT["ask_if"], item.child("ask_if", row["ask_if"]))
                self.facts[name] = self.facts[name]._replace(ask_if=condition)
        return sections

    def declare(self, declared: Mapping[str, tuple[dict[str, Any], Item]]) -> None:
        orders: dict[int, str] = {}
        for name, (row, item) in declared.items():
            order = row["order"]
            if order in orders:  # either may be the wrong one
                self.fault("order_taken", item, "order", found=str(order), first=orders[order])
                self.fault("order_taken", declared[orders[order]][1], "order", found=str(order), first=name)
            orders.setdefault(order, name)
            before = len(self.problems)
            choices = self.read_choices(row, item)
            if len(self.problems) > before:
                self.unreadable.add(name)
                continue
            low, high = row.get("minimum"), row.get("maximum")
            if low is not None and high is not None and low >= high:
                self.fault("empty_range", item, "maximum")
            self.facts[name] = Fact(
                id=name,
                type=row["type"],
                label=row["label"],
                question=row["question"],
                hint=row["hint"],
                unit=row.get("unit", ""),
                effort=row.get("effort", 1),
                order=order,
                minimum=low,
                maximum=high,
                choices=choices,
                also=row.get("also", ()),
                sensitive=row.get("sensitive", False),
            )
            if "usual" in row:
                usual = self.known_value(self.facts[name], item.child("usual", row["usual"]))
                self.facts[name] = self.facts[name]._replace(usual=usual)

    def read_choices(self, row: dict[str, Any], inner: Item) -> tuple[Choice, ...]:
        wants = row["type"] in ("choice", "choices")
        if wants != ("choices" in row):
            self.fault("choices_wanted" if wants else "no_choices_here", inner, *("type",) if wants else ("choices",))
            return ()
        if not wants:
            return ()
        choices = []
        seen: dict[str, str] = {}
        listed = inner.child("choices", row["choices"])
        for key, data in self.mapping(listed).items():
            place = listed.child(key, data)
            choice = self.shape(shapes.CHOICE, place)
            if choice is None:
                continue
            label, also = choice["label"], choice.get("also", ())
            for word in {fold(word) for word in (key, *label.values(), *also)}:
                if word in seen:
                    self.fault("word_taken", place, found=word, first=seen[word])
                seen[word] = key
            choices.append(Choice(key, label, also))
        return tuple(choices)

    def read_derived(self) -> None:
        for _, item in self.each("facts/*.yaml"):
            derived = item.data.get("derived") if isinstance(item.data, dict) else None
            rows = item.child("derived", derived)
            for key, data in self.mapping(rows).items() if derived is not None else ():
                inner = rows.child(key, data)
                row = self.shape(shapes.DERIVED, inner)
                if row is None:
                    self.unreadable.add(key)
                    continue
                fact = self.derived_fact(key, row, inner)
                if fact is None:
                    self.unreadable.add(key)
                else:
                    self.facts[key] = fact

    def derived_fact(self, key: str, row: dict[str, Any], inner: Item) -> Fact | None:
        operations = [name for name in shapes.OPERATIONS if name in row]
        if len(operations) != 1 or key in self.facts:
            self.fault("one_operation_wanted", inner, allowed=", ".join(shapes.OPERATIONS))
            return None
        operation = operations[0]
        wanted = ("date",) if operation == "days_between" else ("int", "number")
        before = len(self.problems)
        for number, name in enumerate(row[operation]):
            if not self.unknowable(name) and (name not in self.facts or self.facts[name].type not in wanted):
                self.fault("unknown_fact", inner, operation, number, found=name, **near(name, self.facts))
        if len(row[operation]) != 2:
            self.fault("two_facts_wanted", inner, operation)
        if len(self.problems) > before or any(name not in self.facts for name in row[operation]):
            return None
        unit = row.get("unit", "")
        return Fact(key, "number", row["label"], {}, {}, unit=unit, effort=0, minimum=-_INFINITY, derived=(operation, row[operation]))

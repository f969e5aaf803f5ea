"""Reading conditions: a mapping is AND, a list of values is any-of, `any`, `all` and `not` are written out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .conditions import All, AnyOf, Condition, In, Not, Range
from .document import Path
from .errors import Refused
from .rule_reader import Item, TableReader, near
from .shapes import MATCHERS, Field
from .values import Fact, Value, parse

_WORDS = ("any", "all", "not")
_MONTH = len("2000-01")


class ConditionReader(TableReader):
    """A :class:`TableReader` that also knows conditions and the values in them."""

    def read_condition(self, field: Field, item: Item) -> Condition:
        if not isinstance(item.data, dict) or not item.data:
            self.fault("condition_wanted", item)
            return All(())
        parts: list[Condition] = []
        for key, data in item.data.items():
            inner = item.child(key, data)
            if key in ("any", "all"):
                if not isinstance(data, list) or not data:
                    self.fault("list_wanted_here", inner)
                    continue
                options = tuple(self.read_condition(field, inner.child(number, part)) for number, part in enumerate(data))
                parts.append(AnyOf(options) if key == "any" else All(options))
            elif key == "not":
                parts.append(Not(self.read_condition(field, inner)))
            elif key in self.facts:
                parts.append(self.comparison(self.facts[key], inner))
            elif not self.unknowable(key):
                self.fault("unknown_fact", item, key, found=key, **near(key, (*self.facts, *_WORDS)))
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def comparison(self, fact: Fact, item: Item) -> Condition:
        if isinstance(item.data, dict):
            return self.range(fact, item)
        many = item.data if isinstance(item.data, list) else [item.data]
        if not many:
            self.fault("list_wanted_here", item)
        values: list[Value] = []
        for number, raw in enumerate(many):
            place = item.child(number, raw) if isinstance(item.data, list) else item
            value = self.known_value(fact, place)
            if value is None:
                continue
            found = value if isinstance(value, tuple) else (value,)
            if any(part in values for part in found):
                self.fault("repeated_in_list", place, found=str(raw))
            values.extend(found)
        return In(fact.id, tuple(values))

    def known_value(self, fact: Fact, item: Item) -> Value | None:
        """A value in a rule: as in a profile, but a choice only by its key, and never 'unknown'."""
        try:
            value = parse(fact, [item.data] if fact.type == "choices" else item.data, self.notation)
        except Refused as refusal:
            self.fault(refusal.code, item, **refusal.params)
            return None
        if value is None:
            self.fault("known_value_wanted", item)
        elif fact.choices and item.data not in fact.keys:
            self.fault("bad_choice", item, found=str(item.data), allowed=", ".join(fact.keys), nearest=str(value))
        elif fact.type == "bool" and item.data not in ("true", "false", True, False):
            self.fault("bad_bool", item, found=str(item.data))
        return value

    def range(self, fact: Fact, item: Item) -> Condition:
        bounds: dict[str, Any] = {}
        data = item.data
        assert isinstance(data, dict)
        for key, raw in data.items():
            if key not in MATCHERS:
                self.fault("unknown_rule_key", item, key, found=key, allowed=", ".join(MATCHERS), **near(key, MATCHERS))
            elif fact.type not in ("int", "number", "date"):
                self.fault("no_range_here", item, key, found=fact.id)
            else:
                value = self.known_value(fact, item.child(key, raw))
                if value is not None:
                    bounds[key] = value
        if fact.type == "date" and len(str(bounds.get("at_most") or "2000-01-01")) == _MONTH:
            bounds["at_most"] = f"{bounds['at_most']}-31"  # the whole month
        for one, other in (("more_than", "at_least"), ("less_than", "at_most")):
            if one in bounds and other in bounds:
                self.fault("bound_twice", item, other, found=one, allowed=other)
        low, low_open = (bounds["more_than"], True) if "more_than" in bounds else (bounds.get("at_least"), False)
        high, high_open = (bounds["less_than"], True) if "less_than" in bounds else (bounds.get("at_most"), False)
        if not data or (low is not None and high is not None and (low > high or (low == high and (low_open or high_open)))):
            self.fault("empty_range", item)
        return Range(fact.id, low, low_open, high, high_open)


def comparisons(data: object, path: Path) -> Iterator[tuple[Path, str]]:
    """Where each comparison of a condition stands, with its fact: in the order of :func:`jiebei_check.conditions.leaves`."""
    if not isinstance(data, dict):
        return
    for key, inner in data.items():
        if key in ("any", "all") and isinstance(inner, list):
            for number, part in enumerate(inner):
                yield from comparisons(part, (*path, key, number))
        elif key == "not":
            yield from comparisons(inner, (*path, key))
        else:
            yield (*path, key), key

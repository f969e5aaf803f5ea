"""A rule set as one line of JSON and back, so that a run need not parse the YAML again.

JSON and not pickle or marshal: whatever stands in a cache file, reading it can do nothing but fail.
"""

from __future__ import annotations

import json
from typing import Any

from .conditions import All, AnyOf, Condition, In, Not, Range
from .ruleset import (
    Action,
    Alert,
    Cause,
    Check,
    Deadline,
    Evidence,
    Example,
    Language,
    LetterForm,
    Otherwise,
    Passage,
    RuleSet,
    Saying,
    Scenario,
    Source,
    Step,
    Told,
)
from .values import Choice, Fact, Notation

FORMAT = 5  # raised when the shape of what is stored changes


def dump(rules: RuleSet) -> str:
    """``rules`` as JSON text, the same for the same rules."""
    return json.dumps(_plain(rules), ensure_ascii=False, separators=(",", ":"), sort_keys=False)


def _plain(value: object) -> object:
    if isinstance(value, (In, Range, All, AnyOf, Not)):
        return [type(value).__name__, *(_plain(part) for part in value)]
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    return None if value == float("-inf") else value


def load(text: str) -> RuleSet:
    """The rule set that :func:`dump` wrote; ValueError, TypeError, KeyError or IndexError for anything else."""
    row = dict(zip(RuleSet._fields, json.loads(text), strict=True))
    row["facts"] = {key: _fact(value) for key, value in row["facts"].items()}
    row["causes"] = tuple(_cause(value) for value in row["causes"])
    row["actions"] = {key: _action(value) for key, value in row["actions"].items()}
    row["sources"] = {key: Source(*value) for key, value in row["sources"].items()}
    row["sayings"] = tuple(Saying(v[0], v[1], v[2], tuple(v[3]), _maybe(v[4]), tuple(v[5])) for v in row["sayings"])
    row["checks"] = tuple(Check(v[0], _condition(v[1]), tuple(v[2]), v[3]) for v in row["checks"])
    row["alerts"] = tuple(Alert(v[0], _condition(v[1]), v[2], tuple(v[3]), tuple(v[4])) for v in row["alerts"])
    row["scenarios"] = tuple(Scenario(v[0], v[1], _given(v[2]), tuple(v[3]), tuple(v[4]), tuple(v[5]), v[6]) for v in row["scenarios"])
    row["letters"] = {key: _letter(value) for key, value in row["letters"].items()}
    row["forbidden"] = {key: tuple(value) for key, value in row["forbidden"].items()}
    row["grouped_by"] = tuple(row["grouped_by"])
    row["told"] = {key: Told(*value) for key, value in row["told"].items()}
    row["languages"] = {key: Language(*value) for key, value in row["languages"].items()}
    notation = dict(zip(Notation._fields, row["notation"], strict=True))
    for key in ("yes", "no", "unknown"):
        notation[key] = frozenset(notation[key])
    row["notation"] = Notation(**{**notation, "currency": tuple(notation["currency"])})
    return RuleSet(**row)


def _condition(row: Any) -> Condition:
    kind = row[0]
    if kind == "In":
        return In(row[1], tuple(row[2]))
    if kind == "Range":
        return Range(*row[1:])
    if kind == "Not":
        return Not(_condition(row[1]))
    parts = tuple(_condition(part) for part in row[1])
    if kind == "All":
        return All(parts)
    if kind == "AnyOf":
        return AnyOf(parts)
    raise ValueError(kind)


def _maybe(row: Any) -> Condition | None:
    return None if row is None else _condition(row)


def _given(row: Any) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}


def _fact(row: Any) -> Fact:
    value = dict(zip(Fact._fields, row, strict=True))
    value["choices"] = tuple(Choice(key, label, tuple(also)) for key, label, also in value["choices"])
    value["also"] = tuple(value["also"])
    value["ask_if"] = _maybe(value["ask_if"])
    if isinstance(value["usual"], list):
        value["usual"] = tuple(value["usual"])
    if value["derived"] is not None:
        operation, inputs = value["derived"]
        value["derived"] = (operation, tuple(inputs))
        value["minimum"] = float("-inf")
    return Fact(**value)


def _cause(row: Any) -> Cause:
    value = dict(zip(Cause._fields, row, strict=True))
    value["applies"] = _maybe(value["applies"])
    value["evidence"] = tuple(_evidence(piece) for piece in value["evidence"])
    value["actions"] = tuple(value["actions"])
    value["tests"] = tuple(Example(name, _given(given), expect, tuple(pro), tuple(con)) for name, given, expect, pro, con in value["tests"])
    return Cause(**value)


def _evidence(row: Any) -> Evidence:
    steps = tuple(Step(_condition(when), bits, because) for when, bits, because in row[1])
    return Evidence(row[0], steps, None if row[2] is None else Otherwise(*row[2]), tuple(row[3]), row[4])


def _letter(row: Any) -> LetterForm:
    return LetterForm._make(tuple(_passage(part) for part in value) if isinstance(value, list) else value for value in row)


def _passage(row: Any) -> Passage:
    return Passage(row[0], _maybe(row[1]), tuple(row[2]), tuple(row[3]), row[4], tuple(row[5]), row[6])


def _action(row: Any) -> Action:
    value = dict(zip(Action._fields, row, strict=True))
    if value["deadline"] is not None:
        days, text, sources = value["deadline"]
        value["deadline"] = Deadline(days, text, tuple(sources))
    value["applies"] = _maybe(value["applies"])
    value["moves"] = tuple(value["moves"])
    value["sources"] = tuple(value["sources"])
    return Action(**value)

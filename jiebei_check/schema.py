"""JSON Schema (draft-07) for profiles, reports and rule files, made from the tables and types that the program itself uses.

http://json-schema.org/draft-07/json-schema-validation.html. The rules' schema serves completion in an editor: every key
carries its description, every reference the ids that exist.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from . import shapes
from .profile import PROFILE_VERSION
from .report import Report
from .ruleset import RuleSet
from .shapes import Field, Shape
from .values import Fact, Text

Schema = dict[str, Any]

DRAFT = "http://json-schema.org/draft-07/schema#"
FOLDER = ".schema"  # in a folder of rules; hidden, so that it is not read as rules
_ANY_FILE = "*.yaml"
_WRITTEN = {"type": "string"}  # a value as people write it: 1.2 + myriad, 60%, a label
_FILLED = {"type": "string", "pattern": r"\S"}
_DATE = {"type": "string", "pattern": r"^\d{4}-\d{1,2}(-\d{1,2})?$"}
_FREE = {"id": {"type": ["string", "integer"]}, "note": {"type": ["string", "null"]}}


def dump(schema: Schema) -> str:
    """A schema as text, the same for the same rules."""
    return json.dumps(schema, ensure_ascii=False, indent=1) + "\n"


# --- profiles


def profile_schema(rules: RuleSet) -> Schema:
    """A profile: sections of facts, each fact by type, with its question as description."""
    return {"$schema": DRAFT, "title": "Profile", **_profile(rules), "definitions": {}}


def _profile(rules: RuleSet) -> Schema:
    sections: dict[str, Schema] = {"profile_version": {"const": PROFILE_VERSION}, **_FREE}
    for fact in rules.inputs:
        if not fact.section:
            sections[fact.id] = _answer(fact)
            continue
        section = sections.setdefault(
            fact.section,
            {
                "description": _both(rules.sections.get(fact.section, {})),
                "type": ["object", "null"],
                "additionalProperties": False,
                "properties": {},
            },
        )
        section["properties"][fact.id.removeprefix(f"{fact.section}.")] = _answer(fact)
    return {"type": "object", "additionalProperties": False, "properties": sections}


def _answer(fact: Fact) -> Schema:
    """What a profile may hold for a fact; null and words for "not known" are always fine."""
    return {
        "title": _both(fact.label),
        "description": f"{_both(fact.question)}\n\n{_both(fact.hint)}",
        "anyOf": [*_typed(fact), _WRITTEN, {"type": "null"}],
    }


def _typed(fact: Fact) -> list[Schema]:
    if fact.type == "bool":
        return [{"type": "boolean"}]
    if fact.type in ("int", "number"):
        return [_number(fact)]
    if fact.type == "date":
        return [_DATE]
    keys = {"enum": list(fact.keys)}
    return [keys] if fact.type == "choice" else [keys, {"type": "array", "items": {"anyOf": [keys, _WRITTEN]}, "minItems": 1}]


def _number(fact: Fact) -> Schema:
    number: Schema = {"type": "integer" if fact.type == "int" else "number"}
    if fact.minimum not in (None, float("-inf")):
        number["minimum"] = fact.minimum
    if fact.maximum is not None:
        number["maximum"] = fact.maximum
    return number


def _both(text: Text) -> str:
    return " / ".join(text.values())


# --- reports


def report_schema() -> Schema:
    """The JSON document of a report, from the types of :mod:`jiebei_check.report`."""
    definitions: dict[str, Schema] = {}
    top = _of_type(Report, definitions)
    return {"$schema": DRAFT, "title": "Report", **top, "definitions": definitions}


def _of_type(kind: Any, definitions: dict[str, Schema]) -> Schema:
    plain = {str: "string", int: "integer", float: "number", bool: "boolean", NoneType: "null"}
    if kind in plain:
        return {"type": plain[kind]}
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return {"anyOf": [_of_type(part, definitions) for part in inner]}
    if origin is tuple:
        if len(inner) == 2 and inner[1] is Ellipsis:
            return {"type": "array", "items": _of_type(inner[0], definitions)}
        return {"type": "array", "items": [_of_type(part, definitions) for part in inner], "minItems": len(inner), "maxItems": len(inner)}
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return {"type": "object", "additionalProperties": _of_type(inner[1], definitions)}
    if hasattr(kind, "_fields"):
        name = kind.__name__.rstrip("_")
        if name not in definitions:
            definitions[name] = {}  # stands for itself while its fields are read
            hints = get_type_hints(kind)
            fields = {"for" if field == "speaks_for" else field: _of_type(hints[field], definitions) for field in kind._fields}
            about = " ".join((kind.__doc__ or "").split())
            definitions[name] = {
                "description": about,
                "type": "object",
                "additionalProperties": False,
                "required": list(fields),
                "properties": fields,
            }
        return {"$ref": f"#/definitions/{name}"}
    return {}


# --- rule files


def rules_schema(rules: RuleSet) -> Schema:
    """All files of a rule set, as one mapping of relative path to content; a single file is a definition by its name."""
    maker = _Maker(rules)
    patterns = {}
    for pattern, (key, table) in shapes.FILES.items():
        name = file_kind(pattern)
        shape = maker.shape(table) if table else {"type": "object"}
        maker.definitions[name] = shape if not key else _keyed(key, shape)
        patterns["^" + pattern.replace(".", r"\.").replace("*", "[^/]+") + "$"] = {"$ref": f"#/definitions/{name}"}
    return {
        "$schema": DRAFT,
        "title": "Rule set",
        "type": "object",
        "additionalProperties": False,
        "required": ["ruleset.yaml"],
        "patternProperties": patterns,
        "definitions": maker.definitions,
    }


def file_kind(pattern: str) -> str:
    """The name under which a kind of rule file has its schema: ``causes``, ``facts``, ``actions``, ``ruleset``."""
    return pattern.removesuffix("/" + _ANY_FILE).removesuffix(".yaml")


def schema_files(rules: RuleSet) -> dict[str, str]:
    """File name -> content of all that an editor needs beside a folder of rules."""
    files = {"rules.json": dump(rules_schema(rules))}
    for pattern in shapes.FILES:
        name = file_kind(pattern)
        files[f"{name}.json"] = dump({"$schema": DRAFT, "title": name, "allOf": [{"$ref": f"rules.json#/definitions/{name}"}]})
    return files


def modeline(path: str) -> str:
    """The line at the top of a rule file by which an editor finds the schema."""
    pattern = next(pattern for pattern in shapes.FILES if _fits(path, pattern))
    return f"# yaml-language-server: $schema={'../' * path.count('/')}{FOLDER}/{file_kind(pattern)}.json"


def _fits(path: str, pattern: str) -> bool:
    from fnmatch import fnmatch  # noqa: PLC0415 - only writers of rule files need it

    return fnmatch(path, pattern) and path.count("/") == pattern.count("/")


def _keyed(key: str, shape: Schema) -> Schema:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [key],
        "properties": {key: {"type": "object", "additionalProperties": shape}},
    }


class _Maker:
    def __init__(self, rules: RuleSet) -> None:
        self.rules = rules
        self.ids: dict[str, list[str]] = {
            "facts": [fact.id for fact in rules.inputs],
            "sources": list(rules.sources),
            "actions": list(rules.actions),
            "causes": sorted(cause.id for cause in rules.causes),
            "families": list(rules.families),
            "grades": list(rules.grades),
            "units": list(rules.units),
            "confidences": sorted({source.confidence for source in rules.sources.values() if source.confidence}),
        }
        self.definitions: dict[str, Schema] = {
            "text": {
                "type": "object",
                "additionalProperties": False,
                "required": list(self._languages()),
                "properties": dict.fromkeys(self._languages(), _FILLED),
            },
            "condition": {
                "type": "object",
                "additionalProperties": False,
                "minProperties": 1,
                "properties": {fact.id: self.comparison(fact) for fact in rules.facts.values()}
                | {
                    "any": {"description": "At least one holds.", **_list_of("condition")},
                    "all": {"description": "Every one holds.", **_list_of("condition")},
                    "not": {"description": "It does not hold.", "allOf": [_link("condition")]},
                },
            },
            "given": _profile(rules),
            **{f"{name}_id": {"enum": ids} for name, ids in self.ids.items() if ids},
        }

    def _languages(self) -> tuple[str, ...]:
        return tuple(self.rules.title)

    def comparison(self, fact: Fact) -> Schema:
        about = _both(fact.label)
        if fact.type == "bool":
            return {"description": about, "type": "boolean"}
        if fact.type in ("choice", "choices"):
            one: Schema = {"enum": list(fact.keys)}
        else:
            one = _DATE if fact.type == "date" else _number(fact)
        parts: list[Schema] = [one, {"type": "array", "items": one, "minItems": 1, "uniqueItems": True}]
        if fact.type in ("int", "number", "date"):
            bounds = dict.fromkeys(shapes.MATCHERS, one)
            parts.append({"type": "object", "additionalProperties": False, "minProperties": 1, "properties": bounds})
        return {"description": about, "anyOf": parts}

    def shape(self, table: Shape) -> Schema:
        made: Schema = {"type": "object", "additionalProperties": False}
        required = [key for key, field in table.items() if field.required]
        if required:
            made["required"] = required
        made["properties"] = {key: {"description": field.about, **self.field(field)} for key, field in table.items()}
        if {"for", "against"} <= set(table) and table["for"].kind == "strength":
            made["not"] = {"required": ["for", "against"]}
        return made

    def field(self, field: Field) -> Schema:
        return _FIELDS[field.kind](self, field)

    def inner(self, field: Field) -> Schema:
        return self.field(field.of) if isinstance(field.of, Field) else self.shape(field.of)  # type: ignore[arg-type]  # else a table

    def ref(self, field: Field) -> Schema:
        return _link(f"{field.of}_id") if self.ids.get(str(field.of)) else _FILLED

    def number(self, field: Field) -> Schema:
        bounds = {"minimum": field.least, "maximum": field.most}
        return {"type": field.kind, **{key: value for key, value in bounds.items() if value is not None}}

    def looks(self) -> Schema:
        words: Schema = {"enum": list(self.rules.frequencies)}
        choices = [fact for fact in self.rules.facts.values() if fact.type == "choice"]
        facts = {
            fact.id: {"type": "object", "additionalProperties": False, "properties": dict.fromkeys(fact.keys, words)} for fact in choices
        }
        return {"type": "object", "additionalProperties": False, "minProperties": 1, "properties": facts}

    def mapping(self, field: Field) -> Schema:
        return {"type": "object", **({"minProperties": 1} if field.filled else {}), "additionalProperties": self.inner(field)}


def _link(name: str) -> Schema:
    return {"$ref": f"#/definitions/{name}"}


def _linked(name: str) -> Schema:
    return {"allOf": [_link(name)]}  # in draft-07 a description beside $ref is not read


def _list_of(name: str) -> Schema:
    return {"type": "array", "minItems": 1, "items": _link(name)}


def _strings(filled: bool) -> Schema:
    return {"type": "array", "uniqueItems": True, **({"minItems": 1} if filled else {}), "items": {"type": "string"}}


_FIELDS: Mapping[str, Callable[[_Maker, Field], Schema]] = {
    "text": lambda _maker, _field: _linked("text"),
    "string": lambda _maker, field: dict(_FILLED if field.filled else {"type": "string"}),
    "address": lambda _maker, _field: {"type": "string", "pattern": "^https?://"},
    "strings": lambda _maker, field: _strings(field.filled),
    "integer": lambda maker, field: maker.number(field),
    "number": lambda maker, field: maker.number(field),
    "boolean": lambda _maker, _field: {"type": "boolean"},
    "date": lambda _maker, _field: dict(_DATE),
    "word": lambda _maker, field: {"enum": list(field.allowed)},
    "ref": lambda maker, field: {"allOf": [maker.ref(field)]},
    "refs": lambda maker, field: {
        "type": "array",
        "uniqueItems": True,
        **({"minItems": 1} if field.filled else {}),
        "items": maker.ref(field),
    },
    "strength": lambda maker, _field: {"enum": list(maker.rules.bits)},
    "prior": lambda maker, _field: {"enum": list(maker.rules.priors)},
    "frequency": lambda maker, _field: {"enum": list(maker.rules.frequencies)},
    "looks": lambda maker, _field: maker.looks(),
    "condition": lambda _maker, _field: _linked("condition"),
    "profile": lambda _maker, _field: _linked("given"),
    "value": lambda _maker, _field: {"type": ["string", "number", "boolean"]},
    "map": lambda maker, field: maker.mapping(field),
    "list": lambda maker, field: {"type": "array", "minItems": 1, "items": maker.inner(field)},
    "shape": lambda maker, field: maker.inner(field),
    "any": lambda _maker, _field: {},
}

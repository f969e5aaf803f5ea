"""As much of JSON Schema draft-07 as our schemas use; a keyword that it does not know is a fault of the schema."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

_NOTES = {"$schema", "title", "description", "definitions"}
_TYPES: dict[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
}


def faults(schema: dict[str, Any], value: object) -> list[str]:
    """Everything in ``value`` that does not fit ``schema``, each with its path."""
    return [f"{'.'.join(map(str, path))}: {what}" for path, what in _check(schema, schema, value, ())]


def check_schema(schema: dict[str, Any]) -> None:
    """ValueError for a keyword, a type or a reference that does not exist."""
    for part in _parts(schema):
        unknown = set(part) - _NOTES - set(_KEYWORDS) - {"additionalProperties", "patternProperties", "properties"}
        if unknown:
            raise ValueError(f"unknown keywords: {unknown}")
        kinds = part.get("type", [])
        if any(kind not in _TYPES for kind in ([kinds] if isinstance(kinds, str) else kinds)):
            raise ValueError(f"unknown type: {kinds}")
        if "$ref" in part:
            _resolve(schema, part["$ref"])
        for pattern in [part.get("pattern", ""), *part.get("patternProperties", {})]:
            re.compile(pattern)


def _parts(schema: object) -> Iterator[dict[str, Any]]:
    """Every schema inside a schema."""
    if not isinstance(schema, dict):
        return
    yield schema
    for key in ("properties", "patternProperties", "definitions"):
        for part in schema.get(key, {}).values():
            yield from _parts(part)
    for key in ("items", "not", "additionalProperties"):
        yield from _parts(schema.get(key))
    for key in ("anyOf", "allOf"):
        for part in schema.get(key, ()):
            yield from _parts(part)


def _resolve(root: dict[str, Any], ref: str) -> dict[str, Any]:
    part: Any = root
    for key in ref.removeprefix("#/").split("/"):
        if key not in part:
            raise ValueError(f"no such reference: {ref}")
        part = part[key]
    return part  # type: ignore[no-any-return]


Fault = tuple[tuple[str | int, ...], str]


def _check(root: dict[str, Any], schema: Any, value: Any, path: tuple[str | int, ...]) -> Iterator[Fault]:
    if schema is True or schema is False:
        if not schema:
            yield path, "not allowed"
        return
    if "$ref" in schema:
        yield from _check(root, _resolve(root, schema["$ref"]), value, path)
        return
    for key, check in _KEYWORDS.items():
        if key in schema and not check(root, schema[key], value):
            yield path, f"{key} {str(schema[key])[:80]} does not hold for {str(value)[:80]}"
    for part in schema.get("allOf", ()):
        yield from _check(root, part, value, path)
    if isinstance(value, list) and "items" in schema:
        for number, member in enumerate(value):
            yield from _check(root, schema["items"], member, (*path, number))
    if isinstance(value, dict):
        for name, member in value.items():
            fitting = [schema["properties"][name]] if name in schema.get("properties", {}) else []
            fitting += [part for pattern, part in schema.get("patternProperties", {}).items() if re.search(pattern, name)]
            for part in fitting or [schema.get("additionalProperties", True)]:
                yield from _check(root, part, member, (*path, name))


def _fits(root: dict[str, Any], schema: Any, value: Any) -> bool:
    return not any(True for _ in _check(root, schema, value, ()))


def _of_kind(wanted: str | list[str], value: Any) -> bool:
    return any(_TYPES[kind](value) for kind in ([wanted] if isinstance(wanted, str) else wanted))


def _number(value: Any) -> bool:
    return _TYPES["number"](value)


_KEYWORDS: dict[str, Callable[[dict[str, Any], Any, Any], bool]] = {
    "type": lambda _root, wanted, value: _of_kind(wanted, value),
    "enum": lambda _root, allowed, value: value in allowed,
    "const": lambda _root, only, value: value == only,
    "minimum": lambda _root, least, value: not _number(value) or value >= least,
    "maximum": lambda _root, most, value: not _number(value) or value <= most,
    "pattern": lambda _root, pattern, value: not isinstance(value, str) or re.search(pattern, value) is not None,
    "minItems": lambda _root, least, value: not isinstance(value, list) or len(value) >= least,
    "maxItems": lambda _root, most, value: not isinstance(value, list) or len(value) <= most,
    "uniqueItems": lambda _root, _wanted, value: (
        not isinstance(value, list) or all(one not in value[:place] for place, one in enumerate(value))
    ),
    "minProperties": lambda _root, least, value: not isinstance(value, dict) or len(value) >= least,
    "required": lambda _root, names, value: not isinstance(value, dict) or all(name in value for name in names),
    "anyOf": lambda root, parts, value: any(_fits(root, part, value) for part in parts),
    "allOf": lambda _root, _wanted, _value: True,  # told part by part
    "not": lambda root, part, value: not _fits(root, part, value),
    "items": lambda _root, _part, _value: True,  # told member by member
    "$ref": lambda _root, _ref, _value: True,
}

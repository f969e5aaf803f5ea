"""A document from outside: plain structure, and the line on which each value stands."""

import json
import os
import stat
from collections.abc import Mapping
from typing import NamedTuple

from .decoding import decode
from .errors import DataError, Problem, ReadError

Path = tuple[str | int, ...]

MAX_BYTES = 1 << 20
MAX_DEPTH = 24
MAX_NODES = 60_000
_MAX_DIGITS = 40


class Document(NamedTuple):
    """What a file holds. ``data`` is made of dict, list, str, None (and bool, int, float from JSON).

    ``below`` is the document that this one is laid over (see :mod:`jiebei_check.layers`): what only that one speaks of
    stands there.
    """

    name: str
    data: object
    lines: Mapping[Path, int]
    problems: tuple[Problem, ...] = ()
    below: "Document | None" = None

    def line(self, path: Path) -> int | None:
        """The line of the value at ``path``, or of the nearest thing around it."""
        for length in range(len(path), -1, -1):
            line = self.lines.get(path[:length])
            if line is not None:
                return line
        return None

    def home(self, path: Path) -> "Document":
        """The document in which ``path`` stands: this one, or the one below where only that knows more of it."""
        if self.below is not None:
            for length in range(len(path), 0, -1):
                if path[:length] in self.lines:
                    return self
                if path[:length] in self.below.lines:
                    return self.below
        return self

    def problem(self, code: str, path: Path, **params: str) -> Problem:
        home = self.home(path)
        return Problem(code, home.name, home.line(path), ".".join(map(str, path)), params)


def read_bytes(path: str, limit: int = MAX_BYTES) -> bytes:
    """The content of a regular file, at most ``limit`` bytes. ReadError for what cannot be read or is no file."""
    try:
        # O_NONBLOCK: a named pipe without a writer must be refused, not waited for
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except (OSError, ValueError) as error:
        code: dict[type[BaseException], str] = {
            FileNotFoundError: "no_such_file",
            IsADirectoryError: "is_a_folder",
            PermissionError: "no_permission",
        }
        raise ReadError([Problem(code.get(type(error), "cannot_read"), path)]) from None
    mode = os.fstat(handle).st_mode
    if not stat.S_ISREG(mode):
        os.close(handle)
        raise ReadError([Problem("is_a_folder" if stat.S_ISDIR(mode) else "not_a_file", path)])
    with open(handle, "rb") as file:
        try:
            return bounded(file.read(limit + 1), path, limit)
        except OSError:
            raise ReadError([Problem("cannot_read", path)]) from None


def bounded(data: bytes, name: str, limit: int = MAX_BYTES) -> bytes:
    """``data`` itself, or DataError where it is longer than ``limit``."""
    if len(data) > limit:
        raise DataError([Problem("too_large", name, params={"limit": f"{limit >> 10} KB"})])
    return data


def parse_document(data: bytes, name: str) -> Document:
    """YAML or JSON by its first character. Raises DataError for bytes that are no text; other faults are in the result."""
    text = decode(data, name)
    if text.lstrip()[:1] in ("{", "["):
        document = parse_json(text, name)
        if document is not None:
            return document
    from .yaml_reader import read_yaml  # noqa: PLC0415 - JSON does not pay for the YAML library

    return read_yaml(text, name)


def parse_json(text: str, name: str) -> Document | None:
    """A JSON document without lines, or None where it is no JSON or repeats a key: the YAML reader then says where."""
    if text.count("[") + text.count("{") > MAX_NODES or _depth(text) > MAX_DEPTH:
        return None
    try:
        return Document(name, json.loads(text, object_pairs_hook=_unique, parse_int=_integer, parse_constant=str), {})
    except (ValueError, RecursionError):
        return None


def _depth(text: str) -> int:
    """An upper bound of the nesting, brackets in strings included."""
    depth = deepest = 0
    for char in text:
        if char in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif char in "]}":
            depth -= 1
    return deepest


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    table = dict(pairs)
    if len(table) != len(pairs):
        raise ValueError("repeated key")
    return table


def _integer(digits: str) -> int | str:
    return int(digits) if len(digits) <= _MAX_DIGITS else digits

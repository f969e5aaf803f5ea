"""YAML as plain structure with a line for every value. The only module that imports yaml.

``yaml.safe_load`` is no boundary: merge keys and aliases expand without end, deep brackets crash the C composer. So the
event stream is walked here, bounded in depth and number, without aliases, anchors or tags, and scalars stay text: what
``yes`` or ``1_000`` mean is decided by the type of the fact, not by YAML 1.1.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from .document import MAX_DEPTH, MAX_NODES, Document, Path
from .errors import Problem

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULLS = ("", "~", "null", "Null", "NULL")


class _Stop(Exception):
    def __init__(self, problem: Problem) -> None:
        self.problem = problem


class _Builder:
    """Builds one document from events, iteratively: the depth of the input never becomes the depth of our stack."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.lines: dict[Path, int] = {}
        self.problems: list[Problem] = []
        self.root: object = None
        self._stack: list[tuple[object, Path]] = []  # open containers with their paths
        self._key: list[str | None] = []  # the key that waits for its value, a level
        self._count = 0

    def feed(self, event: Any) -> None:
        kind = type(event).__name__
        line = event.start_mark.line + 1
        self._count += 1
        if self._count > MAX_NODES:
            raise _Stop(Problem("too_many_values", self.name, line))
        if kind == "AliasEvent" or getattr(event, "anchor", None) is not None:
            raise _Stop(Problem("alias", self.name, line))
        if getattr(event, "tag", None) is not None:
            raise _Stop(Problem("tag", self.name, line))
        if kind == "ScalarEvent":
            plain = event.implicit[0]
            self._value(None if plain and event.value in _NULLS else event.value, line, text=event.value)
        elif kind in ("MappingStartEvent", "SequenceStartEvent"):
            if len(self._stack) >= MAX_DEPTH:
                raise _Stop(Problem("too_deep", self.name, line))
            container: object = {} if kind == "MappingStartEvent" else []
            path = self._value(container, line, text=None)
            self._stack.append((container, path))
            self._key.append(None)
        elif kind in ("MappingEndEvent", "SequenceEndEvent"):
            self._stack.pop()
            self._key.pop()

    def _value(self, value: object, line: int, text: str | None) -> Path:
        if not self._stack:
            self.root = value
            self.lines[()] = line
            return ()
        parent, path = self._stack[-1]
        if isinstance(parent, list):
            here: Path = (*path, len(parent))
            parent.append(value)
        elif self._key[-1] is None:
            if text is None:
                raise _Stop(Problem("key_wanted", self.name, line, ".".join(map(str, path))))
            assert isinstance(parent, dict)
            if text in parent:
                first = self.lines.get((*path, text), line)
                self.problems.append(Problem("duplicate_key", self.name, line, ".".join(map(str, (*path, text))), {"first": str(first)}))
            self._key[-1] = text
            self.lines.setdefault((*path, text), line)
            return path
        else:
            assert isinstance(parent, dict)
            here = (*path, self._key[-1])
            parent.setdefault(self._key[-1], value)
            self._key[-1] = None
            return here
        self.lines.setdefault(here, line)
        return here


def read_yaml(text: str, name: str) -> Document:
    """The one document in ``text``; its problems are in the result, never raised."""
    documents = list(read_yaml_stream(text, name, limit=2))
    if not documents:
        return Document(name, None, {}, ())
    if len(documents) > 1:
        first = documents[0]
        return first._replace(problems=(*first.problems, Problem("several_documents", name)))
    return documents[0]


def read_yaml_stream(text: str, name: str, limit: int | None = None) -> Iterator[Document]:
    """Each document of ``text`` in order; one that is broken ends the stream (YAML cannot be resumed after an error)."""
    builder = _Builder(name)
    seen = 0
    try:
        for event in yaml.parse(text, Loader=_Loader):
            kind = type(event).__name__
            if kind == "DocumentStartEvent":
                builder = _Builder(name)
            elif kind == "DocumentEndEvent":
                yield Document(name, builder.root, builder.lines, tuple(builder.problems))
                seen += 1
                if limit is not None and seen >= limit:
                    return
            elif kind not in ("StreamStartEvent", "StreamEndEvent"):
                builder.feed(event)
    except _Stop as stop:
        yield Document(name, None, builder.lines, (*builder.problems, stop.problem))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        from .yaml_trouble import explain  # noqa: PLC0415 - only on the way to an error

        yield Document(name, None, builder.lines, (*builder.problems, explain(error, text, name)))

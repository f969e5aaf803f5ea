"""Records of a batch: one profile each, in the form in which it came, before anything in it is understood."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from .errors import Problem

JSON = "json"  # data: the bytes of one JSON value
ROW = "row"  # data: (columns, cells); a column is a fact's id, "id", or empty where it is ignored
DOCUMENT = "document"  # data: the bytes of one profile, YAML or JSON
VALUE = "value"  # data: what a caller's own program holds
BAD = "bad"  # data: the problem that kept it from being read


class Record(NamedTuple):
    """One record. ``number`` counts from 1 over the whole batch, ``line`` is its first line in ``source``."""

    number: int
    kind: str
    data: Any
    line: int = 1
    source: str = ""
    name: str = ""  # stands for the id of a profile that has none


class Raw(NamedTuple):
    """A record before it is numbered."""

    kind: str
    data: Any
    line: int = 1


def bad(code: str, line: int = 1, **params: str) -> Raw:
    """A record that could not be read at all."""
    return Raw(BAD, Problem(code, "", line, "", params), line)


def packed(chunk: Sequence[Record]) -> object:
    """A chunk in the form in which it travels: lines that follow each other in one piece, since those are quick to hand over."""
    first, last = chunk[0], chunk[-1]
    if last.line - first.line != len(chunk) - 1 or any(record.kind != JSON or record.name for record in chunk):
        return chunk
    data = b"\n".join([record.data for record in chunk])
    return (first.number, first.line, first.source, data) if data.count(b"\n") == len(chunk) - 1 else chunk


def unpacked(told: Any) -> Sequence[Record]:
    """The chunk of which :func:`packed` made ``told``."""
    if isinstance(told, list):
        return told
    number, line, source, data = told
    return [Record(number + place, JSON, piece, line + place, source) for place, piece in enumerate(data.split(b"\n"))]


def values(items: Iterable[object]) -> Iterator[Record]:
    """Records from a caller's own program: mappings, profiles, or JSON texts."""
    for number, item in enumerate(items, 1):
        if isinstance(item, str):
            yield Record(number, JSON, item.encode("utf-8", "surrogatepass"))
        elif isinstance(item, (bytes, bytearray)):
            yield Record(number, JSON, bytes(item))
        else:
            yield Record(number, VALUE, item)

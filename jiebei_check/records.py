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
    name: str = ""  # its id, where that is known although the rest cannot be read


def bad(code: str, line: int = 1, **params: str) -> Raw:
    """A record that could not be read at all."""
    return Raw(BAD, Problem(code, "", line, "", params), line)


class Lines(NamedTuple):
    """Records in one piece, one JSON value on each line: quick to read, and to hand over. ``number`` and ``line`` are of the first."""

    number: int
    many: int
    data: bytes
    line: int = 1
    source: str = ""

    @property
    def records(self) -> list[Record]:
        return [
            Record(self.number + place, JSON, piece, self.line + place, self.source) for place, piece in enumerate(self.data.split(b"\n"))
        ]


Chunk = Lines | Sequence[Record]  # records that are worked on together


def records_in(chunk: Chunk) -> Sequence[Record]:
    """The records of a chunk."""
    return chunk.records if isinstance(chunk, Lines) else chunk


def values(items: Iterable[object]) -> Iterator[Record]:
    """Records from a caller's own program: mappings, profiles, or JSON texts."""
    for number, item in enumerate(items, 1):
        if isinstance(item, str):
            yield Record(number, JSON, item.encode("utf-8", "surrogatepass"))
        elif isinstance(item, (bytes, bytearray)):
            yield Record(number, JSON, bytes(item))
        else:
            yield Record(number, VALUE, item)

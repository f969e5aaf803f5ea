"""The documents of a YAML stream as separate texts, so that a broken one does not end the stream."""

import re
from collections.abc import Iterator
from typing import BinaryIO

from .document import MAX_BYTES
from .lines import lines
from .records import DOCUMENT, Raw, bad

_START = re.compile(rb"---([ \t].*)?")
_END = re.compile(rb"\.\.\.([ \t].*)?")
_EMPTY = re.compile(rb"[ \t]*(#.*)?")


def read_yaml_documents(stream: BinaryIO, limit: int = MAX_BYTES) -> Iterator[Raw]:
    """Each document of ``stream`` that holds more than comments."""
    document = _Collector(limit)
    for line in lines(stream, limit):
        if _START.fullmatch(line.data):
            yield from document.finish()
            document = _Collector(limit, line.number)
            document.add(b"   " + line.data[3:], cut=line.cut)  # what may follow on the same line stays in its column
        elif _END.fullmatch(line.data):
            yield from document.finish()
            document = _Collector(limit, line.number + 1)
        else:
            document.add(line.data, cut=line.cut)
    yield from document.finish()


class _Collector:
    """One document while it is being read."""

    def __init__(self, limit: int, line: int = 1) -> None:
        self._line, self._left = line, limit
        self._limit = limit
        self._parts: list[bytes] = []
        self._empty = True

    def add(self, data: bytes, *, cut: bool) -> None:
        self._empty = self._empty and _EMPTY.fullmatch(data) is not None
        self._left -= len(data) + 1
        if self._left < 0 or cut:
            self._left = -1
            self._parts = []
        else:
            self._parts.append(data)

    def finish(self) -> Iterator[Raw]:
        if self._empty:
            return
        if self._left < 0:
            yield bad("too_large", self._line, limit=f"{self._limit >> 10} KB")
        else:
            yield Raw(DOCUMENT, b"\n".join(self._parts) + b"\n", self._line)

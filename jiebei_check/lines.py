"""Lines of a stream of bytes, bounded: however long the stream or one of its lines is, little of it is held."""

import codecs
import io
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from .document import MAX_BYTES

_BLOCK = 1 << 16
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Line(NamedTuple):
    """A line with its number from 1, without its end. One that was longer than allowed is ``cut``: the rest is left out."""

    number: int
    data: bytes
    cut: bool = False


def lines(stream: BinaryIO, limit: int = MAX_BYTES) -> Iterator[Line]:
    """The lines of ``stream``, UTF-16 with a mark turned into UTF-8, the mark of UTF-8 left out."""
    source = _narrow(stream)
    number = 0
    while data := source.readline(limit + 2):
        number += 1
        if data.endswith(b"\n"):
            data = data[:-1]
        elif len(data) > limit:
            _skip_line(source)
        if number == 1 and data.startswith(codecs.BOM_UTF8):
            data = data[len(codecs.BOM_UTF8) :]
        yield Line(number, data[:limit].removesuffix(b"\r"), len(data) > limit + 1)


def _skip_line(source: "BinaryIO | _Narrow") -> None:
    while block := source.readline(_BLOCK):
        if block.endswith(b"\n"):
            return


def _narrow(stream: BinaryIO) -> "BinaryIO | _Narrow":
    buffered = stream if isinstance(stream, io.BufferedReader) else io.BufferedReader(stream, _BLOCK)  # type: ignore[type-var]
    return _Narrow(buffered) if buffered.peek(2)[:2] in _WIDE else buffered


class _Narrow:
    """UTF-16 read as UTF-8; what is no character becomes the replacement character, which no value holds."""

    def __init__(self, stream: BinaryIO) -> None:
        self._text = io.TextIOWrapper(stream, encoding="utf-16", errors="replace", newline="\n")

    def readline(self, limit: int) -> bytes:
        return self._text.readline(limit // 4).encode("utf-8", "replace")

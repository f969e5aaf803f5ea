"""Lines of a stream of bytes, bounded: however long the stream or one of its lines is, little of it is held."""

import codecs
import io
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from .document import MAX_BYTES

_BLOCK = 1 << 16
_ENDLESS = 1 << 33  # bytes without a line break after which nothing more is expected
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Line(NamedTuple):
    """A line with its number from 1, without its end. One that was longer than allowed is ``cut``: the rest is left out."""

    number: int
    data: bytes
    cut: bool = False


def lines(stream: BinaryIO, limit: int = MAX_BYTES) -> Iterator[Line]:
    """The lines of ``stream``, as :func:`narrow` gives it."""
    source = narrow(stream)
    number = 0
    while data := source.readline(limit + 2):
        number += 1
        whole = data.endswith(b"\n")
        data = data.removesuffix(b"\n").removesuffix(b"\r")
        yield Line(number, data[:limit], len(data) > limit)  # said at once: the rest of the line may never come
        if not whole and len(data) > limit and not _skip_line(source):
            return


def _skip_line(source: "BinaryIO | _Narrow") -> bool:
    """Go behind the end of the line; False where there is none within reason."""
    left = _ENDLESS
    while left > 0 and (block := source.readline(_BLOCK)):
        if block.endswith(b"\n"):
            return True
        left -= len(block)
    return False


def is_wide(start: bytes) -> bool:
    """Whether a text that begins so is UTF-16."""
    return start.startswith(_WIDE)


def narrow(stream: "BinaryIO | _Narrow") -> "BinaryIO | _Narrow":
    """``stream`` itself, or where it begins with a mark of UTF-16 the same text as UTF-8. The mark of UTF-8 is left out."""
    if isinstance(stream, _Narrow):
        return stream
    buffered = stream if isinstance(stream, io.BufferedReader) else io.BufferedReader(stream, _BLOCK)  # type: ignore[type-var]
    start = buffered.peek(3)
    if is_wide(start):
        return _Narrow(buffered)
    if start.startswith(codecs.BOM_UTF8):
        buffered.read(len(codecs.BOM_UTF8))
    return buffered


class _Narrow:
    """UTF-16 read as UTF-8; what is no character becomes the replacement character, which no value holds."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-16")("replace")
        self._held = b""
        self._start = 0

    def readline(self, limit: int) -> bytes:
        searched = self._start
        while True:
            end = self._held.find(b"\n", searched, self._start + limit) + 1
            if end or len(self._held) - self._start >= limit:
                return self._take(end - self._start if end else limit)
            searched = len(self._held) - self._start
            if not self._more():
                return self._take(limit)

    def read(self, size: int) -> bytes:
        while len(self._held) - self._start < size and self._more():
            pass
        return self._take(size)

    def _take(self, size: int) -> bytes:
        taken = self._held[self._start : self._start + size]
        self._start += len(taken)
        return taken

    def _more(self) -> bool:
        block = self._stream.read(_BLOCK)
        self._held = self._held[self._start :] + self._decoder.decode(block, final=not block).encode("utf-8", "replace")
        self._start = 0
        return bool(block)

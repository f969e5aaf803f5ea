"""Lines of a stream of bytes, bounded: however long the stream or one of its lines is, little of it is held."""

import codecs
import io
from collections.abc import Callable, Iterator
from typing import BinaryIO, NamedTuple

from .document import MAX_BYTES

_BLOCK = 1 << 16
_ENDLESS = 1 << 33  # bytes without a line break after which nothing more is expected
_WIDE_BLOCK = 1 << 18
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Line(NamedTuple):
    """A line with its number from 1, without its end. One that was longer than allowed is ``cut``: the rest is left out."""

    number: int
    data: bytes
    cut: bool = False


class Block(NamedTuple):
    """Lines with line breaks between them, ready to be used; ``number`` is that of the first."""

    number: int
    many: int
    data: bytes


def lines(stream: BinaryIO, limit: int = MAX_BYTES) -> Iterator[Line]:
    """The lines of ``stream``, as :func:`narrow` gives it."""
    source = narrow(stream)
    number = 0
    while data := source.readline(limit + 2):
        number += 1
        yield _line(number, data, limit)  # said at once: the rest of the line may never come
        if len(data) > limit and not data.endswith(b"\n") and not _skip_line(source):
            return


def blocks(stream: BinaryIO, start: bytes, most: int, limit: int = MAX_BYTES) -> Iterator[Line | Block]:
    """The lines of ``stream``, up to ``most`` of them in a block where all begin with ``start`` and nothing has to be mended."""
    source = _Held(narrow(stream))
    number = 1
    while True:
        data, many, even = source.lines(start, most, limit)
        if not many:
            data = source.readline(limit + 2)
            if not data:
                return
            yield _line(number, data, limit)
            if len(data) > limit and not data.endswith(b"\n") and not _skip_line(source):
                return
            number += 1
            continue
        if even and b"\r" not in data:
            yield Block(number, many, data[:-1])
        else:
            yield from [_line(number + place, one, limit) for place, one in enumerate(data[:-1].split(b"\n"))]
        number += many


def _line(number: int, data: bytes, limit: int) -> Line:
    data = data.removesuffix(b"\n").removesuffix(b"\r")
    return Line(number, data[:limit], len(data) > limit)


def _skip_line(source: "BinaryIO | _Held") -> bool:
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


def narrow(stream: "BinaryIO | _Held") -> "BinaryIO | _Held":
    """``stream`` itself, or where it begins with a mark of UTF-16 the same text as UTF-8. The mark of UTF-8 is left out."""
    if isinstance(stream, _Held):
        return stream
    buffered = stream if isinstance(stream, io.BufferedReader) else io.BufferedReader(stream, _BLOCK)  # type: ignore[type-var]
    start = buffered.peek(3)
    if is_wide(start):
        decoder = codecs.getincrementaldecoder("utf-16")("replace")  # what is no character becomes one that no value holds
        return _Held(buffered, lambda block: decoder.decode(block, final=not block).encode("utf-8", "replace"))
    if start.startswith(codecs.BOM_UTF8):
        buffered.read(len(codecs.BOM_UTF8))
    return buffered


class _Held:
    """A stream of which some is held before it is handed on, each block as ``change`` gives it."""

    def __init__(self, stream: "BinaryIO | _Held", change: Callable[[bytes], bytes] = bytes) -> None:
        self._stream, self._change = stream, change
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

    def lines(self, start: bytes, most: int, size: int) -> tuple[bytes, int, bool]:
        """Up to ``most`` whole lines, not longer than ``size`` together, how many they are, and whether all begin with ``start``."""
        end = many = 0
        even = True
        while many < most:
            found = self._held.find(b"\n", self._start + end, self._start + size)
            if found < 0:
                if len(self._held) - self._start < size and self._more(_WIDE_BLOCK):
                    continue
                break
            even = even and self._held.startswith(start, self._start + end)
            end = found + 1 - self._start
            many += 1
        return self._take(end), many, even

    def _take(self, size: int) -> bytes:
        taken = self._held[self._start : self._start + size]
        self._start += len(taken)
        return taken

    def _more(self, size: int = _BLOCK) -> bool:
        block = self._stream.read(size)
        self._held = self._held[self._start :] + self._change(block)
        self._start = 0
        return bool(block)

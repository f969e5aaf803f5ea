"""The elements of a JSON array, or values one after the other, found without reading all of it.

Only the ends of values are looked for here; what a value holds, and whether it is JSON at all, is read later. A value that
does not end within the limit is cut off, and the next one is taken to begin after the next ``}, {`` or line that starts one.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO

from .document import MAX_BYTES
from .records import JSON, Raw, bad

_BLOCK = 1 << 16
_BLANK = b" \t\r\n"
_ENDS = re.compile(rb"[}\]]")
_SCALAR_ENDS = re.compile(rb"[,\]\r\n]")
_ESCAPED = re.compile(rb"\\.", re.DOTALL)
_STRING = re.compile(rb'"[^"]*"')
_NEXT = re.compile(rb"\}\s*,\s*(?=\{)|\n(?=\s*\{)")


class _Window:
    """The part of a stream that is being looked at."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.data = b""
        self.line = 1
        self.ended = False

    def more(self) -> bool:
        block = b"" if self.ended else self._stream.read(_BLOCK)
        self.ended = not block
        self.data += block
        return bool(block)

    def drop(self, size: int) -> bytes:
        dropped, self.data = self.data[:size], self.data[size:]
        self.line += dropped.count(b"\n")
        return dropped

    def skip(self, blanks: bytes) -> None:
        """Leave out blanks, as many as there are."""
        while True:
            self.drop(len(self.data) - len(self.data.lstrip(blanks)))
            if self.data or not self.more():
                return


def read_json(stream: BinaryIO, limit: int = MAX_BYTES) -> Iterator[Raw]:
    """Each element of the array in ``stream``, or each value where it is no array."""
    window = _Window(stream)
    window.skip(_BLANK + b"\xef\xbb\xbf")
    inside = window.data.startswith(b"[")
    between = _BLANK + b"," if inside else _BLANK
    if inside:
        window.drop(1)
    while True:
        window.skip(between)
        if not window.data:
            if inside:
                yield bad("json_cut", window.line)
            return
        if inside and window.data.startswith(b"]"):
            window.drop(1)
            window.skip(_BLANK)
            if window.data:
                yield bad("json_behind", window.line)
            return
        line = window.line
        size = _end_of_value(window, limit)
        if size is not None:
            yield Raw(JSON, window.drop(size), line)
        else:
            yield bad("too_large" if len(window.data) > limit or not window.ended else "json_cut", line, limit=f"{limit >> 10} KB")
            if not _resume(window):
                return


def _end_of_value(window: _Window, limit: int) -> int | None:
    """How long the value is that the window starts with; None where it does not end within the limit."""
    container = window.data[:1] in (b"{", b"[")
    ends = _ENDS if container else _SCALAR_ENDS
    position = 0
    while True:
        while match := ends.search(window.data, position):
            position = match.end()
            if position > limit:
                return None
            if not container:
                return match.start()
            if _balanced(window.data[:position]):
                return position
        position = len(window.data)
        if position > limit:
            return None
        if not window.more():
            return position if not container else None


def _balanced(text: bytes) -> bool:
    """Whether every bracket in ``text`` that stands outside of strings is closed."""
    if text.count(b"{") == text.count(b"}") and text.count(b"[") == text.count(b"]") and text.count(b'"') % 2 == 0 and b"\\" not in text:
        outside = b"".join(text.split(b'"')[::2])
    elif b"\\" not in text:
        if text.count(b'"') % 2:
            return False
        outside = b"".join(text.split(b'"')[::2])
    else:
        plain = _ESCAPED.sub(b"", text)
        if plain.count(b'"') % 2:
            return False
        outside = _STRING.sub(b"", plain)
    return outside.count(b"{") == outside.count(b"}") and outside.count(b"[") == outside.count(b"]")


def _resume(window: _Window) -> bool:
    """Go on behind what could not be delimited; False where nothing follows."""
    window.drop(1)
    while True:
        match = _NEXT.search(window.data)
        if match is not None:
            window.drop(match.end())
            return True
        window.drop(max(0, len(window.data) - _BLOCK // 16))
        if not window.more():
            window.drop(len(window.data))
            return False

"""The elements of a JSON array, or values one after the other, found without reading all of it.

Only the ends of values are looked for here; what a value holds, and whether it is JSON at all, is read later. A value that
does not end within the limit is cut off, and the next one is taken to begin behind the next ``}, {`` or with the next line
that starts with a brace.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO

from .document import MAX_BYTES
from .lines import narrow
from .records import JSON, Raw, bad

_BLOCK = 1 << 16
_BLANKS = re.compile(rb"[ \t\r\n]*+")
_BETWEEN = re.compile(rb"[ \t\r\n,]*+")
# up to and with the next bracket that stands outside of strings
_BRACKET = re.compile(rb'[^"{}\[\]]*+(?:"(?:[^"\\]++|\\.)*+"[^"{}\[\]]*+)*+([{}\[\]])', re.DOTALL)
_SCALAR = re.compile(rb'(?:"(?:[^"\\]++|\\.)*+"|[^,\]\r\n"]++)*+(?=[,\]\r\n])', re.DOTALL)
_NEXT = re.compile(rb"\}[ \t\r\n]*+,[ \t\r\n]*+(?=\{)|\n[ \t]*+(?=\{)")


class _Window:
    """The part of a stream that is being looked at: ``data`` from ``start``."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = narrow(stream)
        self.data = b""
        self.start = 0
        self.line = 1

    def more(self) -> bool:
        """Read on; False at the end."""
        block = self._stream.read(_BLOCK)
        self.data = self.data[self.start :] + block
        self.start = 0
        return bool(block)

    def pass_to(self, position: int) -> bytes:
        """What stands before ``position``; the window then starts there."""
        passed = self.data[self.start : position]
        self.line += passed.count(b"\n")
        self.start = position
        return passed

    def skip(self, what: re.Pattern[bytes]) -> bytes:
        """Leave out what matches, and give the byte that follows (nothing at the end)."""
        while True:
            match = what.match(self.data, self.start)
            self.pass_to(match.end() if match else self.start)
            if self.start < len(self.data) or not self.more():
                return self.data[self.start : self.start + 1]


def read_json(stream: BinaryIO, limit: int = MAX_BYTES) -> Iterator[Raw]:
    """Each element of the array in ``stream``, or each value where it is no array."""
    window = _Window(stream)
    inside = window.skip(_BLANKS) == b"["
    if inside:
        window.pass_to(window.start + 1)
    while first := window.skip(_BETWEEN if inside else _BLANKS):
        if inside and first == b"]":
            window.pass_to(window.start + 1)
            if window.skip(_BLANKS):
                yield bad("json_behind", window.line)
            return
        line = window.line
        size = _size(window, limit, container=first in (b"{", b"["))
        if size is not None:
            yield Raw(JSON, window.pass_to(window.start + size), line)
            continue
        too_large = len(window.data) - window.start > limit
        yield bad("too_large", line, limit=f"{limit >> 10} KB") if too_large else bad("json_cut", line)
        if not _resume(window):
            return
    if inside:
        yield bad("json_cut", window.line)


def _size(window: _Window, limit: int, *, container: bool) -> int | None:
    """How long the value is that the window starts with; None where it does not end, or not within the limit."""
    depth = reached = 0
    while reached <= limit:
        match = (_BRACKET if container else _SCALAR).match(window.data, window.start + reached)
        if match is None:
            if len(window.data) - window.start > limit:
                return None
            if not window.more():
                return None if container else len(window.data)
            continue
        reached = match.end() - window.start
        if container:
            depth += 1 if match[1] in b"{[" else -1
        if depth <= 0:
            return max(reached, 1) if reached <= limit else None
    return None


def _resume(window: _Window) -> bool:
    """Go on behind what could not be delimited; False where nothing follows."""
    window.pass_to(window.start + 1)
    while True:
        match = _NEXT.search(window.data, window.start)
        if match is not None:
            window.pass_to(match.end())
            return True
        window.pass_to(max(window.start, len(window.data) - _BLOCK // 16))
        if not window.more():
            return False

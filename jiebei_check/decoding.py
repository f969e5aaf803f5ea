"""Bytes from outside to text, in a fixed order: byte order mark, UTF-8, GB18030, refuse. No guessing by statistics."""

from __future__ import annotations

import codecs

from .errors import DataError, Problem

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_FORBIDDEN = {code: None for code in range(32) if code not in (9, 10, 13)} | dict.fromkeys((0x7F, 0xFFFE, 0xFFFF))


def decode(data: bytes, name: str) -> str:
    """Text of ``data``; DataError where it is in no known encoding or holds control characters."""
    encodings: tuple[str, ...] = ("utf-8", "gb18030")
    for mark, marked in _MARKS:
        if data.startswith(mark):
            data, encodings = data[len(mark) :], (marked,)
            break
    for encoding in encodings:
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError as error:
            broken = data[: error.start].count(b"\n") + 1
    else:
        raise DataError([Problem("encoding", name, broken)])
    for number, line in enumerate(text.split("\n"), 1):
        if not line.isprintable() and line.translate(_FORBIDDEN) != line:
            raise DataError([Problem("control_character", name, number)])
    return text


def visible(text: str) -> str:
    r"""``text`` with every control, format and surrogate character made visible, as in ``\x1b``; line breaks too."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in text)

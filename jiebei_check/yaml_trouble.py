"""Where YAML went wrong, in the words of somebody who writes a form: a colon, a tab, an indentation, a quotation mark.

The parser notices a mistake where it can no longer go on, which is often lines after it was made. So the lines up to
there are looked at again, one after the other, for the first that cannot be meant.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from .errors import Problem

_WIDE_COLON = "\uff1a"
_KEY = r"(?:- )*[A-Za-z_][\w.-]*"
_WIDE_KEY = re.compile(rf"\s*{_KEY}\s*{_WIDE_COLON}|.*[{{,]\s*[A-Za-z_][\w.]*\s*{_WIDE_COLON}", re.ASCII)
_WIDE_WORD = re.compile(rf"\s*(?:- )?[^\s:#\"'{{}}\[\],{_WIDE_COLON}]{{1,20}}{_WIDE_COLON}[^:]*")
_OPENS = re.compile(r":\s*(?:#.*)?$|^\s*-\s*$")
_BLOCK_TEXT = re.compile(r":\s*[|>][+-]?\d?\s*(?:#.*)?$|^\s*- [|>][+-]?\s*$")
_ENTRY = re.compile(rf"\s*(?:{_KEY}|[\"'].*[\"']|[^\s#\[\]{{}}\"'][^#]*?):(?:\s|$)")
_QUOTED_VALUE = re.compile(r"\s*(?:- )?[^\"'#{\[]*?:\s+([\"'])|\s*- ([\"'])")
_NEARBY = 3


def explain(error: Exception, text: str, name: str) -> Problem:
    """What is wrong and on which line, for an error of the YAML parser."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    start = getattr(error, "context_mark", None)
    line = mark.line + 1 if mark is not None else None
    lines = text.splitlines()
    what, where = str(getattr(error, "problem", "") or ""), str(getattr(error, "context", "") or "")
    reached = lines[: line or len(lines)]
    number = _last(reached, lambda content: content.lstrip(" ").startswith("\t"))
    if number is not None or "\\t" in what:
        return Problem("tab_indent", name, number or line)
    quote, indent = _open_quote(reached), _odd_indent(reached)
    number = _wide_colon(reached)
    if number is not None and (quote is None or number > quote):
        return Problem("full_width_colon", name, number)
    if quote is not None or "quoted scalar" in what or "quoted scalar" in where:
        return Problem("open_quote", name, quote or (start.line + 1 if start is not None else line))
    if indent is not None and "flow" not in where:
        return Problem("bad_indent", name, indent)
    if "flow" in where and start is not None:
        return Problem("bad_yaml", name, start.line + 1)
    if "mapping values are not allowed" in what or "expected <block end>" in what or "did not find expected key" in what:
        return Problem("bad_indent", name, line)
    if "could not find expected ':'" in what and start is not None:
        return Problem("no_colon", name, start.line + 1)
    return Problem("bad_yaml", name, line)


def _last(lines: Sequence[str], wrong: object) -> int | None:
    """The number of the last line that is ``wrong``, counted from 1."""
    return next((number for number in range(len(lines), 0, -1) if wrong(lines[number - 1])), None)  # type: ignore[operator]  # a predicate


def _wide_colon(lines: Sequence[str]) -> int | None:
    """The last line with a full-width colon where a key should have the other one: ``key：value``."""
    for number in range(len(lines), 0, -1):
        content = lines[number - 1]
        if _WIDE_COLON in content and _WIDE_KEY.match(content):
            return number
        if _WIDE_COLON in content and number > len(lines) - _NEARBY and _WIDE_WORD.fullmatch(content):
            return number
    return None


def wide_colons(text: str) -> list[int]:
    """The numbers of all lines on which a key is followed by a full-width colon."""
    return [number for number, content in enumerate(text.splitlines(), 1) if _WIDE_COLON in content and _WIDE_KEY.match(content)]


def _open_quote(lines: Sequence[str]) -> int | None:
    """The line of a quotation mark that is not closed before the next entry begins."""
    opened: tuple[int, str] | None = None
    for number, content in enumerate(lines, 1):
        if opened is not None:
            if _ENTRY.match(content) and not content.lstrip().startswith(("\\", opened[1])):
                return opened[0]
            if _closes(content, opened[1]):
                opened = None
            continue
        match = _QUOTED_VALUE.match(content)
        if match:
            mark = match[1] or match[2]
            if not _closes(content[match.end() :], mark):
                opened = (number, mark)
    return opened[0] if opened is not None and opened[0] < len(lines) else None


def _closes(content: str, mark: str) -> bool:
    if mark == '"':
        content = re.sub(r"\\.", "", content)
    return content.replace(mark * 2, "").count(mark) % 2 == 1 if mark == "'" else mark in content


def _odd_indent(lines: Sequence[str]) -> int | None:
    """The first line that lines up with nothing above it."""
    levels = [0]
    opened = {0: 1}  # level -> the line that opened it
    opens = True
    text_below: int | None = None  # a block of text below a key at this indentation
    brackets = 0
    for number, content in enumerate(lines, 1):
        stripped = content.strip()
        if not stripped or stripped.startswith("#"):
            continue
        indent = len(content) - len(content.lstrip(" "))
        if text_below is not None and indent > text_below:
            continue
        text_below = None
        if brackets > 0:
            brackets += _depth(stripped)
            continue
        entry = _ENTRY.match(content) or stripped.startswith("- ")
        if not entry:
            opens = False
            continue  # a text that runs on
        if indent > levels[-1]:
            if not opens:
                return number
            levels.append(indent)
            opened[indent] = number
        else:
            deeper = levels[-1]
            while levels[-1] > indent:
                deeper = levels.pop()
            if levels[-1] != indent:
                lost_dash = stripped.startswith("- ") and not lines[opened[deeper] - 1].lstrip().startswith("- ")
                return opened[deeper] if lost_dash else number
        dashes = re.match(r"(?:- +)+", stripped)
        if dashes:
            levels.append(indent + dashes.end())
            opened[levels[-1]] = number
        if _BLOCK_TEXT.search(stripped):
            text_below = indent + (dashes.end() if dashes else 0)
        opens = bool(_OPENS.search(stripped))
        brackets = max(_depth(stripped), 0)
    return None


def _depth(content: str) -> int:
    plain = re.sub(r"\"[^\"]*\"|'[^']*'", "", content)
    return sum(plain.count(mark) for mark in "{[") - sum(plain.count(mark) for mark in "}]")

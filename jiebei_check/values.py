"""Facts and their values: what a value may be, and how people write it down.

A known value is a bool, an int, a float, an ISO date or month (text, so that dates compare as text), a choice key, or a
tuple of choice keys. ``None`` is "not known" and never an error. The words and marks that people use (yes, 10k, percent)
are data: a :class:`Notation`, merged from the language files.
"""

import re
from collections.abc import Mapping
from itertools import pairwise
from math import isfinite
from typing import NamedTuple

from .errors import Refused

Value = bool | int | float | str | tuple[str, ...]
Facts = Mapping[str, Value]  # only what is known
Text = Mapping[str, str]  # language -> sentence

TYPES = ("bool", "int", "number", "date", "choice", "choices")
_MAX_LENGTH = 200
_DECIMALS = 6  # amounts are read exactly to a millionth, in integers, so that 1.1 * 10000 is 11000
_SCALE = 10**_DECIMALS
_HUGE = 10**18
_GROUP = re.compile(r"\d{3}(?!\d)", re.ASCII)
_LITERAL = re.compile(r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?", re.ASCII)
_DATE = re.compile(r"(\d{4})-(\d{1,2})(?:-(\d{1,2}))?(?:[ T]\d{1,2}:\d{2}(?::\d{2})?)?", re.ASCII)
_LIST_MARKS = re.compile("[,;/|\u3001]")  # after folding; U+3001 is the enumeration comma


class Choice(NamedTuple):
    """One allowed answer: its fixed key, its label, and other words that people use for it."""

    key: str
    label: Text
    also: tuple[str, ...] = ()


class Fact(NamedTuple):
    """One thing a person may know about themselves (profile-v1), with how to ask for it.

    ``ask_if`` is a condition (see :mod:`jiebei_check.conditions`) under which the question applies; ``effort`` is 1
    (known off-hand) to 3 (has to be looked up), 0 for facts that are never asked; ``usual`` is the answer most give.
    """

    id: str
    type: str
    label: Text
    question: Text
    hint: Text
    unit: str = ""
    effort: int = 1
    order: int = 0
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[Choice, ...] = ()
    also: tuple[str, ...] = ()
    sensitive: bool = False
    usual: Value | None = None
    ask_if: object | None = None
    derived: tuple[str, tuple[str, ...]] | None = None

    @property
    def section(self) -> str:
        return self.id.rpartition(".")[0]

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(choice.key for choice in self.choices)


class Notation(NamedTuple):
    """How people write things down, in all languages of a rule set at once. All words are folded (see :func:`fold`)."""

    yes: frozenset[str] = frozenset()
    no: frozenset[str] = frozenset()
    unknown: frozenset[str] = frozenset()
    digits: Mapping[str, int] = {}
    tens: Mapping[str, int] = {}  # ten, hundred, thousand
    myriads: Mapping[str, int] = {}  # 10^4, 10^8: close what stands before them
    currency: tuple[str, ...] = ()
    percent: Mapping[str, float] = {}
    suffixes: Mapping[str, Mapping[str, int]] = {}  # unit ("" for counts) -> word -> factor
    date_marks: Mapping[str, str] = {}


def fold(text: str) -> str:
    """Full-width to half-width, lower case, no surrounding blanks: the form in which words are compared."""
    if not text.isascii():
        import unicodedata  # noqa: PLC0415 - only what is not ASCII needs the tables

        text = unicodedata.normalize("NFKC", text)
    return text.strip().lower()


def parse(fact: Fact, raw: object, notation: Notation) -> Value | None:
    """Read one value as people write it; None means "not known".

    ``raw`` is text, or what JSON or a caller's own code holds. Raises :class:`Refused` with a code and what is allowed.
    """
    if raw is None:
        return None
    if fact.type == "choices":
        return _parse_choices(fact, raw, notation)
    if isinstance(raw, (list, tuple, dict, set)):
        raise Refused("single_value_wanted", allowed=_allowed(fact))
    if isinstance(raw, bool):
        if fact.type == "bool":
            return raw
        raise Refused(f"bad_{fact.type}", found=str(raw).lower(), allowed=_allowed(fact), **_nearest(fact, ""))
    if isinstance(raw, (int, float)):
        if fact.type in ("int", "number"):
            return _in_range(fact, _whole(raw, fact), str(raw)[:40])
        raw = str(raw)[:_MAX_LENGTH]
    text = raw if isinstance(raw, str) else str(raw)  # datetime.date prints as ISO
    if len(text) > _MAX_LENGTH:
        raise Refused("too_long", found=text[:20])
    word = fold(text)
    if not word or word == "unknown" or word in notation.unknown:
        return None
    if fact.type == "bool":
        if word == "true" or word in notation.yes:
            return True
        if word == "false" or word in notation.no:
            return False
        raise Refused("bad_bool", found=text)
    if fact.type == "date":
        return _parse_date(word, text, notation)
    if fact.type == "choice":
        return _parse_choice(fact, word, text)
    if fact.type == "int" and not fact.unit and word in notation.no:
        return 0  # "none", to the question how many
    return _in_range(fact, _whole(_parse_number(fact, word, text, notation), fact, text), text)


def _allowed(fact: Fact) -> str:
    return ", ".join(fact.keys)


def _nearest(fact: Fact, word: str) -> dict[str, str]:
    from difflib import get_close_matches  # noqa: PLC0415 - only on the way to an error

    near = get_close_matches(word, list(_words(fact)), n=1, cutoff=0.5)
    return {"nearest": _words(fact)[near[0]]} if near else {}


def _words(fact: Fact) -> dict[str, str]:
    """Every word for every choice of a fact, folded, to its key."""
    table: dict[str, str] = {}
    for choice in reversed(fact.choices):
        for word in (*choice.also, *choice.label.values(), choice.key):
            table[fold(word)] = choice.key
    return table


def _parse_choice(fact: Fact, word: str, text: str) -> str:
    if word in fact.keys:
        return word
    key = _words(fact).get(word)
    if key is None:
        raise Refused("bad_choice", found=text, allowed=_allowed(fact), **_nearest(fact, word))
    return key


def _parse_choices(fact: Fact, raw: object, notation: Notation) -> Value | None:
    parts: list[object]
    if isinstance(raw, str):
        whole = fold(raw)
        if whole in notation.unknown or not whole:
            return None
        if len(raw) > _MAX_LENGTH:
            raise Refused("too_long", found=raw[:20])
        parts = [whole] if whole in _words(fact) else list(_LIST_MARKS.split(whole))
    elif isinstance(raw, (list, tuple)):
        parts = list(raw)
    else:
        raise Refused("list_wanted", found=str(raw)[:40], allowed=_allowed(fact))
    if len(parts) > _MAX_LENGTH:
        raise Refused("too_long", found="")
    found = set()
    for part in parts:
        if not isinstance(part, str):
            raise Refused("bad_choice", found=str(part)[:40], allowed=_allowed(fact))
        if len(part) > _MAX_LENGTH:  # folding and looking for the word meant cost more than their length
            raise Refused("too_long", found=part[:20])
        word = fold(part)
        if word and word not in notation.unknown:
            found.add(_parse_choice(fact, word, part))
    return tuple(key for key in fact.keys if key in found) or None


def _parse_date(word: str, text: str, notation: Notation) -> str:
    for mark, plain in notation.date_marks.items():
        word = word.replace(mark, plain)
    match = _DATE.fullmatch(word.strip().rstrip("-"))
    if match is None:
        raise Refused("bad_date", found=text)
    year, month, day = int(match[1]), int(match[2]), int(match[3] or 1)
    if not 1990 <= year <= 2100:
        raise Refused("bad_date", found=text)
    from datetime import date  # noqa: PLC0415 - only profiles with dates need it

    try:
        date(year, month, day)
    except ValueError:
        raise Refused("no_such_day", found=text) from None
    return f"{year:04}-{month:02}-{day:02}" if match[3] else f"{year:04}-{month:02}"


def _parse_number(fact: Fact, word: str, text: str, notation: Notation) -> int | float:
    word = _closed_up(word, notation)
    for mark in notation.currency:
        if fact.unit == "yuan":
            word = word.removeprefix(mark)
    factor = 1
    suffixes = notation.suffixes.get(fact.unit, {})
    for suffix in sorted(suffixes, key=len, reverse=True):
        closed = suffix.replace(" ", "")
        if word.endswith(closed) and word != closed:
            word, factor = word.removesuffix(closed), suffixes[suffix]
            break
    divisor = 1
    if fact.unit in ("ratio", "percent_a_year"):
        for mark, part in notation.percent.items():
            if word.endswith(mark):
                word = word.removesuffix(mark)
                factor, divisor = round(part * 100), 100 if fact.unit == "ratio" else 1
                break
    scaled = _read_amount(word, notation)
    if scaled is None:
        raise Refused("bad_int" if fact.type == "int" else "bad_number", found=text)
    scaled *= factor
    scale: int = _SCALE * divisor
    whole, rest = divmod(scaled, scale)
    return scaled / scale if rest else whole


def _closed_up(word: str, notation: Notation) -> str:
    """``word`` without blanks; it stays as it is where one parts two numbers ("2 3"), which only groups of three may be."""
    parts = word.split()
    for left, right in pairwise(parts):
        if is_figure(left[-1], notation) and is_figure(right[0], notation) and not _GROUP.match(right):
            return word
    return "".join(parts)


def is_figure(mark: str, notation: Notation) -> bool:
    """Whether a character is one that numbers are written with."""
    return mark.isdigit() or mark in notation.digits or mark in notation.tens


def _read_amount(word: str, notation: Notation) -> int | None:
    """An amount in millionths: ``5,000``, ``1.2`` + myriad, digits in words; None where it is not one.

    Units fall from left to right: "thirty forty" is two numbers and no amount.
    """
    total = section = 0
    pending: int | None = None  # a number still waiting for its unit
    unit = 0  # the last unit seen, for "3 myriad 5" = 35,000
    lowest, closed = _HUGE, _HUGE  # the lowest unit in this section, and of those that closed one
    position = 0
    while position < len(word):
        literal = _LITERAL.match(word, position)
        mark = word[position]
        if literal:
            if pending is not None:
                return None
            whole, _, decimals = literal[0].replace(",", "").partition(".")
            if len(whole) > 15 or len(decimals) > _DECIMALS:
                return None
            pending = int(whole) * _SCALE + int(decimals.ljust(_DECIMALS, "0"))
            unit = 0 if whole.startswith("0") else unit  # "3 myriad 05" is 30,005
            position = literal.end()
            continue
        if mark in notation.digits:
            digit = notation.digits[mark] * _SCALE
            if pending is not None and (pending or digit == 0):
                return None
            pending, unit = digit, 0 if digit == 0 else unit
        elif mark in notation.tens:
            if notation.tens[mark] >= lowest or (pending is None and notation.tens[mark] != 10):
                return None
            lowest = notation.tens[mark]
            section += (_SCALE if pending is None else pending) * notation.tens[mark]
            pending, unit = None, notation.tens[mark]
        elif mark in notation.myriads:
            if (pending is None and not section) or notation.myriads[mark] >= closed:
                return None
            lowest, closed = _HUGE, notation.myriads[mark]
            total += (section + (pending or 0)) * notation.myriads[mark]
            section, pending, unit = 0, None, notation.myriads[mark]
        else:
            return None
        position += 1
    if pending is None and unit == 0:
        return None
    if pending is not None and unit >= 100 and 0 < pending < 10 * _SCALE and pending % _SCALE == 0:
        pending *= unit // 10
    return total + section + (pending or 0)


def _whole(number: int | float, fact: Fact, text: str = "") -> int | float:
    """One form a number: integral values are ints. Refuses what is not finite, and fractions where a count is wanted."""
    if isinstance(number, float):
        if not isfinite(number):
            raise Refused("bad_number", found=text or str(number))
        if number.is_integer():
            return int(number)
        if fact.type == "int":
            raise Refused("bad_int", found=text or str(number))
    return number


def _in_range(fact: Fact, number: int | float, text: str) -> int | float:
    low = fact.minimum if fact.minimum is not None else 0
    if number < low or (fact.maximum is not None and number > fact.maximum):
        limits = f"{low:.15g}–{fact.maximum:.15g}" if fact.maximum is not None else f"≥ {low:.15g}"
        raise Refused("ratio_out_of_range" if fact.unit == "ratio" else "out_of_range", found=text, allowed=limits)
    return number

"""Answers as people type them: a number from a list, a label, "about half a year", "October last year", or a word that steers.

The words are data (``interview.commands`` and ``relative`` in the language files, alternatives separated by a bar); those of
all languages of a rule set are understood at once, as in a profile.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from .errors import Refused
from .spoken_dates import time_of
from .tongue import WHY, Tongue, number_of, without
from .values import Fact, Value, fold, parse

VALUE, SKIP, KEEP = "value", "skip", "keep"  # beside the words that steer
_LIST_MARKS = re.compile("[\\s,;/|\u3001]+")  # U+3001 is the enumeration comma
_DECIMALS = 4  # of a third


class Said(NamedTuple):
    """What was meant. ``value`` is set where ``kind`` is VALUE; KEEP is an empty line."""

    kind: str
    value: Value | None = None


def understand(fact: Fact, line: str, tongue: Tongue, as_of: str) -> Said:
    """What ``line`` says to the question about ``fact``; Refused where it says nothing that fits. ``as_of`` is an ISO date."""
    word = fold(line)
    if not word:
        return Said(KEEP)
    for kind, words in tongue.commands.items():
        if word in words:
            return Said(kind)
    if word in tongue.notation.unknown:
        return Said(SKIP)
    refusal = None
    for said in (line, *_unhedged(word, tongue)):
        try:
            value = parse(fact, _plain(fact, fold(said), said, tongue, as_of), tongue.notation)
        except Refused as refused:
            refusal = refusal or refused
        else:
            return Said(SKIP) if value is None else Said(VALUE, value)  # None: nothing is left of "perhaps"
    assert refusal is not None  # the line itself was tried
    raise refusal


def _unhedged(word: str, tongue: Tongue) -> Iterator[str]:
    """``word`` with ever less of what people put around an answer of which they are not quite sure ("I think not")."""
    before = None
    while word != before:
        before = word
        for end in tongue.relative.get("hedge_end", ()):
            shorter = word.removesuffix(end).strip()
            if shorter != word:
                yield (word := shorter)
        for hedge in tongue.relative.get("hedge", ()):
            shorter = word.removeprefix(hedge).strip()
            if shorter != word:
                yield (word := shorter)


def is_yes(line: str, tongue: Tongue) -> bool | None:
    """Whether a line says yes or no, by word or as 1 or 2; None where it says neither."""
    try:
        said = understand(Fact("", "bool", {}, {}, {}), line, tongue, "")
    except Refused:
        return None
    return said.value if isinstance(said.value, bool) else None


def file_named(line: str, tongue: Tongue) -> str | None:
    """The file that a line names: empty where it says no, None where it says yes without a name, or gives none that a file can have."""
    if fold(line) in tongue.no_file:
        return ""
    if fold(line) in tongue.yes_file or fold(line) == "-" or not line.strip().isprintable():
        return None
    try:
        said = understand(Fact("", "bool", {}, {}, {}), line, tongue, "")
    except Refused:
        return line.strip()
    return None if said.value is True or said.kind == WHY else ""


def _plain(fact: Fact, word: str, line: str, tongue: Tongue, as_of: str) -> object:
    """``line`` in a form that :func:`~jiebei_check.values.parse` takes."""
    if fact.type == "bool":
        return {"1": True, "2": False}.get(word, line)
    if fact.type == "choice":
        return _nth(fact, word) or line
    if fact.type == "choices":
        parts = [part for part in _LIST_MARKS.split(word) if part]
        picked = [_nth(fact, part) for part in parts]
        return picked if all(picked) else line
    word = without(word, tongue.relative.get("about", ()))
    if fact.type == "date":
        return time_of(word, tongue, as_of)
    if word in tongue.notation.no:
        return 0  # "none"
    found = (_halves(fact, word, tongue), _share(fact, word, tongue))
    return next((part for part in found if part is not None), _without_odd(word, tongue))


def _nth(fact: Fact, word: str) -> str | None:
    place = int(word) if word.isascii() and word.isdigit() and len(word) <= 3 else 0
    return fact.keys[place - 1] if 1 <= place <= len(fact.keys) else None


def _halves(fact: Fact, word: str, tongue: Tongue) -> float | None:
    """Half a unit ("half a year") and a unit and a half ("one year and a half"), in the unit of the fact."""
    factors = tongue.notation.suffixes.get(fact.unit, {})
    for half in tongue.relative.get("half", ()):
        rest = word.removeprefix(half).strip()
        if rest != word and rest in factors:
            return factors[rest] / 2
        rest = word.removesuffix(half).strip()
        suffix = next((suffix for suffix in sorted(factors, key=len, reverse=True) if rest.endswith(suffix)), None)
        if rest != word and suffix is not None:
            whole = number_of(rest.removesuffix(suffix), tongue)
            return None if whole is None else whole * factors[suffix] + factors[suffix] / 2
    return None


def _share(fact: Fact, word: str, tongue: Tongue) -> float | None:
    """A fraction in words ("half", "two thirds"), where a share or a percentage is asked for."""
    whole = {"ratio": 1, "percent_a_year": 100}.get(fact.unit)
    if whole is None:
        return None
    if word in tongue.relative.get("one_half", ()):
        return whole / 2
    for key in ("fraction", "out_of"):
        for mark in tongue.relative.get(key, ()):
            first, found, second = word.partition(mark)
            parts, count = (number_of(half, tongue) for half in ((first, second) if key == "fraction" else (second, first)))
            if found and parts and count is not None:
                return round(whole * count / parts, _DECIMALS)
    return None


def _without_odd(word: str, tongue: Tongue) -> str:
    """``word`` without what says "somewhat more" inside or behind a number ("twenty-odd"): the number itself is meant."""
    for odd in tongue.relative.get("odd", ()):
        place = word.find(odd, 1)
        rest = word[place + len(odd) :]
        if place > 0 and not (rest[:1].isdigit() or rest[:1] in tongue.notation.digits):
            return word[:place] + rest
    return word

"""Answers as people type them: a number from a list, a label, "about half a year", "late October", or a word that steers.

The words are data (``interview.commands`` and ``relative`` in the language files, alternatives separated by a bar); those of
all languages of a rule set are understood at once, as in a profile.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from .errors import Refused
from .spoken_dates import time_of
from .tongue import BACK, QUIT, WHY, Tongue, number_named, number_of, without
from .values import Fact, Value, fold, parse

VALUE, SKIP, KEEP = "value", "skip", "keep"  # beside the words that steer
_LIST_MARKS = re.compile("[\\s,;/|\u3001]+")  # U+3001 is the enumeration comma
_DOTTED = re.compile(r"\d{1,3}\.\d{3}", re.ASCII)
_DECIMALS = 4  # of a third
_DIGITS = 3  # of the number of a choice
_STOPS = "\u3002.!~"
_MEASURED = ("months", "days", "years", "percent_a_year")  # "none" is no length of time, no age and no rate
_VERB = 2  # characters of a verb that is echoed
_MOST = 2  # a share of more than twice the whole is a percentage without its sign


class Said(NamedTuple):
    """What was meant. ``value`` is set where ``kind`` is VALUE; KEEP is an empty line."""

    kind: str
    value: Value | None = None


def understand(fact: Fact, line: str, tongue: Tongue, as_of: str) -> Said:
    """What ``line`` says to the question about ``fact``; Refused where it says nothing that fits. ``as_of`` is an ISO date."""
    word = _folded(line)
    if not word:
        return Said(KEEP)
    for kind, words in tongue.commands.items():
        if word in words:
            return Said(kind)
    if word in tongue.notation.unknown:
        return Said(SKIP)
    if fact.type == "bool" and word in tongue.relative.get("question", ()):
        raise Refused("bad_bool", found=line)  # "whether or not" asks, and ends in the word for no
    refusal = None
    for said in dict.fromkeys(_unhedged(word, fact, tongue)):
        if not said and not _is_perhaps(word, tongue):
            continue
        try:
            value = parse(fact, _plain(fact, said, tongue, as_of), tongue.notation)
        except Refused as refused:
            refusal = refusal or refused
        else:
            return Said(SKIP) if value is None else Said(VALUE, _meant(fact, value, word, tongue))  # None: nothing is left of "perhaps"
    if fact.type == "bool" and (echoed := _echoed(fact, word, tongue)) is not None:
        return Said(VALUE, echoed)
    assert refusal is not None  # the line itself was tried
    raise refusal


def _folded(line: str) -> str:
    """``line`` as words are compared, without the full stop behind it."""
    word = fold(line)
    return word.rstrip(_STOPS).strip() or word


def _meant(fact: Fact, value: Value, word: str, tongue: Tongue) -> Value:
    """``value``; Refused where it was probably meant in another unit: 5 for five tenths, 0.18 for eighteen per cent."""
    if isinstance(value, (int, float)) and not any(mark in word for mark in tongue.notation.percent):
        if fact.unit == "ratio" and value > _MOST:
            raise Refused("ratio_out_of_range", found=word)
        if fact.unit == "percent_a_year" and 0 < value < 1:
            raise Refused("bad_number", found=word)
        if fact.unit == "yuan" and _DOTTED.fullmatch(word):
            raise Refused("bad_number", found=word)  # thirty-eight thousand, as some countries write it
    return value


def _unhedged(word: str, fact: Fact, tongue: Tongue) -> Iterator[str]:
    """``word``, then with ever less of what people put around an answer: that they are not quite sure ("I think not"), and
    what makes a sentence of it ("it is frozen").

    As little as possible is taken off: first at the end, then at the beginning, since a label may itself end like a hedge.
    """
    fronts = tongue.relative.get("hedge", ()) + (tongue.relative.get("choice_front", ()) if fact.type == "choice" else ())
    ends = tongue.relative.get("hedge_end", ()) + (tongue.relative.get("plain_end", ()) if fact.type != "bool" else ())
    for front in _shorter(word, fronts, str.removeprefix):
        yield from _shorter(front, ends, str.removesuffix)


def _is_perhaps(word: str, tongue: Tongue) -> bool:
    """Whether ``word`` says no more than that somebody is not sure; "yes" to a question that asks for something else does not."""
    left = list(_shorter(word, tongue.relative.get("hedge", ()), str.removeprefix))
    return len(left) > 1 and not any(one in tongue.notation.yes or one in tongue.notation.no for one in left)


def _echoed(fact: Fact, word: str, tongue: Tongue) -> bool | None:
    """Yes or no in the words of the question, as Chinese answers: "borrowed", "not borrowed". None where it is neither.

    A question that is itself negative is left out: there it could mean either.
    """
    asked = "".join(fold(text) for text in fact.question.values())
    for question in tongue.relative.get("question", ()):
        asked = asked.replace(question, "")
    negatives = tongue.relative.get("not_done", ())
    if any(mark in asked for mark in tongue.relative.get("negative", ())):
        return None
    for done in tongue.relative.get("done", ()):
        if word.endswith(done) and done in asked:
            negative = next((one for one in negatives if word.startswith(one)), "")
            verb = word.removeprefix(negative).removesuffix(done)
            if 0 < len(verb) <= _VERB and verb in asked:
                return not negative
    return None


def _shorter(word: str, extras: Sequence[str], remove: Callable[[str, str], str]) -> Iterator[str]:
    """``word``, then ever less of it."""
    yield word
    while found := next((short for extra in extras if (short := remove(word, extra).strip()) != word), None):
        word = found
        yield word
    if any(word == extra for extra in extras):
        yield ""


def is_yes(line: str, tongue: Tongue) -> bool:
    """Whether a line says yes without reserve, by word or as 1: for what cannot be undone."""
    word = _folded(line)
    return word == "1" or word in tongue.notation.yes or word in tongue.yes_file


def file_named(line: str, tongue: Tongue) -> str | None:
    """The file that a line names: empty where it says no, None where it says yes without a name, or gives none that a file can have."""
    word = fold(line)
    if word in tongue.yes_file or word in tongue.notation.yes or word in tongue.commands[WHY] or word in tongue.commands[BACK]:
        return None
    if word == "-" or word.isdigit():  # an answer left over from the questions
        return None
    if word in tongue.no_file or word in tongue.notation.no or word in tongue.notation.unknown or word in tongue.commands[QUIT] or not word:
        return ""
    return line.strip() if line.strip().isprintable() else None


def _plain(fact: Fact, word: str, tongue: Tongue, as_of: str) -> object:
    """``word`` in a form that :func:`~jiebei_check.values.parse` takes."""
    if fact.type == "bool":
        return {"1": True, "2": False}.get(word, word)
    if fact.type == "choice":
        return _nth(fact, word, tongue) or word
    if fact.type == "choices":
        parts = [part for part in _LIST_MARKS.split(word) if part]
        picked = [_nth(fact, part, tongue) for part in parts]
        return picked if all(picked) else word
    word = without(word, tongue.relative.get("about", ()))
    if fact.type == "date":
        return time_of(word, tongue, as_of)
    if word in tongue.notation.no and fact.unit not in _MEASURED:
        return 0  # "none"; that nothing ever happened is no number of months since it did
    word = _without_odd(word, tongue)
    found = (_halves(fact, word, tongue), _share(fact, word, tongue), number_named(word, tongue))
    return next((part for part in found if part is not None), word)


def _nth(fact: Fact, word: str, tongue: Tongue) -> str | None:
    place = number_of(word, tongue) if len(word) <= _DIGITS else None
    return fact.keys[int(place) - 1] if place and place in range(1, len(fact.keys) + 1) else None


def _halves(fact: Fact, word: str, tongue: Tongue) -> float | None:
    """Half a unit ("half a year") and, in Chinese word order, units and a half, in the unit of the fact."""
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
    """A fraction ("half", "2/3", "9 out of 10"), where a share or a percentage is asked for."""
    whole = {"ratio": 1, "percent_a_year": 100}.get(fact.unit)
    if whole is None:
        return None
    if word in tongue.relative.get("one_half", ()):
        return whole / 2
    for key in ("fraction", "out_of"):
        for mark in tongue.relative.get(key, ()):
            first, found, second = word.partition(mark)
            below, above = (first, second) if key == "fraction" else (second, first)
            parts = tongue.notation.tens.get(below) or number_of(below, tongue)  # "hundred" alone is 100 here
            count = number_of(above, tongue)
            if found and parts and count is not None:
                return round(whole * count / parts, _DECIMALS)
    return None


def _without_odd(word: str, tongue: Tongue) -> str:
    """``word`` without what says "somewhat more" inside or behind a number ("20-odd"): the number itself is meant."""
    for odd in tongue.relative.get("odd", ()):
        place = word.find(odd, 1)
        rest = word[place + len(odd) :].strip()
        is_inside = place > 0 and not (rest[:1].isdigit() or rest[:1] in tongue.notation.digits)
        if is_inside and word[:place] + rest not in tongue.notation.no:  # "not many" is not "none"
            return word[:place] + rest
    return word

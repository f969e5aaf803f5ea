"""Answers as people type them: a number from a list, a label, "about half a year", "October last year", or a word that steers.

The words are data (``interview.commands`` and ``relative`` in the language files, alternatives separated by a bar); those of
all languages of a rule set are understood at once, as in a profile.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from .errors import Refused
from .ruleset import RuleSet
from .values import Fact, Notation, Value, fold, parse

VALUE, SKIP, KEEP, WHY, BACK, QUIT = "value", "skip", "keep", "why", "back", "quit"
_LIST_MARKS = re.compile("[\\s,;/|\u3001]+")  # U+3001 is the enumeration comma
_MONTH_DAY = re.compile(r"(\d{1,2})(?:-(\d{1,2}))?-?", re.ASCII)
_UNMARKED = re.compile(r"(\d{4})(\d{2})(\d{2})?", re.ASCII)
_NAMED_MONTH = re.compile(r"(?:(\d{1,2})\s+)?([a-z]+)\.?(?:\s+(\d{1,2})(?!\d))?(?:,?\s+(\d{4}))?", re.ASCII)
_COUNT = Fact("count", "number", {}, {}, {})
_CENTURY = re.compile(r"(\d{2})-(\d{1,2})(?:-(\d{1,2}))?-?", re.ASCII)
_YEAR = re.compile(r"(?:20)?(\d{2})", re.ASCII)
_MONTHS, _WEEKDAYS = "month_names", "weekdays"  # lists of twelve and of seven, those of all languages one behind the other
_DAYS_A_WEEK, _MONTHS_A_YEAR = 7, 12
_PARTS = (("year_start", 1), ("year_middle", 6), ("year_end", 12))
_YEARS = (("this_year", 0), ("last_year", 1), ("year_before", 2))
_DECIMALS = 4  # of a third
_OLDEST = 60 * _MONTHS_A_YEAR  # months: "900 years ago" is no date


class Said(NamedTuple):
    """What was meant. ``value`` is set where ``kind`` is VALUE; KEEP is an empty line."""

    kind: str
    value: Value | None = None


class Tongue(NamedTuple):
    """The words of all languages of a rule set that steer an interview or name a time."""

    notation: Notation
    commands: Mapping[str, frozenset[str]]
    relative: Mapping[str, tuple[str, ...]]  # longest first
    no_file: frozenset[str]  # what people say who do not want to save
    yes_file: frozenset[str]  # and who do


def tongue_of(rules: RuleSet) -> Tongue:
    """The words of ``rules``, folded."""

    def alternatives(key: str) -> tuple[str, ...]:
        found = {fold(word) for language in rules.languages.values() for word in language.words.get(key, "").split("|")}
        return tuple(sorted(found - {""}, key=lambda word: (-len(word), word)))

    prefix = "relative."
    names = {key for language in rules.languages.values() for key in language.words if key.startswith(prefix)}
    commands = {kind: frozenset(alternatives(f"interview.commands.{kind}")) for kind in (WHY, BACK, QUIT)}
    relative = {name.removeprefix(prefix): alternatives(name) for name in names}
    for key, size in ((_MONTHS, _MONTHS_A_YEAR), (_WEEKDAYS, _DAYS_A_WEEK)):
        lists = (fold(language.words.get(f"{prefix}{key}", "")).split("|") for language in rules.languages.values())
        relative[key] = tuple(name for names in lists if len(names) % size == 0 for name in names)  # their order counts
    return Tongue(rules.notation, commands, relative, *(frozenset(alternatives(f"interview.{word}_file")) for word in ("no", "yes")))


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
    word = _without(word, tongue.relative.get("about", ()))
    if fact.type == "date":
        return _time(word, tongue, as_of)
    if word in tongue.notation.no:
        return 0  # "none"
    found = (_halves(fact, word, tongue), _share(fact, word, tongue))
    return next((part for part in found if part is not None), _without_odd(word, tongue))


def _nth(fact: Fact, word: str) -> str | None:
    place = int(word) if word.isascii() and word.isdigit() and len(word) <= 3 else 0
    return fact.keys[place - 1] if 1 <= place <= len(fact.keys) else None


def _without(word: str, extras: tuple[str, ...]) -> str:
    """``word`` without the words that only say "about", at either end."""
    for extra in extras:
        bare = word.removeprefix(extra).removesuffix(extra).strip()
        word = bare or word
    return word


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
            whole = _number(rest.removesuffix(suffix), tongue)
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
            parts, count = (_number(half, tongue) for half in ((first, second) if key == "fraction" else (second, first)))
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


def _number(word: str, tongue: Tongue) -> float | None:
    try:
        found = parse(_COUNT, word.strip(), tongue.notation)
    except Refused:
        return None
    return found if isinstance(found, (int, float)) else None


def _time(word: str, tongue: Tongue, as_of: str) -> str:
    """An ISO date or month for a time told from ``as_of``; ``word`` as it is where it is told in another way."""
    today = date.fromisoformat(f"{as_of}-01"[:10])
    words = tongue.relative
    if unmarked := _UNMARKED.fullmatch(word):
        return "-".join(filter(None, unmarked.groups()))
    for name, days in (("today", 0), ("yesterday", 1), ("day_before", 2)):
        if word in words.get(name, ()):
            return (today - timedelta(days)).isoformat()
    ago = next((word.removesuffix(suffix).strip() for suffix in words.get("ago", ()) if word.endswith(suffix)), None)
    if ago is not None:
        found = _ago(_without(ago, words.get("about", ())), tongue, today)
        if found:
            return found
    for name, weeks in (("week_before", 2), ("last_week", 1), ("this_week", 0)):
        for start in words.get(name, ()):
            rest = word.removeprefix(start).strip()
            if rest != word and (day := _in_week(today - timedelta(_DAYS_A_WEEK * weeks), rest, tongue)):
                return (day if day <= today else day - timedelta(_DAYS_A_WEEK)).isoformat()
    if month := _part_of_year(word, tongue, today):
        return month
    for part in words.get("part_of_month", ()):
        word = word.removesuffix(part).removeprefix(part).strip() or word
    for name, months in (("month_before", 2), ("last_month", 1), ("this_month", 0)):
        for start in words.get(name, ()):
            if word.startswith(start):
                return _with_day(_months_before(today, months), word.removeprefix(start), tongue)
    for name, years in _YEARS:
        for start in words.get(name, ()):
            if word.startswith(start) and word != start:
                return f"{today.year - years}-{_figures(word.removeprefix(start), tongue)}"
    figures = _figures(word, tongue)
    short = _CENTURY.fullmatch(figures)
    if short and any(mark in word for mark in words.get("year_mark", ())):
        return "-".join(filter(None, (f"20{short[1]}", short[2], short[3])))
    return _named(word, words.get(_MONTHS, ()), today) or _latest(figures, today) or word


def _in_week(day: date, rest: str, tongue: Tongue) -> date | None:
    """``day``, or the day of its week that ``rest`` names."""
    names = tongue.relative.get(_WEEKDAYS, ())
    if rest in names:
        return day + timedelta(names.index(rest) % _DAYS_A_WEEK - day.weekday())
    return None if rest else day


def _part_of_year(word: str, tongue: Tongue, today: date) -> str | None:
    """The month that stands for the beginning, the middle or the end of a year; without a year the latest one."""
    words = tongue.relative
    for name, month in _PARTS:
        for part in words.get(name, ()):
            rest = word.removesuffix(part).removeprefix(part).strip()
            if rest == word:
                continue
            if not rest:
                return _latest(f"{month}-", today)
            years = (today.year - back for key, back in _YEARS if rest in words.get(key, ()))
            named = _YEAR.fullmatch(next((rest.removesuffix(mark) for mark in words.get("year_mark", ()) if rest.endswith(mark)), rest))
            year = next(years, 2000 + int(named[1]) if named else None)
            if year is not None:
                return f"{year}-{month:02}"
    return None


def _named(word: str, names: tuple[str, ...], today: date) -> str | None:
    """A month by its name: "October", "Oct 2024", "5 October 2024", "October 5, 2024"; without a year the latest one."""
    match = _NAMED_MONTH.fullmatch(word)
    if match is None or len(match[2]) < 3:
        return None
    month = next((place % _MONTHS_A_YEAR + 1 for place, name in enumerate(names) if name.startswith(match[2])), 0)
    day = match[1] or match[3]
    if not month or (match[1] and match[3]):
        return None
    if match[4]:
        return f"{match[4]}-{month:02}" + (f"-{int(day):02}" if day else "")
    return _latest(f"{month}-{day}" if day else f"{month}-", today)


def _ago(word: str, tongue: Tongue, today: date) -> str | None:
    for unit in ("day", "week", "month", "year"):
        for name in tongue.relative.get(unit, ()):
            if not word.endswith(name):
                continue
            count = word.removesuffix(name).strip()
            number = 0.5 if count in tongue.relative.get("half", ()) else _number(_without(count, tongue.relative.get("about", ())), tongue)
            if number is None:
                continue
            if unit in ("month", "year"):
                months = number * (_MONTHS_A_YEAR if unit == "year" else 1)
                if months < 1:
                    return (today - timedelta(15)).isoformat()  # half a month
                return _months_before(today, int(months)) if months <= _OLDEST else None
            days = int(number * (_DAYS_A_WEEK if unit == "week" else 1))
            return (today - timedelta(days)).isoformat() if days <= _OLDEST * 30 else None
    return None


def _months_before(today: date, months: int) -> str:
    year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    return f"{year:04}-{month + 1:02}"


def _with_day(month: str, rest: str, tongue: Tongue) -> str:
    day = _figures(rest, tongue).strip("-")
    return f"{month}-{day}" if day.isascii() and day.isdigit() else month


def _figures(word: str, tongue: Tongue) -> str:
    """A month and a day in figures, with dashes: numbers in words are read, marks of date replaced."""
    marks = tongue.notation.date_marks
    parts = re.split("(" + "|".join(map(re.escape, marks)) + ")", word) if marks else [word]
    plain = ""
    for part in parts:
        number = _number(part, tongue) if part and part not in marks else None
        plain += marks.get(part, part) if number is None else f"{number:g}"
    return plain.strip()


def _latest(word: str, today: date) -> str | None:
    """A month and perhaps a day without a year: the latest one that is not in the future."""
    match = _MONTH_DAY.fullmatch(word)
    if match is None or "-" not in word or not 1 <= int(match[1]) <= _MONTHS_A_YEAR:
        return None
    month, day = int(match[1]), int(match[2] or 1)
    year = today.year if (month, day) <= (today.month, today.day) else today.year - 1
    return f"{year:04}-{month:02}-{day:02}" if match[2] else f"{year:04}-{month:02}"

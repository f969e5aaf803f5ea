"""Times as people tell them, from a day: "last Wednesday", "October", "the end of last year", "three months ago"."""

import re
from datetime import date, timedelta

from .tongue import DAYS_A_WEEK, MONTHS, MONTHS_A_YEAR, WEEKDAYS, Tongue, number_of, without

_MONTH_DAY = re.compile(r"(\d{1,2})(?:-(\d{1,2}))?-?", re.ASCII)
_UNMARKED = re.compile(r"(\d{4})(\d{2})(\d{2})?", re.ASCII)
_NAMED_MONTH = re.compile(r"(?:(\d{1,2})\s+)?([a-z]+)\.?(?:\s+(\d{1,2})(?!\d))?(?:,?\s+(\d{4}))?", re.ASCII)
_CENTURY = re.compile(r"(\d{2})-(\d{1,2})(?:-(\d{1,2}))?-?", re.ASCII)
_YEAR = re.compile(r"(?:20)?(\d{2})", re.ASCII)
_PARTS = (("year_start", 1), ("year_middle", 6), ("year_end", 12))
_YEARS = (("this_year", 0), ("last_year", 1), ("year_before", 2))
_OLDEST = 60 * MONTHS_A_YEAR  # months: "900 years ago" is no date


def time_of(word: str, tongue: Tongue, as_of: str) -> str:
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
        found = _ago(without(ago, words.get("about", ())), tongue, today)
        if found:
            return found
    for name, weeks in (("week_before", 2), ("last_week", 1), ("this_week", 0)):
        for start in words.get(name, ()):
            rest = word.removeprefix(start).strip()
            if rest != word and (day := _in_week(today - timedelta(DAYS_A_WEEK * weeks), rest, tongue)):
                return (day if day <= today else day - timedelta(DAYS_A_WEEK)).isoformat()
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
    return _named(word, words.get(MONTHS, ()), today) or _latest(figures, today) or word


def _in_week(day: date, rest: str, tongue: Tongue) -> date | None:
    """``day``, or the day of its week that ``rest`` names."""
    names = tongue.relative.get(WEEKDAYS, ())
    if rest in names:
        return day + timedelta(names.index(rest) % DAYS_A_WEEK - day.weekday())
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
    month = next((place % MONTHS_A_YEAR + 1 for place, name in enumerate(names) if name.startswith(match[2])), 0)
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
            number = (
                0.5 if count in tongue.relative.get("half", ()) else number_of(without(count, tongue.relative.get("about", ())), tongue)
            )
            if number is None:
                continue
            if unit in ("month", "year"):
                months = number * (MONTHS_A_YEAR if unit == "year" else 1)
                if months < 1:
                    return (today - timedelta(15)).isoformat()  # half a month
                return _months_before(today, int(months)) if months <= _OLDEST else None
            days = int(number * (DAYS_A_WEEK if unit == "week" else 1))
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
        number = number_of(part, tongue) if part and part not in marks else None
        plain += marks.get(part, part) if number is None else f"{number:g}"
    return plain.strip()


def _latest(word: str, today: date) -> str | None:
    """A month and perhaps a day without a year: the latest one that is not in the future."""
    match = _MONTH_DAY.fullmatch(word)
    if match is None or "-" not in word or not 1 <= int(match[1]) <= MONTHS_A_YEAR:
        return None
    month, day = int(match[1]), int(match[2] or 1)
    year = today.year if (month, day) <= (today.month, today.day) else today.year - 1
    return f"{year:04}-{month:02}-{day:02}" if match[2] else f"{year:04}-{month:02}"

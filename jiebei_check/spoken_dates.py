"""Times as people tell them, from a day: "last Wednesday", "October", "the end of last year", "three months ago".

What is told in another way, or with more words than are understood, is left as it is and not guessed at.
"""

import re
from datetime import date, timedelta

from .tongue import DAYS_A_WEEK, MONTHS, MONTHS_A_YEAR, WEEKDAYS, Tongue, number_of, without
from .values import is_figure

_MONTH_DAY = re.compile(r"(\d{1,2})(?:-(\d{1,2}))?-?", re.ASCII)
_UNMARKED = re.compile(r"(\d{4})(\d{2})(\d{2})?", re.ASCII)
_NAMED_MONTH = re.compile(r"(?:(\d{1,2})\s+)?([a-z]+)\.?(?:\s+(\d{1,2})(?!\d))?(?:,?\s+(\d{4}))?", re.ASCII)
_CENTURY = re.compile(r"(\d{2})-(\d{1,2})(?:-(\d{1,2}))?-?", re.ASCII)
_YEAR, _SHORT_YEAR = re.compile(r"20(\d{2})", re.ASCII), re.compile(r"(?:20)?(\d{2})", re.ASCII)
_PARTS = (("year_start", 1), ("year_spring", 4), ("year_middle", 6), ("year_summer", 7), ("year_autumn", 10), ("year_end", 12))
_YEARS = (("this_year", 0), ("last_year", 1), ("year_before", 2))
_WEEKS = (("week_before", 2), ("last_week", 1), ("this_week", 0), ("last_weekday", -1), ("latest_weekday", -1))  # -1: by name only
_OLDEST = 60 * MONTHS_A_YEAR  # months: "900 years ago" is no date


def time_of(word: str, tongue: Tongue, as_of: str) -> str:
    """An ISO date or month for a time told from ``as_of``; ``word`` as it is where it is told in another way."""
    today = date.fromisoformat(f"{as_of}-01"[:10])
    words = tongue.relative
    for entry in words.get("holidays", ()):
        holiday, _, usual = entry.partition("=")
        word = word.replace(holiday, usual) if holiday else word
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
    if day := _by_week(word, tongue, today):
        return day
    if month := _part_of_year(word, tongue, today):
        return month
    for part in words.get("part_of_month", ()):
        word = word.removesuffix(part).removeprefix(part).strip() or word
    for name, months in (("month_before", 2), ("last_month", 1), ("this_month", 0)):
        for start in words.get(name, ()):
            if word.startswith(start):
                return _with_day(_months_before(today, months), word.removeprefix(start), tongue) or word
    for name, years in _YEARS:
        for start in words.get(name, ()):
            if word.startswith(start) and word != start:
                return f"{today.year - years}-{_figures(word.removeprefix(start), tongue)}"
            if word.endswith(start) and (named := _named(word.removesuffix(start).strip(), words.get(MONTHS, ()), today)):
                return f"{today.year - years}{named[4:]}"
    figures = _figures(word, tongue)
    short = _CENTURY.fullmatch(figures)
    has_year = any(mark in word for mark in words.get("year_mark", ()))
    if short and has_year:
        return "-".join(filter(None, (f"20{short[1]}", short[2], short[3])))
    for start in ("", *words.get("last_weekday", ())):
        if word.startswith(start) and (month := _named(word.removeprefix(start).strip(), words.get(MONTHS, ()), today)):
            return month
    return (None if has_year else _latest(figures, today)) or word


def _by_week(word: str, tongue: Tongue, today: date) -> str | None:
    """A day told by its week ("last week", "Wednesday of last week") or by its name alone: then the latest such day."""
    names = tongue.relative.get(WEEKDAYS, ())
    for name, weeks in _WEEKS:
        for start in tongue.relative.get(name, ()):
            rest = word.removeprefix(start).strip()
            if rest == word or (rest.isascii() and rest.isdigit() and start.isascii()):
                continue
            day = today - timedelta(DAYS_A_WEEK * max(weeks, 0))
            if rest in names:
                day += timedelta(names.index(rest) % DAYS_A_WEEK - day.weekday())
                if weeks < 0 and day > today - timedelta(name == "last_weekday"):
                    day -= timedelta(DAYS_A_WEEK)
            elif rest or weeks < 0:
                continue
            if day <= today:
                return day.isoformat()
    return None


def _part_of_year(word: str, tongue: Tongue, today: date) -> str | None:
    """The month that stands for the beginning, the middle or the end of a year; without a year the latest one."""
    words = tongue.relative
    for name, month in _PARTS:
        for part in words.get(name, ()):
            rest = word.removesuffix(part).removeprefix(part).strip()
            if rest == word:
                continue
            marks = words.get("year_mark", ())
            if not rest:
                return _latest(f"{month}-", today) if any(mark in part for mark in marks) else None
            years = (today.year - back for key, back in _YEARS if rest in words.get(key, ()))
            marked = next((rest.removesuffix(mark) for mark in marks if rest.endswith(mark)), None)
            is_marked = marked is not None or any(part.startswith(mark) for mark in marks)
            named = (_SHORT_YEAR if is_marked else _YEAR).fullmatch(rest if marked is None else marked)
            year = next(years, 2000 + int(named[1]) if named else None)
            if year is not None and year <= today.year:
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
            number = _how_many(word, name, tongue)
            if number is None:
                continue
            if unit in ("month", "year"):
                months = number * (MONTHS_A_YEAR if unit == "year" else 1)
                if 0 < months < 1:
                    return (today - timedelta(15)).isoformat()  # half a month
                return _months_before(today, int(months)) if months <= _OLDEST else None
            days = int(number * (DAYS_A_WEEK if unit == "week" else 1))
            return (today - timedelta(days)).isoformat() if days <= _OLDEST * 30 else None
    return None


def _how_many(word: str, unit: str, tongue: Tongue) -> float | None:
    """How many of a unit ``word`` says: a number, one, a half, or so many and a half."""
    halves = tongue.relative.get("half", ())
    if word.endswith(unit):
        count = without(word.removesuffix(unit).strip(), tongue.relative.get("about", ()))
        if count in halves:
            return 0.5
        return 1 if count in tongue.relative.get("single", ()) else number_of(count, tongue)
    for half in halves:
        for end in (unit + half, unit[:1] + half + unit[1:]):
            whole = number_of(word.removesuffix(end), tongue) if word.endswith(end) else None
            if whole is not None:
                return whole + 0.5
    return None


def _months_before(today: date, months: int) -> str:
    year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    return f"{year:04}-{month + 1:02}"


def _with_day(month: str, rest: str, tongue: Tongue) -> str | None:
    """``month`` with the day that ``rest`` gives, if any; None where it says something else."""
    day = _figures(rest, tongue).strip("-")
    if not rest.strip():
        return month
    return f"{month}-{day}" if day.isascii() and day.isdigit() else None


def _figures(word: str, tongue: Tongue) -> str:
    """A month and a day in figures, with dashes: numbers in words are read, marks of date replaced."""
    marks = tongue.notation.date_marks
    parts = re.split("(" + "|".join(map(re.escape, marks)) + ")", word) if marks else [word]
    plain = ""
    for part in parts:
        end = part.strip()[-1:]  # a number ends in a figure; what is counted ("3 of them") is no month
        number = number_of(part, tongue) if end and part not in marks and is_figure(end, tongue.notation) else None
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

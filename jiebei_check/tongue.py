"""The words of all languages of a rule set that steer an interview or name a time or a number."""

from collections.abc import Mapping
from typing import NamedTuple

from .errors import Refused
from .ruleset import RuleSet
from .values import Fact, Notation, fold, parse

WHY, BACK, QUIT = "why", "back", "quit"
MONTHS, WEEKDAYS, NUMBERS = "month_names", "weekdays", "numbers"  # lists, those of all languages one behind the other
DAYS_A_WEEK, MONTHS_A_YEAR = 7, 12
_SIZES = {MONTHS: MONTHS_A_YEAR, WEEKDAYS: DAYS_A_WEEK, NUMBERS: 12}
_COUNT = Fact("count", "number", {}, {}, {})


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
    for key, size in _SIZES.items():
        lists = (fold(language.words.get(f"{prefix}{key}", "")).split("|") for language in rules.languages.values())
        relative[key] = tuple(name for names in lists if len(names) % size == 0 for name in names)  # their order counts
    return Tongue(rules.notation, commands, relative, *(frozenset(alternatives(f"interview.{word}_file")) for word in ("no", "yes")))


def without(word: str, extras: tuple[str, ...]) -> str:
    """``word`` without the words that only say "about", at either end."""
    for extra in extras:
        bare = word.removeprefix(extra).removesuffix(extra).strip()
        word = bare or word
    return word


def number_named(word: str, tongue: Tongue) -> int | None:
    """A number of one to twelve that has a name of its own in its language."""
    names = tongue.relative.get(NUMBERS, ())
    return names.index(word) % _SIZES[NUMBERS] + 1 if word in names else None


def number_of(word: str, tongue: Tongue) -> float | None:
    """A bare number in figures or words; None where ``word`` is none."""
    named = number_named(word.strip(), tongue)
    if named is not None:
        return named
    try:
        found = parse(_COUNT, word.strip(), tongue.notation)
    except Refused:
        return None
    return found if isinstance(found, (int, float)) else None

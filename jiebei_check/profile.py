"""A profile: what one person knows about themselves, read from any of the notations that people use."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from .decoding import visible
from .document import Document, Path, parse_document
from .errors import DataError, Problem, Refused
from .values import Fact, Facts, Notation, Value, parse

PROFILE_VERSION = 1
_RUN_TOGETHER = ("section_wanted", "no_mapping")  # what is found where lines without a colon were read as one word
_FREE = ("id", "note")  # carried along or ignored, never interpreted
Fault = tuple[Path, str, dict[str, str]]
_PLACE = re.compile(r"\d{1,6}", re.ASCII)  # in a list; a key may look like a longer number
_LONGEST_KEY = 200  # nothing known is nearly as long
_SEARCHED = 100  # after so many faults no more words that were probably meant are looked for: each costs a comparison with all


class Profile(NamedTuple):
    """``values`` holds only what is known. ``declined`` was asked and answered "don't know". ``id`` is the caller's own."""

    values: Facts
    declined: frozenset[str] = frozenset()
    id: str = ""


def parse_profile(data: bytes, facts: Mapping[str, Fact], notation: Notation, name: str = "") -> Profile:
    """Read YAML or JSON bytes. DataError names every fault with file, line and field."""
    document = parse_document(data, name)
    profile, problems = _read_document(document, facts, notation)
    if problems and not document.lines:  # JSON: read once more, as YAML, to say on which line
        from .decoding import decode  # noqa: PLC0415
        from .yaml_reader import read_yaml  # noqa: PLC0415

        again = read_yaml(decode(data, name), name)
        if again.data is not None:
            problems = [problem._replace(line=again.line(_path(problem.field))) for problem in problems]
    if any(problem.code in _RUN_TOGETHER for problem in problems):
        problems = _wide_colons(data, name) or problems
    if problems:
        raise DataError(sorted(problems, key=lambda problem: problem.line or 0))
    return profile


def _wide_colons(data: bytes, name: str) -> list[Problem]:
    """Entries typed with a full-width colon: to YAML they are one long word, to a person each is an entry."""
    from .decoding import decode  # noqa: PLC0415 - only on the way to an error
    from .yaml_trouble import wide_colons  # noqa: PLC0415 - likewise

    return [Problem("full_width_colon", name, line) for line in wide_colons(decode(data, name))]


def _path(field: str) -> Path:
    """The path that a field's name stands for: a number in it is a place in a list."""
    return tuple(int(part) if _PLACE.fullmatch(part) else part for part in field.split(".")) if field else ()


def _read_document(document: Document, facts: Mapping[str, Fact], notation: Notation) -> tuple[Profile, list[Problem]]:
    problems = list(document.problems)
    if document.data is None:
        return Profile({}), problems or [Problem("empty", document.name)]
    profile, faults = read_mapping(document.data, facts, notation)
    problems += [document.problem(code, path, **params) for path, code, params in faults]
    return profile, problems


def make_profile(data: Mapping[str, object], facts: Mapping[str, Fact], notation: Notation) -> Profile:
    """A profile from a caller's own nested (or dotted) mapping. DataError for what is not understood."""
    profile, faults = read_mapping(data, facts, notation)
    if faults:
        raise DataError(Problem(code, "", None, ".".join(map(str, path)), params) for path, code, params in faults)
    return profile


def read_given(data: object, facts: Mapping[str, Fact], notation: Notation) -> tuple[Mapping[str, Value], list[Fault]]:
    """The known values of a profile inside a rule file, and its faults."""
    profile, faults = read_mapping(data, facts, notation)
    return profile.values, faults


def read_mapping(data: object, facts: Mapping[str, Fact], notation: Notation) -> tuple[Profile, list[Fault]]:
    """Read a nested or dotted mapping; (profile, faults), every fault with its path, code and what the message needs."""
    if not isinstance(data, Mapping):
        return Profile({}), [((), "list_at_top" if isinstance(data, list) else "no_mapping", {"found": _show(data)})]
    values: dict[str, Value] = {}
    declined: set[str] = set()
    faults: list[Fault] = []
    name = ""

    def take(path: Path, fact: Fact, raw: object) -> None:
        try:
            value = parse(fact, raw, notation)
        except Refused as refusal:
            faults.append((path, refusal.code, {key: _show(text) for key, text in refusal.params.items()}))
            return
        if fact.id in values or fact.id in declined:
            faults.append((path, "given_twice", {"found": fact.id}))
        elif value is not None:
            values[fact.id] = value
        elif raw is not None and raw != "":
            declined.add(fact.id)

    sections = {fact.section for fact in facts.values() if fact.section and fact.derived is None}
    for key, raw in data.items():
        fact = facts.get(key) if isinstance(key, str) else None
        if fact is not None and fact.derived is None:
            take((key,), fact, raw)
        elif key in sections:
            if raw is None:
                continue
            if not isinstance(raw, Mapping):
                faults.append(((key,), "section_wanted", {"found": _show(raw), "section": key}))
                continue
            for inner, value in raw.items():
                fact = facts.get(f"{key}.{inner}")
                if fact is None or fact.derived is not None:
                    faults.append(((key, inner), *_unknown(str(inner), key, facts, search=len(faults) < _SEARCHED)))
                else:
                    take((key, inner), fact, value)
        elif key == "profile_version":
            if str(raw) != str(PROFILE_VERSION):
                faults.append(((key,), "other_profile_version", {"found": _show(raw), "allowed": str(PROFILE_VERSION)}))
        elif key == "id" and isinstance(raw, (str, int)):
            name = str(raw)[:200]
        elif key not in _FREE:
            faults.append(((str(key),), *_unknown(str(key), "", facts, search=len(faults) < _SEARCHED)))
    return Profile(values, frozenset(declined), name), faults


def _unknown(key: str, section: str, facts: Mapping[str, Fact], *, search: bool = True) -> tuple[str, dict[str, str]]:
    """What an unknown key probably was: a known one in another section, a label, a section one level too deep, a typo."""
    shown = _show(key)
    if not search or len(key) > _LONGEST_KEY:
        return "unknown_fact_in_section" if section else "unknown_section", {"found": shown, "section": section, "allowed": "…"}
    from difflib import get_close_matches  # noqa: PLC0415 - only on the way to an error

    known = {fact.id: fact for fact in facts.values() if fact.derived is None}
    sections = {fact.section for fact in known.values() if fact.section}
    if section and key in sections:
        return "section_nested", {"found": shown, "section": section}
    at_home = [name for name in known if name.rpartition(".")[2] == key]
    if at_home:
        home = known[at_home[0]].section
        if home and not section:
            return "fact_at_top", {"found": shown, "section": home}
        return "fact_elsewhere", {"found": shown, "nearest": at_home[0]}
    for name, fact in known.items():
        if key in (*fact.label.values(), *fact.also):
            return "label_as_key", {"found": shown, "nearest": name}
    pool = {name.rpartition(".")[2]: name for name in known if known[name].section == section} if section else {}
    if not section:
        pool = {word: word for word in (*sections, "as_of", "profile_version")} | {name: name for name in known}
    near = get_close_matches(key, list(pool), n=1, cutoff=0.5)
    params = {"found": shown, "section": section}
    if near:
        params["nearest"] = near[0]
    if section:
        return "unknown_fact_in_section", params
    return "unknown_section", {**params, "allowed": ", ".join(dict.fromkeys(fact.section for fact in known.values() if fact.section))}


def _show(raw: object) -> str:
    text = visible(raw if isinstance(raw, str) else type(raw).__name__ if isinstance(raw, (dict, list)) else str(raw))
    return text if len(text) <= 60 else f"{text[:57]}…"

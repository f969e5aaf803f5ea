"""A profile as a file that people can read and go on with: the blank form, or the file it came from, filled in line by line.

Comments, order and everything else in the text stay as they are. The result is read back before it is given out; where a text
cannot be filled in line by line (JSON, a mapping in braces), the blank form is filled in instead.
"""

import re

from .errors import DataError
from .form import blank_form
from .profile import Profile, parse_profile
from .ruleset import RuleSet
from .values import Fact, Value
from .wording import Wording

_COMMENT = r"(?P<comment>[ \t]+#.*)?"
_INDENT = "  "


def profile_text(rules: RuleSet, profile: Profile, language: str, original: str = "") -> str:
    """``profile`` as YAML, on the ground of ``original`` where that is possible. What was declined is written as not known."""
    if original:
        text = _filled(rules, profile, language, original)
        if text is not None:
            return text
    text = _filled(rules, profile, language, blank_form(rules, language))
    assert text is not None  # the form is ours, and a test fills in every fact
    return text


def _filled(rules: RuleSet, profile: Profile, language: str, text: str) -> str | None:
    """``text`` with every value of ``profile``, or None where it does not then read as ``profile``."""
    lines = text.replace("\r\n", "\n").rstrip("\n").split("\n")
    wording = Wording(rules, language)
    before = _read(rules, text)
    if before is None:
        return None
    for fact in rules.inputs:
        if fact.id in profile.values:
            if before.values.get(fact.id) != profile.values[fact.id] or fact.id in before.declined:
                _set(lines, fact, _written(wording, profile.values[fact.id]))
        elif fact.id in profile.declined and fact.id not in before.declined:
            _set(lines, fact, wording.word("value.unknown"))
    filled = "\n".join(lines) + "\n"
    after = _read(rules, filled)
    return filled if after is not None and (after.values, after.declined) == (profile.values, profile.declined) else None


def _read(rules: RuleSet, text: str) -> Profile | None:
    try:
        return parse_profile(text.encode("utf-8"), rules.facts, rules.notation)
    except DataError:
        return None


def _written(wording: Wording, value: Value) -> str:
    """A value as the form asks for it: yes and no in words, choices by key, numbers in figures."""
    if isinstance(value, bool):
        return wording.word("value.true" if value else "value.false")
    if isinstance(value, tuple):
        return f"[{', '.join(value)}]"
    return str(value)


def _set(lines: list[str], fact: Fact, value: str) -> None:
    """Write ``value`` behind the key of ``fact``, making the line where there is none."""
    key = fact.id.rpartition(".")[2]
    start, end = 0, len(lines)
    indent = ""
    if fact.section:
        head = re.compile(rf"{re.escape(fact.section)}:{_COMMENT}\s*")
        start = next((number for number, line in enumerate(lines) if head.fullmatch(line)), -1) + 1
        if not start:
            lines += ["", f"{fact.section}:"]
            start = len(lines)
        behind = range(start, len(lines))
        outside = next((number for number in behind if lines[number].strip() and lines[number][0] not in " \t#"), len(lines))
        inside = [number for number in range(start, outside) if lines[number][:1] in (" ", "\t")]
        end = inside[-1] + 1 if inside else start
        entries = [lines[number] for number in inside if not lines[number].lstrip().startswith("#")]
        indent = entries[0][: len(entries[0]) - len(entries[0].lstrip())] if entries else _INDENT
    entry = re.compile(rf"(?P<key>{re.escape(indent)}{re.escape(key)}:)(?P<value>[ \t]+(?![#\s]).*?|)?{_COMMENT}\s*")
    for number in range(start, end):
        match = entry.fullmatch(lines[number])
        if match is not None:
            lines[number] = f"{match['key']} {value}{match['comment'] or ''}"
            return
    lines.insert(end, f"{indent}{key}: {value}")

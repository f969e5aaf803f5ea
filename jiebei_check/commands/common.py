"""What commands share: options, reading a profile, choosing a width, writing out."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from ..document import MAX_BYTES, bounded, read_bytes
from ..errors import CheckError, Problem, ReadError, Refused, UsageError
from ..output import write_file, write_stdout
from ..profile import Profile, parse_profile
from ..ruleset import RuleSet
from ..values import parse
from ..wording import DEFAULT_LANGUAGE

Lang = Annotated[str, typer.Option("--lang", help="语言 / Language: zh, en.", metavar="zh|en")]
Rules = Annotated[str | None, typer.Option("--rules", help="另一套规则的文件夹 / Folder of another rule set.", metavar="DIR")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="填写日期，默认今天 / Day of the profile, default today.", metavar="DATE")]
Out = Annotated[list[str] | None, typer.Option("-o", "--output", help="写入文件 / Write to a file.", metavar="FILE")]
Color = Annotated[str, typer.Option("--color", help="颜色 / Colour: auto, always, never.", metavar="auto|always|never")]
Verbose = Annotated[bool, typer.Option("-v", "--verbose", help="全部内容 / Everything.")]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="只要名称 / Names only.")]

FailOn = Annotated[str | None, typer.Option("--fail-on", help="high, medium, low, inconclusive → 3", metavar="LEVEL")]

_WIDEST = 100  # a longer line is tiring to read
_NARROWEST = 20


def choose_rules(folder: str | None, lang: str = DEFAULT_LANGUAGE) -> RuleSet:
    """The rule set to use; UsageError for a language that it does not have."""
    from ..rulebook import load_rules  # noqa: PLC0415

    rules = load_rules(folder)
    if lang not in rules.languages:
        raise UsageError([Problem("unknown_language", field="--lang", params={"found": lang, "allowed": ", ".join(rules.languages)})])
    return rules


def today(rules: RuleSet, given: str | None) -> str:
    """The date asked for with --as-of, or today's, in ISO form."""
    if given is None:
        from datetime import date  # noqa: PLC0415

        return date.today().isoformat()  # noqa: DTZ011 - the reader's own calendar day is meant
    try:
        value = parse(rules.facts["as_of"], given, rules.notation)
    except Refused as refusal:
        raise UsageError([Problem(refusal.code, field="--as-of", params=refusal.params)]) from None
    if value is None:
        raise UsageError([Problem("bad_date", field="--as-of", params={"found": given})])
    return str(value)


def one_of(option: str, found: str | None, allowed: Sequence[str]) -> None:
    """UsageError where an option is given a word that it does not have."""
    if found is not None and found not in allowed:
        raise UsageError([Problem("bad_word", field=option, params={"found": found, "allowed": ", ".join(allowed)})])


def read_input(path: str) -> bytes:
    """The bytes of a file, or of standard input for ``-``; bounded."""
    if path != "-":
        return read_bytes(path)
    if sys.stdin is None:
        raise ReadError([Problem("cannot_read", "-")])
    try:
        return bounded(sys.stdin.buffer.read(MAX_BYTES + 1), "-")
    except OSError:
        raise ReadError([Problem("cannot_read", "-")]) from None


def read_profile(rules: RuleSet, path: str, as_of: str, *, override: bool = False) -> Profile:
    """The profile in a file. Its own ``as_of`` wins over today's date, but not over --as-of."""
    profile = parse_profile(read_input(path), rules.facts, rules.notation, path)
    if override or "as_of" not in profile.values:
        return profile._replace(values={**profile.values, "as_of": as_of})
    return profile


def read_profiles(rules: RuleSet, paths: list[str], as_of: str, *, override: bool = False) -> list[Profile]:
    """As :func:`read_profile`, for several; the faults of all of them are raised at once."""
    profiles, errors = [], []
    for path in paths:
        try:
            profiles.append(read_profile(rules, path, as_of, override=override))
        except CheckError as error:
            errors.append(error)
    if errors:
        raise type(errors[0])([problem for error in errors for problem in error.problems])
    return profiles


def terminal_width() -> int:
    """Columns to write for: those of the terminal, else 80; within reason."""
    import shutil  # noqa: PLC0415

    return max(_NARROWEST, min(_WIDEST, shutil.get_terminal_size((80, 24)).columns))


def wants_color(choice: str) -> bool:
    """Whether to use colour: --color, then NO_COLOR and FORCE_COLOR (no-color.org), then whether this is a terminal."""
    if choice not in ("auto", "always", "never"):
        raise UsageError([Problem("bad_word", field="--color", params={"found": choice, "allowed": "auto, always, never"})])
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return sys.stdout is not None and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def apart(output: str | None, inputs: Sequence[str]) -> None:
    """UsageError where the output would take the place of an input."""
    for path in inputs:
        if output is not None and os.path.isfile(path) and os.path.exists(output) and os.path.samefile(path, output):
            raise UsageError([Problem("onto_input", output, field="-o")])


def deliver(text: str, output: str | None) -> None:
    """Write ``text`` to the file named, or to standard output."""
    if output is None or output == "-":
        write_stdout(text)
    else:
        write_file(output, text)


def targets(outputs: list[str] | None, chosen: str | None) -> list[tuple[str | None, str]]:
    """Where to write, and in which format: what a file's suffix says, else ``chosen``, else text.

    None is standard output. UsageError for a format that does not exist, and for a suffix that says nothing where no
    format was chosen: a `report.pdf` that holds text would help nobody.
    """
    from ..render import FORMATS, SUFFIXES  # noqa: PLC0415

    allowed = ", ".join(FORMATS)
    if chosen is not None and chosen not in FORMATS:
        raise UsageError([Problem("unknown_format", field="--format", params={"found": chosen, "allowed": allowed})])
    if not outputs:
        return [(None, chosen or "text")]
    found: list[tuple[str | None, str]] = []
    problems = []
    for path in outputs:
        suffix = os.path.splitext(path)[1].lower()
        if suffix in SUFFIXES:
            found.append((path, SUFFIXES[suffix]))
        elif suffix and chosen is None:
            problems.append(Problem("unknown_suffix", path, field="-o", params={"found": suffix, "allowed": ", ".join(SUFFIXES)}))
        else:
            found.append((path, chosen or "text"))
    if problems:
        raise UsageError(problems)
    return found

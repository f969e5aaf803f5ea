"""``rules new``, ``rules schema`` and ``rules diff``: writing rules, and seeing what a change does."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import EXIT_OK, Problem, UsageError
from ..phrases import signed
from ..wording import DEFAULT_LANGUAGE
from . import common

if TYPE_CHECKING:
    from ..profile import Profile
    from ..rulediff import Change, Shift
    from ..ruleset import RuleSet

FORMAT_VERSION = "1.0"
_ID = re.compile(r"[a-z][a-z0-9-]*", re.ASCII)
_FACT = re.compile(r"([a-z][a-z0-9_]*)\.([a-z][a-z0-9_]*)", re.ASCII)

Folder = Annotated[
    str | None, typer.Argument(metavar="[DIR]", help="规则文件夹，默认当前文件夹 / Folder of rules, default the current one.")
]


def register(group: typer.Typer) -> None:
    new = typer.Typer(help="新写一个原因或事实 / A new cause or fact to fill in.", no_args_is_help=True, rich_markup_mode=None)
    new.command("cause")(new_cause_command)
    new.command("fact")(new_fact_command)
    group.add_typer(new, name="new")
    group.command("schema")(schema_command)
    group.command("diff")(diff_command)


def new_cause_command(
    cause_id: Annotated[str, typer.Argument(metavar="ID", help="小写字母、数字和连字符 / Lower-case letters, digits, hyphens.")],
    family: Annotated[str, typer.Option("--family", help="家族 / Family.", metavar="F")],
    folder: Folder = None,
) -> int:
    """写出一个新的原因文件，待填处标着 TODO / Write a cause file; what is to be filled in is marked TODO."""
    from ..scaffold import new_cause  # noqa: PLC0415

    if not _ID.fullmatch(cause_id):
        raise UsageError([Problem("bad_id", field="ID", params={"found": cause_id})])
    place, rules = _private(folder)
    if family not in rules.families:
        raise UsageError([Problem("bad_word", field="--family", params={"found": family, "allowed": ", ".join(rules.families)})])
    _write(place, f"causes/{cause_id}.yaml", new_cause(rules, cause_id, family), overwrite=False)
    return EXIT_OK


def new_fact_command(
    name: Annotated[str, typer.Argument(metavar="SECTION.KEY", help="例如 person.has_car / Such as person.has_car.")],
    kind: Annotated[str, typer.Option("--type", help="类型 / Type.", metavar="bool|int|number|date|choice|choices")],
    folder: Folder = None,
) -> int:
    """给一组事实加一个新的，待填处标着 TODO / Add a fact to its section; what is to be filled in is marked TODO."""
    from ..scaffold import with_fact  # noqa: PLC0415
    from ..values import TYPES  # noqa: PLC0415

    match = _FACT.fullmatch(name)
    if match is None:
        raise UsageError([Problem("bad_fact_name", field="SECTION.KEY", params={"found": name})])
    if kind not in TYPES:
        raise UsageError([Problem("bad_word", field="--type", params={"found": kind, "allowed": ", ".join(TYPES)})])
    place, rules = _private(folder)
    if name in rules.facts:
        raise UsageError([Problem("fact_exists", field="SECTION.KEY", params={"found": name})])
    path = f"facts/{match[1]}.yaml"
    _write(place, path, with_fact(_content(place, path), rules, name, kind), overwrite=True)
    return EXIT_OK


def schema_command(folder: Folder = None) -> int:
    """写出编辑器用的 JSON Schema 到规则文件夹的 .schema / Write the editor's JSON Schema into .schema of a folder of rules."""
    place, rules = _private(folder)
    _write_schema(place, rules)
    return EXIT_OK


def _private(folder: str | None) -> tuple[str, RuleSet]:
    """The folder to write to, made a private rule set where it is none yet, and its rules."""
    from ..output import write_file  # noqa: PLC0415
    from ..rulebook import load_rules  # noqa: PLC0415
    from ..scaffold import new_ruleset  # noqa: PLC0415

    place = folder or "."
    if not os.path.exists(os.path.join(place, "ruleset.yaml")):
        bundled = load_rules()
        os.makedirs(place, exist_ok=True)
        write_file(os.path.join(place, "ruleset.yaml"), new_ruleset(tuple(bundled.title), bundled.title))
        _write_schema(place, bundled)
    return place, load_rules(place)


def _write(place: str, path: str, content: str, *, overwrite: bool) -> None:
    from ..output import write_file, write_stdout  # noqa: PLC0415

    target = os.path.join(place, path)
    os.makedirs(os.path.dirname(target), exist_ok=True)
    write_file(target, content, overwrite=overwrite)
    write_stdout(f"{target}\n")


def _write_schema(place: str, rules: RuleSet) -> None:
    from ..output import write_file  # noqa: PLC0415
    from ..schema import FOLDER, schema_files  # noqa: PLC0415

    os.makedirs(os.path.join(place, FOLDER), exist_ok=True)
    for name, content in schema_files(rules).items():
        write_file(os.path.join(place, FOLDER, name), content)


def _content(place: str, path: str) -> str:
    from ..document import read_bytes  # noqa: PLC0415

    target = os.path.join(place, path)
    return read_bytes(target).decode("utf-8") if os.path.exists(target) else ""


def diff_command(
    before: Annotated[str, typer.Argument(metavar="DIR_A", help="原来的规则，- 为自带的 / The rules before, - for the bundled ones.")],
    after: Annotated[str, typer.Argument(metavar="DIR_B", help="现在的规则，- 为自带的 / The rules after, - for the bundled ones.")],
    profiles: Annotated[
        list[str] | None, typer.Option("--on", help="档案、JSONL 或文件夹 / Profiles, JSONL or a folder.", metavar="PROFILES")
    ] = None,
    format_: Annotated[str, typer.Option("--format", help="格式 / Format.", metavar="text|json")] = "text",
    lang: common.Lang = DEFAULT_LANGUAGE,
    as_of: common.AsOf = None,
) -> int:
    """两套规则差在哪里，哪些档案的结果会变、因为哪条证据 / What changed between two rule sets, and whose result changes."""
    from ..output import write_stdout  # noqa: PLC0415
    from ..rulebook import load_rules  # noqa: PLC0415
    from ..rulediff import changes, meaning, shifts  # noqa: PLC0415
    from .rules import as_json, check_format  # noqa: PLC0415 - the group's module loads this one

    check_format(format_, ("text", "json"))
    old, new = (load_rules(None if folder == "-" else folder) for folder in (before, after))
    found = changes(old, new)
    day = common.today(new, as_of)
    named = list(_profiles(new, profiles or [], day))
    moved = list(shifts(old, new, named))
    if format_ == "json":
        document = {
            "format_version": FORMAT_VERSION,
            "before": old.version,
            "after": new.version,
            "meaning": meaning(found),
            "changes": [change._asdict() for change in found],
            "profiles": len(named),
            "shifts": [
                {
                    **shift._asdict(),
                    "pieces": [dict(zip(("cause", "evidence", "before", "after"), piece, strict=True)) for piece in shift.pieces],
                }
                for shift in moved
            ],
        }
        write_stdout(as_json(document))
    else:
        write_stdout(
            "".join(f"{line}\n" for line in _lines(new, lang, found, moved, (old.version, new.version, meaning(found), len(named))))
        )
    return EXIT_OK


def _lines(rules: RuleSet, lang: str, found: tuple[Change, ...], moved: list[Shift], facts: tuple[str, str, str, int]) -> Iterator[str]:
    from .rules_check import words  # noqa: PLC0415

    wording = words(lang)
    word = wording.word
    old, new, kind, count = facts
    yield word("rules.diff.versions", before=old, after=new, meaning=word(f"rules.diff.{kind}"))
    marks = {"added": "+", "removed": "-", "changed": "~"}
    for change in found:
        detail = f"{word('punctuation.colon')}{change.before} → {change.after}" if change.before or change.after else ""
        yield f"{marks[change.kind]} {change.what} {change.id}{detail}"
    titles = {cause.id: wording.text(cause.title) for cause in rules.causes}
    for shift in moved:
        names = [titles.get(name, name) if name else word("report.none") for name in (shift.before, shift.after)]
        yield f"{shift.profile}{word('punctuation.colon')}{names[0]} → {names[1]}"
        for cause, piece, bits, now in shift.pieces:
            yield f"    {cause} {piece}{word('punctuation.colon')}{signed(bits)} → {signed(now)}"
    if count:
        yield word("rules.diff.summary", profiles=count, moved=len(moved))


def _profiles(rules: RuleSet, paths: list[str], day: str) -> Iterator[tuple[str, Profile]]:
    """Every profile in files, JSONL files and folders, with a name."""
    from ..decoding import decode  # noqa: PLC0415
    from ..document import read_bytes  # noqa: PLC0415
    from ..profile import make_profile  # noqa: PLC0415

    for path in _files(paths):
        if path.endswith((".jsonl", ".ndjson")):
            for number, line in enumerate(decode(read_bytes(path), path).splitlines(), 1):
                if line.strip():
                    yield f"{path}:{number}", _dated(make_profile(_record(path, number, line), rules.facts, rules.notation), day)
        else:
            yield path, common.read_profile(rules, path, day)


def _record(path: str, number: int, line: str) -> dict[str, object]:
    from ..errors import DataError  # noqa: PLC0415

    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        raise DataError([Problem("bad_yaml", path, number)]) from None
    if not isinstance(record, dict):
        raise DataError([Problem("no_mapping", path, number, params={"found": type(record).__name__})])
    return record.get("profile", record) if isinstance(record.get("profile", record), dict) else record


def _dated(profile: Profile, day: str) -> Profile:
    return profile if "as_of" in profile.values else profile._replace(values={**profile.values, "as_of": day})


def _files(paths: list[str]) -> Iterator[str]:
    for path in paths:
        if os.path.isdir(path):
            yield from (
                os.path.join(path, name) for name in sorted(os.listdir(path)) if name.endswith((".yaml", ".yml", ".json", ".jsonl"))
            )
        else:
            yield path

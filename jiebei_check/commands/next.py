"""``jiebei-check next``: one step of an interview, stateless, for a program that holds it itself."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from ..errors import EXIT_OK, Problem, UsageError
from ..interview import next_question
from ..output import write_stdout
from ..render import Style
from ..report import as_document
from ..wording import DEFAULT_LANGUAGE, Wording
from . import common

_FORMATS = ("text", "json")


def register(app: typer.Typer) -> None:
    app.command("next")(next_command)


def next_command(
    profile_file: Annotated[str, typer.Argument(metavar="PROFILE", help="目前的档案，- 读标准输入 / The profile so far, - reads stdin.")],
    format_: Annotated[str, typer.Option("--format", help="格式 / Format: " + ", ".join(_FORMATS), metavar="FORMAT")] = "text",
    lang: common.Lang = DEFAULT_LANGUAGE,
    as_of: common.AsOf = None,
    rules_folder: common.Rules = None,
    color: common.Color = "auto",
) -> int:
    """下一个该问的问题，或者可以停了 / The next question to ask, or that it is time to stop."""
    if format_ not in _FORMATS:
        raise UsageError([Problem("unknown_format", field="--format", params={"found": format_, "allowed": ", ".join(_FORMATS)})])
    rules = common.choose_rules(rules_folder, lang)
    profile = common.read_profile(rules, profile_file, common.today(rules, as_of), override=as_of is not None)
    step = next_question(rules, profile, lang)
    if format_ == "json":
        write_stdout(json.dumps(as_document(step), ensure_ascii=False, indent=2) + "\n")
        return EXIT_OK
    from ..render.interview import step_text  # noqa: PLC0415 - JSON does not pay for the terminal

    write_stdout(step_text(step, Style(Wording(rules, lang), common.terminal_width(), common.wants_color(color))))
    return EXIT_OK

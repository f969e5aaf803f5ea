"""``jiebei-check sayings``: widespread explanations that are deliberately not counted, each with why and a source."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from ..errors import EXIT_OK, Problem, UsageError
from ..output import write_stdout
from ..render import Style
from ..report import as_document
from ..sayings import answers
from ..wording import DEFAULT_LANGUAGE, Wording
from . import common

_FORMATS = ("text", "json")


def register(app: typer.Typer) -> None:
    app.command("sayings")(sayings_command)


def sayings_command(
    word: Annotated[str | None, typer.Argument(metavar="[WORD]", help="只看和这个词有关的 / Only those about this word.")] = None,
    format_: Annotated[str, typer.Option("--format", help="格式 / Format: " + ", ".join(_FORMATS), metavar="FORMAT")] = "text",
    lang: common.Lang = DEFAULT_LANGUAGE,
    rules_folder: common.Rules = None,
    color: common.Color = "auto",
) -> int:
    """网上常见、这里不计入的说法 / What people say, and why it is not counted."""
    if format_ not in _FORMATS:
        raise UsageError([Problem("unknown_format", field="--format", params={"found": format_, "allowed": ", ".join(_FORMATS)})])
    rules = common.choose_rules(rules_folder, lang)
    found = answers(rules, word, lang)
    if format_ == "json":
        write_stdout(json.dumps([as_document(answer) for answer in found], ensure_ascii=False, indent=2) + "\n")
        return EXIT_OK
    from ..render.sayings import render  # noqa: PLC0415 - JSON does not pay for the terminal

    write_stdout(render(found, word or "", Style(Wording(rules, lang), common.terminal_width(), common.wants_color(color))))
    return EXIT_OK

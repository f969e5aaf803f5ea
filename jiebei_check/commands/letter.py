"""``jiebei-check letter``: a draft that can be sent, from what the profile says and what the diagnosis found."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from ..errors import EXIT_OK, Problem, UsageError
from ..inference import diagnose
from ..letter import write_letter
from ..render.letter import FORMATS, SUFFIXES, render
from ..wording import DEFAULT_LANGUAGE, Wording
from . import common

_TO = "lender|regulator|credit-bureau|alipay"


def register(app: typer.Typer) -> None:
    app.command("letter")(letter_command)


def letter_command(
    profile_file: Annotated[str, typer.Argument(metavar="PROFILE", help="档案文件，- 读标准输入 / A profile file, - reads stdin.")],
    to: Annotated[str, typer.Option("--to", help="写给谁 / To whom.", metavar=_TO)],
    format_: Annotated[str | None, typer.Option("--format", help="格式 / Format: " + ", ".join(FORMATS), metavar="FORMAT")] = None,
    lang: common.Lang = DEFAULT_LANGUAGE,
    as_of: common.AsOf = None,
    rules_folder: common.Rules = None,
    output: Annotated[str | None, typer.Option("-o", "--output", help="写入文件 / Write to a file.", metavar="FILE")] = None,
) -> int:
    """起草一封可以寄出的信 / Draft a letter to send."""
    name = format_ or SUFFIXES.get(os.path.splitext(output or "")[1].lower(), "text")
    if name not in FORMATS:
        raise UsageError([Problem("unknown_format", field="--format", params={"found": name, "allowed": ", ".join(FORMATS)})])
    rules = common.choose_rules(rules_folder, lang)
    if to not in rules.letters:
        raise UsageError([Problem("bad_word", field="--to", params={"found": to, "allowed": ", ".join(rules.letters)})])
    profile = common.read_profile(rules, profile_file, common.today(rules, as_of), override=as_of is not None)
    letter = write_letter(rules, diagnose(rules, profile), to, lang)
    common.deliver(render(letter, Wording(rules, lang), name), output)
    return EXIT_OK

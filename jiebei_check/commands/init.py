"""``jiebei-check init``: a commented profile, ready to fill in."""

from __future__ import annotations

from typing import Annotated

import typer

from ..errors import EXIT_OK
from ..form import blank_form
from ..output import write_file, write_stdout
from ..wording import DEFAULT_LANGUAGE
from . import common


def register(app: typer.Typer) -> None:
    app.command("init")(init_command)


def init_command(
    file: Annotated[str | None, typer.Argument(metavar="[FILE]", help="要写的文件，不写则打印出来 / File to write, else printed.")] = None,
    lang: common.Lang = DEFAULT_LANGUAGE,
    rules_folder: common.Rules = None,
    force: Annotated[bool, typer.Option("--force", help="覆盖已有的文件 / Overwrite.")] = False,
) -> int:
    """生成一份可以填写的档案 / Make a profile to fill in."""
    text = blank_form(common.choose_rules(rules_folder, lang), lang)
    if file is None or file == "-":
        write_stdout(text)
    else:
        write_file(file, text, mode=0o600, overwrite=force)
    return EXIT_OK

"""``jiebei-check diagnose``: the likely causes, for one profile or several."""

from __future__ import annotations

from typing import Annotated

import typer

from ..errors import EXIT_OK, Problem, UsageError
from ..inference import diagnose
from ..render import FORMATS, FULL, QUIET, SHORT, Style, renderer
from ..report import make_report
from ..wording import DEFAULT_LANGUAGE, Wording
from . import common


def register(app: typer.Typer) -> None:
    app.command("diagnose")(diagnose_command)


def diagnose_command(
    profiles: Annotated[list[str], typer.Argument(metavar="PROFILE...", help="档案文件，- 读标准输入 / Profile files, - reads stdin.")],
    format_: Annotated[str, typer.Option("--format", help="格式 / Format: " + ", ".join(FORMATS), metavar="FORMAT")] = "text",
    lang: common.Lang = DEFAULT_LANGUAGE,
    top: Annotated[int | None, typer.Option("--top", min=1, help="最多几个原因 / At most so many causes.", metavar="N")] = None,
    as_of: common.AsOf = None,
    rules_folder: common.Rules = None,
    output: common.Out = None,
    verbose: common.Verbose = False,
    quiet: common.Quiet = False,
    color: common.Color = "auto",
) -> int:
    """诊断一份或几份档案 / Diagnose one profile or several."""
    if format_ not in FORMATS:
        raise UsageError([Problem("unknown_format", field="--format", params={"found": format_, "allowed": ", ".join(FORMATS)})])
    rules = common.choose_rules(rules_folder, lang)
    day = common.today(rules, as_of)
    reports = []
    for path in profiles:
        profile = common.read_profile(rules, path, day, override=as_of is not None)
        reports.append(make_report(rules, diagnose(rules, profile), lang, top))
    verbosity = QUIET if quiet else FULL if verbose else SHORT
    target = output[0] if output else None
    style = Style(
        Wording(rules, lang),
        width=common.terminal_width() if format_ == "text" else 80,
        color=format_ == "text" and (common.wants_color(color) if target is None else color == "always"),
        verbosity=verbosity,
    )
    common.deliver(renderer(format_)(reports, style), target)
    return EXIT_OK

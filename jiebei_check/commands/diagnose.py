"""``jiebei-check diagnose``: the likely causes, for one profile or several."""

from __future__ import annotations

from typing import Annotated

import typer

from ..errors import EXIT_OK, EXIT_POLICY
from ..inference import LEVELS, diagnose, meets
from ..render import FORMATS, FULL, QUIET, SHORT, Style, renderer
from ..report import make_report
from ..wording import DEFAULT_LANGUAGE, Wording
from . import common


def register(app: typer.Typer) -> None:
    app.command("diagnose")(diagnose_command)


def diagnose_command(
    profiles: Annotated[list[str], typer.Argument(metavar="PROFILE...", help="档案文件，- 读标准输入 / Profile files, - reads stdin.")],
    format_: Annotated[str | None, typer.Option("--format", help="格式 / Format: " + ", ".join(FORMATS), metavar="FORMAT")] = None,
    lang: common.Lang = DEFAULT_LANGUAGE,
    top: Annotated[int | None, typer.Option("--top", min=1, help="最多几个原因 / At most so many causes.", metavar="N")] = None,
    as_of: common.AsOf = None,
    rules_folder: common.Rules = None,
    output: common.Out = None,
    verbose: common.Verbose = False,
    quiet: common.Quiet = False,
    color: common.Color = "auto",
    fail_on: common.FailOn = None,
) -> int:
    """诊断一份或几份档案 / Diagnose one profile or several."""
    common.one_of("--fail-on", fail_on, LEVELS)
    targets = common.targets(output, format_)
    for path, _ in targets:
        common.apart(path, profiles)
    rules = common.choose_rules(rules_folder, lang)
    day = common.today(rules, as_of)
    read = common.read_profiles(rules, profiles, day, override=as_of is not None)
    diagnoses = [diagnose(rules, profile) for profile in read]
    reports = [make_report(rules, diagnosis, lang, top) for diagnosis in diagnoses]
    verbosity = QUIET if quiet else FULL if verbose else SHORT
    words = Wording(rules, lang)
    texts = [(path, renderer(name)(reports, _style(words, verbosity, name, path, color))) for path, name in targets]
    for path, text in texts:  # every text is there before the first file is written
        common.deliver(text, path)
    met = fail_on is not None and any(
        meets(rules, fail_on, diagnosis.first_share, inconclusive=diagnosis.inconclusive) for diagnosis in diagnoses
    )
    return EXIT_POLICY if met else EXIT_OK


def _style(words: Wording, verbosity: int, name: str, path: str | None, color: str) -> Style:
    """The terminal's width and colours for what goes there; a file is the same wherever it is written."""
    here = path is None or path == "-"
    return Style(
        words,
        width=common.terminal_width() if here else 80,
        color=name == "text" and (common.wants_color(color) if here else color == "always"),
        verbosity=verbosity,
    )

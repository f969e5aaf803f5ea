"""``jiebei-check explain``: the sum behind a cause, what nearly counted, what would change the result, and how firm it is."""

from __future__ import annotations

from typing import Annotated

import typer

from ..errors import EXIT_OK, Problem, UsageError
from ..explanation import make_explanation
from ..inference import diagnose
from ..render import FULL, SHORT, Style
from ..render.explanation import FORMATS, render
from ..ruleset import RuleSet
from ..wording import DEFAULT_LANGUAGE, Wording
from . import common


def register(app: typer.Typer) -> None:
    app.command("explain")(explain_command)


def explain_command(
    profile_file: Annotated[str, typer.Argument(metavar="PROFILE", help="档案文件，- 读标准输入 / A profile file, - reads stdin.")],
    cause: Annotated[
        str | None, typer.Argument(metavar="[CAUSE]", help="原因的编号，默认排第一的 / Id of a cause, default the first.")
    ] = None,
    format_: Annotated[str, typer.Option("--format", help="格式 / Format: " + ", ".join(FORMATS), metavar="FORMAT")] = "text",
    lang: common.Lang = DEFAULT_LANGUAGE,
    as_of: common.AsOf = None,
    rules_folder: common.Rules = None,
    verbose: common.Verbose = False,
    color: common.Color = "auto",
) -> int:
    """这个结果是怎么来的、有多稳 / How the result comes about and how firm it is."""
    if format_ not in FORMATS:
        raise UsageError([Problem("unknown_format", field="--format", params={"found": format_, "allowed": ", ".join(FORMATS)})])
    rules = common.choose_rules(rules_folder, lang)
    _check(rules, cause)
    profile = common.read_profile(rules, profile_file, common.today(rules, as_of), override=as_of is not None)
    style = Style(Wording(rules, lang), common.terminal_width(), common.wants_color(color), FULL if verbose else SHORT)
    common.deliver(render(make_explanation(rules, diagnose(rules, profile), cause, lang), style, format_), None)
    return EXIT_OK


def _check(rules: RuleSet, cause: str | None) -> None:
    """UsageError for a cause that does not exist, with the one probably meant: by id or by a word of its title."""
    names = {one.id: one.id for one in rules.causes} | {title: one.id for one in rules.causes for title in one.title.values()}
    if cause is None or cause in names.values():
        return
    from difflib import get_close_matches  # noqa: PLC0415 - only on the way to an error

    near = get_close_matches(cause, list(names), n=1, cutoff=0.4)
    raise UsageError([Problem("unknown_cause", field="CAUSE", params={"found": cause, **({"nearest": names[near[0]]} if near else {})})])

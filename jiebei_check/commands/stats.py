"""``jiebei-check stats``: what the results of a batch say together."""

from __future__ import annotations

import os
from typing import Annotated, Any

import msgspec
import typer

from ..errors import EXIT_OK, DataError, Problem, UsageError
from ..intake import Watcher, read_records
from ..records import JSON, Record
from ..render import FULL, SHORT, Style
from ..render.csv import BOM
from ..render.stats import FORMATS, SUFFIXES, render
from ..stats import Tally, make_stats
from ..wording import DEFAULT_LANGUAGE, Wording
from . import common


def register(app: typer.Typer) -> None:
    app.command("stats")(stats_command)


def stats_command(
    results: Annotated[list[str], typer.Argument(metavar="RESULTS...", help="batch 的结果 / Results of batch; - reads stdin.")],
    output: Annotated[str | None, typer.Option("-o", "--output", help="写入文件 / Write to a file.", metavar="FILE")] = None,
    format_: Annotated[str | None, typer.Option("--format", help=", ".join(FORMATS), metavar="FORMAT")] = None,
    by: Annotated[list[str] | None, typer.Option("--by", help="按哪个事实分组 / Group by this fact.", metavar="FACT")] = None,
    lang: common.Lang = DEFAULT_LANGUAGE,
    rules_folder: common.Rules = None,
    verbose: common.Verbose = False,
    color: common.Color = "auto",
) -> int:
    """统计一批结果：原因、把握、缺什么 / Count the results of a batch."""
    chosen = format_ or SUFFIXES.get(os.path.splitext(output or "")[1].lower(), "text")
    if chosen not in FORMATS:
        raise UsageError([Problem("unknown_format", field="--format", params={"found": chosen, "allowed": ", ".join(FORMATS)})])
    rules = common.choose_rules(rules_folder, lang)
    for fact in by or ():
        if fact not in rules.grouped_by:
            allowed = ", ".join(rules.grouped_by)
            raise UsageError([Problem("bad_word", field="--by", params={"found": fact, "allowed": allowed})])
    common.apart(output, results)
    tally = Tally()
    for record in read_records(results, rules, "jsonl", Watcher()):
        try:
            tally.add(_line(record))
        except (KeyError, TypeError, AttributeError, IndexError, ValueError, RecursionError):
            source = record.source or results[0]
            raise DataError([Problem("no_result_line", source, record.line)]) from None
    if not tally.records:
        raise DataError([Problem("no_records", ", ".join(results)[:200])])
    style = Style(
        Wording(rules, lang),
        width=common.terminal_width() if output is None else 80,
        color=chosen == "text" and (common.wants_color(color) if output is None else color == "always"),
        verbosity=FULL if verbose else SHORT,
    )
    text = render(make_stats(rules, tally, lang, by or None), style, chosen)
    common.deliver((BOM if chosen == "csv" and output not in (None, "-") else "") + text, output)
    return EXIT_OK


def _line(record: Record) -> dict[str, Any]:
    if record.kind != JSON:
        raise ValueError(record.kind)
    line: dict[str, Any] = msgspec.json.decode(record.data)
    return line

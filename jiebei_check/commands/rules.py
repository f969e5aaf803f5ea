"""``jiebei-check rules``: read the rules as documentation, and keep them right. One sub-command, one function."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from ..errors import EXIT_OK, Problem, UsageError
from ..ruleset import Cause, RuleSet
from ..wording import DEFAULT_LANGUAGE, Wording
from . import common, rules_check, rules_write

Format = Annotated[str, typer.Option("--format", help="格式 / Format.", metavar="text|json")]


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="查看、检查和编写规则 / Read, check and write the rules.", no_args_is_help=True, rich_markup_mode=None)
    group.command("list")(list_command)
    group.command("show")(show_command)
    rules_check.register(group)
    rules_write.register(group)
    app.add_typer(group, name="rules")


def list_command(
    format_: Format = "text",
    lang: common.Lang = DEFAULT_LANGUAGE,
    rules_folder: common.Rules = None,
) -> int:
    """列出全部原因 / All causes, by family."""
    from ..output import write_stdout  # noqa: PLC0415 - every command loads what it needs

    check_format(format_, ("text", "json"))
    rules = common.choose_rules(rules_folder, lang)
    wording = Wording(rules, lang)
    if format_ == "json":
        causes = [
            {
                "id": cause.id,
                "family": cause.family,
                "title": wording.text(cause.title),
                "grade": cause.grade,
                "prior": cause.prior,
                "evidence": len(cause.evidence),
                "tests": len(cause.tests),
            }
            for cause in _in_order(rules)
        ]
        write_stdout(as_json({"rules_version": rules.version, "causes": causes}))
        return EXIT_OK
    lines = [f"{wording.text(rules.title)} {rules.version}"]
    width = max((len(cause.id) for cause in rules.causes), default=0)
    family = ""
    for cause in _in_order(rules):
        if cause.family != family:
            family = cause.family
            lines += ["", wording.text(rules.families[family])]
        grade = wording.text(rules.grades[cause.grade])
        punctuation = wording.word("punctuation.open"), wording.word("punctuation.close")
        lines.append(f"  {cause.id:{width}}  {wording.text(cause.title)}{punctuation[0]}{grade}{punctuation[1]}")
    write_stdout("\n".join(lines) + "\n")
    return EXIT_OK


def show_command(
    cause: Annotated[str | None, typer.Argument(metavar="[ID]", help="原因的编号 / Id of a cause.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="全部原因，一整本手册 / All causes: the whole handbook.")] = False,
    format_: Annotated[str, typer.Option("--format", help="格式 / Format.", metavar="text|markdown|html|json")] = "text",
    lang: common.Lang = DEFAULT_LANGUAGE,
    rules_folder: common.Rules = None,
    output: common.Out = None,
) -> int:
    """一个原因的说明页：含义、证据和分值、出处、做法、案例 / A cause as a page of documentation."""
    from ..handbook import page_of  # noqa: PLC0415
    from ..render.handbook import as_html, as_markdown, as_text  # noqa: PLC0415
    from ..report import as_document  # noqa: PLC0415

    check_format(format_, ("text", "markdown", "html", "json"))
    if (cause is None) != everything:
        raise UsageError([Problem("one_or_all", field="show")])
    rules = common.choose_rules(rules_folder, lang)
    wording = Wording(rules, lang)
    chosen = _in_order(rules) if everything else [rules.cause(known_cause(rules, str(cause)))]
    pages = [page_of(wording, one) for one in chosen]
    if format_ == "html":
        text = as_html(pages, wording)
    elif format_ == "markdown":
        text = as_markdown(pages, wording)
    elif format_ == "json":
        made = [as_document(page) for page in pages]
        text = as_json(made if everything else made[0])
    else:
        text = as_text(pages, wording, common.terminal_width())
    common.deliver(text, output[0] if output else None)
    return EXIT_OK


def _in_order(rules: RuleSet) -> list[Cause]:
    """Causes by family in the order of thinking, best founded first."""
    families = list(rules.families)
    return sorted(rules.causes, key=lambda cause: families.index(cause.family))


def known_cause(rules: RuleSet, wanted: str) -> str:
    """The id of a cause; UsageError, with the one probably meant, where there is none."""
    names = {one.id: one.id for one in rules.causes} | {title: one.id for one in rules.causes for title in one.title.values()}
    if wanted in names:
        return names[wanted]
    from difflib import get_close_matches  # noqa: PLC0415 - only on the way to an error

    near = get_close_matches(wanted, list(names), n=1, cutoff=0.4)
    raise UsageError([Problem("unknown_cause", field="ID", params={"found": wanted, **({"nearest": names[near[0]]} if near else {})})])


def check_format(wanted: str, formats: tuple[str, ...]) -> None:
    """UsageError for a format that a command does not have."""
    if wanted not in formats:
        raise UsageError([Problem("unknown_format", field="--format", params={"found": wanted, "allowed": ", ".join(formats)})])


def as_json(value: object) -> str:
    """A document as indented JSON."""
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"

"""``jiebei-check schema``: JSON Schema of profiles, of the JSON report and of rule files."""

from __future__ import annotations

from typing import Annotated

import typer

from ..errors import EXIT_OK, Problem, UsageError
from . import common

_KINDS = ("profile", "report", "rules")


def register(app: typer.Typer) -> None:
    app.command("schema")(schema_command)


def schema_command(
    kind: Annotated[str, typer.Argument(metavar="|".join(_KINDS), help="哪一种文件 / Of what.")],
    rules_folder: common.Rules = None,
    output: common.Out = None,
) -> int:
    """档案、报告和规则文件的 JSON Schema / JSON Schema (draft-07) of profiles, reports and rules."""
    from ..schema import dump, profile_schema, report_schema, rules_schema  # noqa: PLC0415 - a mistyped kind need not load it

    if kind not in _KINDS:
        raise UsageError([Problem("bad_word", field="schema", params={"found": kind, "allowed": ", ".join(_KINDS)})])
    if kind == "report":
        schema = report_schema()
    else:
        rules = common.choose_rules(rules_folder)
        schema = profile_schema(rules) if kind == "profile" else rules_schema(rules)
    common.deliver(dump(schema), output[0] if output else None)
    return EXIT_OK

"""The JSON Schemas: valid draft-07, made from the same tables, true of everything that exists."""

from __future__ import annotations

import json
import re
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import ROOT, Run
from draft7 import check_schema, faults

from jiebei_check import diagnose, make_profile, make_report
from jiebei_check.report import as_document
from jiebei_check.ruleset import RuleSet
from jiebei_check.schema import FOLDER, modeline, profile_schema, report_schema, rules_schema, schema_files

RULES = ROOT / "rules"


class Core(yaml.SafeLoader):
    """YAML 1.2 core schema, as editors read it: no dates, `yes` is a word."""


Core.yaml_implicit_resolvers = {}
Core.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))
Core.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(?:null|~|)$"), ["n", "~", ""])
Core.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^-?(?:0|[1-9]\d*)$"), list("-0123456789"))
Core.add_implicit_resolver("tag:yaml.org,2002:float", re.compile(r"^-?(?:0|[1-9]\d*)\.\d+$"), list("-0123456789"))


@cache
def in_files(folder: Path) -> dict[str, object]:
    return {path.relative_to(folder).as_posix(): yaml.load(path.read_text(encoding="utf-8"), Core) for path in folder.rglob("*.yaml")}


def test_all_three_are_valid_draft_07(rules: RuleSet) -> None:
    for schema in (profile_schema(rules), report_schema(), rules_schema(rules)):
        check_schema(schema)
        assert schema["$schema"] == "http://json-schema.org/draft-07/schema#"


def test_every_bundled_rule_file_fits_the_schema_of_rules(rules: RuleSet) -> None:
    assert faults(rules_schema(rules), in_files(RULES)) == []


@pytest.mark.parametrize(
    ("path", "change"),
    [
        ("causes/test-borrow.yaml", lambda cause: cause.update(famly="x")),
        ("causes/test-borrow.yaml", lambda cause: cause.update(prior="often")),
        ("causes/test-borrow.yaml", lambda cause: cause["title"].pop("en")),
        ("causes/test-borrow.yaml", lambda cause: cause.update(applies={"line.chnge": "cut"})),
        ("causes/test-borrow.yaml", lambda cause: cause["evidence"]["line-gone"].update(against="slight")),
        ("causes/test-borrow.yaml", lambda cause: cause["evidence"]["line-gone"].update(sources=["nowhere"])),
        ("facts/person.yaml", lambda facts: facts["facts"]["age"].update(effort=7)),
        ("checks.yaml", lambda checks: checks["checks"]["limit-rose"].pop("drop")),
    ],
)
def test_what_the_loader_refuses_does_not_fit_the_schema_either(rules: RuleSet, path: str, change: Any) -> None:
    files = deepcopy(in_files(RULES))
    change(files[path])
    assert faults(rules_schema(rules), files)


def test_known_cases_fit_the_schema_of_profiles_and_their_reports_that_of_reports(rules: RuleSet, cases: list[dict[str, Any]]) -> None:
    schema, reports = profile_schema(rules), report_schema()
    for case in cases:
        assert faults(schema, case["profile"]) == []
        result = diagnose(rules, make_profile(case["profile"], rules.facts, rules.notation))
        assert faults(reports, json.loads(json.dumps(as_document(make_report(rules, result, "zh"))))) == []


def test_a_profile_with_a_typo_or_a_wrong_number_does_not_fit(rules: RuleSet) -> None:
    schema = profile_schema(rules)
    assert faults(schema, {"line": {"prodct": "jiebei"}})
    assert faults(schema, {"lines": {}})
    assert faults(schema, {"person": {"age": 300}})
    assert faults(schema, {"line": {"limit_before": None, "limit_after": "5千", "product": "借呗"}}) == []


def test_the_files_beside_the_rules_are_what_the_generator_makes(rules: RuleSet) -> None:
    stored = {path.name: path.read_text(encoding="utf-8") for path in (RULES / FOLDER).iterdir()}
    assert stored == schema_files(rules), "run: jiebei-check rules schema rules"


def test_every_rule_file_names_its_schema_and_the_schema_is_there() -> None:
    for path in RULES.rglob("*.yaml"):
        first = path.read_text(encoding="utf-8").split("\n", 1)[0]
        assert first == modeline(path.relative_to(RULES).as_posix())
        assert (path.parent / first.partition("=")[2]).resolve().is_file()


def test_the_command_prints_each_and_refuses_another(run: Run) -> None:
    for kind in ("profile", "report", "rules"):
        done = run("schema", kind)
        assert done.returncode == 0
        assert json.loads(done.stdout)["$schema"].endswith("draft-07/schema#")
    assert run("schema", "letter").returncode == 2

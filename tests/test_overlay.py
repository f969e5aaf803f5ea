"""Private rule sets that extend the bundled one, and a third language in one file."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from conftest import ROOT, Run

from jiebei_check import DataError, load_rules
from jiebei_check.ruleset import RuleSet

TOP = "extends: bundled\nversion: 0.1.0\n"


def private(folder: Path, files: dict[str, str]) -> Path:
    for path, content in {"ruleset.yaml": TOP, **files}.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content, encoding="utf-8")
    return folder


def test_a_private_set_of_two_lines_is_the_bundled_one_under_its_own_version(tmp_path: Path, rules: RuleSet) -> None:
    mine = load_rules(private(tmp_path, {}))
    assert mine.version == "0.1.0"
    assert [cause.id for cause in mine.causes] == [cause.id for cause in rules.causes]
    assert mine.title == rules.title


def test_a_cause_is_switched_off_with_the_scenarios_that_wait_for_it(tmp_path: Path, rules: RuleSet) -> None:
    mine = load_rules(private(tmp_path, {"ruleset.yaml": TOP + "switch_off: [test-borrow]\n"}))
    assert {cause.id for cause in rules.causes} - {cause.id for cause in mine.causes} == {"test-borrow"}
    assert all("test-borrow" not in cause.mistaken_for for cause in mine.causes)
    assert all(scenario.first != ("test-borrow",) for scenario in mine.scenarios)


def test_a_cause_file_of_the_same_name_replaces_the_bundled_one(tmp_path: Path, rules: RuleSet) -> None:
    text = (ROOT / "rules/causes/zhima-drop.yaml").read_text(encoding="utf-8").replace("prior: rare", "prior: uncommon")
    mine = load_rules(private(tmp_path, {"causes/zhima-drop.yaml": text.replace("prior: uncommon", "prior: common")}))
    assert mine.cause("zhima-drop").prior == 0 != rules.cause("zhima-drop").prior


def test_entries_are_added_and_replaced_key_by_key(tmp_path: Path, rules: RuleSet) -> None:
    files = {
        "actions.yaml": "actions:\n  call-us:\n    title: {zh: 打给我们, en: Call us}\n    text: {zh: 打给我们。, en: Call us.}\n"
        "    why: {zh: 快, en: Quick}\n    who: {zh: 我们, en: Us}\n    effort: 1\n    urgency: 20\n",
        "sources.yaml": "sources:\n  own-account:\n    issuer: {zh: 你自己, en: You}\n    document: {zh: 你说的, en: What you say}\n"
        "    says: {zh: 你说的。, en: You say so.}\n    grade: reported\n",
        "facts/person.yaml": "facts:\n  has_car:\n    type: bool\n    label: {zh: 有车, en: Has a car}\n"
        "    question: {zh: 你有车吗？, en: Have you a car?}\n"
        "    hint: {zh: 名下的, en: In your name}\n    order: 5000\n",
    }
    mine = load_rules(private(tmp_path, files))
    assert set(mine.actions) - set(rules.actions) == {"call-us"}
    assert mine.sources["own-account"].document["zh"] == "你说的"
    assert set(mine.sources) == set(rules.sources)
    assert set(mine.facts) - set(rules.facts) == {"person.has_car"}
    assert mine.sections == rules.sections


def test_keys_of_the_rule_set_are_overridden_and_its_mappings_laid_over(tmp_path: Path, rules: RuleSet) -> None:
    top = TOP + "likelihood: {high: 0.6, medium: 0.2}\nfamilies:\n  ours: {title: {zh: 我们的, en: Ours}}\n"
    mine = load_rules(private(tmp_path, {"ruleset.yaml": top}))
    assert mine.likelihood == {"high": 0.6, "medium": 0.2}
    assert [*rules.families, "ours"] == list(mine.families)


def test_a_fault_in_a_private_file_is_told_with_its_own_name_and_line(tmp_path: Path) -> None:
    folder = private(tmp_path, {"sayings.yaml": "sayings:\n  mine:\n    saying: {zh: 说法, en: A saying}\n    answer: {zh: 回答}\n"})
    with pytest.raises(DataError) as caught:
        load_rules(folder)
    (problem,) = caught.value.problems
    assert (problem.code, problem.file, problem.line) == ("language_missing", f"{folder}/sayings.yaml", 4)


def test_what_is_switched_off_must_exist(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        load_rules(private(tmp_path, {"ruleset.yaml": TOP + "switch_off: [test-borow]\n"}))
    (problem,) = caught.value.problems
    assert (problem.code, problem.params["nearest"]) == ("unknown_id", "test-borrow")


def test_a_third_language_is_one_file(tmp_path: Path, run: Run) -> None:
    folder = tmp_path / "rules"
    shutil.copytree(ROOT / "rules", folder)
    (folder / "languages" / "eo.yaml").write_text(
        "name: Esperanto\nwords:\n  report:\n    causes: Eblaj kaŭzoj\ntexts:\n  causes.test-borrow.title: Malgranda provprunto\n",
        encoding="utf-8",
    )
    profile = tmp_path / "p.json"
    given = {
        "line": {"product": "jiebei", "change": "closed"},
        "borrowing": {"last_loan_amount": 200, "last_loan_days_held": 1, "days_from_repayment_to_change": 3},
    }
    profile.write_text(json.dumps(given), encoding="utf-8")
    done = run("diagnose", profile, "--lang", "eo", "--rules", folder)
    assert done.returncode == 0
    assert "Eblaj kaŭzoj" in done.stdout.decode()
    assert "Malgranda provprunto" in done.stdout.decode()
    assert b"What you can do" in done.stdout  # what is not translated is said in English
    assert run("rules", "lint", folder).returncode == 0


def test_a_third_language_fits_into_a_private_set_too(tmp_path: Path, run: Run) -> None:
    folder = private(tmp_path, {"languages/eo.yaml": "name: Esperanto\nwords: {report: {causes: Eblaj kaŭzoj}}\n"})
    done = run("rules", "show", "test-borrow", "--lang", "eo", "--rules", folder)
    assert done.returncode == 0, done.stderr
    assert b"A small trial loan" in done.stdout

"""The authors' way: a new cause with a new fact in a private folder is linted, tested, listed, asked and ranked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import Run

FACT = """facts:
  moved_abroad:
    type: bool
    label: {zh: 已经搬到境外, en: Moved abroad}
    question: {zh: 你是不是已经搬到境外长住？, en: Have you moved abroad to live there?}
    hint: {zh: 短期出国不算, en: A short trip does not count}
    effort: 1
    order: 1400
"""
CAUSE = """family: risk_tier
title: {zh: 搬到了境外, en: Moved abroad}
summary:
  zh: 有人说搬到境外以后额度没了；没有查到官方说法，这里只当作线索。
  en: Some people say that their line went after they moved abroad; nothing official was found, so take it as a lead.
grade: folk
prior: uncommon
evidence:
  moved-away:
    when: {person.moved_abroad: true}
    for: strong
    because: {zh: 你已经搬到境外长住, en: You have moved abroad to live there}
    otherwise:
      against: strong
      because: {zh: 你没有搬到境外, en: You have not moved abroad}
    sources: [user-reports]
  seen-from-abroad:
    when: {account.unusual_login_place: true, person.moved_abroad: true}
    for: slight
    because: {zh: 登录的地点也换了, en: You also sign in from another place}
    sources: [user-reports]
actions: [ask-lender-reason, plan-without-line]
tests:
  搬到境外、额度没了:
    given: {line: {product: jiebei, change: vanished}, person: {moved_abroad: true}}
    expect: top
    for: [moved-away]
  差一点：额度没了，但没有搬走:
    given: {line: {product: jiebei, change: vanished}, person: {moved_abroad: false}}
    expect: absent
    against: [moved-away]
  搬到境外，登录地点也换了:
    given: {line: {product: jiebei, change: vanished}, person: {moved_abroad: true}, account: {unusual_login_place: true}}
    expect: listed
    for: [seen-from-abroad]
"""


@pytest.fixture(scope="module")
def mine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the page for authors ends with."""
    folder = tmp_path_factory.mktemp("my-rules")
    (folder / "facts").mkdir()
    (folder / "causes").mkdir()
    (folder / "ruleset.yaml").write_text("extends: bundled\nversion: 0.1.0\n", encoding="utf-8")
    (folder / "facts" / "person.yaml").write_text(FACT, encoding="utf-8")
    (folder / "causes" / "moved-abroad.yaml").write_text(CAUSE, encoding="utf-8")
    return folder


def test_the_new_cause_lints_clean_and_passes_its_cases(mine: Path, run: Run) -> None:
    linted = run("rules", "lint", mine)
    assert linted.returncode == 0, linted.stdout.decode()
    tested = run("rules", "test", mine, "--coverage")
    assert tested.returncode == 0, tested.stdout.decode()


def test_the_new_cause_is_listed_shown_and_ranked(mine: Path, run: Run, tmp_path: Path) -> None:
    assert "moved-abroad" in run("rules", "list", "--rules", mine).stdout.decode()
    assert "你已经搬到境外长住" in run("rules", "show", "moved-abroad", "--rules", mine).stdout.decode()
    profile = tmp_path / "p.json"
    profile.write_text(
        json.dumps({"line": {"product": "jiebei", "change": "vanished"}, "person": {"moved_abroad": True}}), encoding="utf-8"
    )
    done = run("diagnose", profile, "--rules", mine, "--format", "json")
    assert json.loads(done.stdout)["causes"][0]["id"] == "moved-abroad"


def test_the_new_fact_is_asked(mine: Path, run: Run, tmp_path: Path) -> None:
    assert "moved_abroad" in run("init", "--rules", mine).stdout.decode()
    known = {"line": {"product": "jiebei", "change": "vanished"}}
    asked = []
    for _ in range(120):
        profile = tmp_path / "p.json"
        profile.write_text(json.dumps(known), encoding="utf-8")
        done = json.loads(run("next", profile, "--rules", mine, "--format", "json").stdout)
        if done["stop"] or "person.moved_abroad" in asked:
            break
        section, _, key = done["question"]["fact"].rpartition(".")
        asked.append(done["question"]["fact"])
        known.setdefault(section, {})[key] = "unknown"
    assert "person.moved_abroad" in asked


def test_what_new_writes_lints_clean_but_for_its_marks(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "fresh"
    assert run("rules", "new", "fact", "person.has_car", "--type", "bool", folder).returncode == 0
    assert run("rules", "new", "fact", "garden.size", "--type", "number", folder).returncode == 0
    assert run("rules", "new", "fact", "garden.kind", "--type", "choices", folder).returncode == 0
    assert run("rules", "new", "cause", "no-garden", "--family", "activity", folder).returncode == 0
    findings = json.loads(run("rules", "lint", folder, "--format", "json").stdout)["findings"]
    assert findings
    assert {one["code"] for one in findings} == {"to_do"}
    assert run("rules", "test", folder).returncode == 0
    assert (folder / ".schema" / "causes.json").is_file()


def test_new_overwrites_nothing_and_refuses_what_cannot_be(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "fresh"
    assert run("rules", "new", "cause", "no-garden", "--family", "activity", folder).returncode == 0
    assert run("rules", "new", "cause", "no-garden", "--family", "activity", folder).returncode == 74
    assert run("rules", "new", "cause", "No Garden", "--family", "activity", folder).returncode == 2
    assert run("rules", "new", "cause", "other", "--family", "nowhere", folder).returncode == 2
    assert run("rules", "new", "fact", "person.age", "--type", "int", folder).returncode == 2
    assert run("rules", "new", "fact", "person.thing", "--type", "colour", folder).returncode == 2


def test_diff_names_what_changed_and_whose_result_changes(mine: Path, run: Run, tmp_path: Path) -> None:
    profiles = tmp_path / "p.jsonl"
    known = [{"line": {"product": "jiebei", "change": "vanished"}, "person": {"moved_abroad": value}} for value in (True, False)]
    profiles.write_text("".join(json.dumps(one) + "\n" for one in known), encoding="utf-8")
    other = tmp_path / "weaker"
    (other / "causes").mkdir(parents=True)
    (other / "facts").mkdir()
    (other / "ruleset.yaml").write_text("extends: bundled\nversion: 0.1.1\n", encoding="utf-8")
    (other / "facts" / "person.yaml").write_text(FACT, encoding="utf-8")
    (other / "causes" / "moved-abroad.yaml").write_text(CAUSE.replace("for: strong", "for: slight", 1), encoding="utf-8")
    done = json.loads(run("rules", "diff", mine, other, "--on", profiles, "--format", "json").stdout)
    assert done["meaning"] == "patch"
    assert [change["id"] for change in done["changes"]] == ["moved-abroad.evidence.moved-away.steps"]
    (shift,) = done["shifts"]
    assert shift["profile"].endswith("p.jsonl:1")
    assert (shift["before"], shift["after"]) == ("moved-abroad", "")
    assert {"cause": "moved-abroad", "evidence": "moved-away", "before": 4, "after": 1} in shift["pieces"]
    assert run("rules", "diff", "-", mine).returncode == 0

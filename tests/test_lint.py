# ruff: noqa: E501 - rule text stands on one line here as it does in its file
"""The linter: silent on the bundled rules, and one example for every kind of finding."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import ROOT, Run

from jiebei_check.lint import CHECKS, ERROR, WARNING, Finding, lint
from jiebei_check.rulebook import read_files
from jiebei_check.ruleset import RuleSet
from jiebei_check.wording import Wording

Files = dict[str, str]


@pytest.fixture(scope="module")
def bundled() -> Files:
    return {path: content.decode() for path, content in read_files().items()}


def linted(files: Files) -> tuple[Finding, ...]:
    return lint({path: text.encode() for path, text in files.items()})


def test_the_bundled_rules_are_clean(bundled: Files) -> None:
    assert linted(bundled) == ()


def test_the_toy_rules_of_another_domain_can_be_linted() -> None:
    findings = lint(read_files(ROOT / "tests" / "bicycle"))
    assert all(one.severity in (ERROR, WARNING) for one in findings)
    assert not [one for one in findings if one.severity == ERROR and one.code in ("never_holds", "unknown_id")]


def test_every_finding_has_a_sentence_and_an_explanation_in_both_languages(rules: RuleSet) -> None:
    for language in ("zh", "en"):
        words = rules.languages[language].words
        for code in CHECKS:
            assert f"problems.{code}" in words
            assert f"lint.why.{code}" in words
        assert {key.removeprefix("lint.why.") for key in words if key.startswith("lint.why.")} >= set(CHECKS)


def test_every_explained_code_has_its_sentence(rules: RuleSet) -> None:
    wording = Wording(rules, "en")
    for key in wording.keys("lint.why."):
        code = key.removeprefix("lint.why.")
        assert wording.word(f"problems.{code}") != f"problems.{code}", code


def swap(path: str, old: str, new: str, count: int = 1) -> Callable[[Files], None]:
    def edit(files: Files) -> None:
        assert old in files[path], (path, old)
        files[path] = files[path].replace(old, new, count)

    return edit


def append(path: str, text: str) -> Callable[[Files], None]:
    def edit(files: Files) -> None:
        files[path] = files[path].rstrip("\n") + "\n" + text

    return edit


def every(path: str, old: str, new: str) -> Callable[[Files], None]:
    return swap(path, old, new, -1)


_COURT = "causes/court-enforcement.yaml"
_DEBT = "causes/high-debt.yaml"
_PIECE = """  again:
    when: {credit.court_enforcement: true}
    for: slight
    because: {zh: 又说一遍, en: once more}
    sources: [own-account]
"""
_NEW_ACTION = """
  nobody-says-so:
    title: {zh: 做点什么, en: Do something}
    text: {zh: 做点什么。, en: Do something.}
    why: {zh: 有用, en: It helps}
    who: {zh: 你自己, en: You}
    effort: 1
    urgency: 90
"""
_NEW_FACT = """  nobody_asks:
    type: bool
    label: {zh: 没人问, en: Nobody asks}
    question: {zh: 有没有？, en: Is there?}
    hint: {zh: 没有, en: None}
    order: 9000
"""
EXAMPLES: dict[str, Callable[[Files], None]] = {
    "no_hit": every(_COURT, "expect: top", "expect: absent"),
    "no_near_miss": every(_COURT, "expect: absent", "expect: top"),
    "near_miss_far": append(
        _COURT,
        "  差一点：别的都不一样:\n    given: {line: {product: huabei, decline: gradual, rate_before: 12}, person: {age: 44, student: false}}\n    expect: absent\n",
    ),
    "case_repeated": append(_COURT, "  又一遍:\n    given: {line: {product: jiebei, change: zero}, credit: {court_enforcement: true}}\n    expect: top\n"),
    "never_present": swap(_COURT, "evidence:\n", "evidence:\n" + _PIECE.replace("credit.court_enforcement: true", "credit.court_enforcement: true, person.age: 61")),
    "never_absent": swap(_COURT, "evidence:\n", "evidence:\n" + _PIECE.replace("credit.court_enforcement: true", "person.age: {at_least: 2}")),
    "side_not_held": every(_COURT, "    for: [", "    against: ["),
    "threshold_untested": swap(_DEBT, "{credit.monthly_debt_service_ratio: {at_least: 0.6}}", "{credit.monthly_debt_service_ratio: {at_least: 6}}"),
    "never_holds": swap(_COURT, "line.change: [zero, frozen, closed]}", "line.change: zero, not: {line.change: zero}}"),
    "always_holds": swap(_DEBT, "{credit.monthly_debt_service_ratio: {at_least: 0.6}}", "{credit.monthly_debt_service_ratio: {at_least: 0}}"),
    "idle_comparison": swap(_COURT, "when: {credit.court_enforcement: true, line.message: assessment_failed}", "when: {line.message: assessment_failed, any: [{line.message: assessment_failed}, {line.change: cut}]}"),
    "step_never_reached": swap(_DEBT, "{credit.monthly_debt_service_ratio: {at_least: 0.6}}", "{credit.monthly_debt_service_ratio: {at_least: 0.4}}"),
    "step_never_weighs": swap("causes/no-borrowing-demand.yaml", "    steps:\n", "    steps:\n      - when: {activity.ever_borrowed: false, person.age: 30}\n        for: strong\n        because:\n          zh: 你从来没有用它借过钱\n          en: You have never borrowed with it\n"),
    "outside_applies": swap("causes/test-borrow.yaml", "when: {line.change: [closed, vanished, zero, frozen]}", "when: {line.change: never_had}"),
    "looks_excluded": swap("causes/legal-cap.yaml", "line.change: {cut: usually}", "line.change: {cut: usually, renamed: seldom}"),
    "otherwise_never": swap(_COURT, "when: {credit.court_enforcement: true}", "when: {credit.court_enforcement: [true, false]}"),
    "same_evidence": swap(_COURT, "evidence:\n", "evidence:\n" + _PIECE),
    "one_sided": every(_COURT, "      against: decisive", "      for: decisive"),
    "otherwise_same_side": swap(_COURT, "      against: decisive", "      for: decisive"),
    "ladder_order": swap(_DEBT, "{credit.monthly_debt_service_ratio: {at_least: 0.6}}\n        for: strong", "{credit.monthly_debt_service_ratio: {at_least: 0.6}}\n        for: slight"),
    "grade_without_source": every("causes/zhima-drop.yaml", "grade: folk", "grade: official"),
    "checked_how": swap("sources.yaml", "    confidence: A\n", ""),
    "claim_without_source": swap("alerts.yaml", "    sources: [F-REG-15, F-REG-27]\n", ""),
    "never_first": every(_COURT, "for: decisive", "for: slight"),
    "unused_source": append("sources.yaml", "\n  F-NEW-01:\n    issuer: {zh: 某某, en: Someone}\n    document: {zh: 文件, en: Paper}\n    says: {zh: 说了什么。, en: Something.}\n    grade: reported\n"),
    "unused_action": append("actions.yaml", _NEW_ACTION),
    "unused_word": swap("ruleset.yaml", "units:\n", "units:\n  miles: {zh: 英里, en: miles}\n"),
    "unused_fact": append("facts/person.yaml", _NEW_FACT),
    "idle_fact": lambda files: (append("facts/person.yaml", _NEW_FACT)(files), swap("facts/person.yaml", "ask_if: {not: {person.merchant: false}}", "ask_if: {not: {any: [{person.merchant: false}, {person.nobody_asks: true}]}}")(files))[0],
    "misspelt_here": swap("actions.yaml", "\n  settle-judgment:\n", "\n  settle-judgement:\n"),
    "used_otherwise": swap("facts/credit.yaml", "  court_enforcement:\n    type: bool", "  court_enforcement:\n    type: int"),
    "to_do": swap(_COURT, "zh: 被执行或失信", "zh: TODO 被执行或失信"),
    "forbidden_phrase": swap(_COURT, "zh: 被执行或失信", "zh: 您被执行或失信"),
    "promise": swap(_COURT, "你有被执行或失信记录，", "你有被执行或失信记录，还清后额度会恢复，"),
    "placeholder_not_fixed": swap(_COURT, "zh: 你没有被执行或失信记录", "zh: 你 {person.age} 岁，没有被执行或失信记录"),
    "stray_placeholder": swap(_COURT, "zh: 你没有被执行或失信记录", "zh: 你没有被执行或失信记录}"),
    "placeholders_differ": swap("causes/test-borrow.yaml", "zh: 最近一笔借了 {borrowing.last_loan_amount} 元，", "zh: 最近一笔借了不少，"),
    "unit_word": swap("causes/test-borrow.yaml", "zh: 最近一笔借了 {borrowing.last_loan_amount} 元，", "zh: 最近一笔借了 {borrowing.last_loan_amount} 天，"),
    "wrong_language": swap(_COURT, "zh: 你没有被执行或失信记录", "zh: You are under no enforcement"),
    "full_stop": swap(_COURT, "zh: 你没有被执行或失信记录", "zh: 你没有被执行或失信记录。"),
    "quoted_whole": swap(_COURT, "zh: 你没有被执行或失信记录", "zh: “你没有被执行或失信记录”"),
    "text_repeated": swap(_COURT, "zh: 有执行记录，又是清零、冻结或关闭，合得上", "zh: 你没有被执行或失信记录"),
    "number_without_unit": swap("facts/borrowing.yaml", "    type: number\n    unit: yuan\n", "    type: number\n"),
    "unit_without_number": swap("facts/person.yaml", "  student:\n    type: bool\n", "  student:\n    type: bool\n    unit: years\n"),
    "unit_name": swap("facts/borrowing.yaml", "  last_loan_days_held:\n    type: number\n    unit: days", "  last_loan_days_held:\n    type: number\n    unit: months"),
    "unit_of_texts": swap("facts/borrowing.yaml", "  last_loan_days_held:\n    type: number\n    unit: days", "  last_loan_days_held:\n    type: number\n    unit: months"),
    "derived_units": swap("facts/derived.yaml", "    difference: [line.limit_before, line.limit_after]\n    unit: yuan", "    difference: [line.limit_before, line.limit_after]\n    unit: days"),
    "unit_among_derived": swap("facts/line.yaml", "  limit_before:\n    type: number\n    unit: yuan", "  limit_before:\n    type: number\n    unit: days"),
    "range_of_another_unit": swap("facts/line.yaml", "  limit_before:\n    type: number\n    unit: yuan", "  limit_before:\n    type: number\n    unit: days"),
    "range_missing": swap("facts/person.yaml", "    maximum: 120\n", ""),
    "no_question_mark": swap("facts/person.yaml", "zh: 你现在多少周岁？", "zh: 你现在多少周岁"),
    "section_without_title": swap("facts/person.yaml", "title: {zh: 本人情况, en: About you}\n", ""),
    "asks_itself": swap("facts/person.yaml", "ask_if: {not: {person.merchant: false}}", "ask_if: {not: {person.merchant_sales_dropped: false}}"),
    "word_missing": swap("languages/en.yaml", "    title: Why the line may have changed\n", ""),
    "word_extra": swap("languages/en.yaml", "    title: Why the line may have changed\n", "    title: Why the line may have changed\n    subtitle: More\n"),
    "blanks_differ": swap("languages/en.yaml", "    as_of: Filled in on {date}", "    as_of: Filled in on {day}"),
    "unknown_translation": append("languages/en.yaml", "texts: {causes.nobody.title: Nobody}\n"),
    "two_meanings": swap("languages/en.yaml", '  no: ["no",', '  no: ["yes", "no",'),
}  # fmt: skip


def test_there_is_an_example_of_every_finding() -> None:
    assert set(EXAMPLES) | {"never_unknown"} == set(CHECKS)


def test_evidence_that_every_case_knows_is_found() -> None:
    files = {path: content.decode() for path, content in read_files(ROOT / "tests" / "bicycle").items()}
    assert ("never_unknown", "tired") not in {(one.code, one.params.get("found")) for one in linted(files)}
    for path in ("causes/chain-off.yaml", "causes/flat-tyre.yaml"):
        files[path] = files[path].replace("given: {bike: {", "given: {bike: {tired: false, ")
    assert ("never_unknown", "tired") in {(one.code, one.params.get("found")) for one in linted(files)}


@pytest.mark.parametrize("code", EXAMPLES)
def test_a_finding_is_made_where_its_mistake_is(code: str, bundled: Files) -> None:
    files = dict(bundled)
    EXAMPLES[code](files)
    changed = {path for path in files if files[path] != bundled[path]}
    found = [one for one in linted(files) if one.code == code]
    assert found, [(one.code, one.file, one.line) for one in linted(files)]
    assert {one.file for one in found} & changed
    assert all(one.line for one in found)
    assert {one.severity for one in found} == {CHECKS[code].severity}


def test_all_faults_are_told_at_once_with_the_findings_of_the_rest(bundled: Files) -> None:
    files = dict(bundled)
    EXAMPLES["full_stop"](files)
    EXAMPLES["no_question_mark"](files)
    files[_DEBT] = files[_DEBT].replace("prior: ", "prior: very ", 1)
    files["causes/illicit-link.yaml"] = files["causes/illicit-link.yaml"].replace("grade:", "grade", 1)
    codes = {(one.file, one.code) for one in linted(files)}
    assert {(_COURT, "full_stop"), ("facts/person.yaml", "no_question_mark"), (_DEBT, "bad_word")} <= codes
    assert any(file == "causes/illicit-link.yaml" for file, _ in codes)


def test_what_cannot_be_read_is_told_once_and_not_by_all_that_refers_to_it(bundled: Files) -> None:
    for path in ("sources.yaml", "actions.yaml", "facts/person.yaml"):
        files = {**bundled, path: bundled[path].replace(":\n", "\n", 3)}
        findings = linted(files)
        assert findings
        assert {one.file for one in findings} == {path}, findings[:5]


def test_the_command_prints_every_finding_with_file_and_line_and_exits_with_1(tmp_path: Path, run: Run) -> None:
    folder = tmp_path / "rules"
    shutil.copytree(ROOT / "rules", folder)
    target = folder / "causes" / "court-enforcement.yaml"
    target.write_text(
        target.read_text(encoding="utf-8").replace("zh: 你没有被执行或失信记录", "zh: 你没有被执行或失信记录。"), encoding="utf-8"
    )
    done = run("rules", "lint", folder, "--lang", "en")
    assert done.returncode == 1
    line = next(number for number, text in enumerate(target.read_text(encoding="utf-8").split("\n"), 1) if "失信记录。" in text)
    assert f"{target}:{line}: warning full_stop" in done.stdout.decode()
    as_json = json.loads(run("rules", "lint", folder, "--format", "json").stdout)
    assert (as_json["errors"], as_json["warnings"]) == (0, 1)
    assert as_json["findings"][0]["code"] == "full_stop"
    assert as_json["findings"][0]["line"] == line
    assert run("rules", "lint", folder, "--errors-only").returncode == 0


def test_a_clean_set_exits_with_0_and_a_missing_folder_with_66(run: Run, tmp_path: Path) -> None:
    assert run("rules", "lint").returncode == 0
    assert run("rules", "lint", tmp_path / "nowhere").returncode == 66


def test_a_code_is_explained_and_an_unknown_one_refused(run: Run) -> None:
    done = run("rules", "lint", "--explain", "side_not_held", "--lang", "en")
    assert done.returncode == 0
    assert b"Swapping for and against" in done.stdout
    refused = run("rules", "lint", "--explain", "side_not_hold", "--lang", "en")
    assert refused.returncode == 2
    assert b"side_not_held" in refused.stderr

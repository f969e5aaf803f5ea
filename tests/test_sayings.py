"""The widespread explanations that are answered and not counted."""

from __future__ import annotations

import json

import pytest
from conftest import Run

from jiebei_check import diagnose, make_profile, make_report
from jiebei_check.ruleset import RuleSet
from jiebei_check.sayings import answers


def test_without_a_word_every_saying_is_there_with_an_answer_and_a_source(rules: RuleSet) -> None:
    for language in ("zh", "en"):
        found = answers(rules, None, language)
        assert [answer.id for answer in found] == [saying.id for saying in rules.sayings]
        assert all(answer.saying and answer.answer and answer.sources for answer in found)


@pytest.mark.parametrize(
    ("word", "wanted"),
    [
        ("芝麻", "zhima-600"),
        ("ZHIMA", "zhima-600"),
        ("６００", "zhima-600"),
        ("通讯录", "risky-contacts"),
        ("提前还款会不会降额", "repaid-and-gone"),
        ("unbind", "too-many-cards"),
    ],
)
def test_a_saying_is_found_by_its_words_however_they_are_written(rules: RuleSet, word: str, wanted: str) -> None:
    assert wanted in [answer.id for answer in answers(rules, word)]


def test_every_saying_is_found_by_each_of_its_words(rules: RuleSet) -> None:
    for saying in rules.sayings:
        for word in saying.words:
            assert saying.id in [answer.id for answer in answers(rules, word)]


def test_all_sayings_to_be_answered_are_there(rules: RuleSet) -> None:
    wanted = {
        "sensitive-posts",
        "too-many-cards",
        "reported-by-others",
        "cancelled-orders",
        "risky-contacts",
        "zhima-600",
        "every-three-months",
        "shut-for-good",
        "idle-line-fee",
        "repaid-and-gone",
        "right-to-the-line",
    }
    assert wanted <= {saying.id for saying in rules.sayings}


def test_no_saying_counts_as_evidence(rules: RuleSet) -> None:
    """A report mentions a saying that the profile touches, and the ranking is the same without it."""
    given = {"line": {"product": "jiebei", "change": "closed"}, "credit": {"zhima_trend": "dropped"}}
    profile = make_profile(given, rules.facts, rules.notation)
    report = make_report(rules, diagnose(rules, profile))
    assert "zhima-600" in [warning.id for warning in report.warnings if warning.kind == "saying"]
    assert diagnose(rules._replace(sayings=()), profile).causes == diagnose(rules, profile).causes


def test_no_answer_promises_anything_or_addresses_formally(rules: RuleSet) -> None:
    for language in ("zh", "en"):
        for answer in answers(rules, None, language):
            for phrase in rules.forbidden[language]:
                assert phrase not in answer.answer


def test_sayings_are_printed_and_given_as_json(run: Run) -> None:
    done = run("sayings", "芝麻", "--format", "json")
    assert "zhima-600" in [answer["id"] for answer in json.loads(done.stdout)]
    assert run("sayings", "--lang", "en").stdout.decode().count("\n- ") > 10
    assert run("sayings", "--format", "xml").returncode == 2


def test_a_word_without_a_saying_gets_a_line_that_says_so(run: Run) -> None:
    done = run("sayings", "量子")
    assert done.returncode == 0 and "量子" in done.stdout.decode()
    assert json.loads(run("sayings", "量子", "--format", "json").stdout) == []
    assert b"\x1b" not in run("sayings", "a\x1b[31m").stdout

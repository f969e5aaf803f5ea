"""What people tell, by cause: the table is what was counted, its probabilities are probabilities, and no result knows of it."""

from __future__ import annotations

import re
from math import log2

import pytest
from conftest import ROOT
from count_told import STORIES, TABLE, read, table

from jiebei_check import Profile, RuleSet, diagnose, make_profile
from jiebei_check.loader import build
from jiebei_check.rulebook import read_files
from jiebei_check.told import NOT_TOLD, Telling, label_of, row_of
from jiebei_check.values import Value
from jiebei_check.worth import Outlook, Plan


def test_the_table_is_what_the_stories_give(rules: RuleSet) -> None:
    assert TABLE.read_text(encoding="utf-8") == table(rules, read([STORIES])), "run python tests/count_told.py"


def test_the_answers_to_a_fact_are_certain_together_under_every_cause(rules: RuleSet) -> None:
    telling = Telling(rules)
    for name in {name for told in rules.told.values() for name in told.answers}:
        rows = sorted({row for told in rules.told.values() for row in told.answers.get(name, ())})
        assert len(rows) > 0
        for place in range(len(rules.causes)):
            assert sum(parts[place] for parts in telling._answers[name].probable.values()) == pytest.approx(1)


def entropy(parts: list[float]) -> float:
    return -sum(part * log2(part) for part in parts)


def test_a_likelihood_is_the_count_drawn_towards_what_all_stories_tell(rules: RuleSet) -> None:
    name, (one, other) = "person.student", rules.causes[:2]
    told = {one.id: rules.told[one.id]._replace(stories=8, answers={name: {"true": 8}})}
    told[other.id] = rules.told[one.id]._replace(stories=8, answers={name: {"false": 4}})
    telling = Telling(rules._replace(told=told))
    base = [(count + 1 / 3) / (16 + 1) for count in (8, 4, 4)]  # yes, no, not told
    parts = [[(own + 8 * all_) / (8 + 8) for own, all_ in zip(counts, base, strict=True)] for counts in ((8, 0, 0), (0, 4, 4))]
    assert telling.likelihoods({name: True})[:2] == pytest.approx([1, parts[1][0] / parts[0][0]])
    assert telling.likelihoods({})[:2] == [1, 1]
    silent = telling.likelihoods({name: None})
    assert silent[0] < silent[1] == 1
    mixed = [sum(column) / 2 for column in zip(*parts, strict=True)]
    gain = entropy(mixed) - sum(map(entropy, parts)) / 2
    assert telling.information(name, [0.5, 0.5] + [0.0] * (len(rules.causes) - 2)) == pytest.approx(gain)
    assert telling.information(name, [1.0] + [0.0] * (len(rules.causes) - 1)) == pytest.approx(0)


@pytest.mark.parametrize(
    ("name", "value", "rows", "row"),
    [
        ("credit.inquiries_3m", 5, ["0", "3", "6"], "3"),
        ("credit.inquiries_3m", 6, ["0", "3", "6"], "6"),
        ("credit.inquiries_3m", 1, ["3", "6"], "3"),
        ("credit.inquiries_3m", 100, ["2", "10"], "10"),
        ("line.changed_on", "2025-03", ["2021-01-01", "2024-01-01"], "2024-01-01"),
        ("line.change", "cut", ["cut", "zero"], "cut"),
        ("person.student", True, ["true"], "true"),
        ("borrowing.use_of_funds", ("stocks_or_funds", "daily"), [], "stocks_or_funds"),
        ("credit.inquiries_3m", None, ["0"], NOT_TOLD),
    ],
)
def test_an_answer_is_counted_with_its_like(rules: RuleSet, name: str, value: Value | None, rows: list[str], row: str) -> None:
    assert row_of(rules.facts[name], value, rows) == row
    assert label_of(value) == label_of(value).strip()


def test_what_is_told_moves_what_is_believed_and_no_result(rules: RuleSet, cases: list[dict[str, object]]) -> None:
    silent = rules._replace(told={})
    for case in cases[::7]:
        profile = make_profile(case["profile"], rules.facts, rules.notation)  # type: ignore[arg-type]
        one, other = diagnose(rules, profile), diagnose(silent, profile)
        assert [(cause.id, cause.share) for cause in one.causes] == [(cause.id, cause.share) for cause in other.causes]
    known: dict[str, Value] = {"line.product": "jiebei", "line.change": "cut"}
    place = [cause.id for cause in rules.causes].index("too-many-inquiries")

    def believed(some: RuleSet, profile: Profile) -> float:
        return Outlook(Plan(some), profile).beliefs[place]

    looked, not_looked = Profile({**known, "credit.report_checked": True}), Profile({**known, "credit.report_checked": False})
    assert believed(rules, looked) > 1.5 * believed(rules, not_looked)
    assert believed(silent, looked) == believed(silent, not_looked)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (r"  too-many-inquiries:", "  too-many-enquiries:", "unknown_id"),
        (r"      credit.inquiries_3m: ", "      credit.inquiries_3n: ", "unknown_fact"),
        (r'line.change: {"\w+"', 'line.change: {"frosen"', "bad_choice"),
        (r'repayment.overdue_now: {"\w+"', 'repayment.overdue_now: {"falsch"', "bad_bool"),
        (r"stories: ", "stories: -", "out_of_range"),
        (r"stories: ", "story: ", "unknown_rule_key"),
        (r'(line.change: {"\w+": )\d+', r"\g<1>9999", "more_than_stories"),
        (r"line.change: {.*}", "line.change: frozen", "mapping_wanted"),
    ],
)
def test_a_slip_in_the_table_is_named(old: str, new: str, code: str) -> None:
    files = dict(read_files(ROOT / "rules"))
    text, count = re.subn(old, new, files["told.yaml"].decode(), count=1)
    assert count
    files["told.yaml"] = text.encode()
    found = build(files, "x").problems
    assert code in {problem.code for problem in found}, found
    assert {problem.file for problem in found} == {"told.yaml"}

"""What input may look like, and what bad input gets: one line with file, line, field, what was found, what is allowed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import Run

from jiebei_check import DataError, Problem, RuleSet, parse_profile
from jiebei_check.errors import Refused
from jiebei_check.values import parse
from jiebei_check.wording import Wording


def read(rules: RuleSet, data: bytes | str) -> dict[str, object]:
    raw = data if isinstance(data, bytes) else data.encode()
    return dict(parse_profile(raw, rules.facts, rules.notation, "p.yaml").values)


def faults(rules: RuleSet, data: bytes | str) -> list[Problem]:
    with pytest.raises(DataError) as caught:
        read(rules, data)
    return list(caught.value.problems)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("5000", 5000), ("5,000", 5000), ("5，000", 5000), ("１２３", 123), ("￥5000", 5000), ("¥5,000.50", 5000.5), ("5千", 5000),
        ("1.2万", 12000), ("1.1万", 11000), ("3万5", 35000), ("三万五千", 35000), ("两万", 20000),
        ("1万200", 10200), ("5000元", 5000), ("5 000", 5000), ("12 000 元", 12000), ("3 万", 30000), ("一万 五千", 15000), ("一百十", 110),
        ("二十万", 200000), ("十二", 12), ("3.8万元", 38000), ("0", 0), (" 28万 ", 280000),
    ],
)  # fmt: skip
def test_amounts_are_read_as_people_write_them(rules: RuleSet, written: str, meant: float) -> None:
    assert parse(rules.facts["line.limit_before"], written, rules.notation) == meant


@pytest.mark.parametrize(
    "written",
    [
        "abc",
        "5,00",
        "1,2,3",
        "--5",
        "-5",
        "1e5",
        "nan",
        "inf",
        "0x10",
        "5 apples",
        "万",
        "1.2.3",
        "9" * 40,
        "5_000",
        "1/2",
        "1 2万",
        "500 + 300",
        "三十四十",
        "一百两百",
        "五千六千",
        "一万两万",
        "百百",
        "k",
    ],
)
def test_what_is_no_amount_is_refused(rules: RuleSet, written: str) -> None:
    [problem] = faults(rules, json.dumps({"line": {"limit_before": written}}))
    assert problem.code in ("bad_number", "out_of_range")
    assert problem.field == "line.limit_before"


@pytest.mark.parametrize(
    ("written", "meant"),
    [("60%", 0.6), ("６０％", 0.6), ("0.6", 0.6), (0.6, 0.6), ("六成", 0.6), ("6成", 0.6), ("5%", 0.05), ("66.7%", 0.667)],
)
def test_shares_are_read_as_percent_or_fraction(rules: RuleSet, written: object, meant: float) -> None:
    assert parse(rules.facts["credit.card_utilisation"], written, rules.notation) == meant


@pytest.mark.parametrize("mark", ["%", "成", "percent"])
def test_a_percentage_is_read_with_every_mark_for_shares_and_for_rates(rules: RuleSet, mark: str) -> None:
    percent = 2 * 100 * rules.notation.percent[mark]
    assert parse(rules.facts["line.rate_before"], f"2{mark}", rules.notation) == pytest.approx(percent)
    assert parse(rules.facts["credit.card_utilisation"], f"2{mark}", rules.notation) == pytest.approx(percent / 100)


def test_none_is_a_number_of_times_and_no_age(rules: RuleSet) -> None:
    assert parse(rules.facts["borrowing.loans_last_6m"], "没有", rules.notation) == 0
    with pytest.raises(Refused):
        parse(rules.facts["person.age"], "没有", rules.notation)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2025-3-1", "2025-03-01"), ("2025/3/1", "2025-03-01"), ("2025年3月1日", "2025-03-01"), ("2025年3月1号", "2025-03-01"),
        ("2025.3.1", "2025-03-01"),
        ("２０２５-０３-０１", "2025-03-01"), ("2025-10", "2025-10"), ("2025年10月", "2025-10"),
        ("2025/10", "2025-10"), ("2025/3/1 0:00", "2025-03-01"),
    ],
)  # fmt: skip
def test_dates_are_read_as_people_write_them(rules: RuleSet, written: str, meant: str) -> None:
    assert parse(rules.facts["line.changed_on"], written, rules.notation) == meant


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("2025-02-30", "no_such_day"),
        ("2025-13", "no_such_day"),
        ("yesterday", "bad_date"),
        ("25-3-1", "bad_date"),
        ("1800-01-01", "bad_date"),
        ("2025", "bad_date"),
    ],
)
def test_what_is_no_date_is_refused(rules: RuleSet, written: str, code: str) -> None:
    [problem] = faults(rules, json.dumps({"line": {"changed_on": written}}))
    assert problem.code == code


@pytest.mark.parametrize("written", ["是", "有", "yes", "YES", "true", "True", "y", "对", "Ｙ"])
def test_yes_is_read_in_two_languages(rules: RuleSet, written: str) -> None:
    assert read(rules, f"person: {{student: {written}}}") == {"person.student": True}


@pytest.mark.parametrize("written", ["否", "没有", "no", "FALSE", "不", "没"])
def test_no_is_read_in_two_languages(rules: RuleSet, written: str) -> None:
    assert read(rules, f"person: {{student: {written}}}") == {"person.student": False}


@pytest.mark.parametrize("written", ["不知道", "不清楚", "unknown", "null", "~", "", "''", "不记得"])
def test_not_knowing_is_no_evidence_in_any_notation(rules: RuleSet, written: str) -> None:
    for fact in ("person: {student: %s}", "line: {limit_before: %s}", "line: {product: %s}", "borrowing: {use_of_funds: %s}", "as_of: %s"):
        assert read(rules, fact % written) == {}


def test_choices_are_taken_by_key_or_label_in_either_language(rules: RuleSet) -> None:
    for word in ("jiebei", "借呗", "Jiebei", "JIEBEI"):
        assert read(rules, f"line: {{product: {word}}}") == {"line.product": "jiebei"}
    for funds in ("[日常消费, 炒股]", "日常消费、stocks_or_funds", "daily；炒股"):
        assert read(rules, f"borrowing: {{use_of_funds: {funds}}}") == {"borrowing.use_of_funds": ("daily", "stocks_or_funds")}
    assert read(rules, "borrowing: {use_of_funds: [daily, stocks_or_funds]}") == {"borrowing.use_of_funds": ("daily", "stocks_or_funds")}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_encodings_agree(rules: RuleSet, encoding: str) -> None:
    text = "line:\n  product: 借呗\n  limit_before: 1.2万\n"
    assert read(rules, text.encode(encoding)) == {"line.product": "jiebei", "line.limit_before": 12000}


def test_yaml_json_and_dotted_names_say_the_same(rules: RuleSet) -> None:
    wanted = {"line.product": "jiebei", "line.limit_before": 5000}
    assert read(rules, "line: {product: jiebei, limit_before: 5000}") == wanted
    assert read(rules, '{"line": {"product": "jiebei", "limit_before": 5000.0}}') == wanted
    assert read(rules, "line.product: jiebei\nline.limit_before: 5,000\n") == wanted


BAD = {
    "": ("empty", None, ""),
    "   \n\n": ("empty", None, ""),
    "- a\n- b\n": ("list_at_top", 1, ""),
    "hello\n": ("no_mapping", 1, ""),
    "lien:\n  product: jiebei\n": ("unknown_section", 1, "lien"),
    "line:\n  prodcut: jiebei\n": ("unknown_fact_in_section", 2, "line.prodcut"),
    "line:\n  product: jiebei\n  product: huabei\n": ("duplicate_key", 3, "line.product"),
    "line:\n  product: jiebai\n": ("bad_choice", 2, "line.product"),
    "product: jiebei\n": ("fact_at_top", 1, "product"),
    "line:\n  product：jiebei\n  change: cut\n": ("full_width_colon", 2, ""),
    "line：\n  product: jiebei\n": ("full_width_colon", 1, ""),
    "line:\n  product: jiebei\n   change: cut\n": ("bad_indent", 3, ""),
    "line:\n\tproduct: jiebei\n": ("tab_indent", 2, ""),
    "line: jiebei\n": ("section_wanted", 1, "line"),
    "line:\n  product: 'jiebei\n": ("open_quote", 2, ""),
    "line:\n  limit_before: [1, 2]\n": ("single_value_wanted", 2, "line.limit_before"),
    "line: &a {product: jiebei}\nactivity: *a\n": ("alias", 1, ""),
    "line: !!python/object/apply:os.system [id]\n": ("tag", 1, ""),
    "a: 1\n---\nb: 2\n": ("several_documents", None, ""),
    "profile_version: 2\n": ("other_profile_version", 1, "profile_version"),
    "line:\n  产品: jiebei\n": ("label_as_key", 2, "line.产品"),
    "line:\n  borrowing:\n    open_loans: 3\n": ("section_nested", 2, "line.borrowing"),
    "line:\n  message: hello\x07\n": ("control_character", 2, ""),
}


@pytest.mark.parametrize("text", BAD, ids=[value[0] + str(number) for number, value in enumerate(BAD.values())])
def test_each_kind_of_mistake_has_its_own_message_with_the_right_line(rules: RuleSet, text: str) -> None:
    problem = faults(rules, text)[0]
    code, line, field = BAD[text]
    assert (problem.code, problem.field) == (code, field)
    if line is not None:
        assert problem.line == line
    for language in ("zh", "en"):
        sentence = Wording(rules, language).problem(problem)
        assert "_" not in problem.code or problem.code not in sentence
        assert "{" not in sentence


def test_several_faults_are_all_named_at_once_in_the_order_of_lines(rules: RuleSet) -> None:
    text = "line:\n  product: x\n  limit_before: abc\n  changed_on: 2025-02-30\nfoo: 1\n"
    assert [(p.line, p.code) for p in faults(rules, text)] == [
        (2, "bad_choice"),
        (3, "bad_number"),
        (4, "no_such_day"),
        (5, "unknown_section"),
    ]


def test_json_faults_carry_lines_too(rules: RuleSet) -> None:
    [problem] = faults(rules, '{\n "line": {\n  "product": "jiebai"\n }\n}')
    assert (problem.line, problem.params["nearest"]) == (3, "jiebei")


def test_an_error_names_its_own_value_and_no_other(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "p.yaml"
    file.write_text("line:\n  limit_before: 987654\n  limit_after: abc\nactivity:\n  huabei_use: none\n", encoding="utf-8")
    done = run("diagnose", file)
    assert done.returncode == 65
    assert "abc" in done.stderr.decode()
    assert "987654" not in done.stderr.decode()


def test_control_characters_in_a_value_are_made_visible_in_the_error(run: Run) -> None:
    done = run("diagnose", "-", stdin=json.dumps({"line": {"product": "\x1b[31mred\u202e"}}).encode())
    assert done.returncode == 65
    assert b"\x1b" not in done.stderr
    assert "\\x1b" in done.stderr.decode()
    assert "\u202e" not in done.stderr.decode()


@pytest.mark.parametrize(
    "data",
    [
        b"[" * 30000,
        b'{"a":' * 30000,
        b"a: " * 5000,
        b"\x00\x01",
        b"\xff\xfe\x00",
        b"- " * 30000,
        b"{" * 5000 + b"}" * 5000,
        b"a: &a [*a]",
        b"? " * 4000,
    ],
)
def test_bombs_are_refused_with_the_tools_own_error(rules: RuleSet, data: bytes) -> None:
    assert faults(rules, data)


def test_a_pipe_a_device_and_a_folder_are_refused_without_waiting(run: Run, tmp_path: Path) -> None:
    import os

    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path, Path("/dev/zero"), tmp_path / "nothing"):
        done = run("diagnose", path, timeout=20)
        assert done.returncode == 66, path
        assert len(done.stderr.decode().splitlines()) == 1

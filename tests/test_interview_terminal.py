"""The interview in a real pseudo-terminal: typing, going back, asking why, skipping, mistakes, Ctrl-C, end of input."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from terminal import Terminal

from jiebei_check import Profile, RuleSet, parse_profile
from jiebei_check.form import blank_form
from jiebei_check.profile_text import profile_text

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are of POSIX")
START = "\n> "


@pytest.mark.parametrize("columns", [40, 120])
def test_a_whole_interview_fits_the_window_and_loses_nothing(rules: RuleSet, columns: int) -> None:
    with Terminal("ask", columns=columns) as terminal:
        terminal.until(START)
        assert "为什么" in terminal.seen
        why = terminal.type("？")
        assert "先弄清" in why
        again = terminal.type("嗯嗯")
        assert "嗯嗯" in again
        assert "1" in again
        terminal.type("2")
        terminal.type("入口不见了")
        back = terminal.type("<")
        assert "入口不见了" in back.split("之前的回答")[1]
        first = terminal.type("<")
        assert "花呗" in first.split("之前的回答")[1]
        terminal.type("借呗")
        skipped = terminal.type("")
        assert "跳过" in skipped
        terminal.type("不知道")
        terminal.type("q")
        terminal.type("", until="没有保存")
        assert terminal.finish() == 0
        assert terminal.too_wide() == []
        text = terminal.seen.replace("\n", "").replace(" ", "")
        for language_text in (rules.facts["line.product"].hint["zh"], rules.facts["line.change"].question["zh"], rules.notice["zh"]):
            assert language_text.replace(" ", "") in text
        for choice in rules.facts["line.message"].choices:
            assert choice.label["zh"] in text


def test_alone_it_is_the_same_interview_and_ends_in_the_report(tmp_path: Path) -> None:
    with Terminal(cwd=tmp_path) as terminal:
        terminal.until(START)
        for answer in ("借呗", "服务被关闭"):
            terminal.type(answer)
        terminal.type("q")
        terminal.type("", until="没有保存")
        assert terminal.finish() == 0
    assert "额度变化原因推断" in terminal.seen
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_ends_it_with_130_and_leaves_nothing(tmp_path: Path) -> None:
    with Terminal("ask", "--save", "p.yaml", cwd=tmp_path) as terminal:
        terminal.until(START)
        terminal.type("借呗")
        terminal.keys("\x03")
        assert terminal.finish() == 130
        assert "什么都没有保存" in terminal.seen
    assert list(tmp_path.iterdir()) == []
    assert "Traceback" not in terminal.seen


def test_the_end_of_input_ends_it_with_the_report(tmp_path: Path) -> None:
    with Terminal("ask", "--save", "p.yaml", cwd=tmp_path) as terminal:
        terminal.until(START)
        terminal.type("借呗")
        terminal.keys("\x04")
        assert terminal.finish() == 0
    assert "额度变化原因推断" in terminal.seen
    assert "product: jiebei" in (tmp_path / "p.yaml").read_text(encoding="utf-8")


def test_an_earlier_answer_can_be_changed_and_later_ones_that_no_longer_apply_go(rules: RuleSet, tmp_path: Path) -> None:
    with Terminal("ask", "--all", "--save", "p.yaml", "--as-of", "2026-11-23", cwd=tmp_path) as terminal:
        terminal.until(START)
        for answer in ("借呗", "额度降低", "3个月前", "没有提示", "3万", "1万"):
            terminal.type(answer)
        for _ in range(5):
            terminal.type("<")
        terminal.type("从来没有过额度")
        terminal.type("q", until="已存到")
        terminal.finish()
    profile = parse_profile((tmp_path / "p.yaml").read_bytes(), rules.facts, rules.notation)
    assert profile.values == {
        "as_of": "2026-11-23", "line.product": "jiebei", "line.change": "never_had", "line.changed_on": "2026-08", "line.message": "none",
    }  # fmt: skip


def test_at_most_so_many_questions(tmp_path: Path) -> None:
    with Terminal("ask", "--max-questions", "2", cwd=tmp_path) as terminal:
        terminal.until(START)
        terminal.type("1")
        terminal.type("1", until="说明")
    assert "第 2 题" in terminal.seen
    assert "第 3 题" not in terminal.seen


def test_from_a_half_filled_file_only_what_is_missing_is_asked_and_its_comments_stay(rules: RuleSet, tmp_path: Path) -> None:
    before = "# 我的记录\nline:\n  product: jiebei   # 手机上看的\n  change: closed\nactivity:\n  # 还没查\n  ever_borrowed: 不知道\n"
    (tmp_path / "p.yaml").write_text(before, encoding="utf-8")
    with Terminal("ask", "--all", "--from", "p.yaml", "--save", "p.yaml", cwd=tmp_path) as terminal:
        shown = terminal.until(START)
        assert "哪一个产品" not in shown
        assert "变成什么样" not in shown
        terminal.type("去年10月")
        terminal.type("没有提示")
        terminal.type("q", until="要覆盖吗")
        terminal.until(START)
        terminal.type("是", until="已存到")
        assert terminal.finish() == 0
    after = (tmp_path / "p.yaml").read_text(encoding="utf-8")
    for comment in ("# 我的记录", "# 手机上看的", "# 还没查"):
        assert comment in after
    profile = parse_profile(after.encode(), rules.facts, rules.notation)
    assert profile.values["line.message"] == "none"
    assert "activity.ever_borrowed" in profile.declined
    assert os.stat(tmp_path / "p.yaml").st_mode & 0o777 == 0o600


@pytest.mark.parametrize("no", ["n", "否", "不用", "没有", "q", ""])
def test_no_to_the_offer_to_save_is_no_file_of_that_name(no: str, tmp_path: Path) -> None:
    with Terminal("ask", cwd=tmp_path) as terminal:
        terminal.until(START)
        terminal.type("1")
        terminal.type("q", until="存成文件")
        terminal.until(START)
        terminal.type(no, until="没有保存")
        assert terminal.finish() == 0
    assert list(tmp_path.iterdir()) == []


def test_yes_to_the_offer_to_save_is_asked_for_a_name(tmp_path: Path) -> None:
    with Terminal("ask", cwd=tmp_path) as terminal:
        terminal.until(START)
        terminal.type("1")
        terminal.type("q", until="存成文件")
        terminal.until(START)
        terminal.type("是", until="什么名字")
        terminal.until(START)
        terminal.type("我的情况.yaml", until="已存到")
        assert terminal.finish() == 0
    assert [path.name for path in tmp_path.iterdir()] == ["我的情况.yaml"]


def test_a_file_is_not_overwritten_unless_that_is_agreed_to(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text("keep me", encoding="utf-8")
    with Terminal("ask", "--save", "p.yaml", cwd=tmp_path) as terminal:
        terminal.until(START)
        terminal.type("1")
        terminal.type("q", until="要覆盖吗")
        terminal.until(START)
        terminal.type("否")
        terminal.type("nowhere/q.yaml")
        terminal.type("q.yaml", until="已存到")
        assert terminal.finish() == 0
    assert (tmp_path / "p.yaml").read_text(encoding="utf-8") == "keep me"
    assert "product: jiebei" in (tmp_path / "q.yaml").read_text(encoding="utf-8")


def test_a_sensitive_question_says_that_it_stays_here(tmp_path: Path, rules: RuleSet) -> None:
    asked = [fact for fact in rules.inputs if fact.effort and not fact.sensitive]
    lines = [
        f"{fact.section}:\n" + "".join(f"  {one.id.split('.')[1]}: 不知道\n" for one in asked if one.section == fact.section)
        for fact in asked
    ]
    (tmp_path / "p.yaml").write_text("".join(dict.fromkeys(lines)), encoding="utf-8")
    with Terminal("ask", "--all", "--from", "p.yaml", cwd=tmp_path) as terminal:
        shown = terminal.until(START)
        assert "只留在这台电脑上，不想答" in shown


def test_odd_keys_are_shown_and_not_obeyed(tmp_path: Path) -> None:
    with Terminal("ask", cwd=tmp_path) as terminal:
        terminal.until(START)
        shown = terminal.type("\x1b[31mred\x1b[A")
        assert "\\x1b" in shown.split("没看懂")[1]


def test_the_form_takes_every_fact_and_reads_back(rules: RuleSet) -> None:
    examples = {"bool": True, "int": 3, "number": 3, "date": "2025-03", "choice": None, "choices": None}
    values = {fact.id: examples[fact.type] or (fact.keys[0] if fact.type == "choice" else fact.keys[:2]) for fact in rules.inputs}
    values |= {fact.id: 0.5 for fact in rules.inputs if fact.unit == "ratio"}
    for language in rules.languages:
        text = profile_text(rules, Profile(values), language)  # type: ignore[arg-type]
        assert parse_profile(text.encode(), rules.facts, rules.notation).values == values
        assert [line for line in text.split("\n") if "#" in line] == [
            line for line in blank_form(rules, language).split("\n") if "#" in line
        ]
        none = Profile({}, frozenset(values))
        assert parse_profile(profile_text(rules, none, language).encode(), rules.facts, rules.notation).declined == none.declined


def test_options_alone_are_those_of_the_interview() -> None:
    with Terminal("--lang", "en", "--max-questions", "1") as terminal:
        terminal.until("Which product")
        terminal.keys("q\n")
        assert terminal.finish() == 0


def test_where_input_ends_an_existing_file_is_not_overwritten_and_the_exit_code_says_so(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text("keep me", encoding="utf-8")
    with Terminal("ask", "--save", "p.yaml", cwd=tmp_path) as terminal:
        terminal.until(START)
        terminal.type("1")
        terminal.keys("\x04")
        assert terminal.finish() == 74
        assert "回答没有保存" in terminal.seen
    assert (tmp_path / "p.yaml").read_text(encoding="utf-8") == "keep me"


@pytest.mark.parametrize(
    ("name", "says"), [(".", "这是一个文件夹"), ("nowhere/p.yaml", "没有这个文件夹"), ("", "没有这个文件夹"), ("-", "不能当文件名")]
)
def test_where_nothing_can_be_saved_is_said_before_anything_is_asked(tmp_path: Path, name: str, says: str) -> None:
    with Terminal("ask", "--save", name, cwd=tmp_path) as terminal:
        terminal.until(says)
        assert terminal.finish() == 74
        assert "第 1 题" not in terminal.seen


def test_a_profile_is_not_read_from_the_terminal_that_answers() -> None:
    with Terminal("ask", "--from", "-") as terminal:
        terminal.until("文件名")
        assert terminal.finish() == 2


def test_what_contradicts_is_said_at_once_and_an_answer_is_repeated_with_its_unit(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text("line: {product: jiebei, change: zero}\n", encoding="utf-8")
    with Terminal("ask", "--all", "--from", "p.yaml", "--as-of", "2026-11-23", cwd=tmp_path) as terminal:
        terminal.until(START)
        assert "晚于填写日期" in terminal.type("2027年3月")
        terminal.type("<")
        assert "晚于填写日期" not in terminal.type("今年3月")
        terminal.type("没有提示")
        assert "30,000 元" in terminal.type("3万")
        assert "不是 0" in terminal.type("5000")
        terminal.type("q", until="存成文件")


def test_an_answer_from_a_file_can_be_changed_by_going_back(rules: RuleSet, tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text("line: {product: jiebei, change: cut}\n", encoding="utf-8")
    with Terminal("ask", "--from", "p.yaml", "--save", "q.yaml", cwd=tmp_path) as terminal:
        assert "第 1 题" in terminal.until(START)
        assert "文件里的回答" in terminal.type("<")
        assert "第 1 题" in terminal.type("服务被关闭")
        terminal.type("q", until="已存到")
        assert terminal.finish() == 0
    assert parse_profile((tmp_path / "q.yaml").read_bytes(), rules.facts, rules.notation).values["line.change"] == "closed"


def test_who_skips_again_and_again_is_told_how_to_stop() -> None:
    with Terminal("ask") as terminal:
        terminal.until(START)
        shown = [terminal.type("") for _ in range(4)]
        assert ["随时输入 q" in one for one in shown] == [False, False, False, True]
        terminal.type("q", until="说明")


def test_ctrl_c_at_the_offer_to_save_says_that_nothing_was_saved(tmp_path: Path) -> None:
    with Terminal("ask", cwd=tmp_path) as terminal:
        terminal.until(START)
        terminal.type("1")
        terminal.type("q", until="存成文件")
        terminal.until(START)
        terminal.keys("\x03")
        assert terminal.finish() == 130
        assert "没有保存" in terminal.seen
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "original", ['{"line": {"product": "huabei"}}', "line: {product: huabei} # c\n", "line:\n  product:\n    huabei\n", "line: [", ""]
)
def test_a_text_that_cannot_be_filled_in_line_by_line_gives_a_new_form(rules: RuleSet, original: str) -> None:
    profile = Profile({"line.product": "jiebei", "line.change": "cut"}, frozenset({"line.message"}))
    text = profile_text(rules, profile, "zh", original)
    found = parse_profile(text.encode(), rules.facts, rules.notation)
    assert (found.values, found.declined) == (profile.values, profile.declined)

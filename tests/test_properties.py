"""Properties over generated profiles: the same examples on every run."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

import pytest
from conftest import LARGE
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jiebei_check import CheckError, RuleSet, load_rules, parse_profile
from jiebei_check.conditions import All, AnyOf, Condition, Not, Range, facts_of
from jiebei_check.decoding import visible
from jiebei_check.inference import derive, diagnose, weigh
from jiebei_check.profile import Profile, make_profile
from jiebei_check.profile_text import profile_text
from jiebei_check.render import FULL, Style, renderer
from jiebei_check.render.csv import csv_row
from jiebei_check.report import make_report
from jiebei_check.ruleset import Cause, Evidence
from jiebei_check.values import Fact, Value, parse
from jiebei_check.wording import Wording

RULES: RuleSet = load_rules()
INPUTS = [fact for fact in RULES.facts.values() if fact.derived is None]
USED = {name for cause in RULES.causes for piece in cause.evidence for step in piece.steps for name in facts_of(step.when)}
DERIVED_FROM = {name for fact in RULES.facts.values() if fact.derived is not None for name in fact.derived[1]}


def often(examples: int) -> settings:
    return settings(
        derandomize=True,
        database=None,
        deadline=None,
        max_examples=examples * (10 if LARGE else 1),
        suppress_health_check=list(HealthCheck),
    )


def values_of(fact: Fact) -> st.SearchStrategy[Value]:
    """Known values of a fact."""
    if fact.type == "bool":
        return st.booleans()
    if fact.type == "choice":
        return st.sampled_from(fact.keys)
    if fact.type == "choices":
        return st.sets(st.sampled_from(fact.keys), min_size=1).map(lambda found: tuple(key for key in fact.keys if key in found))
    if fact.type == "date":
        days = st.dates(min_value=date(2015, 1, 1), max_value=date(2027, 12, 31)).map(str)
        return days | days.map(lambda day: day[:7])
    low, high = int(fact.minimum or 0), fact.maximum
    if fact.type == "int":
        return st.integers(low, int(high) if high is not None else 10**6)
    top = high if high is not None else 10**8
    return st.integers(low, int(top)) | st.integers(0, int(min(top, 10**6) * 100)).map(lambda cents: _plain(cents / 100))


def _plain(number: float) -> int | float:
    return int(number) if number == int(number) else number


FACTS = st.fixed_dictionaries({}, optional={fact.id: values_of(fact) for fact in INPUTS})
SOME_FACTS = st.lists(st.sampled_from(INPUTS), max_size=12, unique_by=lambda fact: fact.id).flatmap(
    lambda facts: st.fixed_dictionaries({fact.id: values_of(fact) for fact in facts})
)
WILD_TEXT = st.text(st.characters()) | st.sampled_from(
    ["\ud800", "\x00", "\x1b[31m", "=1+1", "不知道", "1.2万", "9" * 50, "²", "{0}", "-0", "1e400"]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WILD_TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(WILD_TEXT, inner),
    max_leaves=25,
)
# JSON in the shape of a profile: known names, unlikely values
NEARLY = st.dictionaries(
    st.sampled_from([*RULES.sections, "as_of", "id", "note", "profile_version", *(fact.id for fact in INPUTS)]) | WILD_TEXT,
    JSON | st.dictionaries(st.sampled_from([fact.id.rpartition(".")[2] for fact in INPUTS]) | WILD_TEXT, JSON, max_size=6),
    max_size=6,
)


@often(400)
@given(JSON | NEARLY)
def test_any_json_value_is_a_profile_or_refused(value: Any) -> None:
    attempts: list[Callable[[], Profile]] = [
        lambda: parse_profile(json.dumps(value).encode(), RULES.facts, RULES.notation),
        lambda: parse_profile(json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass"), RULES.facts, RULES.notation),
        lambda: make_profile(value, RULES.facts, RULES.notation),
    ]
    for attempt in attempts:
        try:
            profile = attempt()
        except CheckError as error:
            for language in RULES.languages:
                told = Wording(RULES, language).problems(error.problems)
                assert all(line.isprintable() for line in told)
        else:
            assert diagnose(RULES, profile).none_share > 0


@often(150)
@given(FACTS)
def test_what_is_written_is_read_back(values: Mapping[str, Value]) -> None:
    profile = Profile(values)
    for language in RULES.languages:
        text = profile_text(RULES, profile, language)
        assert parse_profile(text.encode(), RULES.facts, RULES.notation).values == values
    nested: dict[str, Any] = {}
    for name, value in values.items():
        section, _, fact = name.rpartition(".")
        (nested.setdefault(section, {}) if section else nested)[fact] = value
    for data in (json.dumps(nested), json.dumps(nested, ensure_ascii=False, indent=1), json.dumps(values)):
        assert parse_profile(data.encode(), RULES.facts, RULES.notation).values == values


@often(150)
@given(SOME_FACTS, st.sampled_from(INPUTS).flatmap(lambda fact: st.tuples(st.just(fact), values_of(fact))))
def test_a_fact_that_a_cause_does_not_speak_of_changes_nothing_in_it(values: Mapping[str, Value], added: tuple[Fact, Value]) -> None:
    fact, value = added
    before, after = derive(RULES.facts, values), derive(RULES.facts, {**values, fact.id: value})
    moved = {name for name in {*before, *after} if before.get(name) != after.get(name)}
    for cause in RULES.causes:
        spoken = {name for piece in cause.evidence for step in piece.steps for name in facts_of(step.when)}
        spoken |= set(facts_of(cause.applies)) if cause.applies is not None else set()
        if not spoken & moved:
            assert weigh(cause, before) == weigh(cause, after)


@often(100)
@given(SOME_FACTS, st.text(max_size=20))
def test_who_it_is_and_what_was_noted_changes_nothing(values: Mapping[str, Value], name: str) -> None:
    one, other = (diagnose(RULES, Profile(values, frozenset(), id_)) for id_ in ("", name))
    assert one._replace(profile=other.profile) == other


@often(150)
@given(
    SOME_FACTS,
    st.sets(st.sampled_from([fact.id for fact in INPUTS]), max_size=6),
    st.sampled_from(["不知道", "unknown", None, "", " 不清楚 "]),
)
def test_not_knowing_is_the_same_as_leaving_out(values: Mapping[str, Value], unknown: set[str], word: str | None) -> None:
    known: dict[str, Any] = {name: value for name, value in values.items() if name not in unknown}
    left_out = make_profile(known, RULES.facts, RULES.notation)
    written = {**known, **dict.fromkeys(unknown, word)}
    given_as_unknown = make_profile(written, RULES.facts, RULES.notation)
    assert given_as_unknown.values == left_out.values
    one, other = diagnose(RULES, left_out), diagnose(RULES, given_as_unknown)
    assert one._replace(profile=other.profile) == other


# --- worse never looks better


def _polar(condition: Condition, fact: str, sign: int = 1) -> Iterator[int]:
    """For each mention of ``fact``: whether more of it (or a yes) makes the condition truer (1), less true (-1), or neither (0)."""
    if isinstance(condition, Not):
        yield from _polar(condition.part, fact, -sign)
    elif isinstance(condition, (All, AnyOf)):
        for part in condition.parts:
            yield from _polar(part, fact, sign)
    elif condition.fact == fact:
        if isinstance(condition, Range):
            yield sign if condition.high is None else -sign if condition.low is None else 0
        else:
            yield sign if condition.values == (True,) else -sign if condition.values == (False,) else 0


def _direction(piece: Evidence, fact: str) -> int | None:
    """1 where more of ``fact`` can only raise what a piece counts, -1 where it can only lower it, 0 where neither, None unmentioned."""
    polar = [sign for step in piece.steps for sign in _polar(step.when, fact)]
    if not polar:
        return None
    bits = [step.bits for step in piece.steps] + [piece.otherwise.bits if piece.otherwise else 0]
    if len(set(polar)) > 1 or polar[0] == 0:
        return 0
    if bits == sorted(bits, reverse=True):  # the earlier a step holds, the more it counts
        return polar[0]
    return -polar[0] if bits == sorted(bits) else 0


def _spoken_for() -> list[tuple[Cause, Fact, int]]:
    found = []
    for cause in RULES.causes:
        applies = set(facts_of(cause.applies)) if cause.applies is not None else set()
        for fact in INPUTS:
            if fact.type not in ("bool", "int", "number") or fact.id in DERIVED_FROM | applies:
                continue
            directions = {direction for piece in cause.evidence if (direction := _direction(piece, fact.id)) is not None}
            if len(directions) == 1 and 0 not in directions:
                found.append((cause, fact, directions.pop()))
    return found


SPOKEN_FOR = _spoken_for()


def test_there_is_much_that_speaks_one_way() -> None:
    assert len(SPOKEN_FOR) > 60
    assert len({cause.id for cause, _, _ in SPOKEN_FOR}) > 25


@often(500)
@given(SOME_FACTS, st.sampled_from(SPOKEN_FOR).flatmap(lambda row: st.tuples(st.just(row), values_of(row[1]), values_of(row[1]))))
def test_worsening_a_fact_never_lowers_a_cause_that_it_speaks_for(
    values: Mapping[str, Value], row: tuple[tuple[Cause, Fact, int], Any, Any]
) -> None:
    (cause, fact, direction), one, other = row
    better, worse = sorted((one, other)) if direction > 0 else sorted((one, other), reverse=True)
    low, high = (weigh(cause, derive(RULES.facts, {**values, fact.id: value})).score for value in (better, worse))
    assert low <= high


# --- one amount, one date, many ways to write it


def in_chinese(number: int) -> str:
    """A whole number below a hundred million as it is read out."""
    if number >= 10_000:
        high, low = divmod(number, 10_000)
        zero = "零" if low and low < 1000 else ""
        return in_chinese(high) + "万" + zero + (in_chinese(low) if low else "")
    text = ""
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // unit % 10
        if digit:
            text += "零一二三四五六七八九"[digit] + name
        elif text and number % unit and not text.endswith("零"):
            text += "零"
    return text or "零"


FULL_WIDTH = str.maketrans("0123456789,.%-/", "０１２３４５６７８９，．％－／")


@often(400)
@given(st.integers(0, 99_999_999) | st.integers(0, 9_999).map(lambda n: n * 1000) | st.integers(0, 120))
def test_every_way_to_write_an_amount_means_the_same(number: int) -> None:
    fact = next(fact for fact in INPUTS if fact.unit == "yuan")._replace(maximum=None)
    ways: list[object] = [
        number,
        float(number),
        str(number),
        f"{number:,}",
        f"{number}.00",
        f" {number} ",
        f"￥{number}",
        f"¥{number:,}",
        f"{number}元",
        f"{number} 块",
    ]
    ways += [str(number).translate(FULL_WIDTH), f"{number:,}".translate(FULL_WIDTH), in_chinese(number), in_chinese(number) + "元"]
    if number % 100 == 0 and number:
        ways += [f"{number / 10_000:.6f}".rstrip("0").rstrip(".") + "万", f"{number / 1000:.4f}".rstrip("0").rstrip(".") + "千"]
        ways.append(f"{number / 10_000:.6f}".rstrip("0").rstrip(".") + "W")
    for way in ways:
        assert parse(fact, way, RULES.notation) == number, way


@often(200)
@given(st.dates(min_value=date(1990, 1, 1), max_value=date(2100, 12, 31)))
def test_every_way_to_write_a_date_means_the_same(day: Any) -> None:
    fact = RULES.facts["as_of"]
    y, m, d = day.year, day.month, day.day
    ways = [
        f"{y}-{m}-{d}",
        f"{y}-{m:02}-{d:02}",
        f"{y}/{m}/{d}",
        f"{y}.{m}.{d}",
        f"{y}年{m}月{d}日",
        f"{y}年{m:02}月{d:02}号",
        f"{y}-{m}-{d} 0:00",
        f" {y}/{m:02}/{d:02} ",
    ]
    for way in [day, *ways, *(way.translate(FULL_WIDTH) for way in ways[:3])]:
        assert parse(fact, way, RULES.notation) == day.isoformat(), way
    months = [f"{y}-{m}", f"{y}-{m:02}", f"{y}/{m}", f"{y}年{m}月", f"{y}.{m}"]
    for way in months:
        assert parse(fact, way, RULES.notation) == f"{y:04}-{m:02}", way


@often(200)
@given(st.integers(0, 100))
def test_every_way_to_write_a_share_means_the_same(percent: int) -> None:
    fact = next(fact for fact in INPUTS if fact.unit == "ratio")
    ways: list[object] = [percent / 100, f"{percent / 100}", f"{percent}%", f"{percent}％", f"{percent}.0%", f"{percent} %"]
    if percent % 10 == 0 and 0 < percent < 100:
        ways += [f"{percent // 10}成", f"{'零一二三四五六七八九'[percent // 10]}成"]
    for way in ways:
        assert parse(fact, way, RULES.notation) == pytest.approx(percent / 100), way


# --- what comes out


@often(400)
@given(WILD_TEXT | st.text(st.characters(categories=["Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Mn"])))
def test_cleaned_text_holds_no_control_character(text: str) -> None:
    cleaned = visible(text)
    assert cleaned.isprintable()
    assert visible(cleaned) == cleaned
    assert cleaned.encode("utf-8").decode("utf-8") == cleaned


@often(60)
@given(
    SOME_FACTS,
    WILD_TEXT,
    st.sampled_from(["text", "json", "markdown", "html"]),
    st.sampled_from(sorted(RULES.languages)),
    st.integers(20, 140),
)
def test_no_report_holds_a_control_character(values: Mapping[str, Value], name: str, form: str, language: str, width: int) -> None:
    report = make_report(RULES, diagnose(RULES, Profile(values, frozenset(), name)), language)
    text = renderer(form)([report, report], Style(Wording(RULES, language), width, color=False, verbosity=FULL))
    assert text.replace("\n", "").isprintable()
    assert text.encode("utf-8")
    if form == "json":
        assert json.loads(text)[0]["id"] == name


SPREADSHEET = st.sampled_from(
    ["=", "+", "-", "@", "\t", "\r", "\n", "'", '"', " ", ",", ";", "|", "＝", "＋", "－", "＠", "cmd", "1", "\x00", "\u200b", "%0A"]
)


@often(400)
@given(
    st.lists(
        st.lists(SPREADSHEET, max_size=8).map("".join) | WILD_TEXT | st.integers() | st.floats() | st.booleans(), min_size=2, max_size=5
    )
)
def test_an_exported_table_holds_no_formula_when_it_is_read_again(cells: list[object]) -> None:
    row = csv_row(cells)
    assert row.endswith("\r\n")
    [read] = csv.reader(io.StringIO(row, newline=""), strict=True)
    assert len(read) == len(cells)
    for cell, value in zip(read, cells, strict=True):
        assert cell.isprintable()
        if not isinstance(value, (int, float)):
            assert not cell.lstrip("'\" ").startswith(("=", "+", "@", "＝", "＋", "－", "＠")) or cell.startswith("'"), cell

"""Many profiles give what each of them gives alone, from the same notations, in the same order."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import LARGE, ROOT

from jiebei_check import cut, diagnose, diagnose_batch, flags, load_rules, make_profile, make_report, quantise, rows
from jiebei_check.batch import Desk
from jiebei_check.errors import DataError
from jiebei_check.profile import Profile
from jiebei_check.records import JSON, ROW, Record, values
from jiebei_check.ruleset import RuleSet
from jiebei_check.values import Fact

DAY = "2026-06-01"
MANY = 20_000 if LARGE else 150


def value(fact: Fact, chance: random.Random) -> Any:
    """Any value that ``fact`` may have, the bounds of rules among them more often than their neighbours."""
    if fact.type == "bool":
        return chance.random() < 0.3
    if fact.type == "choice":
        return chance.choice(fact.keys)
    if fact.type == "choices":
        return chance.sample(fact.keys, min(len(fact.keys), chance.choice((1, 1, 2, 3))))
    if fact.type == "date":
        text = f"{chance.randint(2019, 2026)}-{chance.randint(1, 12):02}"
        return text if chance.random() < 0.3 else f"{text}-{chance.randint(1, 28):02}"
    top = int(min(fact.maximum or 1000, 400_000))
    if fact.type == "number" and fact.unit in ("ratio", "percent_a_year"):
        return round(chance.random() * min(top, 25), 2)
    return chance.choice((0, 1, 2, 3, 5, 6, 7, 12, 30, 90, 1000, 5000, 20000, 200_000, chance.randint(0, top))) % (top + 1)


def profiles(rules: RuleSet, number: int, seed: int = 1) -> Iterator[dict[str, Any]]:
    """Random profiles, contradictory ones among them, nested where a fact has a section."""
    chance = random.Random(seed)
    for _ in range(number):
        known = chance.random()
        nested: dict[str, Any] = {}
        for fact in rules.inputs:
            if chance.random() < known:
                (nested.setdefault(fact.section, {}) if fact.section else nested)[fact.id.rpartition(".")[2]] = value(fact, chance)
        yield nested


def alone(rules: RuleSet, profile: Profile) -> dict[str, Any]:
    """What a line must hold, from the report on a single profile."""
    if "as_of" in rules.facts:
        profile = profile._replace(values={"as_of": DAY, **profile.values})
    language = next(iter(rules.languages))
    report = make_report(rules, diagnose(rules, profile), language)
    return {
        "id": profile.id,
        "as_of": report.as_of,
        "facts": {name: profile.values[name] for name in rules.grouped_by if name in profile.values},
        "inconclusive": report.inconclusive,
        "none_share": report.none_share,
        "causes": [
            {
                "id": cause.id,
                "score": cause.score,
                "grade": cause.grade,
                "for": [{"id": reason.id, "bits": reason.bits} for reason in cause.speaks_for],
                "against": [{"id": reason.id, "bits": reason.bits} for reason in cause.against],
                "open": [{"fact": one.fact, "could_add": one.could_add, "could_remove": one.could_remove} for one in cause.open],
                "share": cause.share,
                "likelihood": cause.likelihood,
            }
            for cause in report.causes
        ],
        "warnings": [warning.id for warning in report.warnings],
    }


def single(rules: RuleSet, data: Any) -> dict[str, Any] | list[str]:
    """What a line must hold, or the codes of the faults."""
    try:
        return alone(rules, make_profile(data, rules.facts, rules.notation))
    except DataError as error:
        return [problem.code for problem in error.problems]


def text(record: object) -> bytes:
    return json.dumps(record, ensure_ascii=False).encode()


def dotted(profile: dict[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, part in profile.items():
        flat |= {f"{key}.{name}": inner for name, inner in part.items()} if isinstance(part, dict) else {key: part}
    return flat


def check(rules: RuleSet, number: int) -> None:
    desk = Desk(rules, as_of=DAY)
    columns = tuple(fact.id for fact in rules.inputs)
    records: list[Record] = []
    expected: list[dict[str, Any]] = []
    for place, profile in enumerate(profiles(rules, number), 1):
        flat = dotted(profile)
        cells = [",".join(cell) if isinstance(cell := flat.get(name, ""), list) else str(cell) for name in columns]
        records += [Record(place, JSON, text(profile)), Record(place, JSON, text(flat)), Record(place, ROW, (columns, cells))]
        expected += [{"record": place, **alone(rules, make_profile(profile, rules.facts, rules.notation))}] * 3
    random.Random(1).shuffle(records)
    expected = [expected[3 * record.number - 3] for record in records]
    assert [result.document for result in desk.results(records)] == expected
    for record, wanted in list(zip(records, expected, strict=True))[:60]:
        assert desk.result(record).document == wanted
    results = list(diagnose_batch(rules, profiles(rules, 20), as_of=DAY, lang=next(iter(rules.languages))))
    assert [result.record for result in results] == list(range(1, 21))
    for result, profile in zip(results, profiles(rules, 20), strict=True):
        assert result.document == {"record": result.record, **alone(rules, make_profile(profile, rules.facts, rules.notation))}


def test_each_of_many_gets_what_it_gets_alone_in_every_notation(rules: RuleSet) -> None:
    check(rules, MANY)


@pytest.mark.parametrize(("part", "most", "few"), [(12, 20, 100), (2, 2, 1), (2, 2, 1 << 20), (2, 1 << 10, 1), (1 << 15, 1 << 15, 1)])
def test_it_is_the_same_however_causes_are_divided(rules: RuleSet, monkeypatch: pytest.MonkeyPatch, part: int, most: int, few: int) -> None:
    monkeypatch.setattr(rows, "PART", part)
    monkeypatch.setattr(rows, "_FEW", few)
    for module in (rows, flags, cut):
        monkeypatch.setattr(module, "MOST", most)
    check(rules, MANY // 5)


def test_it_is_the_same_when_memory_is_too_small_for_anything(rules: RuleSet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quantise, "REMEMBERED", 2)
    monkeypatch.setattr(rows, "KEPT", 2)
    monkeypatch.setattr(rows, "_MISSED", 3)
    check(rules, MANY // 5)


def test_records_of_all_kinds_together_come_out_as_one_by_one(rules: RuleSet) -> None:
    bad = [Record(0, JSON, record.encode(), 9) for record, _, _ in REFUSED]
    fine = [Record(0, JSON, record.encode(), name="T") for record in SAME]
    told = [next(values([profile])) for profile in profiles(rules, 30, seed=5)]
    row = [Record(0, ROW, (("id", "line.product", "line.changed_on"), ["R", "借呗", day])) for day in ("2025-01-02", "soon", "")]
    records = [record._replace(number=number) for number, record in enumerate((*bad, *fine, *told, *row) * 2, 1)]
    random.Random(2).shuffle(records)
    desk = Desk(rules, as_of=DAY)
    assert Desk(rules, as_of=DAY).results(records) == [desk.result(record) for record in records]
    assert desk.results([]) == []


def test_scores_that_lie_far_apart_give_the_same_shares(rules: RuleSet) -> None:
    far = rules._replace(
        causes=tuple(cause._replace(prior=cause.prior + 7 * place % 90) for place, cause in enumerate(rules.causes)), none_of_these=-60
    )
    check(far, MANY // 10)


def test_whoever_waits_for_each_result_gets_it_before_the_next_record_is_taken(rules: RuleSet) -> None:
    taken: list[int] = []

    def one_by_one() -> Iterator[dict[str, Any]]:
        for number in range(3):
            taken.append(number)
            yield {"line.product": "jiebei"}

    for number, result in enumerate(diagnose_batch(rules, one_by_one(), ahead=1), 1):
        assert (result.record, len(taken)) == (number, number)


def test_what_came_before_a_fault_of_the_caller_is_told_first(rules: RuleSet) -> None:
    def broken() -> Iterator[dict[str, Any]]:
        yield from ({"line.product": "jiebei"}, {"line.product": "huabei"})
        raise LookupError

    results = diagnose_batch(rules, broken())
    assert [next(results).record, next(results).record] == [1, 2]
    with pytest.raises(LookupError):
        next(results)


def test_rules_of_another_domain_are_weighed_alike() -> None:
    check(load_rules(ROOT / "tests" / "bicycle"), MANY)


def test_the_known_cases_come_out_as_alone(rules: RuleSet, cases: list[dict[str, Any]]) -> None:
    told = [case["profile"] for case in cases]
    for result, profile in zip(diagnose_batch(rules, told, as_of=DAY), told, strict=True):
        assert result.document == {"record": result.record, **alone(rules, make_profile(profile, rules.facts, rules.notation))}


SAME = [  # texts of records that are read from memory, and at leisure
    '{"line": {"limit_before": 1}, "borrowing": {"loans_last_6m": 1.0}}',
    '{"line": {"limit_before": "１.２万", "product": "借呗", "change": "关闭"}}',
    '{"line": {"limit_before": "￥5,000", "in_use": "5千", "rate_before": "18%"}, "credit": {"card_utilisation": "60%"}}',
    '{"line": {"changed_on": "2025年3月1日"}, "as_of": "2025/3/9"}',
    '{"line": {"closed_by_self": "是", "still_usable": "没有", "was_temporary": "不知道"}}',
    '{"line": {"closed_by_self": true, "limit_before": null}, "activity": null, "person": {}}',
    '{"borrowing": {"use_of_funds": ["daily", "装修"]}, "note": "12:30 \\": x", "profile_version": 1, "id": 7}',
    '{"borrowing": {"use_of_funds": "daily,medical"}, "note": {"any": ["thing"]}, "profile_version": "1"}',
    '{"line.product": "huabei", "line": {"change": "cut"}}',
    '  {"line" : {"product":"jiebei"}}\t',
    '{"line": {"limit_before": -0.0, "limit_after": 1e3}}',
    "{}",
    '{"id": true, "line": {"product": "jiebei"}}',
    '{"id": "\\u009b2J\\ud800", "line": {"product": "jiebei"}}',
]


@pytest.mark.parametrize("record", SAME)
def test_values_are_read_as_in_one_profile(rules: RuleSet, record: str) -> None:
    expected = alone(rules, make_profile(json.loads(record), rules.facts, rules.notation))
    desk = Desk(rules, as_of=DAY)
    for _ in range(2):  # the second time from memory
        assert desk.result(Record(1, JSON, record.encode())).document == {"record": 1, **expected}


REFUSED = [
    ('{"line": {"limit_before": true}}', "bad_number", "line.limit_before"),
    ('{"line": {"closed_by_self": 1}}', "bad_bool", "line.closed_by_self"),
    ('{"line": {"closed_by_self": 1.0}}', "bad_bool", "line.closed_by_self"),
    ('{"borrowing": {"loans_last_6m": 1.5}}', "bad_int", "borrowing.loans_last_6m"),
    ('{"line": {"limit_before": -1}}', "out_of_range", "line.limit_before"),
    ('{"line": {"limit_before": NaN}}', "bad_number", "line.limit_before"),
    ('{"line": {"limit_before": 1e999}}', "bad_number", "line.limit_before"),
    ('{"line": {"limit_before": ' + "9" * 6000 + "}}", "too_long", "line.limit_before"),
    ('{"line": {"limit_before": [1]}}', "single_value_wanted", "line.limit_before"),
    ('{"line": {"product": "zhima"}}', "bad_choice", "line.product"),
    ('{"line": {"colour": "red"}}', "unknown_fact_in_section", "line.colour"),
    ('{"lines": {}}', "unknown_section", "lines"),
    ('{"line": {"changed_on": "2025-02-30"}}', "no_such_day", "line.changed_on"),
    ('{"line": 3}', "section_wanted", "line"),
    ('{"profile_version": 2}', "other_profile_version", "profile_version"),
    ('{"line": {"product": "jiebei", "product": "huabei"}}', "given_twice", "product"),
    ('{"line.product": "jiebei", "line": {"product": "huabei"}}', "given_twice", "line.product"),
    ('{"line": {"product": "jiebei"}, "line": {"change": "cut"}}', "given_twice", "line"),
    ('["jiebei"]', "list_at_top", ""),
    ("7", "no_mapping", ""),
    ('{"line": {"product": "jiebei"}', "bad_json", ""),
    ('{"line": {"product": "jiebei",}}', "bad_json", ""),
    ("jiebei", "bad_json", ""),
    ('{"note": ' + "[" * 3000 + "]" * 3000 + "}", "too_deep", ""),
    ('{"id": "\x7f"}', "control_character", ""),
    ('{"id": "\x00"}', "control_character", ""),
]


@pytest.mark.parametrize(("record", "code", "field"), REFUSED, ids=[code for _, code, _ in REFUSED])
def test_a_bad_record_says_what_is_wrong_and_where(rules: RuleSet, record: str, code: str, field: str) -> None:
    desk = Desk(rules, as_of=DAY)
    for _ in range(2):
        found = desk.result(Record(4, JSON, record.encode(), 9)).document
        assert found["record"] == 4
        assert [(entry["code"], entry["field"], entry["line"]) for entry in found["error"]] == [(code, field, 9)]
        assert found["error"][0]["message"]


def test_all_faults_of_a_record_are_named_and_its_id_is_kept(rules: RuleSet) -> None:
    record = {"id": "T-1", "line": {"product": "zhima", "limit_before": "many"}, "no": 1}
    result = next(diagnose_batch(rules, [record]))
    assert result.id == result.document["id"] == "T-1"
    assert [entry["field"] for entry in result.document["error"]] == ["line.product", "line.limit_before", "no"]
    assert len(result.problems) == 3


def test_the_day_of_a_profile_wins_over_the_default_but_not_over_a_day_that_is_asked_for(rules: RuleSet) -> None:
    record = Record(1, JSON, b'{"as_of": "2025-01-01", "line": {"changed_on": "2024-12-01"}}')
    assert Desk(rules, as_of=DAY).result(record).document["as_of"] == "2025-01-01"
    assert Desk(rules, as_of=DAY, override=True).result(record).document["as_of"] == DAY
    assert Desk(rules).result(record._replace(data=b"{}")).document["as_of"] is None


def test_whole_documents_are_those_of_one_profile(rules: RuleSet) -> None:
    from jiebei_check import as_document

    for result, profile in zip(diagnose_batch(rules, profiles(rules, 5), full=True, lang="en"), profiles(rules, 5), strict=True):
        single = make_report(rules, diagnose(rules, make_profile(profile, rules.facts, rules.notation)), "en")
        assert result.document == {"record": result.record, **json.loads(json.dumps(as_document(single)))}


def test_what_is_not_printable_in_an_id_is_escaped(rules: RuleSet) -> None:
    line = next(diagnose_batch(rules, [{"id": "\u009b2J\u202e\ud800"}])).line
    assert line.isascii()
    assert json.loads(line)["id"] == "\u009b2J\u202e\ud800"


def test_any_json_value_gives_a_result(rules: RuleSet) -> None:
    from hypothesis import given, settings
    from hypothesis import strategies as some

    leaves = some.none() | some.booleans() | some.floats() | some.integers() | some.text()
    keys = some.sampled_from([fact.id for fact in rules.inputs] + [fact.section for fact in rules.inputs]) | some.text()
    inner = some.sampled_from([fact.id.rpartition(".")[2] for fact in rules.inputs]) | some.text()
    anything = some.recursive(leaves, lambda part: some.lists(part) | some.dictionaries(inner, part), max_leaves=8)
    desk = Desk(rules, as_of=DAY)

    @settings(max_examples=2000 if LARGE else 200, derandomize=True, deadline=None, database=None)
    @given(some.dictionaries(keys, anything, max_size=6) | anything)
    def same(data: Any) -> None:
        raw = json.dumps(data)
        found = desk.result(Record(1, JSON, raw.encode())).document
        expected = single(rules, json.loads(raw))
        if isinstance(expected, list):
            assert [entry["code"] for entry in found["error"]] == expected
        else:
            assert found == {"record": 1, **expected}

    same()


def test_the_example_in_the_module_is_true() -> None:
    import doctest

    from jiebei_check import batch

    assert doctest.testmod(batch).failed == 0


def test_the_plain_implementation_of_the_benchmark_says_the_same(rules: RuleSet) -> None:
    import sys

    sys.path.insert(0, str(Path(__file__).parent / "bench"))
    try:
        from plain import plain
    finally:
        sys.path.pop(0)
    reference = plain(rules, DAY)
    desk = Desk(rules, as_of=DAY)
    for place, profile in enumerate(profiles(rules, 50, seed=3), 1):
        assert reference(place, text(profile)) == desk.result(Record(place, JSON, text(profile))).line

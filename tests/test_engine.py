"""The weighing itself, on a rule set from another domain: the engine must not know what a credit line is."""

from __future__ import annotations

from pathlib import Path

import pytest

from jiebei_check import DataError, RuleSet, diagnose, load_rules, make_profile, make_report
from jiebei_check.conditions import All, AnyOf, In, Not, Range, holds
from jiebei_check.inference import Diagnosis, weigh

BICYCLE = Path(__file__).parent / "bicycle"


@pytest.fixture(scope="module")
def bicycle() -> RuleSet:
    return load_rules(BICYCLE)


def ask(rules: RuleSet, **bike: object) -> Diagnosis:
    return diagnose(rules, make_profile({"bike": bike}, rules.facts, rules.notation))


def score(diagnosis: Diagnosis, cause: str) -> int:
    return next(ranked.weighed.score for ranked in diagnosis.causes if ranked.id == cause)


TRUTHS = (True, False, None)


def as_facts(**truths: bool | None) -> dict[str, bool]:
    return {name: truth for name, truth in truths.items() if truth is not None}


@pytest.mark.parametrize("left", TRUTHS)
@pytest.mark.parametrize("right", TRUTHS)
def test_and_or_not_follow_the_three_valued_truth_tables(left: bool | None, right: bool | None) -> None:
    facts = as_facts(a=left, b=right)
    a, b = In("a", (True,)), In("b", (True,))
    conjunction = False if False in (left, right) else None if None in (left, right) else True
    disjunction = True if True in (left, right) else None if None in (left, right) else False
    assert holds(All((a, b)), facts) is conjunction
    assert holds(AnyOf((a, b)), facts) is disjunction
    assert holds(Not(a), facts) is (None if left is None else not left)


@pytest.mark.parametrize(
    ("value", "open_", "closed"),
    [(4, False, False), (5, False, True), (6, True, True), (9, True, True), (10, False, True), (11, False, False)],
)
def test_ranges_are_open_or_closed_as_written(value: int, open_: bool, closed: bool) -> None:
    assert holds(Range("n", 5, True, 10, True), {"n": value}) is open_
    assert holds(Range("n", 5, False, 10, False), {"n": value}) is closed


def test_a_month_lies_before_each_of_its_later_days_and_inside_its_own_range() -> None:
    assert holds(Range("d", "2021-11"), {"d": "2021-11"}) is True
    assert holds(Range("d", "2021-11"), {"d": "2021-11-07"}) is True
    assert holds(Range("d", "2021-11"), {"d": "2021-10-31"}) is False
    assert holds(Range("d", None, False, "2022-12-31"), {"d": "2022-12"}) is True


def test_the_score_is_prior_plus_for_minus_against(bicycle: RuleSet) -> None:
    diagnosis = ask(bicycle, pressure=1, wanted=4, noises=["squeak"])
    assert score(diagnosis, "flat-tyre") == 0 + 4 - 1
    assert score(diagnosis, "chain-off") == -2 + 2


def test_only_the_highest_step_of_a_ladder_counts(bicycle: RuleSet) -> None:
    weighed = weigh(bicycle.cause("flat-tyre"), {"bike.fill": 0.2})
    assert [(piece.step, piece.bits) for piece in weighed.speaks_for] == [(0, 4)]
    weighed = weigh(bicycle.cause("flat-tyre"), {"bike.fill": 0.5})
    assert [(piece.step, piece.bits) for piece in weighed.speaks_for] == [(1, 2)]


def test_the_opposite_weighs_only_when_every_step_is_certainly_false(bicycle: RuleSet) -> None:
    assert weigh(bicycle.cause("flat-tyre"), {"bike.fill": 0.9}).score == -4
    assert weigh(bicycle.cause("flat-tyre"), {}).score == 0


def test_unknown_never_fires_and_never_refutes(bicycle: RuleSet) -> None:
    unknown = ask(bicycle, pressure="unknown", chain_on="unknown", tired=None)
    nothing = ask(bicycle)
    assert [(r.id, r.weighed.score) for r in unknown.causes] == [(r.id, r.weighed.score) for r in nothing.causes]


def test_what_is_open_says_how_much_knowing_it_could_move(bicycle: RuleSet) -> None:
    weighed = weigh(bicycle.cause("chain-off"), {})
    swings = {one.fact: (one.could_add, one.could_remove) for one in weighed.open}
    assert swings["bike.chain_on"] == (4, 4)
    assert swings["bike.noises"] == (2, 0)


def test_a_cause_that_does_not_apply_is_left_out_and_an_unknown_applicability_is_not(bicycle: RuleSet) -> None:
    assert "chain-off" not in [r.id for r in ask(bicycle, kind="fixed").causes]
    assert "chain-off" in [r.id for r in ask(bicycle, kind="city").causes]
    assert "chain-off" in [r.id for r in ask(bicycle).causes]


def test_derived_facts_are_computed_and_division_by_zero_is_unknown(bicycle: RuleSet) -> None:
    assert ask(bicycle, pressure=1, wanted=4).facts["bike.fill"] == 0.25
    assert "bike.fill" not in ask(bicycle, pressure=1, wanted=0).facts
    assert ask(bicycle, oiled_on="2025-01-01", ridden_on="2025-05-01").facts["bike.dry_days"] == 120


def test_contradicting_facts_are_both_treated_as_unknown_and_said(bicycle: RuleSet) -> None:
    diagnosis = ask(bicycle, oiled_on="2025-05-01", ridden_on="2025-01-01")
    assert [check.id for check in diagnosis.contradictions] == ["ridden-before-oil"]
    assert not {"bike.oiled_on", "bike.ridden_on", "bike.dry_days"} & set(diagnosis.facts)
    assert [w.kind for w in make_report(bicycle, diagnosis, "en").warnings] == ["contradiction"]


def test_shares_are_powers_of_two_over_all_causes_and_none(bicycle: RuleSet) -> None:
    diagnosis = ask(bicycle, tired=True)
    weights = {r.id: 2.0**r.weighed.score for r in diagnosis.causes}
    total = sum(weights.values()) + 2**bicycle.none_of_these
    assert {r.id: r.share for r in diagnosis.causes} == {key: weight / total for key, weight in weights.items()}
    assert diagnosis.none_share + sum(r.share for r in diagnosis.causes) == pytest.approx(1)


def test_it_is_inconclusive_until_a_cause_exceeds_none_of_these(bicycle: RuleSet) -> None:
    assert ask(bicycle).inconclusive
    assert ask(bicycle, pressure=2, wanted=4).inconclusive  # 2 bits: no more than "none of these"
    assert not ask(bicycle, pressure=1, wanted=4).inconclusive


def test_at_equal_weight_the_better_founded_cause_comes_first(bicycle: RuleSet) -> None:
    diagnosis = ask(bicycle, tired=True, pressure=1, wanted=4)
    assert [r.id for r in diagnosis.causes[:2]] == ["flat-tyre", "tired-rider"]
    assert diagnosis.causes[0].weighed.score == diagnosis.causes[1].weighed.score


def test_a_hearsay_cause_in_first_place_says_so_in_the_verdict(rules: RuleSet) -> None:
    data = {
        "line": {"product": "jiebei", "change": "closed"},
        "borrowing": {"borrowed_to_test": True, "last_loan_amount": 300, "last_loan_days_held": 1},
    }
    diagnosis = diagnose(rules, make_profile(data, rules.facts, rules.notation))
    assert diagnosis.causes[0].id == "test-borrow"
    assert "没有官方依据" in make_report(rules, diagnosis, "zh").verdict
    assert "hearsay" in make_report(rules, diagnosis, "en").verdict


def test_every_fault_of_a_rule_set_is_named_at_once_with_file_and_line(tmp_path: Path) -> None:
    import shutil

    shutil.copytree(BICYCLE, tmp_path / "b")
    tyre = tmp_path / "b/causes/flat-tyre.yaml"
    tyre.write_text(tyre.read_text().replace("prior: common", "prior: comon").replace("bike.noises: squeak", "bike.noise: squeak"))
    with pytest.raises(DataError) as caught:
        load_rules(tmp_path / "b")
    assert [(p.code, p.line, p.params.get("nearest")) for p in caught.value.problems] == [
        ("bad_word", 5, "common"),
        ("unknown_fact", 13, "bike.noises"),
    ]
    assert all(p.file.endswith("flat-tyre.yaml") for p in caught.value.problems)

"""Every explanation is computed a second time here, by trying everything: sums, what would change the result, how firm it is."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from conftest import LARGE, Run

from jiebei_check import diagnose, make_profile, make_report
from jiebei_check.conditions import All, AnyOf, Condition, In, Not, Range, holds
from jiebei_check.explain import Change, changes, explain, in_order, misses
from jiebei_check.explanation import make_explanation
from jiebei_check.firmness import NONE, firmness, leader
from jiebei_check.inference import Diagnosis, consider, weigh
from jiebei_check.profile import Profile
from jiebei_check.report import as_document
from jiebei_check.ruleset import Cause, Check, Evidence, Otherwise, RuleSet, Step
from jiebei_check.thresholds import distance, grain, is_ordered
from jiebei_check.values import Choice, Fact, Value

TEXT = {"zh": "x", "en": "x"}
EVERY = 1 if LARGE else 10  # one case in so many is tried out in full
WORLDS = 400 if LARGE else 40


@pytest.fixture(scope="module")
def diagnoses(rules: RuleSet, cases: list[dict[str, Any]]) -> list[Diagnosis]:
    made = (make_profile({"as_of": "2026-11-23", **case["profile"]}, rules.facts, rules.notation) for case in cases)
    return [diagnose(rules, profile) for profile in made]


def leader_with(rules: RuleSet, diagnosis: Diagnosis, fact: str, value: Value) -> str | None:
    """What leads once the fact has that value; None where answers then newly contradict each other."""
    again = diagnose(rules, Profile({**diagnosis.profile.values, fact: value}))
    before = {check.id for check in diagnosis.contradictions}
    return leader(again) if {check.id for check in again.contradictions} <= before else None


# --- the sum


def test_prior_and_pieces_add_up_to_the_score_of_every_cause(diagnoses: list[Diagnosis]) -> None:
    for diagnosis in diagnoses:
        for one in diagnosis.causes:
            pieces = in_order(one)
            assert one.weighed.cause.prior + sum(piece.bits for piece in pieces) == one.weighed.score
            assert len(pieces) == len(one.weighed.speaks_for) + len(one.weighed.against)


def test_the_document_adds_up_and_says_how_far_behind(rules: RuleSet, diagnoses: list[Diagnosis]) -> None:
    for diagnosis in diagnoses[::EVERY]:
        for one in diagnosis.causes[:4]:
            told = make_explanation(rules, diagnosis, one.id)
            assert told.prior + sum(reason.bits for reason in told.sum) == told.score == one.weighed.score
            for other in told.compared:
                assert told.score - other.score == other.behind


def test_a_cause_that_does_not_apply_says_which_answers_decide(rules: RuleSet) -> None:
    diagnosis = diagnose(rules, make_profile({"line": {"product": "jiebei", "change": "cut"}}, rules.facts, rules.notation))
    told = make_explanation(rules, diagnosis, "scene-not-supported")
    assert told.place is None
    assert "不适用" in told.position and "借呗" in told.position


# --- what nearly counted


def test_six_inquiries_are_needed_and_five_are_reported(rules: RuleSet) -> None:
    profile = make_profile({"line": {"product": "jiebei", "change": "cut"}, "credit": {"inquiries_3m": 5}}, rules.facts, rules.notation)
    told = make_explanation(rules, diagnose(rules, profile), "too-many-inquiries")
    assert [(miss.fact, miss.now, miss.needed, miss.bits) for miss in told.near_misses] == [("credit.inquiries_3m", 5, 6, 2)]
    assert "6" in told.near_misses[0].text and "5" in told.near_misses[0].text


def test_what_is_far_from_enough_is_no_near_miss(rules: RuleSet) -> None:
    profile = make_profile({"line": {"product": "jiebei", "change": "cut"}, "credit": {"inquiries_3m": 0}}, rules.facts, rules.notation)
    assert not make_explanation(rules, diagnose(rules, profile), "too-many-inquiries").near_misses


def test_every_near_miss_would_count_as_much_as_it_says(rules: RuleSet, diagnoses: list[Diagnosis]) -> None:
    seen = 0
    for diagnosis in diagnoses:
        for one in diagnosis.causes[:8]:
            for miss in misses(rules, one.weighed.cause, diagnosis.facts):
                seen += 1
                step = one.weighed.cause.evidence[[e.id for e in one.weighed.cause.evidence].index(miss.evidence.id)].steps[miss.step]
                facts = {**diagnosis.facts, miss.fact: miss.value}
                alone = one.weighed.cause._replace(evidence=(miss.evidence,))
                assert holds(step.when, diagnosis.facts) is False
                assert holds(step.when, facts) is True
                assert weigh(alone, facts).score - weigh(alone, diagnosis.facts).score == miss.gain > 0
                assert diagnosis.facts[miss.fact] == miss.now
    assert seen > 10


# --- what would change the first place


def values_to_try(fact: Fact, now: Value | None, known: Iterable[Change], chance: random.Random) -> list[Value]:
    """All values of a small fact; of a large one a sample, dense around what was said and what is claimed."""
    if fact.type == "bool":
        return [True, False]
    if fact.type == "choice":
        return list(fact.keys)
    if fact.type == "choices":
        return [(key,) for key in fact.keys]
    if fact.type == "date":
        marks = [date.fromisoformat(f"{value}-01"[:10]).toordinal() for value in (now, *(change.value for change in known)) if value]
        days = {mark + step for mark in marks for step in (-1, 0, 1)} | {chance.randint(726468, 767008) for _ in range(20)}
        return [date.fromordinal(day).isoformat() for day in sorted(days) if 726468 <= day <= 767008]
    size = grain(fact)
    top = fact.maximum if fact.maximum is not None else 1000
    steps = int(top / size)
    if steps <= 120:
        tried: Iterable[int] = range(steps + 1)
    else:
        marks = [int(value / size) for value in (now, *(change.value for change in known)) if isinstance(value, (int, float))]
        tried = {mark + step for mark in marks for step in range(-3, 4)} | {chance.randint(0, steps) for _ in range(25)}
        tried = sorted(step for step in tried | {0, steps} if 0 <= step <= steps)
    return [int(step * size) if (step * size).denominator == 1 else float(step * size) for step in tried]


def test_each_change_does_what_it_says_and_no_smaller_one_does(rules: RuleSet, diagnoses: list[Diagnosis]) -> None:
    chance = random.Random(7)
    for diagnosis in diagnoses[::EVERY]:
        found = changes(rules, diagnosis)
        for fact in rules.inputs:
            if not fact.effort:
                continue
            own = [change for change in found if change.fact == fact.id]
            now = diagnosis.profile.values.get(fact.id)
            asked = now is not None or fact.ask_if is None or holds(fact.ask_if, diagnosis.facts) is not False  # type: ignore[arg-type]  # see values
            for change in own:
                assert leader_with(rules, diagnosis, fact.id, change.value) == change.leader != leader(diagnosis)
                assert holds(change.to, {fact.id: change.value}) is True or change.value in getattr(change.to, "values", ())
            for value in values_to_try(fact, now, own, chance):
                then = leader_with(rules, diagnosis, fact.id, value)
                if then in (None, leader(diagnosis)) or (now is not None and not distance(fact, now, value)):
                    continue
                if not asked:
                    assert not own
                elif now is None and fact.type != "choices":  # every stretch and every answer that does it is named
                    assert any(
                        value in getattr(c.to, "values", ()) or (isinstance(c.to, Range) and holds(c.to, {fact.id: value})) for c in own
                    )
                elif is_ordered(fact):
                    assert now is not None and distance(fact, now, own[0].value) <= distance(fact, now, value)
                elif fact.type != "choices":
                    assert any(value in getattr(c.to, "values", ()) and c.leader == then for c in own)


def test_changes_for_a_cause_put_that_cause_first(rules: RuleSet, diagnoses: list[Diagnosis]) -> None:
    seen = 0
    for diagnosis in diagnoses[::EVERY]:
        for one in diagnosis.causes[1:4]:
            for change in explain(rules, diagnosis, one.id, one.id).changes:
                seen += 1
                assert change.leader == one.id
                assert leader_with(rules, diagnosis, change.fact, change.value) == one.id
    assert seen


# --- how firm


def without(rules: RuleSet, cause_id: str, evidence_id: str) -> RuleSet:
    causes = tuple(
        cause._replace(evidence=tuple(piece for piece in cause.evidence if piece.id != evidence_id)) if cause.id == cause_id else cause
        for cause in rules.causes
    )
    return rules._replace(causes=causes)


def test_the_hinges_are_exactly_the_pieces_that_cannot_be_dropped(rules: RuleSet, diagnoses: list[Diagnosis]) -> None:
    for diagnosis in diagnoses[:: max(1, EVERY // 3)]:
        firm = firmness(rules, diagnosis)
        claimed = {(hinge.cause, hinge.piece.evidence.id): hinge.leader for hinge in firm.hinges}
        for one in diagnosis.causes:
            for piece in (*one.weighed.speaks_for, *one.weighed.against):
                then = leader(diagnose(without(rules, one.id, piece.evidence.id), diagnosis.profile))
                assert claimed.get((one.id, piece.evidence.id), firm.leader) == then


Shift = Callable[[str, int], int]


def shifted(rules: RuleSet, shift: Shift) -> RuleSet:
    """The same rules with every single weight passed through ``shift`` (cause, bits)."""
    causes = []
    for cause in rules.causes:
        evidence = [
            piece._replace(
                steps=tuple(step._replace(bits=shift(cause.id, step.bits)) for step in piece.steps),
                otherwise=piece.otherwise and piece.otherwise._replace(bits=shift(cause.id, piece.otherwise.bits)),
            )
            for piece in cause.evidence
        ]
        causes.append(cause._replace(evidence=tuple(evidence)))
    return rules._replace(causes=tuple(causes))


def one_step(rules: RuleSet, bits: int, direction: int) -> int:
    """A weight moved along the strength words: -1 weaker, 0 as it is, 1 stronger; its sign stays."""
    scale = [0, *sorted(rules.bits.values())]
    place = min(max(scale.index(abs(bits)) + direction, 0), len(scale) - 1)
    return scale[place] if bits > 0 else -scale[place]


def test_the_worst_case_is_the_one_that_is_named(rules: RuleSet, diagnoses: list[Diagnosis]) -> None:
    steady = 0
    for diagnosis in diagnoses:
        firm = firmness(rules, diagnosis)

        def worst(cause: str, bits: int, first: str = firm.leader) -> int:
            weaker_leader = cause == first
            return one_step(rules, bits, -1 if (bits > 0) == weaker_leader else 1)

        assert leader(diagnose(shifted(rules, worst), diagnosis.profile)) == firm.worst_leader
        assert firm.steady == (firm.worst_leader == firm.leader)
        steady += firm.steady
    assert 0 < steady < len(diagnoses)


def test_a_steady_first_place_holds_for_weights_that_are_off_at_random(rules: RuleSet, diagnoses: list[Diagnosis]) -> None:
    chance = random.Random(11)
    for diagnosis in diagnoses:
        firm = firmness(rules, diagnosis)
        if not firm.steady:
            continue
        for _ in range(100 if LARGE else 6):
            off = shifted(rules, lambda _, bits: one_step(rules, bits, chance.choice((-1, 0, 1))))
            assert leader(diagnose(off, diagnosis.profile)) == firm.leader


# --- small worlds in which everything can be tried


def world_facts() -> dict[str, Fact]:
    def fact(name: str, kind: str, **more: Any) -> Fact:
        return Fact(name, kind, TEXT, TEXT, TEXT, **more)

    declared = [
        fact("w.count", "int", maximum=9.0, order=1),
        fact("w.size", "number", maximum=9.0, order=2),
        fact("w.share", "number", unit="ratio", maximum=1.0, order=3),
        fact("w.day", "date", order=4),
        fact("w.sure", "bool", order=5),
        fact("w.kind", "choice", choices=tuple(Choice(key, TEXT) for key in "abc"), order=6),
        fact("w.tags", "choices", choices=tuple(Choice(key, TEXT) for key in "pqr"), order=7),
        fact("w.end", "date", effort=0, order=8),
    ]
    derived = [
        fact("w.per", "number", unit="ratio", derived=("ratio", ("w.count", "w.size")), minimum=float("-inf"), effort=0),
        fact("w.gap", "number", derived=("difference", ("w.size", "w.count")), minimum=float("-inf"), effort=0),
        fact("w.part", "number", derived=("ratio", ("w.gap", "w.size")), minimum=float("-inf"), effort=0),
        fact("w.days", "number", derived=("days_between", ("w.day", "w.end")), minimum=float("-inf"), effort=0),
    ]
    return {one.id: one for one in (*declared, *derived)}


FIRST, LAST = date(2020, 1, 20).toordinal(), date(2020, 3, 12).toordinal()


def whole_range(fact: Fact) -> list[Value]:
    if fact.type == "bool":
        return [True, False]
    if fact.type == "choice":
        return list(fact.keys)
    if fact.type == "choices":
        return [
            tuple(key for key, here in zip(fact.keys, chosen, strict=True) if here) for chosen in product((0, 1), repeat=3) if any(chosen)
        ]
    if fact.type == "date":
        return ["1990-01-01", *(date.fromordinal(day).isoformat() for day in range(FIRST, LAST)), "2100-12-31"]
    return [step / 100 for step in range(101)] if fact.unit == "ratio" else list(range(10))


def some_leaf(facts: dict[str, Fact], chance: random.Random) -> Condition:
    fact = chance.choice([fact for fact in facts.values() if fact.id != "w.end"])
    if not is_ordered(fact):
        values = [value if not isinstance(value, tuple) else value[0] for value in whole_range(fact)]
        return In(fact.id, tuple(dict.fromkeys(chance.sample(values, chance.randint(1, 2)))))
    if fact.id == "w.days":
        bounds: list[Any] = chance.sample(range(41), 2)
    elif fact.type == "date":
        bounds = chance.sample(["2020-02", "2020-02-01", "2020-02-31", "2020-02-10", "2020-02-29"], 2)
    elif fact.derived and fact.unit == "ratio":
        bounds = chance.sample([0.1, 0.25, 0.5, 0.8, 1, 1.5, 2], 2)
    elif fact.id == "w.part":
        bounds = chance.sample([-1, -0.5, 0, 0.25, 0.5], 2)
    elif fact.id == "w.gap":
        bounds = chance.sample(range(-5, 6), 2)
    else:
        bounds = chance.sample(whole_range(fact), 2)
    low, high = sorted(bounds)
    low, high = chance.choice(((low, None), (None, high), (low, high)))
    return Range(fact.id, low, chance.random() < 0.3, high, chance.random() < 0.3)


def some_condition(facts: dict[str, Fact], chance: random.Random) -> Condition:
    parts = tuple(some_leaf(facts, chance) for _ in range(chance.choice((1, 1, 2, 2, 3))))
    if len(parts) == 1:
        return parts[0]
    condition: Condition = chance.choice((All, AnyOf))(parts)
    return Not(condition) if chance.random() < 0.15 else condition


def some_world(rules: RuleSet, chance: random.Random) -> tuple[RuleSet, list[Profile]]:
    facts = world_facts()

    def weight() -> int:
        return chance.choice(list(rules.bits.values())) * chance.choice((1, 1, -1))

    causes = []
    for name in "ABCD":
        evidence = [
            Evidence(
                f"e{number}",
                tuple(Step(some_condition(facts, chance), weight(), TEXT) for _ in range(chance.choice((1, 1, 2)))),
                Otherwise(weight(), TEXT) if chance.random() < 0.4 else None,
                (),
            )
            for number in range(chance.randint(1, 3))
        ]
        applies = some_condition(facts, chance) if chance.random() < 0.2 else None
        causes.append(Cause(name, "f", TEXT, TEXT, "g", chance.choice((1, 0, -1)), applies, tuple(evidence), {}, (), ()))
    checks = (Check("k", some_condition(facts, chance), ("w.size", "w.kind"), TEXT),) if chance.random() < 0.4 else ()
    world = rules._replace(facts=facts, causes=tuple(causes), checks=checks, alerts=(), none_of_these=chance.choice((0, 1, 2)))
    profiles = []
    for _ in range(3):
        values: dict[str, Value] = {"w.end": "2020-03-05"}
        for fact in list(facts.values())[:7]:
            if chance.random() < 0.6:
                values[fact.id] = chance.choice(whole_range(fact))
        profiles.append(Profile(values))
    return world, profiles


def worlds(rules: RuleSet) -> Iterator[tuple[RuleSet, Diagnosis]]:
    for seed in range(WORLDS):
        world, profiles = some_world(rules, random.Random(seed))
        for profile in profiles:
            yield world, diagnose(world, profile)


def test_in_small_worlds_every_change_is_found_and_is_the_smallest(rules: RuleSet) -> None:
    seen = 0
    for world, diagnosis in worlds(rules):
        first = leader(diagnosis)
        found = changes(world, diagnosis)
        for fact in list(world.facts.values())[:7]:
            now = diagnosis.profile.values.get(fact.id)
            outcome = {value: leader_with(world, diagnosis, fact.id, value) for value in whole_range(fact)}
            doing = {value: then for value, then in outcome.items() if then not in (None, first) and value != now}
            own = [change for change in found if change.fact == fact.id]
            seen += len(own)
            assert bool(own) == bool(doing) or fact.type == "choices"  # a list may need more than two entries changed
            for change in own:
                assert outcome[change.value] == change.leader != first
                told = change.to.values if isinstance(change.to, In) else [value for value in outcome if holds(change.to, {fact.id: value})]
                assert all(outcome[value] == change.leader for value in told)
            if is_ordered(fact) and now is not None and own:
                assert len(own) == 1
                assert distance(fact, now, own[0].value) == min(distance(fact, now, value) for value in doing)
            elif fact.type in ("bool", "choice"):
                assert {value for change in own for value in change.to.values} == set(doing)  # type: ignore[union-attr]
            elif is_ordered(fact):
                assert {value for value in outcome for change in own if holds(change.to, {fact.id: value})} == set(doing)
            elif own and now is not None:
                assert distance(fact, now, own[0].value) == min(distance(fact, now, value) for value in doing)
    assert seen > 100


def test_in_small_worlds_firmness_is_what_trying_every_combination_gives(rules: RuleSet) -> None:
    tried = 0
    for world, diagnosis in worlds(rules):
        firm = firmness(world, diagnosis)
        for one in diagnosis.causes:
            for piece in (*one.weighed.speaks_for, *one.weighed.against):
                hinge = next((h for h in firm.hinges if (h.cause, h.piece) == (one.id, piece)), None)
                facts, _ = consider(world, diagnosis.profile.values)
                scores = {other.id: other.weighed.score - (piece.bits if other.id == one.id else 0) for other in diagnosis.causes}
                assert (hinge.leader if hinge else firm.leader) == best(world, scores)
                assert facts == diagnosis.facts
        pieces = [(one.id, piece.bits) for one in diagnosis.causes for piece in (*one.weighed.speaks_for, *one.weighed.against)]
        if len(pieces) > 6:
            continue
        tried += 1
        leaders = set()
        for directions in product((-1, 0, 1), repeat=len(pieces)):
            scores = {one.id: one.weighed.cause.prior for one in diagnosis.causes}
            for (cause, bits), direction in zip(pieces, directions, strict=True):
                scores[cause] += one_step(world, bits, direction)
            leaders.add(best(world, scores))
        assert firm.steady == (leaders == {firm.leader})
        assert firm.worst_leader in leaders
    assert tried > 20


def best(rules: RuleSet, scores: dict[str, int]) -> str:
    highest = max(scores.values(), default=rules.none_of_these)
    return NONE if highest <= rules.none_of_these else next(c.id for c in rules.causes if scores.get(c.id) == highest)


# --- as people read it


def test_the_report_says_in_one_line_what_the_verdict_hangs_on(rules: RuleSet, diagnoses: list[Diagnosis]) -> None:
    for diagnosis in diagnoses:
        for language in ("zh", "en"):
            report = make_report(rules, diagnosis, language)
            assert report.hinges and "\n" not in report.hinges and "explain." not in report.hinges and "{" not in report.hinges
            firm = firmness(rules, diagnosis)
            if firm.hinges and firm.leader:
                heaviest = max(abs(hinge.piece.bits) for hinge in firm.hinges if hinge.cause == firm.hinges[0].cause)
                assert abs(firm.hinges[0].piece.bits) == heaviest
    assert make_report(rules, diagnose(rules, Profile({})), "zh").hinges


def test_no_explanation_promises_anything(rules: RuleSet, diagnoses: list[Diagnosis]) -> None:
    for diagnosis in diagnoses[::EVERY]:
        for language in ("zh", "en"):
            text = json.dumps(as_document(make_explanation(rules, diagnosis, None, language)), ensure_ascii=False)
            assert "explain." not in text and not re.search(r"\{[a-z_.]+\}", text)
            for phrase in rules.forbidden[language]:
                assert phrase not in text


PROFILE = b"""line: {product: jiebei, change: closed}
borrowing: {last_loan_amount: 200, last_loan_days_held: 1, days_from_repayment_to_change: 3}
"""


@pytest.mark.parametrize("language", ["zh", "en"])
def test_explain_prints_within_the_width_and_adds_up(run: Run, language: str) -> None:
    from rich.cells import cell_len

    done = run("explain", "-", "--lang", language, "-v", stdin=PROFILE, env={"COLUMNS": "60"})
    text = done.stdout.decode()
    assert done.returncode == 0 and not done.stderr
    assert max(map(cell_len, text.splitlines())) <= 60


def test_explain_gives_json_for_a_named_cause(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "profile.yaml"
    file.write_bytes(PROFILE)
    done = run("explain", file, "lender-exit", "--format", "json")
    told = json.loads(done.stdout)
    assert told["cause"] == "lender-exit" and told["place"] > 1
    assert told["prior"] + sum(reason["bits"] for reason in told["sum"]) == told["score"]
    assert told["compared"][0]["id"] == told["leader"] == "test-borrow"


def test_explain_refuses_a_cause_that_does_not_exist_and_says_which_was_meant(run: Run) -> None:
    done = run("explain", "-", "test-borow", stdin=PROFILE)
    assert done.returncode == 2 and "test-borrow" in done.stderr.decode()
    assert run("explain", "-", "--format", "xml", stdin=PROFILE).returncode == 2

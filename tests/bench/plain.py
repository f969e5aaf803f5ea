"""The plain implementation that a batch is measured against: every condition a closure over a dict, the standard library's JSON.

It reads, weighs and writes one record after the other and remembers nothing, but gives the same lines to the last byte.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from jiebei_check import RuleSet, make_profile
from jiebei_check.conditions import All, AnyOf, Condition, In, Not, Range, facts_of
from jiebei_check.inference import derive
from jiebei_check.ruleset import Cause, Evidence

Truth = Callable[[dict[str, Any]], "bool | None"]


def closure(condition: Condition) -> Truth:
    """A condition as a function of the known facts: True, False, or None."""
    if isinstance(condition, In):
        return _in(condition)
    if isinstance(condition, Range):
        return _range(condition)
    if isinstance(condition, Not):
        part = closure(condition.part)
        return lambda facts: None if (truth := part(facts)) is None else not truth
    parts = [closure(part) for part in condition.parts]
    decides = isinstance(condition, AnyOf)
    assert decides or isinstance(condition, All)

    def combined(facts: dict[str, Any]) -> bool | None:
        unknown = False
        for part in parts:
            truth = part(facts)
            if truth is decides:
                return decides
            unknown = unknown or truth is None
        return None if unknown else not decides

    return combined


def _in(condition: In) -> Truth:
    name, values = condition

    def holds(facts: dict[str, Any]) -> bool | None:
        value = facts.get(name)
        if value is None:
            return None
        return any(part in value for part in values) if isinstance(value, tuple) else value in values

    return holds


def _range(condition: Range) -> Truth:
    name, low, low_open, high, high_open = condition

    def holds(facts: dict[str, Any]) -> bool | None:
        value = facts.get(name)
        if value is None:
            return None
        if low is not None and (value <= low if low_open else value < low):
            return False
        return not (high is not None and (value >= high if high_open else value > high))

    return holds


def plain(rules: RuleSet, as_of: str) -> Callable[[int, bytes], bytes]:
    """A function from a record's number and JSON to its result line."""
    causes = [_cause(cause) for cause in rules.causes]
    checks = [(check.id, closure(check.when), check.drop) for check in rules.checks]
    alerts = [(alert.id, closure(alert.when)) for alert in rules.alerts]
    sayings = [(saying.id, closure(saying.when)) for saying in rules.sayings if saying.when is not None]
    none = rules.none_of_these

    def line(number: int, record: bytes) -> bytes:
        profile = make_profile(json.loads(record), rules.facts, rules.notation)
        stated = {"as_of": as_of, **profile.values}
        facts = derive(rules.facts, stated)
        warnings = [name for name, when in alerts if when(facts) is True]  # type: ignore[arg-type]
        found = [(name, drop) for name, when, drop in checks if when(facts) is True]  # type: ignore[arg-type]
        if found:
            dropped = {fact for _, drop in found for fact in drop}
            facts = derive(rules.facts, {fact: value for fact, value in stated.items() if fact not in dropped})
        warnings += [name for name, _ in found] + [name for name, when in sayings if when(facts) is True]  # type: ignore[arg-type]
        ranked = [weighed for weigh in causes if (weighed := weigh(facts)) is not None]  # type: ignore[arg-type]
        ranked.sort(key=lambda weighed: -weighed["score"])
        total = sum(2.0 ** weighed["score"] for weighed in ranked) + 2.0**none
        for weighed in ranked:
            share = 2.0 ** weighed["score"] / total
            weighed["share"] = round(share, 4)
            weighed["likelihood"] = (
                "high" if share >= rules.likelihood["high"] else "medium" if share >= rules.likelihood["medium"] else "low"
            )
        result = {
            "record": number,
            "id": profile.id,
            "as_of": facts.get("as_of"),
            "facts": {name: stated[name] for name in rules.grouped_by if name in stated},
            "inconclusive": not ranked or ranked[0]["score"] <= none,
            "none_share": round(2.0**none / total, 4),
            "causes": ranked,
            "warnings": warnings,
        }
        return json.dumps(result, ensure_ascii=False, separators=(",", ":")).encode()

    return line


def _cause(cause: Cause) -> Callable[[dict[str, Any]], dict[str, Any] | None]:
    applies = closure(cause.applies) if cause.applies is not None else None
    pieces = [_piece(piece) for piece in cause.evidence]

    def weigh(facts: dict[str, Any]) -> dict[str, Any] | None:
        if applies is not None and applies(facts) is False:
            return None
        counted: list[dict[str, Any]] = []
        swings: dict[str, list[int]] = {}
        for name, piece in pieces:
            bits, lowest, highest, unknown = piece(facts)
            if bits:
                counted.append({"id": name, "bits": bits})
            if lowest < highest:
                for fact in unknown:
                    swing = swings.setdefault(fact, [0, 0])
                    swing[0] += highest - bits
                    swing[1] += bits - lowest
        ordered = sorted(swings.items(), key=lambda pair: -max(pair[1]))
        return {
            "id": cause.id,
            "score": cause.prior + sum(one["bits"] for one in counted),
            "grade": cause.grade,
            "for": [one for one in counted if one["bits"] > 0],
            "against": [one for one in counted if one["bits"] < 0],
            "open": [{"fact": fact, "could_add": add, "could_remove": remove} for fact, (add, remove) in ordered],
        }

    return weigh


def _piece(evidence: Evidence) -> tuple[str, Callable[[dict[str, Any]], tuple[int, int, int, list[str]]]]:
    steps = [(closure(step.when), step.bits, facts_of(step.when)) for step in evidence.steps]
    otherwise = evidence.otherwise.bits if evidence.otherwise else 0

    def weigh(facts: dict[str, Any]) -> tuple[int, int, int, list[str]]:
        possible = []
        unknown: list[str] = []
        now = 0
        for when, bits, names in steps:
            truth = when(facts)
            if truth is not False:
                possible.append(bits)
            if truth is True:
                now = bits
                break
            if truth is None:
                unknown += [name for name in names if name not in facts and name not in unknown]
        else:
            possible.append(otherwise)
            if not unknown:
                now = otherwise
        return (now, min(now, *possible), max(now, *possible), unknown) if unknown else (now, 0, 0, unknown)

    return evidence.id, weigh

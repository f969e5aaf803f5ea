"""The rules' own tests: every case of a cause, every scenario, and which evidence they show.

A case that fails says what came out and what would have to change, as numbers: the engine's answer, not a guess.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from .conditions import holds
from .inference import Diagnosis, Ranked, consider, diagnose
from .profile import Profile
from .ruleset import Cause, Evidence, Example, RuleSet, Scenario
from .values import Facts

LISTED = 5  # "listed" means among so many first
_SHOWN = 5


class Place(NamedTuple):
    """A cause in the ranking that came out."""

    cause: str
    score: int


class Failure(NamedTuple):
    """A case that did not come out as expected.

    ``kind`` is ``ranking``, ``evidence`` or ``scenario``. ``needed`` is by how many bits at least the cause would have to
    gain (positive) or lose (negative); None where no number would do it. For evidence, ``piece`` does not count as the
    case says: ``side`` is what it should do and ``found`` what it does (for, against, absent, unknown); ``step`` is the
    one that holds (-1: none, None: not known), ``ladder`` whether there are several.
    """

    file: str
    path: tuple[str | int, ...]
    name: str
    kind: str
    expect: str
    ranking: tuple[Place, ...]
    inconclusive: bool
    score: int | None = None
    needed: int | None = None
    piece: str = ""
    side: str = ""
    found: str = ""
    step: int | None = None
    ladder: bool = False
    counted: tuple[tuple[str, int], ...] = ()


class Seen(NamedTuple):
    """What the cases show of a piece of evidence.

    ``present``: steps, and -1 for `otherwise`, in the cause's own cases; ``absent`` and ``unknown``: in any case.
    """

    present: frozenset[int]
    absent: bool
    unknown: bool


class Outcome(NamedTuple):
    """All that came out: ``firsts`` are the causes that some case puts first and firm."""

    cases: int
    failures: tuple[Failure, ...]
    firsts: frozenset[str]


def run(rules: RuleSet) -> Outcome:
    """Run every case of every cause, and every scenario."""
    failures: list[Failure] = []
    firsts: set[str] = set()
    cases = 0
    for cause in rules.causes:
        for case in cause.tests:
            cases += 1
            result = diagnose(rules, Profile(case.given))
            if not result.inconclusive:
                firsts.add(result.causes[0].id)
            failures += _judge(rules, cause, case, result)
    for scenario in rules.scenarios:
        cases += 1
        result = diagnose(rules, Profile(scenario.given))
        if not result.inconclusive:
            firsts.add(result.causes[0].id)
        failures += _judge_scenario(scenario, result)
    return Outcome(cases, tuple(failures), frozenset(firsts))


def _judge(rules: RuleSet, cause: Cause, case: Example, result: Diagnosis) -> list[Failure]:
    file, path = f"causes/{cause.id}.yaml", ("tests", case.name)
    mine = next((ranked for ranked in result.causes if ranked.id == cause.id), None)
    counted = _counted(mine) if mine else ()
    base = Failure(file, path, case.name, "ranking", case.expect, ranking_of(result), result.inconclusive, counted=counted)
    failures = []
    if not comes_out(rules, cause.id, case.expect, result):
        score = mine.weighed.score if mine else None
        needed = _needed(rules, cause, case.expect, result) if mine else None
        failures.append(base._replace(score=score, needed=needed))
    bits = dict(counted)
    facts = consider(rules, case.given)[0]
    for side, sign, pieces in (("for", 1, case.speaks_for), ("against", -1, case.against)):
        for piece in pieces:
            if bits.get(piece, 0) * sign <= 0:
                evidence = next(one for one in cause.evidence if one.id == piece)
                found = ("for" if bits[piece] > 0 else "against") if bits.get(piece) else state(evidence, facts)
                failures.append(
                    base._replace(
                        kind="evidence", piece=piece, side=side, found=found, step=step_of(evidence, facts), ladder=len(evidence.steps) > 1
                    )
                )
    return failures


def comes_out(rules: RuleSet, cause: str, expect: str, result: Diagnosis) -> bool:
    """Whether ``cause`` comes out as expected (see the table of cases in :mod:`jiebei_check.shapes`)."""
    order = [ranked.id for ranked in result.causes]
    if expect == "top":
        return order[:1] == [cause] and not result.inconclusive
    if expect == "listed":
        return cause in order[:LISTED]
    if expect == "lower":
        return order[:1] != [cause]
    scores = {ranked.id: ranked.weighed.score for ranked in result.causes}
    return cause not in scores or scores[cause] <= rules.none_of_these


def _needed(rules: RuleSet, cause: Cause, expect: str, result: Diagnosis) -> int | None:
    """By how many bits at least the score of ``cause`` would have to change for the case to come out as expected."""
    scores = {ranked.id: ranked.weighed.score for ranked in result.causes}
    order = {one.id: place for place, one in enumerate(rules.causes)}
    others = [(score, -order[other]) for other, score in scores.items() if other != cause.id]
    mine, rank = scores[cause.id], -order[cause.id]

    def ahead(score: int) -> int:
        return sum(1 for other in others if other > (score, rank))

    for size in range(1, 64):
        for change in (size, -size):
            score = mine + change
            place = ahead(score)
            firm = max([score, *(other for other, _ in others)]) > rules.none_of_these
            if (
                (expect == "top" and place == 0 and firm)
                or (expect == "listed" and place < LISTED)
                or (expect == "lower" and place > 0)
                or (expect == "absent" and score <= rules.none_of_these)
            ):
                return change
    return None


def _counted(ranked: Ranked) -> tuple[tuple[str, int], ...]:
    return tuple((piece.evidence.id, piece.bits) for piece in (*ranked.weighed.speaks_for, *ranked.weighed.against))


def ranking_of(result: Diagnosis) -> tuple[Place, ...]:
    """The first few causes of a result with their scores."""
    return tuple(Place(ranked.id, ranked.weighed.score) for ranked in result.causes[:_SHOWN])


def _judge_scenario(scenario: Scenario, result: Diagnosis) -> list[Failure]:
    order = [ranked.id for ranked in result.causes]
    base = Failure(f"scenarios/{scenario.id}.yaml", (), scenario.id, "scenario", "", ranking_of(result), result.inconclusive)
    failures = []
    if scenario.first and order[0] not in scenario.first:
        failures.append(base._replace(path=("expect", "first"), expect="first", piece=", ".join(scenario.first)))
    missing = [cause for cause in scenario.listed if cause not in order[:LISTED]]
    if missing:
        failures.append(base._replace(path=("expect", "listed"), expect="listed", piece=", ".join(missing)))
    if order[:1] and order[0] in scenario.not_first:
        failures.append(base._replace(path=("expect", "not_first"), expect="not_first", piece=order[0]))
    if scenario.inconclusive is not None and result.inconclusive != scenario.inconclusive:
        failures.append(base._replace(path=("expect", "inconclusive"), expect="inconclusive"))
    return failures


# --- what the cases show


def state(evidence: Evidence, facts: Facts) -> str:
    """``present``, ``absent`` or ``unknown``: in which of the three truths a piece of evidence is."""
    step = step_of(evidence, facts)
    return "present" if isinstance(step, int) and step >= 0 else "absent" if step == -1 else "unknown"


def step_of(evidence: Evidence, facts: Facts) -> int | None:
    """The step that holds, -1 where all are certainly false, None where it is not known."""
    open_ = False
    for number, step in enumerate(evidence.steps):
        truth = holds(step.when, facts)
        if truth is True:
            return number
        open_ = open_ or truth is None
    return None if open_ else -1


def watch(rules: RuleSet, own: Mapping[str, Iterable[Facts]], every: Iterable[Facts]) -> dict[tuple[str, str], Seen]:
    """(cause, piece) -> what the cases show of it. Cases to which a cause does not apply show nothing of it."""
    everything = tuple(every)
    seen = {}
    for cause in rules.causes:
        relevant = [facts for facts in everything if _applies(cause, facts)]
        mine = [facts for facts in own.get(cause.id, ()) if _applies(cause, facts)]
        for piece in cause.evidence:
            steps = {step_of(piece, facts) for facts in mine}
            elsewhere: set[int | None] = set()
            for facts in relevant:
                if -1 in elsewhere and None in elsewhere:
                    break  # nothing more is asked of the hundreds of other cases
                elsewhere.add(step_of(piece, facts))
            seen[cause.id, piece.id] = Seen(frozenset(step for step in steps if step is not None), -1 in elsewhere, None in elsewhere)
    return seen


def _applies(cause: Cause, facts: Facts) -> bool:
    return cause.applies is None or holds(cause.applies, facts) is not False


def coverage(rules: RuleSet) -> dict[tuple[str, str], Seen]:
    """As :func:`watch`, over all cases of ``rules``."""
    own = {cause.id: tuple(consider(rules, case.given)[0] for case in cause.tests) for cause in rules.causes}
    scenarios = tuple(consider(rules, scenario.given)[0] for scenario in rules.scenarios)
    return watch(rules, own, (*(facts for cases in own.values() for facts in cases), *scenarios))

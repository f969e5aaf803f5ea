"""How many questions an interview needs, on every known case: adaptive, natural order and random order side by side.

    python tests/bench/interview.py [CASES.jsonl] [--detail]

The known cases are those by which the rules were set; tests/examples/unseen.jsonl holds stories by which nothing was.

Questions are answered from the case's profile, "don't know" where it is silent. "Same first" is the share of cases that end
with the cause that the whole profile gives. For the two fixed orders there is no rule for stopping, so each is shown in two
ways: asked for just as long as the adaptive interview was in the same case, and asked to the end. "Settles" is the number of the
question after which the first place stays what the whole profile gives: what a perfect rule for stopping would need.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from jiebei_check import Profile, RuleSet, diagnose, load_rules, make_profile, next_question
from jiebei_check.interview import is_askable
from jiebei_check.values import Value

CASES = Path(__file__).resolve().parent.parent.parent.parent / "shared" / "cases" / "dev.jsonl"
SEED = 7
Number = TypeVar("Number", int, float)
Answers = Mapping[str, Value]
Chooser = Callable[[Profile], str | None]


class Run(NamedTuple):
    """One interview: what was asked, which cause stood first before each question and at the end, seconds a question, why it ended."""

    asked: list[str]
    firsts: list[str]
    seconds: list[float]
    reason: str


def first(rules: RuleSet, profile: Profile) -> str:
    causes = diagnose(rules, profile).causes
    return causes[0].id if causes else ""


def interview(rules: RuleSet, answers: Answers, choose: Chooser, reason: Callable[[], str] = str) -> Run:
    profile = Profile({name: value for name, value in answers.items() if name == "as_of"})
    asked: list[str] = []
    firsts: list[str] = []
    seconds: list[float] = []
    while True:
        firsts.append(first(rules, profile))
        start = time.perf_counter()
        fact = choose(profile)
        seconds.append(time.perf_counter() - start)
        if fact is None:
            return Run(asked, firsts, seconds, reason())
        asked.append(fact)
        if fact in answers:
            profile = profile._replace(values={**profile.values, fact: answers[fact]})
        else:
            profile = profile._replace(declined=profile.declined | {fact})


def adaptive(rules: RuleSet, answers: Answers) -> Run:
    ended = [""]

    def choose(profile: Profile) -> str | None:
        step = next_question(rules, profile)
        ended[0] = step.reason
        return step.question.fact if step.question else None

    return interview(rules, answers, choose, lambda: ended[0])


def in_order(rules: RuleSet, answers: Answers, chance: random.Random | None) -> Run:
    facts = list(rules.inputs)
    if chance is not None:
        chance.shuffle(facts)

    def choose(profile: Profile) -> str | None:
        known = diagnose(rules, profile).facts
        return next((fact.id for fact in facts if is_askable(fact, profile, known)), None)

    return interview(rules, answers, choose)


def settles(run: Run, wanted: str) -> int:
    wrong = [number for number, name in enumerate(run.firsts, 1) if name != wanted]
    return wrong[-1] if wrong else 0


def quantile(numbers: Sequence[Number], part: float) -> Number:
    ordered = sorted(numbers)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def row(name: str, same: list[bool], questions: list[int], settled: list[int], seconds: list[float]) -> str:
    asked = f"{quantile(questions, 0.5):>9}{quantile(questions, 0.9):>6}{max(questions):>6}"
    return (
        f"{name:<34}{sum(same) / len(same):>9.1%}{asked}"
        f"{quantile(settled, 0.5):>10}{quantile(settled, 0.9):>6}{quantile(seconds, 0.5) * 1000:>9.1f}"
    )


def main() -> None:
    paths = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    lines = Path(paths[0] if paths else CASES).read_text(encoding="utf-8").splitlines()
    rules = load_rules()
    cases = [json.loads(line) for line in lines if line.strip()]
    answers = [dict(make_profile(case["profile"], rules.facts, rules.notation).values) for case in cases]
    wanted = [first(rules, Profile(one)) for one in answers]
    chance = random.Random(SEED)
    adaptives = [adaptive(rules, one) for one in answers]
    others = {
        "natural order": [in_order(rules, one, None) for one in answers],
        "random order": [in_order(rules, one, chance) for one in answers],
    }
    print(f"{len(cases)} cases, {len(rules.inputs)} facts, rules {rules.version}")
    print(f"{'':<34}{'same':>9}{'median':>9}{'p90':>6}{'max':>6}{'settles':>10}{'p90':>6}{'ms':>9}")
    counts = [len(run.asked) for run in adaptives]
    seconds = [second for run in adaptives for second in run.seconds]
    same = [run.firsts[-1] == name for run, name in zip(adaptives, wanted, strict=True)]
    print(row("adaptive", same, counts, [settles(run, name) for run, name in zip(adaptives, wanted, strict=True)], seconds))
    for name, runs in others.items():
        settled = [settles(run, one) for run, one in zip(runs, wanted, strict=True)]
        seconds = [second for run in runs for second in run.seconds]
        cut = [min(count, len(run.asked)) for count, run in zip(counts, runs, strict=True)]
        same = [run.firsts[count] == one for run, count, one in zip(runs, cut, wanted, strict=True)]
        print(row(f"{name}, as many questions", same, cut, settled, seconds))
        same = [run.firsts[-1] == one for run, one in zip(runs, wanted, strict=True)]
        print(row(f"{name}, to the end", same, [len(run.asked) for run in runs], settled, seconds))
    reasons = sorted({run.reason for run in adaptives})
    print("ended because:", ", ".join(f"{reason} {sum(run.reason == reason for run in adaptives)}" for reason in reasons))
    if "--detail" in sys.argv:
        for case, run, name in zip(cases, adaptives, wanted, strict=True):
            print(case["id"], name, len(run.asked), settles(run, name), "" if run.firsts[-1] == name else f"ENDS WITH {run.firsts[-1]}")


if __name__ == "__main__":
    main()

"""Count what written stories tell about each cause, for rules/told.yaml. Run it when there are new stories:

python tests/count_told.py [STORIES.jsonl ...] [--print]

A story counts for the cause that its author, who saw no rules, named first. Numbers and dates are counted in the steps that
the rules tell apart; what is never asked is not counted.
"""

from __future__ import annotations

import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from jiebei_check import RuleSet, load_rules, make_profile
from jiebei_check.told import label_of, row_of
from jiebei_check.worth import plan_for

ROOT = Path(__file__).parent.parent
STORIES = ROOT / "tests" / "examples" / "stories.jsonl"
TABLE = ROOT / "rules" / "told.yaml"
HEAD = """\
# yaml-language-server: $schema=.schema/told.json
# What people who have a cause can tell: of so many written stories about it, how many told which answer. The rest did not tell.
# Numbers and dates are counted by their lower bounds. Counted by tests/count_told.py in {count} stories of tests/examples; no source says
# it and it weighs nothing in a result. The interview learns from it what is worth asking next.
told:
"""


def count(rules: RuleSet, stories: Iterable[Mapping[str, Any]]) -> dict[str, tuple[int, dict[str, Counter[str]]]]:
    """For each cause how many stories there are, and for each fact how many gave which answer."""
    plan = plan_for(rules)
    rows = {fact.id: sorted(plan.answers(fact, {})) for fact in rules.inputs if fact.type in ("int", "number", "date")}
    many: Counter[str] = Counter()
    answers: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for story in stories:
        cause = story["gold_top"][0]
        many[cause] += 1
        profile = make_profile(story["profile"], rules.facts, rules.notation)
        for name, value in profile.values.items():
            fact = rules.facts[name]
            if fact.effort:
                answers[cause][name][row_of(fact, value, list(map(label_of, rows.get(name, ()))))] += 1
    return {cause.id: (many[cause.id], answers[cause.id]) for cause in rules.causes if many[cause.id]}


def table(rules: RuleSet, stories: list[Mapping[str, Any]]) -> str:
    lines = [HEAD.format(count=len(stories))]
    for cause, (many, answers) in count(rules, stories).items():
        lines.append(f"  {cause}:\n    stories: {many}\n    answers:\n")
        for fact in rules.inputs:
            if fact.id in answers:
                found = answers[fact.id]
                keys = sorted(found, key=float) if fact.type in ("int", "number") else sorted(found)
                lines.append(f"      {fact.id}: {{{', '.join(f'{json.dumps(key)}: {found[key]}' for key in keys)}}}\n")
    return "".join(lines)


def read(paths: Iterable[Path]) -> list[Mapping[str, Any]]:
    return [json.loads(line) for path in paths for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


if __name__ == "__main__":
    paths = [Path(word) for word in sys.argv[1:] if not word.startswith("-")]
    text = table(load_rules(), read(paths or [STORIES]))
    if "--print" in sys.argv:
        print(text, end="")
    else:
        TABLE.write_text(text, encoding="utf-8")

"""Write down what the rules of this version are, for test_rules_version.py. Run it when a version is ready:

python tests/record_rules_version.py          a new version
python tests/record_rules_version.py --again  the same version once more, before it is released
"""

from __future__ import annotations

import json
import sys
from hashlib import sha256
from pathlib import Path

from jiebei_check import load_rules
from jiebei_check.compiled import dump
from jiebei_check.ruleset import RuleSet

RECORD = Path(__file__).parent / "data" / "rules_versions.json"


def fingerprint(rules: RuleSet) -> str:
    """What the rules say, without comments, order of keys in files and the version itself. The program's words are not rules."""
    silent = {key: language._replace(words={}) for key, language in rules.languages.items()}
    return sha256(dump(rules._replace(version="", hash="", languages=silent)).encode()).hexdigest()[:32]


def names(rules: RuleSet) -> list[str]:
    """Every name that a profile, a script or another rule set can depend on."""
    facts = [f"fact {fact.id} {fact.type} {' '.join(fact.keys)}".strip() for fact in rules.facts.values()]
    others = {"cause": [cause.id for cause in rules.causes], "action": rules.actions, "source": rules.sources, "family": rules.families}
    return sorted([*facts, *(f"{kind} {name}" for kind, found in others.items() for name in found)])


def step(before: list[str], after: list[str]) -> str:
    """Which number has to rise: something gone is major, something new is minor, all else is patch."""
    return "major" if set(before) - set(after) else "minor" if set(after) - set(before) else "patch"


def raised(before: str, after: str) -> str:
    """Which number did rise; empty where none did."""
    old, new = (tuple(map(int, version.split("."))) for version in (before, after))
    for place, name in enumerate(("major", "minor", "patch")):
        if new[place] != old[place]:
            return name if new[place] > old[place] else ""
    return ""


def record() -> dict[str, dict[str, object]]:
    return dict(json.loads(RECORD.read_text(encoding="utf-8"))) if RECORD.exists() else {}


if __name__ == "__main__":
    rules = load_rules()
    known = record()
    if rules.version in known and "--again" not in sys.argv:
        raise SystemExit(
            f"{rules.version} is written down already; raise `version` in rules/ruleset.yaml, or add --again before it is released"
        )
    known[rules.version] = {"fingerprint": fingerprint(rules), "names": names(rules)}
    RECORD.parent.mkdir(exist_ok=True)
    RECORD.write_text(json.dumps(known, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

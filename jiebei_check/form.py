"""An empty profile to fill in: every fact with its question, what may be written, and nothing claimed."""

from .ruleset import RuleSet
from .values import Fact
from .wording import Wording

SCHEMA_FILE = "jiebei-check-profile.json"


def blank_form(rules: RuleSet, language: str) -> str:
    """A commented profile in ``language``, as YAML; read back as it is, nothing in it is known."""
    wording = Wording(rules, language)
    word = wording.word
    lines = [
        f"# yaml-language-server: $schema={SCHEMA_FILE}",
        f"# {word('init.header')}",
        f"# {word('init.run')}{word('punctuation.colon')}jiebei-check diagnose FILE.yaml",
        f"# {word('init.schema')}{word('punctuation.colon')}jiebei-check schema profile > {SCHEMA_FILE}",
        "profile_version: 1",
    ]
    section = ""
    for fact in rules.inputs:
        if fact.section != section:
            section = fact.section
            lines += ["", f"# ---- {wording.text(rules.sections[section])}", f"{section}:"]
        indent = "  " if section else ""
        lines += [f"{indent}# {line}" for line in _comments(fact, wording)]
        lines.append(f"{indent}{fact.id.rpartition('.')[2]}:")
    return "\n".join(lines) + "\n"


def _comments(fact: Fact, wording: Wording) -> list[str]:
    question = wording.text(fact.question)
    return [question, f"({wording.word('init.answer')}{wording.word('punctuation.colon')}{_answers(fact, wording)})"]


def _answers(fact: Fact, wording: Wording) -> str:
    if fact.choices:
        several = f" {wording.word('init.several')}" if fact.type == "choices" else ""
        return " | ".join(f"{choice.key} {wording.text(choice.label)}" for choice in fact.choices) + several
    if fact.type == "bool":
        return wording.word("init.yes_no")
    if fact.type == "date":
        return wording.word("init.date")
    unit = wording.text(wording.rules.units[fact.unit]) if fact.unit else ""
    kind = wording.word("init.share" if fact.unit == "ratio" else "init.integer" if fact.type == "int" else "init.number")
    return kind if fact.unit in ("", "ratio") else f"{kind}, {unit}"

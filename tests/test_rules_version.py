"""The rules' version rises when they change, by the meaning of the change, and the changelog says so."""

from __future__ import annotations

import pytest
from conftest import ROOT
from record_rules_version import fingerprint, names, raised, record, step

from jiebei_check import __version__
from jiebei_check.rulediff import changes, meaning
from jiebei_check.ruleset import RuleSet

_ORDER = ("", "patch", "minor", "major")


def test_rules_that_changed_have_a_new_version_that_is_written_down(rules: RuleSet) -> None:
    known = record()
    assert rules.version in known, "a new version: python tests/record_rules_version.py"
    assert known[rules.version]["fingerprint"] == fingerprint(rules), (
        "the rules changed: raise `version` in rules/ruleset.yaml and record it"
    )


def test_every_version_rose_by_the_meaning_of_its_change() -> None:
    known = record()
    for (before, old), (after, new) in zip(list(known.items()), list(known.items())[1:], strict=False):
        assert _ORDER.index(raised(before, after)) >= _ORDER.index(step(old["names"], new["names"])), f"{before} -> {after}"  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda rules: rules, "none"),
        (lambda rules: rules._replace(title={"zh": "x", "en": "y"}), "patch"),
        (lambda rules: rules._replace(causes=(rules.causes[0]._replace(prior=1), *rules.causes[1:])), "patch"),
        (lambda rules: rules._replace(causes=(*rules.causes, rules.causes[0]._replace(id="new-one"))), "minor"),
        (lambda rules: rules._replace(facts={**rules.facts, "person.new": rules.facts["person.age"]}), "minor"),
        (lambda rules: rules._replace(causes=rules.causes[1:]), "major"),
        (lambda rules: rules._replace(causes=(rules.causes[0]._replace(id="renamed"), *rules.causes[1:])), "major"),
        (lambda rules: rules._replace(facts={**rules.facts, "person.age": rules.facts["person.age"]._replace(type="date")}), "major"),
    ],
)
def test_a_change_means_patch_minor_or_major(rules: RuleSet, change: object, expected: str) -> None:
    assert meaning(changes(rules, change(rules))) == expected  # type: ignore[operator]


def test_a_text_changes_the_fingerprint_and_a_program_word_does_not(rules: RuleSet) -> None:
    assert fingerprint(rules._replace(notice={"zh": "x", "en": "y"})) != fingerprint(rules)
    words = {key: language._replace(words={"a": "b"}) for key, language in rules.languages.items()}
    assert fingerprint(rules._replace(languages=words)) == fingerprint(rules)
    assert [name for name in names(rules) if name.startswith("cause ")]


def test_the_changelog_has_a_part_for_the_program_and_one_for_the_rules(rules: RuleSet) -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    program, _, knowledge = text.partition("\n## Rules\n")
    assert "\n## Program\n" in program
    assert f"\n### [{__version__}]" in program
    assert f"\n### [{rules.version}]" in knowledge

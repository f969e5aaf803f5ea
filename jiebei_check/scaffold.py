"""New rule files to fill in: complete, in every language, with what is to be done marked by TODO."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from .inference import diagnose
from .profile import Profile
from .ruleset import RuleSet
from .schema import modeline
from .selftest import comes_out
from .values import Value
from .wording import Wording

MARK = "TODO"
PRIVATE_VERSION = "0.1.0"


def new_ruleset(languages: tuple[str, ...], title: Mapping[str, str]) -> str:
    """The ruleset.yaml of a private rule set that builds on the bundled one."""
    texts = ", ".join(f"{language}: {title.get(language, language)}" for language in languages)
    return f"{modeline('ruleset.yaml')}\nextends: bundled\nversion: {PRIVATE_VERSION}\ntitle: {{{texts}}}\n"


def new_cause(rules: RuleSet, cause_id: str, family: str) -> str:
    """A cause file with evidence on both sides, a hit and a near miss, which lints clean but for its marks."""
    languages = tuple(rules.title)
    strong, weak = _strengths(rules)
    asked, other = _two_facts(rules)
    grade = list(rules.grades)[-1]
    usual = Counter(cause.prior for cause in rules.causes).most_common(1)
    prior = next(word for word, bits in rules.priors.items() if not usual or bits == usual[0][0])
    source = next((one.id for one in rules.sources.values() if one.grade == grade), next(iter(rules.sources)))
    action = next(iter(rules.actions))

    def text(indent: int, key: str, what: str) -> list[str]:
        blank = " " * indent
        return [f"{blank}{key}:", *(f"{blank}  {language}: {MARK} {_word(rules, language, what)}" for language in languages)]

    lines = [
        modeline(f"causes/{cause_id}.yaml"),
        f"family: {family}",
        *text(0, "title", "title"),
        *text(0, "summary", "summary"),
        f"grade: {grade}",
        f"prior: {prior}",
        "evidence:",
        "  first-sign:",
        f"    when: {{{asked}: true}}",
        f"    for: {strong}",
        *text(4, "because", "because"),
        "    otherwise:",
        f"      against: {strong}",
        *text(6, "because", "because_not"),
        f"    sources: [{source}]",
        "  second-sign:",
        f"    when: {{{other}: true}}",
        f"    against: {weak}",
        *text(4, "because", "because_against"),
        f"    sources: [{source}]",
        f"actions: [{action}]",
        "tests:",
    ]
    first = _nested({asked: True})
    for name, given, expect, named in (
        ("hit", first, "top", ("for: [first-sign]",)),
        ("near_miss", _nested({asked: False}), "absent", ("against: [first-sign]",)),
        ("open", _nested({asked: True, other: True}), "listed", ("against: [second-sign]",)),
        ("other_way", _nested({asked: True, other: False}), "top", ()),
    ):
        lines += [
            f"  {MARK} {_word(rules, languages[0], name)}:",
            f"    given: {given}",
            f"    expect: {expect}",
            *(f"    {one}" for one in named),
        ]
    return "\n".join(lines) + "\n"


def _word(rules: RuleSet, language: str, key: str) -> str:
    return Wording(rules, language if language in rules.languages else next(iter(rules.languages))).word(f"rules.new.{key}")


def _strengths(rules: RuleSet) -> tuple[str, str]:
    """The word strong enough to be firm on a common cause, and the weakest one."""
    by_bits = sorted(rules.bits, key=rules.bits.__getitem__)
    return next((word for word in by_bits if rules.bits[word] > rules.none_of_these + 1), by_bits[-1]), by_bits[0]


def _two_facts(rules: RuleSet) -> tuple[str, str]:
    """Two yes-or-no facts that the other causes weigh and mention little: the template's cases come out, theirs stay as they are."""
    yes_or_no = [fact.id for fact in rules.inputs if fact.type == "bool" and fact.effort]
    cases = [case.given for cause in rules.causes for case in cause.tests] + [scenario.given for scenario in rules.scenarios]
    heat: dict[str, tuple[int, int]] = {}
    for fact in yes_or_no:
        results = [diagnose(rules, Profile({fact: value})) for value in (True, False)]
        most = max((result.causes[0].weighed.score for result in results if result.causes), default=0)
        heat[fact] = (max(most, rules.none_of_these), sum(given.get(fact) is True for given in cases))
    coolest = sorted(yes_or_no, key=lambda fact: (heat[fact], rules.facts[fact].order))
    return (coolest[0], coolest[1]) if len(coolest) > 1 else (coolest[0], coolest[0])


def _nested(given: Mapping[str, Value]) -> str:
    sections: dict[str, list[str]] = {}
    for fact, value in given.items():
        section, _, key = fact.rpartition(".")
        sections.setdefault(section, []).append(f"{key}: {str(value).lower()}")
    return "{" + ", ".join(f"{section}: {{{', '.join(rows)}}}" for section, rows in sections.items()) + "}"


def new_fact(rules: RuleSet, name: str, kind: str) -> list[str]:
    """The block of a fact, to stand under `facts:` of its section."""
    languages = tuple(rules.title)
    key = name.rpartition(".")[2]
    order = max((fact.order for fact in rules.facts.values()), default=0) + 10

    def text(key_: str, what: str, end: str = "") -> list[str]:
        return [f"    {key_}:", *(f"      {language}: {MARK} {_word(rules, language, what)}{end}" for language in languages)]

    lines = [
        f"  {key}:",
        f"    type: {kind}",
        *text("label", "label"),
        *text("question", "question"),
        *text("hint", "hint"),
        "    effort: 1",
        f"    order: {order}",
    ]
    if kind in ("int", "number"):
        unit = next(iter(rules.units)) if kind == "number" else ""
        usual = sorted(fact.maximum for fact in rules.inputs if fact.unit == unit and fact.maximum is not None) or [1000]
        lines += ["    minimum: 0", f"    maximum: {usual[len(usual) // 2]:.0f}", *([f"    unit: {unit}"] if unit else [])]
    if kind in ("choice", "choices"):
        lines.append("    choices:")
        for number in ("first", "second"):
            label = ", ".join(f"{language}: {MARK} {_word(rules, language, number)}" for language in languages)
            lines += [f"      {number}:", f"        label: {{{label}}}"]
    return lines


def with_fact(content: str, rules: RuleSet, name: str, kind: str) -> str:
    """The file of a section with one fact more; ``content`` is the file so far, or empty."""
    block = "\n".join(new_fact(rules, name, kind)) + "\n"
    if not content.strip():
        section = name.rpartition(".")[0]
        languages = tuple(rules.title)
        title = (
            []
            if section in rules.sections
            else ["title:", *(f"  {language}: {MARK} {_word(rules, language, 'section')}" for language in languages)]
        )
        return "\n".join([modeline(f"facts/{section}.yaml"), *title, "facts:"]) + "\n" + block
    lines = content.rstrip("\n").split("\n")
    start = next((number for number, line in enumerate(lines) if line.rstrip() == "facts:"), None)
    if start is None:
        return content.rstrip("\n") + "\nfacts:\n" + block
    end = next((number for number in range(start + 1, len(lines)) if lines[number][:1] not in ("", " ", "#")), len(lines))
    return "\n".join([*lines[:end], block.rstrip("\n"), *lines[end:]]) + "\n"


def template_holds(rules: RuleSet, cause_id: str) -> bool:
    """Whether the cases of a new cause come out as its template says."""
    cause = rules.cause(cause_id)
    return all(comes_out(rules, cause_id, case.expect, diagnose(rules, Profile(case.given))) for case in cause.tests)

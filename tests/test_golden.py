"""Every format in every language, kept as files: what changes for the reader is seen in review.

``pytest --update-golden`` writes them anew. Versions and the rules' hash are masked, and so is the page's style sheet, which
the browser tests look at.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from jiebei_check.inference import diagnose
from jiebei_check.profile import parse_profile
from jiebei_check.render import FULL, QUIET, SHORT, Style, renderer
from jiebei_check.report import Report, make_report
from jiebei_check.ruleset import RuleSet
from jiebei_check.wording import Wording

GOLDEN = Path(__file__).with_name("golden")
NAMES = tuple(sorted(path.stem for path in GOLDEN.glob("*.yaml")))
LEVELS = {"quiet": QUIET, "short": SHORT, "full": FULL}
ALL_CAUSES = 5  # where all causes are shown: forty of them would drown what changed
# file ending -> format, width, level
KINDS = {
    **{f"{level}.{width}.txt": ("text", width, level) for width in (40, 80, 120) for level in ("short", "full")},
    "quiet.txt": ("text", 80, "quiet"),
    "json": ("json", 80, "full"),
    "quiet.md": ("markdown", 80, "quiet"),
    "short.md": ("markdown", 80, "short"),
    "full.md": ("markdown", 80, "full"),
    "quiet.html": ("html", 80, "quiet"),
    "short.html": ("html", 80, "short"),
}


def golden_report(rules: RuleSet, name: str, lang: str, top: int | None = None) -> Report:
    """The report on one of the golden profiles, without what changes from version to version."""
    path = GOLDEN / f"{name}.yaml"
    profile = parse_profile(path.read_bytes(), rules.facts, rules.notation, path.name)
    report = make_report(rules, diagnose(rules, profile), lang, top)
    return report._replace(tool_version="0.0.0", rules_version="0.0.0", rules_hash="0" * 64)


def rendered(rules: RuleSet, name: str, lang: str, kind: str) -> str:
    form, width, level = KINDS[kind]
    report = golden_report(rules, name, lang, ALL_CAUSES if level == "full" else None)
    text = renderer(form)([report], Style(Wording(rules, lang), width=width, verbosity=LEVELS[level]))
    return re.sub(r"sha256-[^']+", "sha256-", re.sub(r"(?s)<style>.*?</style>", "<style></style>", text)) if form == "html" else text


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", NAMES)
def test_a_report_reads_as_it_did(name: str, lang: str, kind: str, rules: RuleSet, pytestconfig: pytest.Config) -> None:
    path = GOLDEN / f"{name}.{lang}.{kind}"
    text = rendered(rules, name, lang, kind)
    if pytestconfig.getoption("--update-golden"):
        path.write_text(text, encoding="utf-8", newline="\n")
    assert path.exists(), "run pytest with --update-golden and read what it wrote"
    assert text == path.read_bytes().decode("utf-8")


def test_every_golden_file_is_compared_with() -> None:
    expected = {f"{name}.{lang}.{kind}" for name in NAMES for lang in ("zh", "en") for kind in KINDS}
    assert len(NAMES) == 3
    assert {path.name for path in GOLDEN.iterdir()} == expected | {f"{name}.yaml" for name in NAMES}


def test_the_golden_profiles_cover_what_a_report_can_hold(rules: RuleSet) -> None:
    reports = [golden_report(rules, name, "zh") for name in NAMES]
    assert {report.inconclusive for report in reports} == {True, False}
    assert {"alert", "contradiction"} <= {warning.kind for report in reports for warning in report.warnings}
    shown = [cause for report in reports for cause in report.causes[:3]]
    assert any(cause.speaks_for for cause in shown)
    assert any(cause.against for cause in shown)
    assert {"high", "low"} <= {cause.likelihood for cause in shown}

"""`rules list`, `show` and `test`: documentation that reads well, and cases that say what would have to change."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from conftest import ROOT, Run

from jiebei_check.handbook import in_words, page_of
from jiebei_check.loader import build, require
from jiebei_check.render.handbook import as_html, as_markdown, as_text
from jiebei_check.rulebook import read_files
from jiebei_check.ruleset import RuleSet
from jiebei_check.selftest import coverage
from jiebei_check.selftest import run as run_cases
from jiebei_check.wording import Wording

TOP = "extends: bundled\nversion: 0.1.0\n"
_COURT = (ROOT / "rules" / "causes" / "court-enforcement.yaml").read_text(encoding="utf-8")


def private(folder: Path, cause: str) -> Path:
    (folder / "causes").mkdir(parents=True)
    (folder / "ruleset.yaml").write_text(TOP, encoding="utf-8")
    (folder / "causes" / "court-enforcement.yaml").write_text(cause, encoding="utf-8")
    return folder


def test_all_cases_of_the_bundled_rules_come_out_and_cover_every_piece(rules: RuleSet) -> None:
    outcome = run_cases(rules)
    assert outcome.failures == ()
    assert outcome.firsts == {cause.id for cause in rules.causes}
    for (cause, piece), seen in coverage(rules).items():
        evidence = next(one for one in rules.cause(cause).evidence if one.id == piece)
        assert set(range(len(evidence.steps))) <= seen.present, (cause, piece)
        assert seen.absent, (cause, piece)
        assert seen.unknown, (cause, piece)


def test_the_list_names_every_cause_under_its_family(rules: RuleSet, run: Run) -> None:
    text = run("rules", "list", "--lang", "en").stdout.decode()
    for cause in rules.causes:
        assert re.search(rf"^  {cause.id} +{re.escape(cause.title['en'])} \(", text, re.MULTILINE)
    listed = json.loads(run("rules", "list", "--format", "json").stdout)
    assert {one["id"] for one in listed["causes"]} == {cause.id for cause in rules.causes}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_page_holds_all_that_the_cause_says(rules: RuleSet, run: Run, language: str) -> None:
    cause = rules.cause("test-borrow")
    page = page_of(Wording(rules, language), cause)
    assert len(page.evidence) == sum(len(piece.steps) + (piece.otherwise is not None) for piece in cause.evidence)
    assert all(case.passes for case in page.cases)
    text = run("rules", "show", "test-borrow", "--lang", language, "--format", "markdown").stdout.decode()
    for part in (page.title, page.summary, *(row.when for row in page.evidence), *(case.name for case in page.cases)):
        assert part.replace("<", "&lt;") in text
    assert json.loads(run("rules", "show", "test-borrow", "--format", "json").stdout)["id"] == "test-borrow"


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("form", ["text", "markdown", "html"])
def test_a_page_says_what_guides_the_questions_and_that_it_weighs_nothing(rules: RuleSet, language: str, form: str) -> None:
    wording = Wording(rules, language)
    cause = rules.cause("brand-separation")
    page = page_of(wording, cause)
    assert {look.fact for look in page.looks_like} == set(cause.looks_like)
    assert [sign.piece for sign in page.seen] == [piece.id for piece in cause.evidence if piece.seen is not None] != []
    shown = {"text": lambda: as_text([page], wording, 400), "markdown": lambda: as_markdown([page], wording)}
    text = shown.get(form, lambda: as_html([page], wording))()
    for part in (
        {"zh": "只决定先问什么，从不算分", "en": "guides only the order of the questions and never weighs"}[language],
        *(f"{answer} {often}" for look in page.looks_like for answer, often in look.answers),
        *(f"{sign.seen} ({sign.piece})" for sign in page.seen),
    ):
        assert part in text
    assert {often for look in page.looks_like for _, often in look.answers} <= {
        wording.word(f"rules.frequency.{one}") for one in rules.frequencies
    }


def test_a_word_for_how_often_that_only_the_rules_know_is_shown_as_it_is(rules: RuleSet) -> None:
    renamed = rules._replace(frequencies={f"mine-{word}": share for word, share in rules.frequencies.items()})
    page = page_of(Wording(renamed, "en"), renamed.cause("test-borrow"))
    assert page.looks_like[0].answers[0][1] == "mine-usually"


def test_no_line_of_a_page_is_wider_than_the_window(run: Run) -> None:
    from rich.cells import cell_len

    text = run("rules", "show", "brand-separation", env={"COLUMNS": "60"}).stdout.decode()
    assert max(cell_len(line) for line in text.split("\n")) <= 60


def test_the_handbook_is_one_page_that_asks_for_nothing(rules: RuleSet, run: Run, tmp_path: Path) -> None:
    target = tmp_path / "handbook.html"
    assert run("rules", "show", "--all", "--format", "html", "-o", target).returncode == 0
    page = target.read_text(encoding="utf-8")
    for cause in rules.causes:
        assert f'<h2 id="{cause.id}">' in page
        assert f'href="#{cause.id}"' in page
    assert not re.search(r"<(script|link|img|iframe)\b|src=|url\(|@import", page)


def test_conditions_are_put_into_words(rules: RuleSet) -> None:
    wording = Wording(rules, "en")
    cause = rules.cause("legal-cap")
    assert cause.applies is not None
    assert in_words(wording, cause.applies) == "What happened = Limit reduced, and not (Product = Wangshangdai)"
    debt = next(piece for piece in rules.cause("high-debt").evidence if piece.id == "debt-service")
    assert in_words(wording, debt.steps[0].when).endswith("≥ 60%")


def test_an_unknown_cause_is_refused_with_the_one_probably_meant(run: Run) -> None:
    done = run("rules", "show", "test-borow")
    assert done.returncode == 2
    assert b"test-borrow" in done.stderr
    assert run("rules", "show").returncode == 2
    assert run("rules", "show", "test-borrow", "--format", "pdf").returncode == 2


def test_a_failing_case_prints_the_ranking_and_what_would_have_to_change(run: Run, tmp_path: Path) -> None:
    folder = private(tmp_path, _COURT.replace("for: decisive", "for: slight", 1))
    done = run("rules", "test", folder, "--lang", "en")
    text = done.stdout.decode()
    assert done.returncode == 1
    case = re.search(r"court-enforcement.yaml:(\d+): 有被执行记录、额度清零\n(?:    .*\n)+", text)
    assert case is not None
    assert (folder / "causes" / "court-enforcement.yaml").read_text(encoding="utf-8").split("\n")[
        int(case[1]) - 1
    ].strip() == "有被执行记录、额度清零:"
    assert "came out: " in case[0]
    needed = re.search(r"at least (\d+) bits more", case[0])
    assert needed is not None


def test_what_a_failing_case_says_is_needed_is_enough_and_no_less_is() -> None:
    files = read_files()
    path = "causes/court-enforcement.yaml"

    def failing(bits: int) -> dict[str, int | None]:
        top = files["ruleset.yaml"].decode().replace("decisive: 8}", f"decisive: 8, just: {bits}}}")
        changed = {**files, path: _COURT.replace("for: decisive", "for: just", 1).encode(), "ruleset.yaml": top.encode()}
        return {
            one.name: one.needed for one in run_cases(require(build(changed, ""))).failures if one.kind == "ranking" and one.file == path
        }

    missing = failing(1)["有被执行记录、额度清零"]
    assert missing is not None
    assert "有被执行记录、额度清零" not in failing(1 + missing)
    assert "有被执行记录、额度清零" in failing(missing)


def test_evidence_that_counts_on_the_other_side_than_a_case_says_fails_it(run: Run, tmp_path: Path) -> None:
    condition = "    when: {credit.court_enforcement: true, line.change: [zero, frozen, closed]}\n    "
    folder = private(tmp_path, _COURT.replace(f"{condition}for:", f"{condition}against:"))
    done = json.loads(run("rules", "test", folder, "--format", "json", "--lang", "en").stdout)
    (failure,) = [one for one in done["failures"] if one["kind"] == "evidence"]
    assert failure["case"] == "有被执行记录、额度清零"
    assert "it is against" in failure["text"]


def test_coverage_lists_what_no_case_shows(run: Run, tmp_path: Path) -> None:
    folder = private(tmp_path, _COURT.replace("message: assessment_failed}, credit", "message: account_risk}, credit"))
    done = json.loads(run("rules", "test", folder, "--coverage", "--format", "json").stdout)
    assert {"cause": "court-enforcement", "evidence": "assessment-failed", "missing": "present"} in done["not_covered"]


def test_rules_that_cannot_be_read_are_bad_data_for_test_and_findings_for_lint(run: Run, tmp_path: Path) -> None:
    folder = private(tmp_path, _COURT.replace("prior: uncommon", "prior: often"))
    assert run("rules", "test", folder).returncode == 65
    assert run("rules", "lint", folder).returncode == 1

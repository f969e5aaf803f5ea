"""Letters and plans: nothing invented, nothing claimed that the sources do not bear, nothing promised."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, Run

from jiebei_check import diagnose, make_profile, make_report
from jiebei_check.conditions import In, facts_of, holds
from jiebei_check.firmness import leader
from jiebei_check.inference import Diagnosis
from jiebei_check.letter import Letter, write_letter
from jiebei_check.profile import Profile
from jiebei_check.render.letter import render
from jiebei_check.report import alerts_of, planned
from jiebei_check.ruleset import LetterForm, Passage, RuleSet
from jiebei_check.values import Text
from jiebei_check.wording import Wording

FACTS = ROOT.parent / "shared" / "facts.md"
CONFIRMED = ("A", "A*", "B", "B法")
TO = ("lender", "regulator", "credit-bureau", "alipay")
NUMERAL = re.compile("第([一二三四五六七八九十百千零]+)条")
NUMBER = re.compile(r"\d+(?:,\d{3})+|\d+")
DAY = re.compile(r"\d{4}-\d{2}(?:-\d{2})?")


@pytest.fixture(scope="module")
def diagnoses(rules: RuleSet, cases: list[dict[str, Any]]) -> list[Diagnosis]:
    made = (make_profile({"as_of": "2026-11-23", **case["profile"]}, rules.facts, rules.notation) for case in cases)
    return [diagnose(rules, profile) for profile in made]


@pytest.fixture(scope="module")
def known(rules: RuleSet, diagnoses: list[Diagnosis]) -> list[Diagnosis]:
    """Everything that the tests know: the dev cases, the rules' own examples and scenarios."""
    given = [example.given for cause in rules.causes for example in cause.tests] + [scenario.given for scenario in rules.scenarios]
    profiles = [Profile({fact: value for fact, value in one.items() if value is not None}) for one in given]
    late = [Profile({**one.profile.values, "as_of": "2026-09-01"}) for one in diagnoses]
    return [*diagnoses, *(diagnose(rules, profile) for profile in (*profiles, *late))]


def passages(form: LetterForm) -> Iterator[Passage]:
    for part in form:
        if isinstance(part, tuple):
            yield from part


def sent_lines(letter: Letter) -> list[str]:
    parts = (letter.happened, letter.requests, letter.closing, letter.enclosures, letter.blanks)
    return [letter.title.text, letter.addressee.text, letter.opening.text, *(line.text for part in parts for line in part)]


def numbers(text: str) -> set[int]:
    return {int(number.replace(",", "")) for number in NUMBER.findall(text)}


def both(text: Text) -> str:
    return " ".join(text.values())


# --- only facts from the profile


def test_a_letter_from_an_empty_profile_tells_nothing(rules: RuleSet) -> None:
    for to in TO:
        letter = write_letter(rules, diagnose(rules, Profile({})), to)
        assert not letter.happened
        assert letter.requests


def test_what_a_letter_tells_certainly_holds_and_prints_only_what_the_profile_says(rules: RuleSet, diagnoses: list[Diagnosis]) -> None:
    wording = Wording(rules, "zh")
    for diagnosis in diagnoses:
        reported = {wording.value(rules.facts[name], value) for name, value in diagnosis.profile.values.items()}
        for to in TO:
            letter = write_letter(rules, diagnosis, to)
            texts = {
                wording.filled(p.text, diagnosis.facts): p
                for p in rules.letters[to].happened
                if p.when is None or holds(p.when, diagnosis.facts)
            }
            for line in letter.happened:
                passage = texts[line.text]
                for name in re.findall(r"\{([^{}]+)\}", passage.text["zh"]):
                    assert wording.value(rules.facts[name], diagnosis.facts[name]) in reported
                fixed = re.sub(r"\{[^{}]+\}", "", passage.text["zh"])
                assert numbers(line.text) - numbers(fixed) <= {n for value in reported for n in numbers(value)}
                assert "不知道" not in line.text


def test_leaving_a_fact_out_of_the_profile_leaves_it_out_of_the_letter(rules: RuleSet, diagnoses: list[Diagnosis]) -> None:
    for diagnosis in diagnoses[::5]:
        for fact in ("line.limit_before", "line.changed_on", "line.message", "line.entry_now"):
            values = {name: value for name, value in diagnosis.profile.values.items() if name != fact}
            letter = write_letter(rules, diagnose(rules, Profile(values)), "lender")
            for passage in rules.letters["lender"].happened:
                if f"{{{fact}}}" in passage.text["zh"]:
                    start = passage.text["zh"].partition("{")[0]
                    assert not any(line.text.startswith(start) for line in letter.happened)


def test_what_somebody_did_wrong_is_not_volunteered(rules: RuleSet) -> None:
    given = {
        "line": {"product": "jiebei", "change": "closed"},
        "account": {"cash_out": True, "score_gaming": True, "gambling_or_fraud_linked": True, "unusual_transactions": True},
        "borrowing": {"use_of_funds": ["gambling", "stocks_or_funds"], "borrowed_to_test": True},
    }
    for to in TO:
        letter = write_letter(rules, diagnose(rules, make_profile(given, rules.facts, rules.notation)), to)
        assert not re.search("套现|刷单|赌|炒股|股票|试一试", " ".join(sent_lines(letter)))


# --- only requests that fit


def test_only_requests_that_fit_the_causes_found_are_made(rules: RuleSet, known: list[Diagnosis]) -> None:
    for diagnosis in known:
        found = {one.id for one in planned(diagnosis)}
        for to in TO:
            forms = {passage.id: passage for passage in rules.letters[to].requests}
            for request in write_letter(rules, diagnosis, to).requests:
                form = forms[request.id]
                assert not form.causes or found & set(form.causes)
                assert leader(diagnosis) not in form.unless_first
                assert form.when is None or holds(form.when, diagnosis.facts) is True


def test_every_request_note_and_fact_of_every_letter_can_come_to_stand(rules: RuleSet, known: list[Diagnosis]) -> None:
    for to in TO:
        form = rules.letters[to]
        letters = [write_letter(rules, diagnosis, to) for diagnosis in known]
        asked = {request.id for letter in letters for request in letter.requests}
        assert {passage.id for passage in form.requests} == asked
        told = {note.text for letter in letters for note in letter.notes}
        assert {passage.text["zh"] for passage in form.notes} == told
        addressed = {letter.addressee.text for letter in letters}
        assert {passage.text["zh"] for passage in form.addressee} == addressed
    stories = [line.text for diagnosis in known for to in TO for line in write_letter(rules, diagnosis, to).happened]
    for passage in {passage.id: passage for to in TO for passage in rules.letters[to].happened}.values():
        pattern = re.compile(re.sub(r"\\\{[^{}]+\\\}", ".+", re.escape(passage.text["zh"])))
        assert any(pattern.fullmatch(line) for line in stories), passage.id


def test_a_letter_to_the_lender_always_asks_for_something(rules: RuleSet, known: list[Diagnosis]) -> None:
    for diagnosis in known:
        assert write_letter(rules, diagnosis, "lender").requests, leader(diagnosis)


# --- only bases that were confirmed


def test_every_basis_is_confirmed_and_official_or_a_court_or_the_provider_itself(rules: RuleSet) -> None:
    for to in TO:
        for passage in passages(rules.letters[to]):
            for source in passage.basis:
                assert rules.sources[source].confidence in CONFIRMED, source
            if passage in rules.letters[to].requests:
                for source in passage.basis:
                    assert rules.sources[source].grade == next(iter(rules.grades)), source


def test_every_letter_cites_exactly_what_its_requests_rest_on(rules: RuleSet, diagnoses: list[Diagnosis]) -> None:
    for diagnosis in diagnoses:
        for to in TO:
            letter = write_letter(rules, diagnosis, to)
            resting = {source for request in letter.requests for source in request.basis}
            assert resting <= set(letter.citations) <= set(letter.basis)
            for source, citation in letter.citations.items():
                article = rules.sources[source].article.get("zh", "")
                assert citation.endswith(article) and rules.sources[source].document["zh"] in citation
                assert NUMERAL.findall(citation) == NUMERAL.findall(article)


def test_articles_and_confidences_are_those_of_the_fact_sheet(rules: RuleSet) -> None:
    if not FACTS.exists():
        pytest.skip("the fact sheet is not beside this checkout")
    rows = {}
    for line in FACTS.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if len(cells) > 2 and re.fullmatch(r"F-[A-Z]+-\d+", cells[0]):
            rows[cells[0]] = cells
    for source in {source for to in TO for passage in passages(rules.letters[to]) for source in passage.basis}:
        confidence = rows[source][-1]
        assert confidence.startswith(("A", "B")), (source, confidence)
        for numeral in NUMERAL.findall(rules.sources[source].article.get("zh", "")):
            assert numeral in " ".join(rows[source]), (source, numeral)
        for number in numbers(rules.sources[source].document["zh"]):
            assert str(number) in " ".join(rows[source]) or source.startswith(("F-REG", "F-TL", "F-CH")), (source, number)


def test_a_rule_is_not_cited_before_it_is_in_force(rules: RuleSet, diagnoses: list[Diagnosis]) -> None:
    for diagnosis in diagnoses:
        for to in TO:
            for source in write_letter(rules, diagnosis, to).basis:
                assert rules.sources[source].date <= str(diagnosis.facts["as_of"])
    given = {"line.product": "jiebei", "line.change": "frozen", "account.whole_account_restricted": True}
    asked = {}
    for day in ("2022-06-01", "2024-06-01", "2025-06-01"):
        profile = make_profile({**given, "as_of": day}, rules.facts, rules.notation)
        asked[day] = {request.id for request in write_letter(rules, diagnose(rules, profile), "lender").requests}
    assert "fraud-measure" not in asked["2022-06-01"]
    assert "fraud-measure" in asked["2024-06-01"] and "laundering" not in asked["2024-06-01"]
    assert {"fraud-measure", "laundering"} <= asked["2025-06-01"]


def test_every_number_in_a_letter_is_that_of_a_source_it_rests_on(rules: RuleSet) -> None:
    """15, 30, 60 days, 20 days, amounts and years: a number that is written out must stand in what the passage cites."""
    everywhere = {n for source in rules.sources.values() for n in numbers(both(source.says) + both(source.document))}
    for to in TO:
        for passage in passages(rules.letters[to]):
            if passage in rules.letters[to].happened:
                continue
            for language in ("zh", "en"):
                text = re.sub(r"\{[^{}]+\}", "", passage.text[language] + passage.limit.get(language, ""))
                cited = {
                    n for source in passage.basis for n in numbers(both(rules.sources[source].says) + both(rules.sources[source].document))
                }
                for number in numbers(text):
                    own = number in cited or (number % 10000 == 0 and number // 10000 in cited)
                    assert own or (number in everywhere and passage in (*rules.letters[to].addressee, *rules.letters[to].notes)), (
                        to,
                        passage.id,
                        number,
                    )
                assert not NUMERAL.search(text), "articles are cited by source, not written into the text"


def test_a_number_in_what_happened_is_that_of_the_question_that_was_answered(rules: RuleSet) -> None:
    """The last 12 months, 3 months, a limit of 0: what the facts of the sentence's own condition are about."""
    for passage in {passage.id: passage for to in TO for passage in rules.letters[to].happened}.values():
        asked = (
            [both(rules.facts[name].label) + both(rules.facts[name].question) for name in facts_of(passage.when)] if passage.when else []
        )
        about = numbers(" ".join(asked))
        about |= {0} if passage.when == In("line.change", ("zero",)) else set()
        assert numbers(re.sub(r"\{[^{}]+\}", "", both(passage.text))) <= about, passage.id


def test_day_limits_are_those_of_the_rules(rules: RuleSet) -> None:
    for source, days in (("F-REG-31", {15, 30, 60}), ("F-REG-17", {20}), ("F-REG-18", {30}), ("F-REG-25", {15})):
        assert days <= numbers(rules.sources[source].says["zh"])
    for action in rules.actions.values():
        if action.deadline:
            said = {n for source in action.deadline.sources for n in numbers(rules.sources[source].says["zh"])}
            assert action.deadline.days in said
            assert numbers(action.deadline.text["zh"]) <= said


# --- nothing promised


def test_no_letter_claims_a_right_to_the_old_limit(rules: RuleSet, known: list[Diagnosis]) -> None:
    for diagnosis in known:
        for to in TO:
            text = " ".join(line for line in sent_lines(write_letter(rules, diagnosis, to)) if "不要求恢复到某个数额" not in line)
            assert not re.search("恢复(?!信用)|赔偿|损失|有权|必须给|应当给我|原额度|原来的额度", text), text


def test_no_text_of_letters_and_plans_promises_or_forbids_in_vain(rules: RuleSet) -> None:
    texts = [text for to in TO for p in passages(rules.letters[to]) for text in (p.text, p.limit)]
    texts += [text for to in TO for text in (rules.letters[to].title, rules.letters[to].opening)]
    texts += [text for action in rules.actions.values() for text in (action.title, action.text, action.why, action.who, action.look_again)]
    for text in texts:
        for language, sentence in text.items():
            for phrase in rules.forbidden[language]:
                assert phrase not in sentence, (phrase, sentence)


def test_no_action_names_a_day_on_which_a_line_comes_back(rules: RuleSet) -> None:
    waiting = re.compile(r"\d+ ?(天|日|周|个月|days|weeks|months)")
    for action in rules.actions.values():
        assert not waiting.search(both(action.look_again)), action.id
        for text in (action.text, action.why):
            for sentence in text.values():
                assert not re.search("(额度|line|limit).{0,12}(会|will) ?(恢复|回来|come back|be restored)", sentence), action.id


# --- the plan


def test_every_cause_has_an_action_and_every_action_can_be_reached(rules: RuleSet, known: list[Diagnosis]) -> None:
    assert all(cause.actions for cause in rules.causes)
    assert {action.id for diagnosis in known for action in make_report(rules, diagnosis).actions} == set(rules.actions)


def test_the_plan_is_merged_ordered_and_puts_safety_first(rules: RuleSet, known: list[Diagnosis]) -> None:
    for diagnosis in known:
        actions = make_report(rules, diagnosis).actions
        assert len({action.id for action in actions}) == len(actions)
        urgencies = [rules.actions[action.id].urgency for action in actions]
        assert urgencies == sorted(urgencies)
        urgent = {action for alert in alerts_of(rules, diagnosis) for action in alert.actions}
        shown = {action.id for action in actions}
        hidden = {one for one in urgent if (when := rules.actions[one].applies) is not None and holds(when, diagnosis.facts) is False}
        assert urgent - hidden <= shown


@pytest.mark.parametrize(
    "fact",
    ["account.paid_agent", "account.suspicious_contact", "account.taken_over", "credit.report_unknown_loan", "repayment.overdue_now"],
)
def test_what_is_dangerous_comes_before_everything_else(rules: RuleSet, fact: str) -> None:
    given = {"line.product": "jiebei", "line.change": "closed", "line.closed_by_self": True, fact: True}
    report = make_report(rules, diagnose(rules, make_profile(given, rules.facts, rules.notation)))
    assert rules.actions[report.actions[0].id].urgency < 10
    assert any(warning.kind == "alert" for warning in report.warnings)


def test_a_deadline_names_its_rule_and_moves_are_facts(rules: RuleSet, known: list[Diagnosis]) -> None:
    for diagnosis in known[::7]:
        for action in make_report(rules, diagnosis).actions:
            deadline = rules.actions[action.id].deadline
            assert bool(action.deadline) == bool(deadline)
            if deadline:
                assert all(rules.sources[source].document["zh"] in action.deadline for source in deadline.sources)
            assert action.why and action.who and action.effort in (1, 2, 3)
            assert set(action.moves) <= set(rules.facts)


# --- as it is printed


def test_with_another_language_every_line_has_a_gloss_and_the_letter_stays_as_it_is(rules: RuleSet, diagnoses: list[Diagnosis]) -> None:
    for diagnosis in diagnoses[::4]:
        for to in TO:
            plain, glossed = write_letter(rules, diagnosis, to), write_letter(rules, diagnosis, to, "en")
            assert sent_lines(plain) == sent_lines(glossed)
            parts = (glossed.happened, glossed.requests, glossed.closing, glossed.enclosures, glossed.blanks)
            lines = [glossed.title, glossed.addressee, glossed.opening, *(line for part in parts for line in part)]
            assert all(line.gloss for line in lines)
            assert not any(line.gloss for part in (plain.happened, plain.requests, plain.closing) for line in part)


def test_what_is_not_sent_stands_behind_a_rule(rules: RuleSet, diagnoses: list[Diagnosis]) -> None:
    letter = write_letter(rules, diagnoses[0], "lender")
    for name in ("text", "markdown"):
        text = render(letter, Wording(rules, "zh"), name)
        before, _, after = text.partition("\n---")
        assert all(note.text not in before for note in (*letter.limits, *letter.notes))
        assert "不用寄出" in after
        assert "letter." not in text and "{" not in text


PROFILE = "id: '<script>'\nline: {product: jiebei, change: cut, limit_before: 2万, limit_after: 5000, changed_on: 2026-05}\n"


def test_a_letter_is_written_to_a_file_in_the_format_of_its_name(run: Run, tmp_path: Path) -> None:
    profile = tmp_path / "profile.yaml"
    profile.write_text(PROFILE, encoding="utf-8")
    for name, start in (("letter.md", "# 关于"), ("letter.txt", "关于")):
        done = run("letter", profile, "--to", "lender", "-o", tmp_path / name)
        assert done.returncode == 0 and not done.stdout, done.stderr.decode()
        text = (tmp_path / name).read_text(encoding="utf-8")
        assert text.startswith(start)
        assert "20,000" in text and "5,000" in text and "2026-05" in text


def test_an_unknown_recipient_is_refused_with_those_there_are(run: Run) -> None:
    done = run("letter", "-", "--to", "nobody", stdin=PROFILE.encode())
    assert done.returncode == 2
    assert all(to in done.stderr.decode() for to in TO)
    assert run("letter", "-", "--to", "lender", "--format", "html", stdin=PROFILE.encode()).returncode == 2


def test_contradicting_answers_do_not_reach_the_letter(rules: RuleSet) -> None:
    given = {"line.product": "jiebei", "line.change": "cut", "line.limit_before": 1000, "line.limit_after": 5000}
    letter = write_letter(rules, diagnose(rules, make_profile(given, rules.facts, rules.notation)), "lender")
    assert not numbers(" ".join(line.text for line in letter.happened))

"""An interview as a conversation: asks, listens, explains, goes back, until there is no more to ask or the person has had enough.

Pure but for two functions that the caller gives: one that shows lines, one that hears a line. What is asked and when it ends
is decided in :mod:`.interview`, what was meant in :mod:`.spoken`.
"""

from collections.abc import Callable, Sequence
from itertools import count
from typing import NamedTuple

from .conditions import Condition
from .decoding import visible
from .errors import Problem, Refused
from .inference import consider, derive
from .interview import NOT_WORTH_ASKING, Question, Step, applies, ask_about, next_in_order, next_question
from .phrases import with_unit
from .profile import Profile
from .ruleset import RuleSet
from .spoken import KEEP, SKIP, Said, understand
from .tongue import BACK, QUIT, WHY, tongue_of
from .wording import Wording

PLAIN, STRONG, FAINT, CARE = "plain", "strong", "faint", "care"
_ATTEMPTS = 3  # answers that were not understood, after which the question is shown again
_OFTEN = 4  # questions skipped in a row, after which it is said that one can stop
_SHOWN = 30  # characters of an answer that was not understood


class Line(NamedTuple):
    """A paragraph: its text, its tone, and what stands before it, with which the rest of it is aligned."""

    text: str = ""
    tone: str = PLAIN
    mark: str = ""


class Voice(NamedTuple):
    """How to talk: ``say`` shows lines, ``hear`` waits for one and gives None where no more will come."""

    say: Callable[[Sequence[Line]], None]
    hear: Callable[[], str | None]


class Held(NamedTuple):
    """What came of it: the profile, whether anything in it is new, and whether input ended."""

    profile: Profile
    changed: bool
    cut_off: bool


class Dialogue:
    """One interview. ``everything`` asks all questions in their natural order; ``most`` ends after so many."""

    def __init__(self, rules: RuleSet, language: str, voice: Voice, *, everything: bool = False, most: int | None = None) -> None:
        self._rules = rules
        self._language = language
        self._voice = voice
        self._wording = Wording(rules, language)
        self._tongue = tongue_of(rules)
        self._next = next_in_order if everything else next_question
        self._most = most
        self._skipped = 0  # questions skipped one behind the other

    def hold(self, profile: Profile) -> Held:
        """Ask until it is time to stop; ``profile`` must hold the day (``as_of``) from which times are told."""
        before = profile
        asked = [fact.id for fact in self._rules.inputs if fact.effort and (fact.id in profile.values or fact.id in profile.declined)]
        given = frozenset(asked)  # answers of an earlier day come before the first question of this one
        place = len(asked)  # of the question on the table; behind the end: a new one
        greeted = cut_off = False
        while True:
            step = self._step(profile, asked, place)
            if step.question is None:
                self._say([Line(), Line(step.says, STRONG)])
                if step.reason == NOT_WORTH_ASKING:
                    self._say([Line(self._word("ask_the_rest"), FAINT)])
                break
            number = place - len(given.intersection(asked)) + 1
            if place == len(asked) and self._most is not None and number > self._most:
                self._say([Line(), Line(self._word("enough", count=self._most), STRONG)])
                break
            if not greeted:
                self._say([Line(self._word("greeting")), Line(self._word("usage"), FAINT)])
                greeted = True
            fact = step.question.fact
            said = self._ask(step, step.question, profile, number, again=place < len(asked))
            if said is None or said.kind == QUIT:
                cut_off = said is None
                self._say([Line(), Line(self._word("ended"), STRONG)])
                break
            if said.kind == BACK:
                if place == 0:
                    self._say([Line(self._word("no_earlier"), FAINT)])
                place = max(0, place - 1)
                continue
            if place == len(asked):
                asked.append(fact)
                profile = self._noted(profile, fact, said)
            elif said.kind != KEEP:
                profile = self._noted(profile, fact, said)
                asked, profile = self._still_fitting(asked, profile, fact)
            place = len(asked)
        return Held(profile, profile != before, cut_off)

    def _step(self, profile: Profile, asked: list[str], place: int) -> Step:
        if place < len(asked):
            return ask_about(self._rules, profile, asked[place], self._language)
        return self._next(self._rules, profile, self._language)

    def _noted(self, profile: Profile, fact: str, said: Said) -> Profile:
        """``profile`` with the answer, or with the fact as one that was asked and is not known."""
        values = {name: value for name, value in profile.values.items() if name != fact}
        if said.value is None:
            self._skipped += 1
            self._say([Line(self._word("skipped_often" if self._skipped == _OFTEN else "skipped"), FAINT)])
            return Profile(values, profile.declined | {fact}, profile.id)
        self._skipped = 0
        colon = self._wording.word("punctuation.colon")
        answer = with_unit(self._wording, self._rules.facts[fact], said.value)
        self._say([Line(self._word("noted", colon=colon, answer=answer), FAINT)])
        known = consider(self._rules, values)[1]
        values = {**values, fact: said.value}
        stop = self._wording.word("punctuation.stop")
        for check in consider(self._rules, values)[1]:
            if check not in known:
                text = self._wording.filled(check.text, values).removesuffix(stop)
                self._say([Line(self._word("contradicts", text=text), CARE)])
        return Profile(values, profile.declined - {fact}, profile.id)

    def _still_fitting(self, asked: list[str], profile: Profile, changed: str) -> tuple[list[str], Profile]:
        """Without the later answers whose questions do not apply any more now that ``changed`` has another one."""
        facts = derive(self._rules.facts, profile.values)  # as it was said, contradictions and all
        gone = set()
        for name in asked[asked.index(changed) + 1 :]:
            condition = self._rules.facts[name].ask_if
            if isinstance(condition, Condition) and not applies(condition, {key: value for key, value in facts.items() if key != name}):
                gone.add(name)
        values = {name: value for name, value in profile.values.items() if name not in gone}
        return [name for name in asked if name not in gone], Profile(values, profile.declined - gone, profile.id)

    def _ask(self, step: Step, question: Question, profile: Profile, number: int, *, again: bool) -> Said | None:
        """Show a question and listen until something is understood; None where input has ended."""
        fact = self._rules.facts[question.fact]
        self._say(self._shown(step, question, profile, number, again=again))
        for attempt in count(1):
            line = self._voice.hear()
            if line is None:
                return None
            try:
                said = understand(fact, line, self._tongue, str(profile.values.get("as_of", "")) or "2000-01-01")
            except Refused as refusal:
                self._say([Line(self._not_understood(question, line, refusal), CARE)])
                if attempt % _ATTEMPTS == 0:
                    self._say(self._shown(step, question, profile, number, again=again))
                continue
            if said.kind == WHY:
                self._say([Line(question.why)])
                continue
            return said if again or said.kind != KEEP else Said(SKIP)
        raise AssertionError  # there is always another attempt

    def _shown(self, step: Step, question: Question, profile: Profile, number: int, *, again: bool) -> list[Line]:
        heading = self._word("number", number=number) if number > 0 else self._word("earlier")
        lines = [Line(), Line(f"{heading} · {self._firm(step)}", FAINT), Line(question.text, STRONG)]
        if question.hint:
            lines.append(Line(question.hint, FAINT))
        if question.sensitive:
            lines.append(Line(self._word("sensitive"), FAINT))
        options = [option.label for option in question.choices]
        if question.type == "bool":
            options = [self._wording.word("value.true"), self._wording.word("value.false")]
        lines += [Line(label, mark=f"{number:>3}. ") for number, label in enumerate(options, 1)]
        lines.append(Line(self._how(question), FAINT))
        if again and question.fact in profile.values:
            answer = with_unit(self._wording, self._rules.facts[question.fact], profile.values[question.fact])
            lines.append(Line(self._word("before", answer=answer)))
        elif again:
            lines.append(Line(self._word("before_skipped")))
        return lines

    def _firm(self, step: Step) -> str:
        """How firm the answer is so far, in words."""
        if step.inconclusive or not step.ranking:
            return self._word("firm_none")
        first = step.ranking[0]
        return self._word("firm_first", title=first.title, likelihood=self._wording.word(f"likelihood.{first.likelihood}"))

    def _how(self, question: Question) -> str:
        """How to answer."""
        unit = self._rules.facts[question.fact].unit
        if question.type == "choices":
            return self._word("pick_several")
        if question.type in ("choice", "bool"):
            return self._word("pick")
        if question.type == "date":
            return self._word("date")
        example = self._example(unit)
        if unit in ("ratio", "percent_a_year"):
            return self._word(unit, example=example)
        return self._word("unit", unit=question.unit, example=example) if question.unit else self._word("count", example=example)

    def _example(self, unit: str) -> str:
        key = f"interview.examples.{unit}"
        example = self._wording.word(key)
        return self._word("examples.other") if example == key else example

    def _not_understood(self, question: Question, line: str, refusal: Refused) -> str:
        """What was not understood, with an example of what would be."""
        found = visible(line.strip())
        found = found if len(found) <= _SHOWN else f"{found[:_SHOWN]}…"
        if question.choices:
            if question.type == "choices":
                return self._word("pick_several_again", found=found, count=len(question.choices))
            return self._word("pick_again", found=found, count=len(question.choices), example=question.choices[0].label)
        if question.type == "bool":
            return self._word("yes_no_again", found=found)
        if refusal.code in ("bad_int", "bad_number"):
            return self._word("number_again", found=found, example=self._example(self._rules.facts[question.fact].unit))
        if refusal.code == "bad_date":
            return self._word("date_again", found=found)
        params = {**refusal.params, "found": found}
        sentence = self._wording.problem(Problem(refusal.code, params=params))
        return self._word("try_again", problem=sentence.rstrip("." + self._wording.word("punctuation.stop")))

    def _word(self, key: str, **params: object) -> str:
        return self._wording.word(f"interview.{key}", **params)

    def _say(self, lines: Sequence[Line]) -> None:
        self._voice.say(lines)

"""Which question to ask next, and when to stop: a pure function of a rule set and what is known so far.

>>> from jiebei_check import load_rules, make_profile, next_question
>>> rules = load_rules()
>>> step = next_question(rules, make_profile({}, rules.facts, rules.notation), "en")
>>> step.question.fact
'line.product'

Two different reasons end an interview, and the step says which. ``settled`` is a claim: whatever the facts that are still open
turn out to be, the same cause stays first (see :mod:`.reach`). ``not_worth_asking`` is a judgement: some answer could still
change the first place, but none is likely enough to be worth the effort (see :mod:`.worth`).
"""

from typing import NamedTuple

from .conditions import All, AnyOf, Condition, In, Not, Range, holds
from .inference import Diagnosis, diagnose
from .phrases import span, with_unit
from .profile import Profile
from .reach import is_settled
from .ruleset import RuleSet
from .thresholds import is_ordered
from .values import Fact, Facts
from .wording import Wording
from .worth import Outcome, Outlook, is_opening, plan_for, prospects

SETTLED, NOT_WORTH_ASKING, ALL_ASKED = "settled", "not_worth_asking", "all_asked"
_SHARE_DIGITS = 4
_INFORMS = 0.02  # bits about the cause from which an answer is said to spare questions


class Option(NamedTuple):
    """An answer to choose from: the key that a profile takes, and how people read it."""

    key: str
    label: str


class Question(NamedTuple):
    """A question in one language. ``type`` and ``unit`` are those of the fact; ``why`` says what an answer would change."""

    fact: str
    text: str
    hint: str
    type: str
    choices: tuple[Option, ...]
    unit: str
    why: str
    sensitive: bool


class Standing(NamedTuple):
    """A cause in its place: ``score`` in bits, ``share`` 0..1, ``likelihood`` high, medium or low."""

    id: str
    title: str
    score: int
    share: float
    likelihood: str


class Step(NamedTuple):
    """The next step of an interview. ``question`` is None exactly where ``stop`` is true, and ``reason`` is then not empty.

    ``reason`` is one of settled, not_worth_asking, all_asked; ``says`` is the same as a sentence.
    """

    stop: bool
    reason: str
    says: str
    question: Question | None
    inconclusive: bool
    ranking: tuple[Standing, ...]


def next_question(rules: RuleSet, profile: Profile, language: str = "zh") -> Step:
    """What to ask, or that it is time to stop. Nothing is remembered between calls.

    A fact that is known is not asked, nor one that was declined, nor one that does not apply, nor one that is derived. Raises
    KeyError for a language that the rule set does not have.
    """
    wording = Wording(rules, language)
    outlook = Outlook(plan_for(rules), profile)
    diagnosis = diagnose(rules, profile)
    askable = [fact for fact in rules.inputs if is_askable(fact, profile, outlook.facts)]
    opening = next((fact for fact in askable if is_opening(outlook.plan, fact.id)), None)
    if opening is not None:
        return _ask(wording, diagnosis, outlook, opening)
    if is_settled(rules, profile):
        return _stop(wording, diagnosis, SETTLED if askable else ALL_ASKED)
    if not askable:
        return _stop(wording, diagnosis, ALL_ASKED)
    found = prospects(outlook, askable)
    return _ask(wording, diagnosis, outlook, found[0].fact) if found else _stop(wording, diagnosis, NOT_WORTH_ASKING)


def next_in_order(rules: RuleSet, profile: Profile, language: str = "zh") -> Step:
    """As :func:`next_question`, but everything that applies, in the natural order, to the end."""
    wording = Wording(rules, language)
    outlook = Outlook(plan_for(rules), profile)
    diagnosis = diagnose(rules, profile)
    first = next((fact for fact in rules.inputs if is_askable(fact, profile, outlook.facts)), None)
    return _stop(wording, diagnosis, ALL_ASKED) if first is None else _ask(wording, diagnosis, outlook, first)


def ask_about(rules: RuleSet, profile: Profile, fact: str, language: str = "zh") -> Step:
    """The step that asks about ``fact``, whether or not it is known: for an answer that somebody wants to change."""
    values = {name: value for name, value in profile.values.items() if name != fact}
    before = Profile(values, profile.declined - {fact}, profile.id)
    return _ask(Wording(rules, language), diagnose(rules, profile), Outlook(plan_for(rules), before), rules.facts[fact])


def is_askable(fact: Fact, profile: Profile, facts: Facts) -> bool:
    """Whether a question is open and applies; ``facts`` are those that are weighed, derived ones included."""
    if not fact.effort or fact.id in profile.values or fact.id in profile.declined:
        return False
    return fact.ask_if is None or applies(fact.ask_if, facts)  # type: ignore[arg-type]  # the loader made it a condition


def applies(condition: Condition, facts: Facts) -> bool:
    """Whether a question's condition is met. Where facts are missing it is read as it is written: what asks for a value is
    not met by a fact that is not known, what excludes a value is.
    """
    truth = holds(condition, facts)
    if truth is not None:
        return truth
    if isinstance(condition, (In, Range)):
        return False
    if isinstance(condition, Not):
        return not applies(condition.part, facts)
    assert isinstance(condition, (All, AnyOf))
    met = (applies(part, facts) for part in condition.parts)
    return all(met) if isinstance(condition, All) else any(met)


def _stop(wording: Wording, diagnosis: Diagnosis, reason: str) -> Step:
    return Step(
        stop=True,
        reason=reason,
        says=wording.word(f"interview.{reason}_open" if diagnosis.inconclusive and reason == NOT_WORTH_ASKING else f"interview.{reason}"),
        question=None,
        inconclusive=diagnosis.inconclusive,
        ranking=_ranking(wording, diagnosis),
    )


def _ask(wording: Wording, diagnosis: Diagnosis, outlook: Outlook, fact: Fact) -> Step:
    question = Question(
        fact=fact.id,
        text=wording.text(fact.question),
        hint=wording.text(fact.hint),
        type=fact.type,
        choices=tuple(Option(choice.key, wording.text(choice.label)) for choice in fact.choices),
        unit=wording.text(wording.rules.units[fact.unit]) if fact.unit in wording.rules.units else fact.unit,
        why=_why(wording, outlook, fact),
        sensitive=fact.sensitive,
    )
    return Step(
        stop=False,
        reason="",
        says="",
        question=question,
        inconclusive=diagnosis.inconclusive,
        ranking=_ranking(wording, diagnosis),
    )


def _ranking(wording: Wording, diagnosis: Diagnosis) -> tuple[Standing, ...]:
    return tuple(
        Standing(one.id, wording.text(one.weighed.cause.title), one.weighed.score, round(one.share, _SHARE_DIGITS), one.likelihood)
        for one in diagnosis.causes
    )


def _why(wording: Wording, outlook: Outlook, fact: Fact) -> str:
    """What an answer would change: the cause that it can raise most, and the one that it can set back most."""
    if is_opening(outlook.plan, fact.id):
        return wording.word("interview.why_opening")
    outcomes = [outcome for outcome in outlook.outcomes(fact) if outcome.changes]
    sentences = []
    rises = [(outcome, place) for outcome in outcomes for place, bits in outcome.changes.items() if bits > 0]
    up, risen = max(rises, key=lambda rise: _promise(outlook, *rise), default=(None, 0))
    if up is not None:
        sentences.append(_rise(wording, outlook, fact, up, risen))
    ordered = _order(outlook, {})
    leading = set(ordered[:5])
    others = [outcome for outcome in outcomes if outcome is not up or not sentences]
    down = min(others, key=lambda outcome: min((outcome.changes.get(place, 0) for place in leading), default=0), default=None)
    if down is not None:
        fallen = min(leading, key=lambda place: (down.changes.get(place, 0), place))
        if down.changes.get(fallen, 0) < 0:
            sentences.append(
                wording.word("interview.why_down", answer=_answer(wording, outlook, fact, down), title=_title(wording, fallen))
            )
    if not sentences:
        sentences.append(_jointly(wording, outlook, fact))
    return ("" if wording.language == "zh" else " ").join(sentences)


def _promise(outlook: Outlook, outcome: Outcome, place: int) -> tuple[bool, float, int, int]:
    """How much there is in it that an answer raises a cause: first place, then how much it would be believed."""
    before, after = _order(outlook, {}), _order(outlook, outcome.changes)
    bits = outcome.changes[place]
    return after[:1] == [place] != before[:1], outlook.beliefs[place] * 2.0**bits, bits, -place


def _rise(wording: Wording, outlook: Outlook, fact: Fact, outcome: Outcome, risen: int) -> str:
    before, after = _order(outlook, {}), _order(outlook, outcome.changes)
    answer, title = _answer(wording, outlook, fact, outcome), _title(wording, risen)
    if risen not in before or risen not in after or before.index(risen) == 0:
        return wording.word("interview.why_firmer", answer=answer, title=title)
    if after.index(risen) == 0:
        return wording.word("interview.why_first", answer=answer, title=title, other=_title(wording, before[0]))
    passed = next((place for place in after[after.index(risen) + 1 :] if before.index(place) < before.index(risen)), None)
    if passed is None:
        return wording.word("interview.why_firmer", answer=answer, title=title)
    return wording.word("interview.why_ahead", answer=answer, title=title, other=_title(wording, passed))


def _jointly(wording: Wording, outlook: Outlook, fact: Fact) -> str:
    """A fact that changes nothing by itself: the cause and the facts with which it counts, or what else it is good for."""
    plan = outlook.plan
    found: list[tuple[float, int, tuple[str, ...]]] = []
    for piece in (plan.pieces[place] for place in plan.moves[fact.id]):
        for when, bits in piece.steps:
            needed = plan.needed(when)
            others = tuple(name for name in needed if name != fact.id and name not in outlook.facts)
            if fact.id in needed and others and holds(when, outlook.facts) is None:
                found.append((outlook.beliefs[piece.cause] * 2.0**bits, -piece.cause, others))
    most, place, names = max(found, default=(0.0, 0, ()))
    if most:
        labels = wording.word("punctuation.list").join(wording.text(plan.rules.facts[name].label) for name in names)
        return wording.word("interview.why_together", others=labels, title=_title(wording, -place))
    informs = plan.telling.information(fact.id, outlook.beliefs) >= _INFORMS
    return wording.word("interview.why_narrows" if informs else "interview.why_complete")


def _order(outlook: Outlook, changes: dict[int, int] | object) -> list[int]:
    """The places of the causes, best first, once ``changes`` have been added to their scores."""
    moved = changes if isinstance(changes, dict) else {}
    scores = {place: score + moved.get(place, 0) for place, score in enumerate(outlook.scores) if outlook.admitted[place] is not False}
    return sorted(scores, key=lambda place: -scores[place])


def _title(wording: Wording, place: int) -> str:
    return wording.text(wording.rules.causes[place].title)


def _answer(wording: Wording, outlook: Outlook, fact: Fact, outcome: Outcome) -> str:
    if not is_ordered(fact):
        return wording.value(fact, outcome.value)
    low, high = outlook.alike(fact, outcome)
    return with_unit(wording, fact, low) if low == high else span(wording, fact, low, high)

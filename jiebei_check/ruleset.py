"""The rule set as frozen values: what ``rules/`` says, with every word resolved to bits and every text to its languages.

Named tuples rather than dataclasses: they are as frozen, and twenty-odd of them cost a quarter of the start-up.
"""

from collections.abc import Mapping
from typing import NamedTuple

from .conditions import Condition, facts_of
from .values import Fact, Notation, Text, Value


class Step(NamedTuple):
    """A condition, what it weighs in bits when it holds (negative: speaks against), and the sentence that says so."""

    when: Condition
    bits: int
    because: Text


class Otherwise(NamedTuple):
    """What it weighs, in bits, when every step is certainly false."""

    bits: int
    because: Text


class Evidence(NamedTuple):
    """One piece of evidence: a ladder of one or more steps, highest first, of which the first that holds counts, once."""

    id: str
    steps: tuple[Step, ...]
    otherwise: Otherwise | None
    sources: tuple[str, ...]
    seen: float | None = None  # how often it is seen where its cause is right (sensitivity), where the rules say so

    @property
    def facts(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(fact for step in self.steps for fact in facts_of(step.when)))


class Example(NamedTuple):
    """A cause's own test: a profile and where the cause must come out (top, listed, lower, absent).

    ``speaks_for`` and ``against`` name pieces of evidence that must count on that side; others may count too.
    """

    name: str
    given: Mapping[str, Value]
    expect: str
    speaks_for: tuple[str, ...] = ()
    against: tuple[str, ...] = ()


class Cause(NamedTuple):
    """A possible cause. ``prior`` is in bits; ``applies`` certainly false means: not applicable, left out.

    ``looks_like`` says how often an answer is given where the cause is right, for the answers that are not seldom.
    """

    id: str
    family: str
    title: Text
    summary: Text
    grade: str
    prior: int
    applies: Condition | None
    evidence: tuple[Evidence, ...]
    mistaken_for: Mapping[str, Text]
    actions: tuple[str, ...]
    tests: tuple[Example, ...]
    looks_like: Mapping[str, Mapping[str, float]] = {}

    @property
    def facts(self) -> tuple[str, ...]:
        """Every fact that can move this cause, each once."""
        applies = facts_of(self.applies) if self.applies is not None else ()
        return tuple(dict.fromkeys((*applies, *(fact for piece in self.evidence for fact in piece.facts))))


class Source(NamedTuple):
    """Where a claim rests: issuing body, document, article (empty where the number is not confirmed)."""

    id: str
    issuer: Text
    document: Text
    article: Text
    says: Text
    grade: str
    confidence: str = ""
    date: str = ""
    url: str = ""


class Deadline(NamedTuple):
    """How many days an answer may take, and by which rule."""

    days: int
    text: Text
    sources: tuple[str, ...]


class Action(NamedTuple):
    """Something to do; ``urgency`` orders the plan (smaller first), ``moves`` are facts that doing it clears up."""

    id: str
    title: Text
    text: Text
    why: Text
    who: Text
    effort: int
    urgency: int
    deadline: Deadline | None
    look_again: Text
    moves: tuple[str, ...]
    applies: Condition | None
    sources: tuple[str, ...]


class Saying(NamedTuple):
    """A widespread explanation that is answered, not counted."""

    id: str
    saying: Text
    answer: Text
    words: tuple[str, ...]
    when: Condition | None
    sources: tuple[str, ...]


class Check(NamedTuple):
    """Facts that contradict each other: where ``when`` holds, the facts in ``drop`` are treated as not known."""

    id: str
    when: Condition
    drop: tuple[str, ...]
    text: Text


class Alert(NamedTuple):
    """A loud warning that stands on top of any report."""

    id: str
    when: Condition
    text: Text
    actions: tuple[str, ...]
    sources: tuple[str, ...]


class Scenario(NamedTuple):
    """A whole profile with the expected order."""

    id: str
    title: Text
    given: Mapping[str, Value]
    first: tuple[str, ...]
    listed: tuple[str, ...]
    not_first: tuple[str, ...]
    inconclusive: bool | None


class Told(NamedTuple):
    """What was told in written stories about one cause: how many there are, and for each fact how many gave which answer.

    An answer is a key, ``true`` or ``false``, or of numbers and dates the lower bound of those counted together.
    """

    stories: int
    answers: Mapping[str, Mapping[str, int]]


class Passage(NamedTuple):
    """A sentence of a letter, with the conditions under which it may stand.

    It stands where ``when`` certainly holds, every fact that its text names is known, one of ``causes`` is among those found
    (empty: any), and none of ``unless_first`` is in first place. ``basis`` are the sources it rests on, ``limit`` says what they
    do not give.
    """

    id: str
    when: Condition | None
    causes: tuple[str, ...]
    unless_first: tuple[str, ...]
    text: Text
    basis: tuple[str, ...]
    limit: Text


class LetterForm(NamedTuple):
    """A letter to somebody, part by part. ``language`` is the one it is sent in; ``notes`` are for the writer only."""

    id: str
    language: str
    title: Text
    addressee: tuple[Passage, ...]  # the first that fits
    opening: Text
    happened: tuple[Passage, ...]
    requests: tuple[Passage, ...]
    closing: tuple[Passage, ...]
    enclosures: tuple[Passage, ...]
    blanks: tuple[Passage, ...]
    notes: tuple[Passage, ...]


class Language(NamedTuple):
    """A language's own name and the program's words in it, by dotted key."""

    id: str
    name: str
    words: Mapping[str, str]


class RuleSet(NamedTuple):
    """Everything the engine knows. ``hash`` identifies the content of the rule files (hexadecimal)."""

    version: str
    hash: str
    title: Text
    notice: Text
    bits: Mapping[str, int]  # strength word -> bits
    priors: Mapping[str, int]
    none_of_these: int  # bits of the entry "none of these"
    none_title: Text
    likelihood: Mapping[str, float]  # high, medium -> least share
    families: Mapping[str, Text]  # in the order of thinking
    grades: Mapping[str, Text]  # best founded first
    sections: Mapping[str, Text]
    units: Mapping[str, Text]
    facts: Mapping[str, Fact]  # declared ones and derived ones
    causes: tuple[Cause, ...]
    actions: Mapping[str, Action]
    sources: Mapping[str, Source]
    sayings: tuple[Saying, ...]
    checks: tuple[Check, ...]
    alerts: tuple[Alert, ...]
    scenarios: tuple[Scenario, ...]
    forbidden: Mapping[str, tuple[str, ...]]  # language -> phrases that no text may hold
    letters: Mapping[str, LetterForm]
    languages: Mapping[str, Language]
    notation: Notation
    grouped_by: tuple[str, ...] = ()  # facts by which many results are counted
    frequencies: Mapping[str, float] = {}  # how often, as a word -> 0..1
    told: Mapping[str, Told] = {}  # by cause; decides only what the interview asks

    def cause(self, cause_id: str) -> Cause:
        """The cause of that id; KeyError where there is none."""
        for cause in self.causes:
            if cause.id == cause_id:
                return cause
        raise KeyError(cause_id)

    @property
    def inputs(self) -> tuple[Fact, ...]:
        """The facts that a profile can hold, in their natural order (derived ones are not among them)."""
        declared = [fact for fact in self.facts.values() if fact.derived is None]
        return tuple(sorted(declared, key=lambda fact: fact.order))

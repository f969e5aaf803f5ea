"""What a rule file may hold: one table a file, from which the loader checks, the JSON Schema is made and errors speak.

A field's ``kind`` says how it is read:
``text`` (language -> sentence), ``string``, ``address``, ``strings`` (a list), ``integer``, ``number``, ``boolean``, ``date``,
``word`` (one of ``allowed``), ``ref``/``refs`` (an id of the registry ``of``), ``strength``/``prior`` (a word for bits),
``frequency`` (a word for how often), ``looks`` (fact -> answer -> how often),
``condition``, ``profile`` (a nested profile), ``value`` (a value of any fact), ``map`` (id -> ``of``), ``list`` (of ``of``),
``shape`` (a nested table), ``any``.
"""

from collections.abc import Mapping
from typing import NamedTuple

from .values import TYPES


class Field(NamedTuple):
    """One key of a table. ``least`` and ``most`` bound a number; ``filled`` forbids an empty list or mapping."""

    kind: str
    about: str
    required: bool = False
    of: object = None
    allowed: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None
    filled: bool = True


Shape = Mapping[str, Field]

EXPECTATIONS = ("top", "listed", "lower", "absent")
OPERATIONS = ("ratio", "difference", "sum", "days_between")
MATCHERS = ("at_least", "at_most", "more_than", "less_than")

_SOURCES = Field("refs", "Ids of sources.yaml on which this rests.", of="sources")
_ACTIONS = Field("refs", "Ids of actions.yaml, the most useful first.", of="actions")

OTHERWISE: Shape = {
    "for": Field("strength", "How much the opposite speaks for the cause."),
    "against": Field("strength", "How much the opposite speaks against the cause."),
    "because": Field("text", "The sentence shown when the condition is certainly false.", required=True),
}
STEP: Shape = {
    "when": Field("condition", "The condition under which this step counts.", required=True),
    "for": Field("strength", "How much it speaks for the cause."),
    "against": Field("strength", "How much it speaks against the cause."),
    "because": Field("text", "The sentence shown when it counts. {section.fact} prints a value.", required=True),
}
EVIDENCE: Shape = {
    "when": Field("condition", "The condition under which this counts."),
    "for": Field("strength", "How much it speaks for the cause."),
    "against": Field("strength", "How much it speaks against the cause."),
    "because": Field("text", "The sentence shown when it counts. {section.fact} prints a value."),
    "steps": Field("list", "Instead of `when`: steps of one thing, highest first; the first that holds counts.", of=STEP),
    "otherwise": Field("shape", "What it means when the condition is certainly false.", of=OTHERWISE),
    "seen": Field("frequency", "How often it is seen where the cause is right (its sensitivity); decides what is asked, weighs nothing."),
    "beside": Field("strings", "Other pieces that ask the same facts and that this one is meant to count beside."),
    "sources": _SOURCES._replace(required=True),
}
EXAMPLE: Shape = {
    "given": Field("profile", "What is known, as in a profile.", required=True),
    "expect": Field(
        "word",
        "top: first and firm; listed: among the first five; lower: not first; absent: not applicable or no better than none.",
        required=True,
        allowed=EXPECTATIONS,
    ),
    "for": Field("strings", "Pieces of evidence of this cause that must speak for it in this case (others may too).", filled=False),
    "against": Field("strings", "Pieces of evidence of this cause that must speak against it in this case.", filled=False),
}
CAUSE: Shape = {
    "family": Field("ref", "The family it belongs to.", required=True, of="families"),
    "title": Field("text", "The name of the cause.", required=True),
    "summary": Field("text", "What it means, in one to three sentences.", required=True),
    "grade": Field("ref", "How well it is founded that this brings a line down.", required=True, of="grades"),
    "prior": Field("prior", "How common it is before anything is known.", required=True),
    "applies": Field("condition", "Certainly false means: not applicable, left out."),
    "looks_like": Field(
        "looks", "What people see where the cause is right: fact, answer, how often. Decides what is asked, weighs nothing."
    ),
    "evidence": Field("map", "Pieces of evidence by id, in the order of display.", required=True, of=EVIDENCE),
    "mistaken_for": Field("map", "Other causes that this is confused with, and how to tell.", of=Field("text", "How to tell.")),
    "actions": _ACTIONS._replace(required=True),
    "tests": Field("map", "Cases by name: at least one that finds the cause and one near miss.", required=True, of=EXAMPLE),
}
CHOICE: Shape = {
    "label": Field("text", "The answer as people read it.", required=True),
    "also": Field("strings", "Other words that people use for this answer."),
}
FACT: Shape = {
    "type": Field("word", "The type of the value.", required=True, allowed=TYPES),
    "unit": Field("ref", "The unit of a number.", of="units"),
    "label": Field("text", "A short name, as in a form.", required=True),
    "question": Field("text", "The question as it is asked.", required=True),
    "hint": Field("text", "Where to look, or what counts.", required=True),
    "effort": Field("integer", "1 known off-hand, 2 has to think, 3 has to look it up; 0 never asked.", least=0, most=3),
    "order": Field("integer", "Place in the natural order of the whole form.", required=True, least=0),
    "minimum": Field("number", "Least value accepted."),
    "maximum": Field("number", "Largest value accepted."),
    "choices": Field("map", "Allowed answers by key, with a label in each language.", of=CHOICE),
    "also": Field("strings", "Other names of the fact, as in the header of a table."),
    "sensitive": Field("boolean", "The interview says that the answer stays on this machine."),
    "usual": Field("value", "The answer that most people give."),
    "ask_if": Field("condition", "Certainly false means: never asked."),
}
DERIVED: Shape = {
    **{name: Field("strings", f"The {name} of two facts.") for name in OPERATIONS},
    "unit": Field("ref", "The unit of the result.", of="units"),
    "label": Field("text", "A short name.", required=True),
}
FACTS: Shape = {
    "title": Field("text", "The title of the section."),
    "facts": Field("map", "The facts of the section by key.", of=FACT),
    "derived": Field("map", "Facts computed from others, by their full name.", of=DERIVED),
}
DEADLINE: Shape = {
    "days": Field("integer", "How many days the answer may take.", required=True, least=1, most=3650),
    "text": Field("text", "The same as a sentence.", required=True),
    "sources": _SOURCES._replace(required=True),
}
ACTION: Shape = {
    "title": Field("text", "What to do, as an imperative.", required=True),
    "text": Field("text", "How exactly, and what it does not do.", required=True),
    "why": Field("text", "What it is good for.", required=True),
    "who": Field("text", "Who to turn to.", required=True),
    "effort": Field("integer", "1 minutes, 2 an hour or a day, 3 weeks.", required=True, least=1, most=3),
    "urgency": Field("integer", "The order of the plan: smaller first, safety below 10.", required=True, least=1, most=99),
    "deadline": Field("shape", "How long the answer may take, by which rule.", of=DEADLINE),
    "look_again": Field("text", "When to look again; never a promise."),
    "moves": Field("refs", "Facts that doing this clears up or changes.", of="facts", filled=False),
    "applies": Field("condition", "Certainly false means: not shown."),
    "sources": _SOURCES,
}
SOURCE: Shape = {
    "issuer": Field("text", "The issuing body.", required=True),
    "document": Field("text", "The document.", required=True),
    "article": Field("text", "The article, where its number is confirmed."),
    "says": Field("text", "What it says, in one sentence.", required=True),
    "grade": Field("ref", "How well founded.", required=True, of="grades"),
    "confidence": Field("ref", "How well it was checked, where it is a claim that can be.", of="confidences"),
    "date": Field("date", "Since when it is in force, or when it was said."),
    "url": Field("address", "An official address that may be shown."),
}
SAYING: Shape = {
    "saying": Field("text", "What people say.", required=True),
    "answer": Field("text", "Why it is not counted, and what is known instead.", required=True),
    "words": Field("strings", "Words to find it by."),
    "when": Field("condition", "A report mentions the saying when this certainly holds."),
    "sources": _SOURCES,
}
CHECK: Shape = {
    "when": Field("condition", "When this holds, the facts contradict each other.", required=True),
    "drop": Field("refs", "The facts then treated as not known.", required=True, of="facts"),
    "text": Field("text", "What the report says on top.", required=True),
}
ALERT: Shape = {
    "when": Field("condition", "When this holds, the warning stands on top.", required=True),
    "text": Field("text", "The warning.", required=True),
    "actions": _ACTIONS,
    "sources": _SOURCES,
}
EXPECT: Shape = {
    "first": Field("refs", "Any of these comes first.", of="causes"),
    "listed": Field("refs", "All of these are among the first five.", of="causes"),
    "not_first": Field("refs", "None of these comes first.", of="causes"),
    "inconclusive": Field("boolean", "Whether the result says that it cannot tell."),
}
SCENARIO: Shape = {
    "title": Field("text", "What happened, in one sentence.", required=True),
    "given": Field("profile", "The whole profile.", required=True),
    "expect": Field("shape", "What must come out.", required=True, of=EXPECT),
}
PASSAGE: Shape = {
    "when": Field("condition", "The sentence stands only where this certainly holds."),
    "causes": Field("refs", "It stands only where one of these is among the causes found.", of="causes"),
    "unless_first": Field("refs", "It does not stand where one of these comes first.", of="causes"),
    "text": Field("text", "The sentence. {section.fact} prints a value; where that is not known the sentence is left out.", required=True),
    "basis": Field("refs", "The sources on which it rests; only such as were checked.", of="sources"),
    "limit": Field("text", "What the basis does not give: told to the writer, not sent."),
}
_PASSAGES = Field("list", "Sentences in their order.", required=True, of=PASSAGE)
LETTER: Shape = {
    "language": Field("string", "The language in which the letter is sent.", required=True),
    "title": Field("text", "What the letter is.", required=True),
    "addressee": _PASSAGES._replace(about="To whom; the first that fits."),
    "opening": Field("text", "The first sentence.", required=True),
    "happened": Field("refs", "What happened: sentences of passages.yaml.", required=True, of="passages"),
    "requests": Field("map", "What the writer asks for, by id.", required=True, of=PASSAGE),
    "closing": _PASSAGES._replace(about="The last sentences."),
    "enclosures": _PASSAGES._replace(about="What is enclosed."),
    "blanks": _PASSAGES._replace(about="What the writer fills in below: name, numbers."),
    "notes": _PASSAGES._replace(about="What the writer should know; not sent."),
}
TOLD: Shape = {
    "stories": Field("integer", "How many stories about the cause were read.", required=True, least=1, most=100000),
    "answers": Field(
        "map",
        "Fact -> answer -> in how many of them it was given: a key, true or false, or the least number or date counted there.",
        required=True,
        of=Field("map", "Answer -> stories.", of=Field("integer", "Stories.", least=1, most=100000)),
    ),
}
TITLED: Shape = {
    "title": Field("text", "Its name.", required=True),
    "about": Field("text", "What it means."),
}
NONE_OF_THESE: Shape = {
    "bits": Field("integer", "The score of the entry 'none of these'.", required=True, least=-8, most=16),
    "title": Field("text", "Its name.", required=True),
}
LIKELIHOOD: Shape = {
    "high": Field("number", "Least share for 'high'.", required=True, least=0, most=1),
    "medium": Field("number", "Least share for 'medium'.", required=True, least=0, most=1),
}
RULESET: Shape = {
    "version": Field("string", "The version of the rules: by the meaning of the change.", required=True),
    "title": Field("text", "What the rule set is about.", required=True),
    "notice": Field("text", "What stands below every report.", required=True),
    "languages": Field("strings", "The languages every text must have.", required=True),
    "bits": Field("map", "Strength words and their bits.", required=True, of=Field("integer", "Bits.", least=1, most=16)),
    "priors": Field("map", "Prior words and their bits.", required=True, of=Field("integer", "Bits.", least=-8, most=8)),
    "frequencies": Field("map", "Words for how often something is seen, and shares.", of=Field("number", "0 to 1.", least=0.01, most=0.99)),
    "none_of_these": Field("shape", "The entry that wins when nothing stands out.", required=True, of=NONE_OF_THESE),
    "likelihood": Field("shape", "Shares from which a cause counts as likely.", required=True, of=LIKELIHOOD),
    "families": Field("map", "Families in the order of thinking.", required=True, of=TITLED),
    "grades": Field("map", "Grades, best founded first.", required=True, of=TITLED),
    "units": Field("map", "Units of numbers.", required=True, of=Field("text", "Its name.")),
    "confidences": Field("map", "Words for how well a source was checked.", of=TITLED, filled=False),
    "grouped_by": Field("strings", "Facts that a batch repeats in its results, so that they can be counted by them; dates by month."),
    "forbidden": Field("map", "Language -> phrases that no text may hold.", of=Field("strings", "Phrases.", filled=False)),
    "promises": Field(
        "map",
        "Language -> phrases that no text may hold unless it denies them in the same clause.",
        of=Field("strings", "Phrases.", filled=False),
    ),
    "denials": Field("map", "Language -> words that deny what follows them in a clause.", of=Field("strings", "Words.", filled=False)),
    "extends": Field("word", "Start from the bundled rule set and add, replace or switch off.", allowed=("bundled",)),
    "switch_off": Field("strings", "Causes of the bundled rule set to leave out.", filled=False),
}
NOTATION: Shape = {
    "yes": Field("strings", "Words for yes."),
    "no": Field("strings", "Words for no."),
    "unknown": Field("strings", "Words for 'I do not know'."),
    "digits": Field("map", "Digits written as words.", of=Field("integer", "Value.")),
    "tens": Field("map", "Ten, hundred, thousand.", of=Field("integer", "Value.")),
    "myriads": Field("map", "Units that close what stands before them.", of=Field("integer", "Value.")),
    "currency": Field("strings", "Marks before an amount of money."),
    "percent": Field("map", "Marks behind a share.", of=Field("number", "Value of one.")),
    "suffixes": Field(
        "map", "Unit -> word -> factor; `count` for plain counts.", of=Field("map", "Words.", of=Field("integer", "Factor."))
    ),
    "date_marks": Field("map", "Marks in dates and what they stand for.", of=Field("string", "Replacement.", filled=False)),
}
LANGUAGE: Shape = {
    "name": Field("string", "The language's own name.", required=True),
    "words": Field("any", "The program's words, nested; read as dotted keys.", required=True),
    "notation": Field("shape", "How people write things down in this language.", of=NOTATION),
    "texts": Field("map", "Texts of the rules in this language, by path.", of=Field("string", "Text.")),
}

# file pattern -> (the key under which items stand, or "" where the file is one item; the item's table)
FILES: Mapping[str, tuple[str, Shape]] = {
    "ruleset.yaml": ("", RULESET),
    "languages/*.yaml": ("", LANGUAGE),
    "facts/*.yaml": ("", FACTS),
    "sources.yaml": ("sources", SOURCE),
    "actions.yaml": ("actions", ACTION),
    "causes/*.yaml": ("", CAUSE),
    "sayings.yaml": ("sayings", SAYING),
    "checks.yaml": ("checks", CHECK),
    "alerts.yaml": ("alerts", ALERT),
    "scenarios/*.yaml": ("", SCENARIO),
    "letters/*.yaml": ("", LETTER),
    "passages.yaml": ("passages", PASSAGE),
    "told.yaml": ("told", TOLD),
}

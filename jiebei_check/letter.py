"""A letter to send: only facts from the profile, only requests that fit the causes found, every basis with its limit.

A rule that was not yet in force on the day of the profile is not cited, and what rests on nothing else is left out.
The text is data (:class:`~jiebei_check.ruleset.LetterForm`); here is decided which sentences stand. Nothing is invented: a
sentence stands only where its condition certainly holds and every fact that it names is known; the rest are blanks.
"""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from . import __version__
from .conditions import holds
from .firmness import leader
from .inference import Diagnosis
from .report import FORMAT_VERSION, cite, planned
from .ruleset import LetterForm, Passage, RuleSet
from .values import Text
from .wording import Wording

_BLANK = re.compile(r"\{([^{}]*)\}")


class Line(NamedTuple):
    """A sentence in the language in which the letter is sent, and in the reader's (empty where that is the same)."""

    text: str
    gloss: str


class Request(NamedTuple):
    """Something the letter asks for, and the sources on which it rests, by id."""

    id: str
    text: str
    gloss: str
    basis: tuple[str, ...]


class Basis(NamedTuple):
    """A source that the letter or its notes rest on: where it stands and what it says, in the reader's language."""

    citation: str
    says: str


class Note(NamedTuple):
    """Something for the writer only, in the writer's language, and on what it rests."""

    text: str
    basis: tuple[str, ...]


class Letter(NamedTuple):
    """A letter, part by part. ``language`` is the one it is sent in, ``lang`` the writer's; ``citations`` are in ``language``.

    ``limits`` (what a basis does not give) and ``notes`` are for the writer and not part of what is sent.
    """

    format_version: str
    tool_version: str
    rules_version: str
    rules_hash: str
    lang: str
    language: str
    to: str
    title: Line
    addressee: Line
    opening: Line
    happened: tuple[Line, ...]
    requests: tuple[Request, ...]
    closing: tuple[Line, ...]
    enclosures: tuple[Line, ...]
    blanks: tuple[Line, ...]
    citations: Mapping[str, str]
    basis: Mapping[str, Basis]
    limits: tuple[Note, ...]
    notes: tuple[Note, ...]


def write_letter(rules: RuleSet, diagnosis: Diagnosis, to: str, lang: str = "zh") -> Letter:
    """The letter to ``to`` for ``diagnosis``, with a gloss where ``lang`` is another language. KeyError for an unknown one."""
    form = rules.letters[to]
    writer = _Writer(rules, diagnosis, form, lang)
    requests = writer.standing(form.requests)
    closing = writer.standing(form.closing)
    limits = tuple(Note(writer.own.text(one.limit), one.basis) for one in (*requests, *closing) if one.limit)
    notes = tuple(Note(writer.own.filled(one.text, diagnosis.facts), one.basis) for one in writer.standing(form.notes))
    sent = dict.fromkeys(source for one in (*requests, *closing) for source in one.basis)
    told = dict.fromkeys((*sent, *(source for note in notes for source in note.basis)))
    return Letter(
        format_version=FORMAT_VERSION,
        tool_version=__version__,
        rules_version=rules.version,
        rules_hash=rules.hash,
        lang=lang,
        language=form.language,
        to=to,
        title=writer.line(form.title),
        addressee=writer.line(writer.standing(form.addressee)[0].text),
        opening=writer.line(form.opening),
        happened=writer.lines(writer.standing(form.happened)),
        requests=tuple(Request(one.id, *writer.line(one.text), one.basis) for one in requests),
        closing=writer.lines(closing),
        enclosures=writer.lines(writer.standing(form.enclosures)),
        blanks=writer.lines(writer.standing(form.blanks)),
        citations={source: cite(writer.sent, rules.sources[source]) for source in sent},
        basis={source: Basis(cite(writer.own, rules.sources[source]), writer.own.text(rules.sources[source].says)) for source in told},
        limits=limits,
        notes=notes,
    )


class _Writer:
    def __init__(self, rules: RuleSet, diagnosis: Diagnosis, form: LetterForm, lang: str) -> None:
        self.facts = diagnosis.facts
        self.sent = Wording(rules, form.language)
        self.own = Wording(rules, lang)
        self.found = {one.id for one in planned(diagnosis)}
        self.first = leader(diagnosis)

    def standing(self, passages: Iterable[Passage]) -> tuple[Passage, ...]:
        return tuple(passage._replace(basis=self.in_force(passage)) for passage in passages if self.stands(passage))

    def in_force(self, passage: Passage) -> tuple[str, ...]:
        """Of what a passage rests on that which was there on the day of the profile (today's, where it has none)."""
        day = str(self.facts.get("as_of") or "9999")
        return tuple(source for source in passage.basis if self.sent.rules.sources[source].date <= day)

    def stands(self, passage: Passage) -> bool:
        if passage.causes and not self.found & set(passage.causes):
            return False
        if self.first and self.first in passage.unless_first:
            return False
        if passage.when is not None and holds(passage.when, self.facts) is not True:
            return False
        if passage.basis and not self.in_force(passage):
            return False
        return all(name in self.facts for name in _BLANK.findall(self.sent.text(passage.text)))

    def line(self, text: Text) -> Line:
        return Line(
            self.sent.filled(text, self.facts), self.own.filled(text, self.facts) if self.own.language != self.sent.language else ""
        )

    def lines(self, passages: Iterable[Passage]) -> tuple[Line, ...]:
        return tuple(self.line(passage.text) for passage in passages)

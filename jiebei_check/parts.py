"""Parts of a cause: some neighbouring pieces of its evidence, and what they come to for many profiles, as JSON.

A part has a table from its codes (see :mod:`jiebei_check.quantise`) to what it comes to. One that sees too much for a table is
cut (see :mod:`jiebei_check.cut`): which of its facts are open follows from what is not known, all the rest from what holds.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import chain, compress, groupby, islice
from operator import itemgetter
from typing import NamedTuple

import numpy as np

from .conditions import Condition, facts_of
from .cut import Cut, Table
from .inference import Open, Piece, Weighed, add_up, weigh
from .quantise import Ints, Profiles, Quantiser, Remembering, unknown
from .ruleset import Cause

OUT = -2 * (1 << 20)  # bits of a part by which its cause does not apply
_PLACES = 1 << 20  # more than all facts of a cause
_OF_A_PART = 1 << 12

Entry = tuple[int, bytes]  # of what is open: rank (smaller is stronger), JSON with a comma behind each
_Placed = tuple[int, Open]


class Run(NamedTuple):
    """What may be open, of equal strength: rank of the first, JSON of each, and which of them are not known."""

    rank: int
    texts: Sequence[bytes]
    pick: Callable[[Sequence[bool]], Sequence[bool]]


class Outcome(NamedTuple):
    """What a part comes to; pieces of JSON with a comma behind each. ``shared`` is the number of what other parts speak of too."""

    bits: int
    speaks_for: bytes
    against: bytes
    opened: tuple[Entry, ...]
    runs: tuple[Run, ...]
    shared: int


class Sharings:
    """What is open in several parts of a cause, by numbers. ``merged`` has for numbers what they come to, each fact once."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[_Placed, ...], int] = {}
        self._known: list[tuple[_Placed, ...]] = []
        self.merged: Remembering[tuple[int, ...], list[Entry]] = Remembering(self._merge)

    def number(self, placed: Iterable[_Placed]) -> int:
        """The number of what one part shares."""
        shared = tuple(placed)
        number = self._numbers.setdefault(shared, len(self._known))
        if number == len(self._known):
            self._known.append(shared)
        return number

    def of(self, number: int) -> tuple[_Placed, ...]:
        """What has this number."""
        return self._known[number]

    def _merge(self, numbers: tuple[int, ...]) -> list[Entry]:
        return merged(chain.from_iterable(self._known[number] for number in numbers))


class Tabled:
    """A part with a table to the number of what it comes to. ``shared`` are facts of which other parts speak too."""

    def __init__(self, cause: Cause, place: int, shared: Collection[str], sharings: Sharings, quantiser: Quantiser) -> None:
        self._cause, self._place, self._shared, self._sharings = cause, place * _OF_A_PART, shared, sharings
        self.facts = facts_in(cause)
        self.lens = quantiser.lens(conditions_in(cause))
        self._table = Table(self.lens, self._see)
        self.outcomes: list[Outcome] = []
        self._numbers: dict[Outcome, int] = {}
        self._bits = np.zeros(self.lens.kinds, np.intp)

    def numbers(self, profiles: Profiles) -> Ints:
        """The number of what the part comes to for each profile."""
        return self._table.numbers(profiles)

    def bits(self, numbers: Ints) -> Ints:
        """The bits that belong to such numbers."""
        return self._bits.take(numbers)

    def _see(self, code: int) -> int:
        weighed = weigh(self._cause, self.lens.facts(code))
        opened: list[Entry] = []
        shared: list[_Placed] = []
        strength = 0
        for place, one in enumerate(weighed.open, self._place):
            if one.fact in self._shared:
                shared.append((place, one))
                strength = 0  # it may come to stand between its neighbours
            elif _strength(one) == strength:
                opened[-1] = (opened[-1][0], opened[-1][1] + _texts[one])
            else:
                strength = _strength(one)
                opened.append((_rank(place, one), _texts[one]))
        outcome = Outcome(*_judged(weighed), tuple(opened), (), self._sharings.number(shared))
        number = self._numbers.setdefault(outcome, len(self.outcomes))
        if number == len(self.outcomes):
            self.outcomes.append(outcome)
            self._bits[number] = outcome.bits
        return number


class Untabled:
    """A part without a table. ``facts`` are those that are looked at in each profile; others are ``shared``."""

    def __init__(self, cause: Cause, place: int, shared: Collection[str], sharings: Sharings, quantiser: Quantiser) -> None:
        self._cause, self._place, self._sharings = cause, place * _OF_A_PART, sharings
        self._cut = Cut(conditions_in(cause), quantiser)
        self.facts = facts_in(cause)
        self.alone = tuple([fact for fact in self._cut.facts if fact not in shared])
        self._both = [fact for fact in self._cut.facts if fact in shared]
        self.width = self._cut.width + len(self._both)

    def numbers(self, profiles: Profiles) -> list[Ints]:
        """What holds and what of the shared facts is not known, as ``width`` numbers for each profile."""
        return [*self._cut.numbers(profiles), *(unknown(profiles, fact).astype(np.intp) for fact in self._both)]

    def outcome(self, numbers: Sequence[int], asked: Sequence[str]) -> Outcome:
        """What such numbers come to; its runs pick from whether each of ``asked`` is not known."""
        judged = iter(self._cut.judge(numbers[: self._cut.width]))
        applies = next(judged)[0] if self._cause.applies is not None else True
        weighed = add_up(self._cause, applies, [list(islice(judged, len(evidence.steps))) for evidence in self._cause.evidence])
        missing = set(compress(self._both, numbers[self._cut.width :]))
        placed = list(enumerate(weighed.open, self._place))
        runs = []
        for (alone, _), run in groupby(placed, lambda pair: (pair[1].fact in self.alone, _strength(pair[1]))):
            if alone:
                some = list(run)
                places = [asked.index(one.fact) for _, one in some]
                pick = itemgetter(*places, *places[:1])  # one more than is needed makes it a tuple in any case
                runs.append(Run(_rank(*some[0]), [_texts[one] for _, one in some], pick))
        shared = self._sharings.number([pair for pair in placed if pair[1].fact in missing])
        return Outcome(*_judged(weighed), (), tuple(runs), shared)


class _Texts(dict[Open, bytes]):
    def __missing__(self, one: Open) -> bytes:
        fact, add, remove = one
        text = self[one] = f'{{"fact":"{fact}","could_add":{add},"could_remove":{remove}}},'.encode()
        return text


_texts: Mapping[Open, bytes] = _Texts()  # few different ones come up


def together(found: Iterable[Outcome], apart: Collection[str], sharings: Sharings) -> Outcome:
    """What parts with tables come to together; facts of other parts (``apart``) stay shared."""
    bits, speaks_for, against, opened, _, shared = zip(*found, strict=True)
    placed = [pair for number in shared for pair in sharings.of(number)]
    return Outcome(
        sum(bits),
        b"".join(speaks_for),
        b"".join(against),
        (*chain.from_iterable(opened), *merged([pair for pair in placed if pair[1].fact not in apart])),
        (),
        sharings.number([pair for pair in placed if pair[1].fact in apart]),
    )


def merged(shared: Iterable[_Placed]) -> list[Entry]:
    """Each fact once, in its first place, with what knowing it could do in all parts."""
    found: dict[str, _Placed] = {}
    for place, one in shared:
        before = found.get(one.fact)
        if before is not None:
            place, one = before[0], Open(one.fact, before[1].could_add + one.could_add, before[1].could_remove + one.could_remove)
        found[one.fact] = (place, one)
    return [(_rank(place, one), _texts[one]) for place, one in found.values()]


def conditions_in(cause: Cause) -> list[Condition]:
    """The condition under which a cause applies, then those of its evidence."""
    return [*([cause.applies] if cause.applies is not None else []), *(step.when for piece in cause.evidence for step in piece.steps)]


def facts_in(cause: Cause) -> set[str]:
    """The facts of which a cause speaks."""
    return {fact for condition in conditions_in(cause) for fact in facts_of(condition)}


def _strength(one: Open) -> int:
    return max(one.could_add, one.could_remove)


def _rank(place: int, one: Open) -> int:
    return place - _strength(one) * _PLACES


def _judged(weighed: Weighed) -> tuple[int, bytes, bytes]:
    bits = weighed.score if weighed.applies is not False else OUT
    return bits, _counted(weighed.speaks_for), _counted(weighed.against)


def _counted(pieces: Iterable[Piece]) -> bytes:
    return "".join([f'{{"id":"{piece.evidence.id}","bits":{piece.bits}}},' for piece in pieces]).encode()

"""The rows of one cause: how it is weighed, and its piece of the result line.

The evidence of a cause is taken in parts, neighbours together. A part has a table from its codes (see
:mod:`jiebei_check.quantise`) to what it comes to, and what all parts come to is added up to a row. Rows are remembered too: by
a code for the whole cause where there are few such codes, otherwise by what the parts come to, since many codes mean the same
there. Only a cause with a piece of evidence that has no table of its own is added up every time.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import chain, compress, islice
from math import prod
from operator import itemgetter
from struct import Struct
from typing import Any, NamedTuple

from .conditions import Condition, facts_of
from .cut import MOST, Cut, Numbers, neighbours
from .inference import Open, Piece, Weighed, add_up, weigh
from .quantise import Codes, Lens, Quantiser
from .ruleset import Cause

PART = 256  # codes up to which neighbours are taken together
KEPT = 1536  # rows of a cause that are remembered at most
_MISSED = 4 * KEPT  # rows for which there was no room, after which all are forgotten: other profiles come now
_CODES = 8192  # of a cause whose rows are remembered by code
_NOWHERE = 1 << 62  # the rank of a cause that does not apply
_PLACES = 1 << 20  # more than all facts of a cause
_OF_A_PART = 1 << 12

Row = tuple[int, float, bytes]  # rank (smaller is better), 2**score, the JSON up to the share
OUT: Row = (_NOWHERE, 0.0, b"")
UNSEEN: Row = (-_NOWHERE, 0.0, b"")
_Opened = tuple[int, bytes]  # rank, JSON of open facts with a comma behind each
_first: Callable[[Any], int] = itemgetter(0)
_second: Callable[[Any], bytes] = itemgetter(1)


class _Shared(NamedTuple):
    """An open fact of which other parts of the cause speak too."""

    place: int
    open: Open


# What a part comes to: bits, JSON for and against with a comma behind each, what is open, and what is open but shared
_Outcome = tuple[int, bytes, bytes, tuple[_Opened, ...], tuple[_Shared, ...]]


class Divided(NamedTuple):
    """A cause, its place among ``many``, and the parts in which its evidence is taken, each as a cause of its own."""

    cause: Cause
    place: int
    many: int
    parts: tuple[Cause, ...]
    shared: frozenset[str]  # facts of which several parts speak
    kinds: tuple[int, ...]  # codes of each part

    @property
    def long(self) -> bool:
        """Whether a part has too many codes for a table."""
        return max(self.kinds) > MOST

    @property
    def few(self) -> bool:
        """Whether there is a table for the whole cause."""
        return prod(self.kinds) <= _CODES


def divide(cause: Cause, place: int, many: int, quantiser: Quantiser) -> Divided:
    """``cause`` in parts of few codes."""

    def kinds(parts: Iterable[Cause]) -> int:
        return quantiser.kinds(chain.from_iterable(map(conditions_in, parts)))

    whole = cause._replace(prior=0, evidence=())
    single = [whole, *(whole._replace(applies=None, evidence=(piece,)) for piece in cause.evidence)]
    groups = neighbours(single, lambda group: kinds(group) <= PART)
    parts = tuple([group[0]._replace(evidence=tuple(piece for one in group for piece in one.evidence)) for group in groups])
    facts = [{fact for condition in conditions_in(part) for fact in facts_of(condition)} for part in parts]
    shared = frozenset(fact for place, some in enumerate(facts) for before in facts[:place] for fact in some & before)
    return Divided(cause, place, many, parts, shared, tuple(kinds([part]) for part in parts))


class _Adder:
    """Adds up what the parts of a cause come to."""

    def __init__(self, divided: Divided) -> None:
        self._cause, self._place, self._many = divided.cause, divided.place, divided.many
        self._heads: dict[int, tuple[int, float, bytes]] = {}

    def row(self, outcomes: Iterable[_Outcome]) -> Row:
        """The row; what is open comes strongest first."""
        bits, speaks_for, against, opened, shared = zip(*outcomes)  # noqa: B905 - all have five parts
        score = sum(bits, self._cause.prior)
        if score < -_PLACES:
            return OUT
        opens = [*chain.from_iterable(opened)]
        both = [*chain.from_iterable(shared)]
        if both:
            opens += _merged(both)
        opens.sort(key=_first)
        rank, power, head = self._heads.get(score) or self._head(score)
        plus, minus, more = b"".join(speaks_for), b"".join(against), b"".join(map(_second, opens))
        return rank, power, b"".join((head, plus[:-1], b'],"against":[', minus[:-1], b'],"open":[', more[:-1], b'],"share":'))

    def _head(self, score: int) -> tuple[int, float, bytes]:
        text = f'{{"id":"{self._cause.id}","score":{score},"grade":"{self._cause.grade}","for":['.encode()
        head = self._heads[score] = (self._place - score * self._many, 2.0**score, text)
        return head


class Few:
    """A cause of few codes: ``table[code]`` is its row, or UNSEEN."""

    def __init__(self, divided: Divided, quantiser: Quantiser) -> None:
        self._adder = _Adder(divided)
        lenses = quantiser.field([conditions_in(part) for part in divided.parts])
        self.place = lenses[0].place
        self._parts = _parts(divided, lenses)
        self.table = [UNSEEN] * prod(divided.kinds)
        self._kept = self._missed = 0

    def row(self, code: int) -> Row:
        """The row for a code that was not seen."""
        outcomes = []
        rest = code
        for part in self._parts:
            rest, own = divmod(rest, part.lens.kinds)
            outcomes.append(part.outcome(own))
        row = self._adder.row(outcomes)
        if self._kept < KEPT:
            self._kept += 1
            self.table[code] = row
        elif self._missed < _MISSED:
            self._missed += 1
        else:
            self._kept = self._missed = 0
            self.table[:] = [UNSEEN] * len(self.table)
        return row


class Many(dict[bytes, Row]):
    """A cause of many codes: the rows by the numbers of what its parts come to, in bytes."""

    def __init__(self, divided: Divided, quantiser: Quantiser) -> None:
        super().__init__()
        self._adder = _Adder(divided)
        self.parts = _parts(divided, [quantiser.field([conditions_in(part)])[0] for part in divided.parts])
        numbers = Struct(f"<{len(self.parts)}H")
        self.size, self._numbers = numbers.size, numbers.unpack
        self._missed = 0

    def __missing__(self, look: bytes) -> Row:
        row = self._adder.row([part.outcomes[number] for part, number in zip(self.parts, self._numbers(look), strict=True)])
        if len(self) < KEPT:
            self[look] = row
        elif self._missed < _MISSED:
            self._missed += 1
        else:
            self._missed = 0
            self.clear()
        return row


class Long:
    """A cause of which a part has no table."""

    def __init__(self, divided: Divided, quantiser: Quantiser) -> None:
        self._adder = _Adder(divided)
        self._parts: list[_Tabled | _Untabled] = []
        for place, (part, kinds) in enumerate(zip(divided.parts, divided.kinds, strict=True)):
            if kinds <= MOST:
                [lens] = quantiser.field([conditions_in(part)])
                self._parts.append(_Tabled(part, place * _OF_A_PART, divided.shared, lens))
            else:
                self._parts.append(_Untabled(part, place * _OF_A_PART, divided.shared, quantiser))

    def row(self, codes: Codes) -> Row:
        """The row for a profile."""
        return self._adder.row([part.outcome_in(codes) for part in self._parts])


class _Part:
    """Some neighbouring pieces of evidence, the first with whether the cause applies."""

    def __init__(self, cause: Cause, place: int, shared: Collection[str]) -> None:
        self.cause, self._place, self._shared = cause, place, shared

    def in_order(self, opened: Iterable[Open]) -> tuple[list[tuple[int, list[bytes], list[str]]], tuple[_Shared, ...]]:
        """What is open: runs of equal strength with their rank, JSON and facts; and apart from them what other parts speak of too."""
        runs: list[tuple[int, list[bytes], list[str]]] = []
        shared = []
        strength = 0
        for place, one in enumerate(opened, self._place):
            fact, add, remove = one
            if fact in self._shared:
                shared.append(_Shared(place, one))
                strength = 0  # it may come to stand between its neighbours
                continue
            if max(add, remove) != strength:
                strength = max(add, remove)
                runs.append((place - strength * _PLACES, [], []))
            runs[-1][1].append(_texts[one])
            runs[-1][2].append(fact)
        return runs, tuple(shared)


class _Tabled(_Part):
    """A part of few codes, with numbered outcomes: ``table[code]`` is a number, or None where the code was not seen."""

    def __init__(self, cause: Cause, place: int, shared: Collection[str], lens: Lens) -> None:
        super().__init__(cause, place, shared)
        self.lens = lens
        self.table: list[int | None] = [None] * lens.kinds
        self.outcomes: list[_Outcome] = []
        self._numbers: dict[_Outcome, int] = {}

    def outcome_in(self, codes: Codes) -> _Outcome:
        """What the pieces come to for a profile."""
        return self.outcome(codes[self.lens.place])

    def outcome(self, code: int) -> _Outcome:
        """What the pieces come to for a code."""
        return self.outcomes[self.number(code)]

    def number(self, code: int) -> int:
        """The number of what the pieces come to for a code."""
        known = self.table[code]
        if known is not None:
            return known
        weighed = weigh(self.cause, self.lens.facts(code))
        runs, shared = self.in_order(weighed.open)
        opened = tuple([(rank, b"".join(texts)) for rank, texts, _ in runs])
        outcome = (_bits(weighed), _counted(weighed.speaks_for), _counted(weighed.against), opened, shared)
        number = self.table[code] = self._numbers.setdefault(outcome, len(self.outcomes))
        if number == len(self.outcomes):
            self.outcomes.append(outcome)
        return number


_Pick = Callable[[Sequence[bool]], Sequence[bool]]
_Run = tuple[int, Sequence[bytes], _Pick]  # rank of the first, JSON of each, and which of them are unknown
_Verdict = tuple[int, bytes, bytes, Sequence[_Run], Sequence[_Shared], _Pick]


class _Untabled(_Part):
    """A part of too many codes: which facts are open follows from what is unknown, all the rest from what holds."""

    def __init__(self, cause: Cause, place: int, shared: Collection[str], quantiser: Quantiser) -> None:
        super().__init__(cause, place, shared)
        self._cut = Cut(conditions_in(cause), quantiser)
        self._verdicts: dict[Numbers, _Verdict] = {}

    def outcome_in(self, codes: Codes) -> _Outcome:
        """What the pieces come to for a profile."""
        numbers, unknown = self._cut.see(codes)
        verdict = self._verdicts.get(numbers) or self._verdict(numbers)
        bits, speaks_for, against, runs, shared, pick = verdict
        opened = tuple([(rank, b"".join(compress(texts, pick(unknown)))) for rank, texts, pick in runs])
        return bits, speaks_for, against, opened, tuple(compress(shared, pick(unknown))) if shared else ()

    def _verdict(self, numbers: Numbers) -> _Verdict:
        judged = iter(self._cut.judge(numbers))
        applies = next(judged)[0] if self.cause.applies is not None else True
        weighed = add_up(self.cause, applies, [list(islice(judged, len(evidence.steps))) for evidence in self.cause.evidence])
        opened, shared = self.in_order(weighed.open)
        runs = [(rank, texts, self._pick(facts)) for rank, texts, facts in opened]
        pick = self._pick([one.fact for _, one in shared])
        verdict = (_bits(weighed), _counted(weighed.speaks_for), _counted(weighed.against), runs, shared, pick)
        if len(self._verdicts) < KEPT:
            self._verdicts[numbers] = verdict
        return verdict

    def _pick(self, facts: Sequence[str]) -> _Pick:
        places = [self._cut.facts.index(fact) for fact in facts]
        return itemgetter(*places, *places[:1]) if places else _nothing  # one more than is needed makes it a tuple in any case


def _parts(divided: Divided, lenses: Sequence[Lens]) -> list[_Tabled]:
    return [
        _Tabled(part, place * _OF_A_PART, divided.shared, lens)
        for place, (part, lens) in enumerate(zip(divided.parts, lenses, strict=True))
    ]


def _nothing(_: Sequence[bool]) -> tuple[()]:
    return ()


def _bits(weighed: Weighed) -> int:
    return weighed.score if weighed.applies is not False else -2 * _PLACES


class _Texts(dict[Open, bytes]):
    def __missing__(self, one: Open) -> bytes:
        fact, add, remove = one
        text = self[one] = f'{{"fact":"{fact}","could_add":{add},"could_remove":{remove}}},'.encode()
        return text


_texts: Mapping[Open, bytes] = _Texts()  # few different ones come up


def _merged(shared: Iterable[_Shared]) -> list[_Opened]:
    """Each fact once, in its first place, with what knowing it could do in all parts."""
    found: dict[str, tuple[int, Open]] = {}
    for place, one in shared:
        before = found.get(one.fact)
        if before is None:
            found[one.fact] = (place, one)
        else:
            found[one.fact] = (before[0], Open(one.fact, before[1].could_add + one.could_add, before[1].could_remove + one.could_remove))
    return [(place - max(one.could_add, one.could_remove) * _PLACES, _texts[one]) for place, one in found.values()]


def _counted(pieces: Iterable[Piece]) -> bytes:
    return "".join([f'{{"id":"{piece.evidence.id}","bits":{piece.bits}}},' for piece in pieces]).encode()


def conditions_in(cause: Cause) -> list[Condition]:
    """The condition under which a cause applies, then those of its evidence."""
    return [*([cause.applies] if cause.applies is not None else []), *(step.when for piece in cause.evidence for step in piece.steps)]

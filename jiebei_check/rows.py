"""The rows of one cause: for many profiles its score, and its piece of the result line.

The evidence of a cause is taken in parts (see :mod:`jiebei_check.parts`), and what all of them come to is put together to a
row. Rows are remembered by what the parts come to, since many profiles are alike there. A cause with a part that sees too
much for that has its rows put together anew for each profile, from what groups of its parts come to.
"""

from collections.abc import Callable, Sequence
from itertools import chain, compress, repeat
from math import prod
from operator import itemgetter
from struct import Struct
from typing import Any, Protocol, TypeVar

import numpy as np

from .cut import MOST, neighbours
from .parts import OUT, Outcome, Sharings, Tabled, Untabled, conditions_in, facts_in, together
from .quantise import Ints, Profiles, Quantiser, look_up, unknown
from .ruleset import Cause

PART = 128  # codes up to which neighbours are taken together
KEPT = 1536  # rows of a cause that are remembered at most
_MISSED = 4 * KEPT  # rows for which there was no room, after which all are forgotten: other profiles come now
_FEW = 1 << 14  # codes up to which what parts come to together is remembered

_Kind = TypeVar("_Kind")
_first: Callable[[Any], int] = itemgetter(0)
_second: Callable[[Any], bytes] = itemgetter(1)


class Rows(Protocol):
    """A cause that is weighed for many profiles."""

    def weigh(self, profiles: Profiles) -> tuple[Ints, Sequence[bytes]]:
        """The score of each profile, not above OUT where the cause does not apply, and its row: JSON up to the share, after a comma."""


def rows_of(cause: Cause, quantiser: Quantiser) -> Rows:
    """How ``cause`` is weighed for many profiles."""
    whole = cause._replace(prior=0, evidence=())
    single = [whole, *(whole._replace(applies=None, evidence=(piece,)) for piece in cause.evidence)]

    def count(group: Sequence[Cause]) -> int:
        return quantiser.count(chain.from_iterable(map(conditions_in, group)))

    groups = neighbours(single, lambda group: count(group) <= PART)
    parts = [group[0]._replace(evidence=tuple(piece for one in group for piece in one.evidence)) for group in groups]
    facts = list(map(facts_in, parts))
    shared = {fact for place, some in enumerate(facts) for before in facts[:place] for fact in some & before}
    writer = _Writer(cause)
    made = [
        (Tabled if count([part]) <= MOST else Untabled)(part, place, shared, writer.sharings, quantiser) for place, part in enumerate(parts)
    ]
    tabled = [part for part in made if isinstance(part, Tabled)]
    return _Looked(cause, writer, tabled) if len(tabled) == len(made) else _Filled(writer, made)


class _Writer:
    """Puts together the rows of a cause."""

    def __init__(self, cause: Cause) -> None:
        self._cause = cause
        self._heads: dict[int, bytes] = {}
        self.sharings = Sharings()

    def row(self, outcomes: Sequence[Outcome], mask: Sequence[bool] = ()) -> tuple[int, bytes]:
        """Score and row of what the parts come to; ``mask`` is for the runs of those without a table."""
        bits, speaks_for, against, opened, runs, shared = zip(*outcomes)  # noqa: B905 - all have six parts
        score = sum(bits, self._cause.prior)
        if score <= OUT // 2:
            return OUT, b""
        opens = [*chain.from_iterable(opened), *self.sharings.merged[shared]]
        if mask:
            opens += [(rank, b"".join(compress(texts, pick(mask)))) for rank, texts, pick in chain.from_iterable(runs)]
        opens.sort(key=_first)
        plus, minus, more = b"".join(speaks_for), b"".join(against), b"".join(map(_second, opens))
        head = self._heads.get(score) or self._head(score)
        return score, b"".join((head, plus[:-1], b'],"against":[', minus[:-1], b'],"open":[', more[:-1], b'],"share":'))

    def _head(self, score: int) -> bytes:
        head = self._heads[score] = f',{{"id":"{self._cause.id}","score":{score},"grade":"{self._cause.grade}","for":['.encode()
        return head


class _Looked:
    """A cause whose parts all have tables: its rows are looked up."""

    def __init__(self, cause: Cause, writer: _Writer, parts: Sequence[Tabled]) -> None:
        self._cause, self._writer, self._parts = cause, writer, parts
        self._rows: _Kept[bytes] = _Kept(self._row, len(parts))

    def weigh(self, profiles: Profiles) -> tuple[Ints, Sequence[bytes]]:
        numbers = [part.numbers(profiles) for part in self._parts]
        scores = self._parts[0].bits(numbers[0])
        for part, found in zip(self._parts[1:], numbers[1:], strict=True):
            scores += part.bits(found)
        scores += self._cause.prior
        return scores, look_up(self._rows, self._rows.keys_for(numbers))

    def _row(self, numbers: Sequence[int]) -> bytes:
        return self._writer.row([part.outcomes[number] for part, number in zip(self._parts, numbers, strict=True)])[1]


class _Filled:
    """A cause with parts that have no table: its rows are put together for each profile."""

    def __init__(self, writer: _Writer, parts: Sequence[Tabled | Untabled]) -> None:
        self._writer = writer
        self._asked = tuple([fact for part in parts if isinstance(part, Untabled) for fact in part.alone])
        self._groups: list[_Together | _Single] = []
        for group in neighbours(parts, _are_few):
            tabled = [part for part in group if isinstance(part, Tabled)]
            apart = {fact for part in parts if part not in group for fact in part.facts}
            self._groups += [_Together(tabled, apart, writer.sharings)] if tabled else []
            self._groups += [_Single(part, self._asked) for part in group if isinstance(part, Untabled)]

    def weigh(self, profiles: Profiles) -> tuple[Ints, Sequence[bytes]]:
        masks = zip(*[unknown(profiles, fact).tolist() for fact in self._asked], repeat(True))
        outcomes = zip(*[group.outcomes(profiles) for group in self._groups], strict=True)
        scores, texts = zip(*map(self._writer.row, outcomes, masks), strict=True)
        return np.array(scores, np.intp), texts


def _are_few(parts: Sequence[Tabled | Untabled]) -> bool:
    """Whether it pays to remember what ``parts`` come to together."""
    tabled = [part.lens.kinds for part in parts if isinstance(part, Tabled)]
    return len(tabled) == len(parts) and prod(tabled) <= _FEW


class _Together:
    """Parts with tables, remembered together; ``apart`` are the facts of other parts."""

    def __init__(self, parts: Sequence[Tabled], apart: set[str], sharings: Sharings) -> None:
        self._parts, self._apart, self._sharings = parts, apart, sharings
        self._kept: _Kept[Outcome] = _Kept(self._outcome, len(parts))

    def outcomes(self, profiles: Profiles) -> Sequence[Outcome]:
        return look_up(self._kept, self._kept.keys_for([part.numbers(profiles) for part in self._parts]))

    def _outcome(self, numbers: Sequence[int]) -> Outcome:
        found = [part.outcomes[number] for part, number in zip(self._parts, numbers, strict=True)]
        return together(found, self._apart, self._sharings)


class _Single:
    """A part without a table."""

    def __init__(self, part: Untabled, asked: Sequence[str]) -> None:
        self._part = part
        self._kept: _Kept[Outcome] = _Kept(lambda numbers: part.outcome(numbers, asked), part.width)

    def outcomes(self, profiles: Profiles) -> Sequence[Outcome]:
        return look_up(self._kept, self._kept.keys_for(self._part.numbers(profiles)))


class _Kept(dict[Any, _Kind]):
    """A bounded memory by the numbers of what ``width`` parts come to."""

    def __init__(self, make: Callable[[Sequence[int]], _Kind], width: int) -> None:
        super().__init__()
        self._make = make
        self._form = f"V{2 * width}" if width > 1 else ""
        self._unpack = Struct(f"={width}H").unpack
        self._missed = 0

    def keys_for(self, numbers: Sequence[Ints]) -> Sequence[Any]:
        """Where what belongs to each profile stands; ``numbers`` are those of each part."""
        if not self._form:
            keys: Sequence[Any] = numbers[0].tolist()
            return keys
        return np.ascontiguousarray(np.array(numbers, np.uint16).T).view(self._form).ravel().tolist()

    def __missing__(self, key: Any) -> _Kind:
        made = self._make(self._unpack(key) if self._form else (key,))
        if len(self) < KEPT:
            self[key] = made
        elif self._missed < _MISSED:
            self._missed += 1
        else:
            self._missed = 0
            self.clear()
        return made

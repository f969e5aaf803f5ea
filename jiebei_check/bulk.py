"""Weighing many profiles: what :func:`jiebei_check.inference.diagnose` gives, as lines of JSON.

How a cause is weighed depends on nothing but the cause and the facts that it speaks of, and those matter only by what its
conditions can see of them. So every cause is a memory from that (:mod:`jiebei_check.quantise`) to its piece of the result line,
and a line is those pieces in the order of rank, with the shares between them. What is not remembered is computed by
:mod:`jiebei_check.inference`.
"""

import struct
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from operator import getitem, itemgetter
from typing import Any, NamedTuple, TypeVar

from .conditions import Condition
from .flags import Flag, Flags, span
from .inference import OPERATIONS, day_number, likelihood_of
from .quantise import Codes, Quantiser
from .report import SHARE_DIGITS
from .rows import OUT, UNSEEN, Few, Long, Many, Row, conditions_in, divide
from .ruleset import RuleSet
from .values import Value

AS_OF = "as_of"
REMEMBERED = 2048  # of anything that is remembered with :func:`remember`
_CELLS = 2 * 10**SHARE_DIGITS  # all shares within one cell are rounded alike, and are equally likely

_Key = TypeVar("_Key")
_Kept = TypeVar("_Kept")
_ALERT, CHECK, SAYING = "alert", "check", "saying"


class Ready(NamedTuple):
    """A profile that has been read: its id, the sum of its codes without derived facts, and how that came about.

    ``inputs`` are the values of :attr:`Bulk.inputs`. ``adds[places[fact]][raws[places[fact]]]`` is what a fact
    added to the sum, bits above the codes included.
    """

    id: str
    total: int
    inputs: list[Value | None]
    places: Mapping[str, int]
    adds: Sequence[Mapping[Any, int]]
    raws: Sequence[Any]


class Body(NamedTuple):
    """What came out for one profile; ``causes`` and ``warnings`` are JSON, in pieces, without the brackets around them."""

    inconclusive: bool
    none_share: float
    first_share: float
    causes: list[bytes]
    warnings: bytes


class Bulk:
    """Ranks profiles that come as codes. One object serves any number of profiles, one after the other."""

    def __init__(self, rules: RuleSet) -> None:
        self.rules = rules
        self.quantiser = quantiser = Quantiser(rules.facts, _conditions(rules))
        self._checks = {check.id: check.drop for check in rules.checks}
        self._flags = Flags(_named(rules), quantiser)
        many = len(rules.causes)
        divided = [divide(cause, place, many, quantiser) for place, cause in enumerate(rules.causes)]
        self._few = [Few(one, quantiser) for one in divided if not one.long and one.few]
        several = [Many(one, quantiser) for one in divided if not one.long and not one.few]
        self._long = [Long(one, quantiser) for one in divided if one.long]
        quantiser.seal()
        self._tables = [cause.table for cause in self._few]
        self._in_tables = span([cause.place for cause in self._few])
        self._parts = [part for cause in several for part in cause.parts]
        self._part_tables = [part.table for part in self._parts]
        self._in_parts = span([part.lens.place for part in self._parts])
        self._several = several
        self._pack = struct.Struct(f"<{len(self._parts)}H").pack
        self._looks = struct.Struct("<" + "".join(f"{cause.size}s" for cause in several)).unpack
        derived = [(fact.id, *fact.derived) for fact in rules.facts.values() if fact.derived is not None]
        sources = [fact for _, _, pair in derived for fact in pair if rules.facts[fact].derived is None]
        self.inputs = tuple(dict.fromkeys([*sources, *rules.grouped_by, *([AS_OF] if AS_OF in rules.facts else [])]))
        places = {name: place for place, name in enumerate((*self.inputs, *(name for name, _, _ in derived)))}
        self._derived = [
            (_operation(operation), places[first], places[second], *quantiser.scale(name)) for name, operation, (first, second) in derived
        ]
        self._none = 2.0**rules.none_of_these
        self._shares = [self._share((cell + 0.5) / _CELLS) for cell in range(_CELLS)]
        for border in rules.likelihood.values():
            self._shares[min(int(border * _CELLS), _CELLS - 1)] = b""  # a share in this cell may be on either side

    def body(self, ready: Ready) -> Body:
        """The result for one profile."""
        codes = self._codes(ready.total, ready.inputs)
        warnings = self._flags.holding(codes)
        dropped = {fact for kind, name in warnings if kind == CHECK for fact in self._checks[name]} if warnings else ()
        if dropped:
            codes = self._without(ready, dropped)
            said = [flag for flag in self._flags.holding(codes) if flag[0] == SAYING]
            warnings = [flag for flag in warnings if flag[0] != SAYING] + said
        rows = list(map(getitem, self._tables, codes[self._in_tables]))
        rows += self._rows_of_several(codes)
        rows += [cause.row(codes) for cause in self._long]
        rows.sort(key=itemgetter(0))
        if rows and rows[0] is UNSEEN:
            rows[: rows.count(UNSEEN)] = [one.row(code) for one in self._few if one.table[code := codes[one.place]] is UNSEEN]
            rows.sort(key=itemgetter(0))
        while rows and rows[-1] is OUT:
            rows.pop()
        return self._body(rows, b",".join([b'"%b"' % name.encode() for _, name in warnings]) if warnings else b"")

    def _rows_of_several(self, codes: Codes) -> Iterable[Row]:
        try:
            numbers = self._pack(*map(getitem, self._part_tables, codes[self._in_parts]))
        except struct.error:  # a code that some table does not have yet
            numbers = self._pack(*[part.number(codes[part.lens.place]) for part in self._parts])
        return map(dict.__getitem__, self._several, self._looks(numbers))

    def _codes(self, total: int, inputs: Sequence[Value | None]) -> Codes:
        """The codes of a profile, with what the derived facts add."""
        known = [*inputs]
        for operation, first, second, bounds, adds in self._derived:
            left, right = known[first], known[second]
            result = None
            if left is not None and right is not None:
                result = operation(left, right)
                if result is not None:
                    total += adds[bisect_left(bounds, result) + bisect_right(bounds, result)]
            known.append(result)
        return self.quantiser.fields(total.to_bytes(self.quantiser.size, "little"))

    def _without(self, ready: Ready, dropped: Collection[str]) -> Codes:
        """The codes of a profile of which some facts are treated as not known."""
        total = ready.total
        for place in [ready.places[fact] for fact in dropped if fact in ready.places]:
            total -= ready.adds[place][ready.raws[place]]
        return self._codes(total, [None if name in dropped else value for name, value in zip(self.inputs, ready.inputs, strict=True)])

    def _body(self, rows: list[Row], warnings: bytes) -> Body:
        if not rows:
            return Body(inconclusive=True, none_share=1.0, first_share=0.0, causes=[], warnings=warnings)
        _, powers, texts = zip(*rows)  # noqa: B905 - all have three parts
        total = sum(powers) + self._none
        known = self._shares
        shares: dict[float, bytes] = {}
        for power in dict.fromkeys(powers):  # causes with the same score have the same share
            place = power / total * _CELLS
            cell = int(place)
            shares[power] = (cell != place and known[cell]) or self._share(power / total)
        parts = [b""] * (2 * len(rows))
        parts[::2] = texts
        parts[1::2] = map(shares.__getitem__, powers)
        parts[-1] = parts[-1][:-1]
        first = powers[0]
        return Body(first <= self._none, self._none / total, first / total, parts, warnings)

    def _share(self, share: float) -> bytes:
        return f'{round(share, SHARE_DIGITS)!r},"likelihood":"{likelihood_of(self.rules, share)}"}},'.encode()


def _conditions(rules: RuleSet) -> list[Condition]:
    """Every condition on which a result depends."""
    return [*(condition for cause in rules.causes for condition in conditions_in(cause)), *(when for _, when in _named(rules))]


def _named(rules: RuleSet) -> Iterator[tuple[Flag, Condition]]:
    """What a result warns of."""
    yield from (((_ALERT, alert.id), alert.when) for alert in rules.alerts)
    yield from (((CHECK, check.id), check.when) for check in rules.checks)
    yield from (((SAYING, saying.id), saying.when) for saying in rules.sayings if saying.when is not None)


def _operation(name: str) -> Callable[[Any, Any], Value | None]:
    """One operation of derived facts; dates are slow, and remembered."""
    if name != "days_between":
        return OPERATIONS[name]
    numbers = _DayNumbers()
    return lambda left, right: numbers[right] - numbers[left]


class _DayNumbers(dict[Value, int]):
    def __missing__(self, date: Value) -> int:
        number = day_number(date)
        remember(self, date, number)
        return number


def remember(memo: dict[_Key, _Kept], key: _Key, value: _Kept, most: int = REMEMBERED) -> None:
    """Add to a bounded memory; when it is full, the older half is forgotten."""
    if len(memo) >= most:
        for old in list(islice(memo, most // 2)):
            del memo[old]
    memo[key] = value

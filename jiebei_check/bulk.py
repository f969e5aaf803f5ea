"""Weighing many profiles: what :func:`jiebei_check.inference.diagnose` gives, as lines of JSON.

``inference.weigh`` depends on nothing but the cause and the facts that it speaks of, and those matter only by their code
(:mod:`jiebei_check.quantise`). So every cause has a table from its code to how it is weighed, together with its piece of
the result line; a cause of too many codes is put together from such tables of its parts. A line is those pieces in the order
of rank, with the shares between them. What is not in a table yet is computed by :mod:`jiebei_check.inference`, once.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from operator import getitem, itemgetter
from typing import Any, NamedTuple, TypeVar

from .conditions import All, AnyOf, Condition, Not, facts_of, holds
from .inference import OPERATIONS, Judged, Open, Piece, likelihood_of, weigh, weigh_piece
from .quantise import MOST, Lens, Quantiser
from .report import SHARE_DIGITS
from .ruleset import Cause, Evidence, RuleSet
from .values import Value

AS_OF = "as_of"
REMEMBERED = 4096  # of what has no table
_TABLE = 8192  # codes of a cause or of a single piece of evidence that has a table
_PART = 512  # codes up to which neighbouring pieces of evidence, or conditions, share a table
_CELLS = 2 * 10**SHARE_DIGITS  # all shares within one cell are rounded alike, and are equally likely
_NOWHERE = 1 << 62  # the rank of a cause that does not apply
_INFINITE = float("inf")

_Key = TypeVar("_Key")
_Kept = TypeVar("_Kept")
_Codes = tuple[int, ...]
_Row = tuple[int, float, bytes, bytes]  # rank (smaller is better), 2**score, the JSON before the share and after it
_OUT: _Row = (_NOWHERE, 0.0, b"", b"")
_UNSEEN: _Row = (-1, _INFINITE, b"", b"")


class Ready(NamedTuple):
    """A profile that has been read: its id, the sum of its codes without derived facts, and how that came about.

    ``inputs`` are the values of those facts that are used as they are. ``adds[places[fact]][raws[places[fact]]]`` is what a fact
    added to the sum, bits above the codes included.
    """

    id: str
    total: int
    inputs: Mapping[str, Value | None]
    places: Mapping[str, int]
    adds: Sequence[Mapping[Any, int]]
    raws: Sequence[Any]


class Body(NamedTuple):
    """What came out for one profile; ``causes`` and ``warnings`` are JSON, without the brackets around them."""

    inconclusive: bool
    none_share: float
    first_share: float
    causes: bytes
    warnings: bytes


class Bulk:
    """Ranks profiles that come as codes. One object serves any number of profiles, one after the other."""

    def __init__(self, rules: RuleSet) -> None:
        self.rules = rules
        self.quantiser = quantiser = Quantiser(rules.facts, _conditions(rules))
        self._checks = {check.id: check.drop for check in rules.checks}
        self._alerts = _Flags([(alert.id, alert.when) for alert in rules.alerts], quantiser)
        self._contradictions = _Flags([(check.id, check.when) for check in rules.checks], quantiser)
        self._sayings = _Flags([(saying.id, saying.when) for saying in rules.sayings if saying.when is not None], quantiser)
        causes = list(enumerate(rules.causes))
        whole = [(place, cause) for place, cause in causes if quantiser.kinds(_conditions_in(cause.applies, cause.evidence)) <= _TABLE]
        self._whole = [_Whole(cause, _Rows(cause, place, len(causes)), quantiser) for place, cause in whole]
        self._tables = [cause.table for cause in self._whole]
        self._span = _span([cause.lens for cause in self._whole])
        self._parted = [_Parted(cause, _Rows(cause, place, len(causes)), quantiser) for place, cause in causes if (place, cause) not in whole]
        quantiser.seal()
        self._derived = [
            (fact.id, _operation(fact.derived[0]), *fact.derived[1], *quantiser.scale(fact.id))
            for fact in rules.facts.values()
            if fact.derived is not None
        ]
        sources = [fact for fact in rules.facts.values() if fact.derived is not None]
        inputs = [name for fact in sources if fact.derived for name in fact.derived[1] if rules.facts[name].derived is None]
        self.inputs = tuple(dict.fromkeys([*inputs, *rules.grouped_by, *([AS_OF] if AS_OF in rules.facts else [])]))
        self._none = 2.0**rules.none_of_these
        self._shares = [self._share((cell + 0.5) / _CELLS) for cell in range(_CELLS)]
        for border in rules.likelihood.values():
            self._shares[min(int(border * _CELLS), _CELLS - 1)] = b""  # a share in this cell may be on either side

    def body(self, ready: Ready) -> Body:
        """The result for one profile."""
        codes = self._codes(ready.total, ready.inputs)
        warnings = self._alerts.holding(codes)
        contradictions = self._contradictions.holding(codes)
        if contradictions:
            codes = self._without(ready, {fact for check in contradictions for fact in self._checks[check]})
        warnings = [*warnings, *contradictions, *self._sayings.holding(codes)]
        rows = list(map(getitem, self._tables, codes[self._span]))
        rows += [cause.row(codes) for cause in self._parted]
        return self._body(rows, codes, b",".join([b'"%b"' % name.encode() for name in warnings]))

    def _codes(self, total: int, inputs: Mapping[str, Value | None]) -> _Codes:
        """The codes of a profile, with what the derived facts add."""
        known = dict(inputs)
        for name, operation, first, second, bounds, adds in self._derived:
            left = known.get(first)
            if left is None:
                continue
            right = known.get(second)
            if right is None:
                continue
            result = operation(left, right)
            if result is not None:
                known[name] = result
                total += adds[bisect_left(bounds, result) + bisect_right(bounds, result)]
        return self.quantiser.codes(total.to_bytes(self.quantiser.size, "little"))

    def _without(self, ready: Ready, dropped: set[str]) -> _Codes:
        """The codes of a profile of which some facts are treated as not known."""
        total = ready.total
        for place in [ready.places[fact] for fact in dropped if fact in ready.places]:
            total -= ready.adds[place][ready.raws[place]]
        return self._codes(total, {fact: value for fact, value in ready.inputs.items() if fact not in dropped})

    def _body(self, rows: list[_Row], codes: _Codes, warnings: bytes) -> Body:
        rows.sort(key=itemgetter(0))
        while rows and rows[-1] is _OUT:
            rows.pop()
        if not rows:
            return Body(inconclusive=True, none_share=1.0, first_share=0.0, causes=b"", warnings=warnings)
        _, powers, heads, tails = zip(*rows, strict=True)
        total = sum(powers) + self._none
        if total == _INFINITE:  # a code that was never seen before
            found = [cause.row(codes) for cause in self._whole]
            return self._body([*found, *(cause.row(codes) for cause in self._parted)], codes, warnings)
        shares = {}
        for power in set(powers):
            place = power / total * _CELLS
            cell = int(place)
            shares[power] = (cell != place and self._shares[cell]) or self._share(power / total)
        parts = [b""] * (3 * len(rows))
        parts[0::3] = heads
        parts[1::3] = map(shares.__getitem__, powers)
        parts[2::3] = tails
        return Body(powers[0] <= self._none, self._none / total, powers[0] / total, b"".join(parts)[1:], warnings)

    def _share(self, share: float) -> bytes:
        return f'{round(share, SHARE_DIGITS)!r},"likelihood":"{likelihood_of(self.rules, share)}"'.encode()


class _Flags:
    """Conditions of which only matters whether they certainly hold; neighbours share a table."""

    def __init__(self, named: list[tuple[str, Condition]], quantiser: Quantiser) -> None:
        groups: list[list[tuple[str, Condition]]] = []
        for one in named:
            if groups and quantiser.kinds([when for _, when in (*groups[-1], one)]) <= _PART:
                groups[-1].append(one)
            else:
                groups.append([one])
        small = [group for group in groups if quantiser.kinds([when for _, when in group]) <= MOST]
        self._groups = [(group, quantiser.lens([when for _, when in group])) for group in small]
        self._span = _span([lens for _, lens in self._groups])
        self._tables: list[list[list[str] | None]] = [[None] * lens.kinds for _, lens in self._groups]
        self._large = [(name, _Judge(when, quantiser)) for group in groups if group not in small for name, when in group]
        self._order = {name: place for place, (name, _) in enumerate(named)}

    def holding(self, codes: _Codes) -> list[str]:
        """The names of the conditions that hold, in order."""
        seen = list(map(getitem, self._tables, codes[self._span]))
        if not self._large and not any(seen) and None not in seen:
            return []
        found = []
        for (group, lens), table, names in zip(self._groups, self._tables, seen, strict=True):
            if names is None:
                code = codes[lens.place]
                facts = lens.facts(code)
                names = table[code] = [name for name, when in group if holds(when, facts) is True]
            found += names
        found += [name for name, judge_large in self._large if judge_large(codes)[0]]
        return sorted(found, key=self._order.__getitem__)


class _Judge:
    """One condition: whether it holds, and all facts in it that are not known. One of too many codes is judged by its parts."""

    def __init__(self, condition: Condition, quantiser: Quantiser) -> None:
        self._condition = condition
        self._table: list[Judged | None] = []
        self._parts: list[_Judge] = []
        if quantiser.kinds([condition]) <= MOST:
            self._lens = quantiser.lens([condition])
            self._table = [None] * self._lens.kinds
        elif isinstance(condition, Not):
            self._parts = [_Judge(condition.part, quantiser)]
        else:
            assert isinstance(condition, (All, AnyOf))  # a single comparison has few codes
            self._parts = [_Judge(part, quantiser) for part in condition.parts]

    def __call__(self, codes: _Codes) -> Judged:
        if self._parts:
            return self._combined([part(codes) for part in self._parts])
        code = codes[self._lens.place]
        judged = self._table[code]
        if judged is None:
            facts = self._lens.facts(code)
            unknown = tuple(fact for fact in facts_of(self._condition) if fact not in facts)
            judged = self._table[code] = (holds(self._condition, facts), unknown)
        return judged

    def _combined(self, judged: list[Judged]) -> Judged:
        unknown = tuple(dict.fromkeys([fact for _, facts in judged for fact in facts]))
        truths = [truth for truth, _ in judged]
        if isinstance(self._condition, Not):
            return None if truths[0] is None else not truths[0], unknown
        decides = isinstance(self._condition, AnyOf)
        return decides if decides in truths else None if None in truths else not decides, unknown


class _Rows:
    """Makes the rows of one cause, equal ones once."""

    def __init__(self, cause: Cause, place: int, causes: int) -> None:
        self._id, self._place, self._causes = cause.id, place, causes
        self._grade = f',"grade":"{cause.grade}","for":['.encode()
        self._heads: dict[int, tuple[int, float, bytes]] = {}
        self._made: dict[bytes, _Row] = {}

    def make(self, score: int, speaks_for: bytes, against: bytes, opened: list[Open]) -> _Row:
        opened.sort(key=_strongest_first)
        tail = b"".join(
            (self._grade, speaks_for, b'],"against":[', against, b'],"open":[', b",".join([_TEXTS[one] for one in opened]), b"]}")
        )
        row = self._made.get(tail)
        if row is None:
            row = (*self._head(score), tail)
            remember(self._made, tail, row)
        return row

    def _head(self, score: int) -> tuple[int, float, bytes]:
        head = self._heads.get(score)
        if head is None:
            text = f',{{"id":"{self._id}","score":{score},"share":'.encode()
            head = self._heads[score] = (self._place - score * self._causes, 2.0**score, text)
        return head


class _Texts(dict[Open, bytes]):
    """The JSON of what is open; few different ones come up."""

    def __missing__(self, one: Open) -> bytes:
        text = f'{{"fact":"{one.fact}","could_add":{one.could_add},"could_remove":{one.could_remove}}}'.encode()
        self[one] = text
        return text


_TEXTS = _Texts()


class _Whole:
    """A cause with a table of its own."""

    def __init__(self, cause: Cause, rows: _Rows, quantiser: Quantiser) -> None:
        self._cause, self._rows = cause, rows
        self.lens = quantiser.lens(_conditions_in(cause.applies, cause.evidence))
        self.table = [_UNSEEN] * self.lens.kinds

    def row(self, codes: _Codes) -> _Row:
        """How the cause is weighed, and its JSON."""
        code = codes[self.lens.place]
        row = self.table[code]
        if row is _UNSEEN:
            weighed = weigh(self._cause, self.lens.facts(code))
            row = _OUT
            if weighed.applies is not False:
                row = self._rows.make(weighed.score, _counted(weighed.speaks_for), _counted(weighed.against), list(weighed.open))
            self.table[code] = row
        return row


class _Outcome(NamedTuple):
    """What some pieces of evidence come to: bits, JSON for and against, what is open. Not applicable: ``out``."""

    bits: int
    speaks_for: bytes
    against: bytes
    opened: tuple[Open, ...]
    out: bool = False


class _Parted:
    """A cause of too many codes, put together from parts."""

    def __init__(self, cause: Cause, rows: _Rows, quantiser: Quantiser) -> None:
        self._prior, self._rows = cause.prior, rows
        groups: list[tuple[Condition | None, list[Evidence]]] = [(cause.applies, [])]
        for piece in cause.evidence:
            applies, before = groups[-1]
            if quantiser.kinds(_conditions_in(applies, [*before, piece])) <= _PART:
                before.append(piece)
            else:
                groups.append((None, [piece]))
        tables = [group for group in groups if quantiser.kinds(_conditions_in(*group)) <= MOST]
        made = {id(group): _Part(cause, *group, quantiser) for group in tables}
        self._parts: list[Callable[[_Codes], _Outcome]] = [
            made[id(group)].outcome if id(group) in made else _Long(*group, quantiser).outcome for group in groups if any(group)
        ]
        self._tables = [part.table for part in made.values()]
        self._span = _span([part.lens for part in made.values()])
        self._composed: dict[tuple[int | None, ...], _Row] = {}
        self._apart = _are_apart([{fact for piece in pieces for fact in piece.facts} for _, pieces in groups])
        self.row = self._row if len(tables) == len(groups) else self._put_together

    def _row(self, codes: _Codes) -> _Row:
        row = self._composed.get(tuple(map(getitem, self._tables, codes[self._span])))
        if row is None:
            row = self._put_together(codes)
            remember(self._composed, tuple(map(getitem, self._tables, codes[self._span])), row)
        return row

    def _put_together(self, codes: _Codes) -> _Row:
        score = self._prior
        speaks_for: list[bytes] = []
        against: list[bytes] = []
        opened: list[Open] = []
        for part in self._parts:
            bits, plus, minus, swings, out = part(codes)
            if out:
                return _OUT
            score += bits
            if plus:
                speaks_for.append(plus)
            if minus:
                against.append(minus)
            opened += swings
        if not self._apart:
            opened = _added_up(opened)
        return self._rows.make(score, b",".join(speaks_for), b",".join(against), opened)


class _Part:
    """Some neighbouring pieces of evidence of one cause, and whether it applies, with a table from codes to numbered outcomes."""

    def __init__(self, cause: Cause, applies: Condition | None, pieces: list[Evidence], quantiser: Quantiser) -> None:
        self._cause = cause._replace(prior=0, applies=applies, evidence=tuple(pieces))
        self.lens = quantiser.lens(_conditions_in(applies, pieces))
        self.table: list[int | None] = [None] * self.lens.kinds
        self._numbers: dict[_Outcome, int] = {}
        self._outcomes: list[_Outcome] = []

    def outcome(self, codes: _Codes) -> _Outcome:
        """What the pieces come to."""
        code = codes[self.lens.place]
        number = self.table[code]
        if number is None:
            outcome = self._weigh(code)
            number = self.table[code] = self._numbers.setdefault(outcome, len(self._outcomes))
            if number == len(self._outcomes):
                self._outcomes.append(outcome)
        return self._outcomes[number]

    def _weigh(self, code: int) -> _Outcome:
        weighed = weigh(self._cause, self.lens.facts(code))
        if weighed.applies is False:
            return _Outcome(0, b"", b"", (), out=True)
        return _Outcome(weighed.score, _counted(weighed.speaks_for), _counted(weighed.against), weighed.open)


class _Long:
    """A condition for applying, and pieces of evidence, of too many codes for a table: step by step."""

    def __init__(self, applies: Condition | None, pieces: list[Evidence], quantiser: Quantiser) -> None:
        self._applies = _Judge(applies, quantiser) if applies is not None else None
        self._pieces = [(piece, [_Judge(step.when, quantiser) for step in piece.steps]) for piece in pieces]
        self._weighed: list[dict[tuple[bool | None, ...], tuple[int, bytes, int, int]]] = [{} for _ in pieces]

    def outcome(self, codes: _Codes) -> _Outcome:
        """What the pieces come to."""
        if self._applies is not None and self._applies(codes)[0] is False:
            return _Outcome(0, b"", b"", (), out=True)
        total = 0
        speaks_for: list[bytes] = []
        against: list[bytes] = []
        opened: list[Open] = []
        for (piece, steps), weighed in zip(self._pieces, self._weighed, strict=True):
            judged = []
            for step in steps:
                judged.append(step(codes))
                if judged[-1][0]:
                    break
            truths = tuple([truth for truth, _ in judged])
            if truths not in weighed:
                weighed[truths] = _weigh_judged(piece, judged)
            bits, text, add, remove = weighed[truths]
            if bits:
                total += bits
                (speaks_for if bits > 0 else against).append(text)
            if add or remove:
                unknown = dict.fromkeys([fact for truth, facts in judged if truth is None for fact in facts])
                opened += [Open(fact, add, remove) for fact in unknown]
        if len(self._pieces) > 1:
            opened = _added_up(opened)
        return _Outcome(total, b",".join(speaks_for), b",".join(against), tuple(opened))


def _weigh_judged(evidence: Evidence, judged: list[Judged]) -> tuple[int, bytes, int, int]:
    """What follows from the truth of the steps alone: bits, JSON, bits that could be added, and removed."""
    piece, lowest, highest, _ = weigh_piece(evidence, [(truth, facts if truth is None else ()) for truth, facts in judged])
    bits = piece.bits if piece is not None else 0
    return bits, _counted([piece]) if piece is not None else b"", highest - bits, bits - lowest


def _counted(pieces: Iterable[Piece]) -> bytes:
    return ",".join([f'{{"id":"{piece.evidence.id}","bits":{piece.bits}}}' for piece in pieces]).encode()


def _added_up(opened: list[Open]) -> list[Open]:
    """Each fact once, in the order in which it first comes up."""
    found: dict[str, Open] = {}
    for one in opened:
        fact = one[0]
        if fact in found:
            _, add, remove = found[fact]
            found[fact] = Open(fact, add + one[1], remove + one[2])
        else:
            found[fact] = one
    return list(found.values())


def _strongest_first(one: Open) -> int:
    return -max(one[1], one[2])


def _are_apart(groups: list[set[str]]) -> bool:
    return sum(map(len, groups)) == len(set().union(*groups))


def _span(lenses: list[Lens]) -> slice:
    """Where the codes of lenses made one after the other stand."""
    return slice(lenses[0].place, lenses[-1].place + 1) if lenses else slice(0)


def _conditions_in(applies: Condition | None, pieces: Iterable[Evidence]) -> list[Condition]:
    return [*([applies] if applies is not None else []), *(step.when for piece in pieces for step in piece.steps)]


def _conditions(rules: RuleSet) -> list[Condition]:
    """Every condition on which a result depends."""
    causes = [condition for cause in rules.causes for condition in _conditions_in(cause.applies, cause.evidence)]
    sayings = [saying.when for saying in rules.sayings if saying.when is not None]
    return [*causes, *(check.when for check in rules.checks), *(alert.when for alert in rules.alerts), *sayings]


def _operation(name: str) -> Callable[[Any, Any], Value | None]:
    """One operation of derived facts; that on dates is slow, and remembered."""
    operation = OPERATIONS[name]
    if name != "days_between":
        return operation
    known: dict[tuple[Value, Value], Value | None] = {}

    def remembered(left: Value, right: Value) -> Value | None:
        result = known.get((left, right))
        if result is None:
            result = operation(left, right)
            remember(known, (left, right), result)
        return result

    return remembered


def remember(memo: dict[_Key, _Kept], key: _Key, value: _Kept, most: int = REMEMBERED) -> None:
    """Add to a bounded memory; when it is full, the older half is forgotten."""
    if len(memo) >= most:
        for old in list(islice(memo, most // 2)):
            del memo[old]
    memo[key] = value

"""Weighing many profiles: what :func:`jiebei_check.inference.diagnose` gives, as lines of JSON.

``inference.weigh`` depends on nothing but the cause and the facts that it speaks of, and those matter only by their code
(:mod:`jiebei_check.quantise`). So every cause has a table from its code to how it is weighed, together with its piece of
the result line; a cause of too many codes is put together from such tables of its parts. A line is those pieces in the order
of rank, with the shares between them. What is not in a table yet is computed by :mod:`jiebei_check.inference`, once.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import islice
from operator import getitem, itemgetter
from typing import Any, NamedTuple, TypeVar

from .conditions import All, AnyOf, Condition, In, Not, Range, facts_of, holds
from .inference import OPERATIONS, Judged, Open, Piece, day_number, likelihood_of, weigh, weigh_piece
from .quantise import Lens, Quantiser
from .report import SHARE_DIGITS
from .ruleset import Cause, Evidence, RuleSet
from .values import Value

AS_OF = "as_of"
REMEMBERED = 1536  # of what has no table
_ROWS = 15_000  # in all tables together
_NOT_KEPT = 50_000  # rows for which there was no room, after which the tables start again
_TABLE = 8192  # codes of a cause or of a single piece of evidence that has a table
_PART = 256  # codes up to which neighbouring pieces of evidence, or conditions, share a table
_SMALL = 32  # the same where a table is filled from smaller ones
_CELLS = 2 * 10**SHARE_DIGITS  # all shares within one cell are rounded alike, and are equally likely
_NOWHERE = 1 << 62  # the rank of a cause that does not apply

_Key = TypeVar("_Key")
_Kept = TypeVar("_Kept")
_Codes = tuple[int, ...]
_Swing = tuple[int, str, int, int]  # minus the larger of the two, the unknown fact, bits it could add, bits it could remove
_Row = tuple[int, float, bytes]  # rank (smaller is better), 2**score, the JSON up to the share
_OUT: _Row = (_NOWHERE, 0.0, b"")
_UNSEEN: _Row = (-_NOWHERE, 0.0, b"")
_ALERT, _CHECK, _SAYING = "alert", "check", "saying"
_UNSEEN_FLAGS = [("", "")]


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
        flags = [(_ALERT, alert.id, alert.when) for alert in rules.alerts] + [(_CHECK, check.id, check.when) for check in rules.checks]
        flags += [(_SAYING, saying.id, saying.when) for saying in rules.sayings if saying.when is not None]
        self._flags = _Flags(flags, quantiser)
        causes = [(cause, _Rows(cause, place, len(rules.causes))) for place, cause in enumerate(rules.causes)]
        kinds = [quantiser.kinds(_conditions_in(cause.applies, cause.evidence)) for cause in rules.causes]
        self._tabled = [_Tabled(*one, quantiser) for one, many in zip(causes, kinds, strict=True) if many <= _TABLE]
        self._span = _span([cause.lens for cause in self._tabled])
        self._tables = [cause.table for cause in self._tabled]
        parted = [_Parted(*one, quantiser) for one, many in zip(causes, kinds, strict=True) if many > _TABLE]
        parts = [part for cause in parted for part in cause.tabled]
        self._part_span = _span([part.lens for part in parts])
        self._part_tables = [part.table for part in parts]
        for cause in parted:
            cause.judge_the_rest(quantiser)
        self._parted = [(cause.composed.get, cause.span_in(parts), cause.put_together) for cause in parted]
        quantiser.seal()
        derived = [(fact.id, *fact.derived) for fact in rules.facts.values() if fact.derived is not None]
        sources = [fact for _, _, pair in derived for fact in pair if rules.facts[fact].derived is None]
        self.inputs = tuple(dict.fromkeys([*sources, *rules.grouped_by, *([AS_OF] if AS_OF in rules.facts else [])]))
        places = {name: place for place, name in enumerate((*self.inputs, *(name for name, _, _ in derived)))}
        self._derived = [
            (_operation(operation), places[first], places[second], *quantiser.scale(name)) for name, operation, (first, second) in derived
        ]
        self._kept = self._not_kept = 0
        self._none = 2.0**rules.none_of_these
        self._shares = [self._share((cell + 0.5) / _CELLS) for cell in range(_CELLS)]
        for border in rules.likelihood.values():
            self._shares[min(int(border * _CELLS), _CELLS - 1)] = b""  # a share in this cell may be on either side

    def body(self, ready: Ready) -> Body:
        """The result for one profile."""
        codes = self._codes(ready.total, ready.inputs)
        warnings = self._flags.holding(codes)
        dropped = {fact for kind, name in warnings if kind == _CHECK for fact in self._checks[name]} if warnings else ()
        if dropped:
            codes = self._without(ready, dropped)
            said = [flag for flag in self._flags.holding(codes) if flag[0] == _SAYING]
            warnings = [flag for flag in warnings if flag[0] != _SAYING] + said
        rows = list(map(getitem, self._tables, codes[self._span]))
        numbers = tuple(map(getitem, self._part_tables, codes[self._part_span]))
        rows += [known(numbers[span]) or put_together(numbers[span], codes) for known, span, put_together in self._parted]
        rows.sort(key=itemgetter(0))
        if rows and rows[0] is _UNSEEN:  # a code that some table does not have yet
            rows[: rows.count(_UNSEEN)] = self._fill(codes)
            rows.sort(key=itemgetter(0))
        while rows and rows[-1] is _OUT:
            rows.pop()
        return self._body(rows, b",".join([b'"%b"' % name.encode() for _, name in warnings]) if warnings else b"")

    def _fill(self, codes: _Codes) -> list[_Row]:
        """The rows that the tables do not have yet. They are kept while there is room; if more and more are not, all start again."""
        found = []
        for cause in self._tabled:
            if cause.lacks(codes):
                row = cause.row(codes)
                found.append(row)
                if self._kept < _ROWS:
                    cause.keep(codes, row)
                    self._kept += 1
                else:
                    self._not_kept += 1
        if self._not_kept > _NOT_KEPT:
            self._kept = self._not_kept = 0
            for cause in self._tabled:
                cause.forget()
        return found

    def _codes(self, total: int, inputs: Sequence[Value | None]) -> _Codes:
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
        return self.quantiser.codes(total.to_bytes(self.quantiser.size, "little"))

    def _without(self, ready: Ready, dropped: Collection[str]) -> _Codes:
        """The codes of a profile of which some facts are treated as not known."""
        total = ready.total
        for place in [ready.places[fact] for fact in dropped if fact in ready.places]:
            total -= ready.adds[place][ready.raws[place]]
        return self._codes(total, [None if name in dropped else value for name, value in zip(self.inputs, ready.inputs, strict=True)])

    def _body(self, rows: list[_Row], warnings: bytes) -> Body:
        if not rows:
            return Body(inconclusive=True, none_share=1.0, first_share=0.0, causes=b"", warnings=warnings)
        total = sum([power for _, power, _ in rows]) + self._none
        shares = self._shares
        parts: list[bytes] = []
        append = parts.append
        before, share = 0.0, b""
        for _, power, text in rows:
            if power != before:  # causes with the same score have the same share
                before = power
                place = power / total * _CELLS
                cell = int(place)
                share = (cell != place and shares[cell]) or self._share(power / total)
            append(text)
            append(share)
        parts[-1] = share[:-1]
        first = rows[0][1]
        return Body(first <= self._none, self._none / total, first / total, b"".join(parts), warnings)

    def _share(self, share: float) -> bytes:
        return f'{round(share, SHARE_DIGITS)!r},"likelihood":"{likelihood_of(self.rules, share)}"}},'.encode()


class _Flags:
    """Named conditions of which only matters whether they certainly hold; neighbours share a table."""

    def __init__(self, flags: list[tuple[str, str, Condition]], quantiser: Quantiser) -> None:
        groups: list[list[tuple[str, str, Condition]]] = []
        for one in flags:
            if groups and quantiser.kinds([when for *_, when in (*groups[-1], one)]) <= _PART:
                groups[-1].append(one)
            else:
                groups.append([one])
        small = [group for group in groups if quantiser.kinds([when for *_, when in group]) <= _TABLE]
        self._groups = [(group, quantiser.lens([when for *_, when in group])) for group in small]
        self._span = _span([lens for _, lens in self._groups])
        self._tables = [[_UNSEEN_FLAGS] * lens.kinds for _, lens in self._groups]
        self._large = [((kind, name), _judge(when, quantiser)) for group in groups if group not in small for kind, name, when in group]
        self._order = {(kind, name): place for place, (kind, name, _) in enumerate(flags)}

    def holding(self, codes: _Codes) -> list[tuple[str, str]]:
        """The kinds and names of the conditions that hold, in order."""
        seen = list(map(getitem, self._tables, codes[self._span]))
        if not any(seen) and not self._large:
            return []
        found = []
        for (group, lens), table, flags in zip(self._groups, self._tables, seen, strict=True):
            if flags is _UNSEEN_FLAGS:
                facts = lens.facts(codes[lens.place])
                flags = table[codes[lens.place]] = [(kind, name) for kind, name, when in group if holds(when, facts) is True]
            found += flags
        found += [flag for flag, judged in self._large if judged(codes)[0]]
        return sorted(found, key=self._order.__getitem__) if self._large else found


def _judge(condition: Condition, quantiser: Quantiser) -> Callable[[_Codes], Judged]:
    """Tells whether a condition holds, and all facts in it that are not known. One of many codes is judged by its parts."""
    if quantiser.kinds([condition]) <= _PART or isinstance(condition, (In, Range)):
        return _table_judge(condition, quantiser)
    parts = [_judge(part, quantiser) for part in _divided(condition, quantiser)]
    if isinstance(condition, Not):
        return _opposite(parts[0])
    decides = isinstance(condition, AnyOf)

    def judge_parts(codes: _Codes) -> Judged:
        judged = [part(codes) for part in parts]
        truths = [truth for truth, _ in judged]
        unknown = tuple(dict.fromkeys([fact for _, facts in judged for fact in facts]))
        return decides if decides in truths else None if None in truths else not decides, unknown

    return judge_parts


def _opposite(part: Callable[[_Codes], Judged]) -> Callable[[_Codes], Judged]:
    def judge_opposite(codes: _Codes) -> Judged:
        truth, unknown = part(codes)
        return None if truth is None else not truth, unknown

    return judge_opposite


def _table_judge(condition: Condition, quantiser: Quantiser) -> Callable[[_Codes], Judged]:
    lens = quantiser.lens([condition])
    place = lens.place
    table: list[Judged | None] = [None] * lens.kinds

    def judge_code(codes: _Codes) -> Judged:
        judged = table[codes[place]]
        if judged is None:
            facts = lens.facts(codes[place])
            unknown = tuple(fact for fact in facts_of(condition) if fact not in facts)
            judged = table[codes[place]] = (holds(condition, facts), unknown)
        return judged

    return judge_code


def _divided(condition: All | AnyOf | Not, quantiser: Quantiser) -> list[Condition]:
    """The parts of a condition, neighbours together while they have few codes."""
    if isinstance(condition, Not):
        return [condition.part]
    groups: list[list[Condition]] = []
    for part in condition.parts:
        if groups and quantiser.kinds([*groups[-1], part]) <= _PART:
            groups[-1].append(part)
        else:
            groups.append([part])
    return [group[0] if len(group) == 1 else type(condition)(tuple(group)) for group in groups]


class _Rows:
    """Makes the rows of one cause."""

    def __init__(self, cause: Cause, place: int, causes: int) -> None:
        self._id, self._prior, self._place, self._causes = cause.id, cause.prior, place, causes
        self._grade = cause.grade
        self._heads: dict[int, tuple[int, float, bytes]] = {}

    def add_up(self, outcomes: Iterable["_Outcome"]) -> _Row:
        """The row that follows from the outcomes of all evidence; what is open comes strongest first."""
        score = self._prior
        plus: list[bytes] = []
        minus: list[bytes] = []
        opened: list[_Swing] = []
        for bits, text_for, text_against, swings, out in outcomes:
            if out:
                return _OUT
            score += bits
            if text_for:
                plus.append(text_for)
            if text_against:
                minus.append(text_against)
            opened += swings
        if len({swing[1] for swing in opened}) < len(opened):
            opened = _added_up(opened)
        opened.sort(key=itemgetter(0))
        speaks_for, against = b",".join(plus), b",".join(minus)
        rank, power, head = self._head(score)
        opens = b",".join(map(_opened, opened))
        return rank, power, b"".join((head, speaks_for, b'],"against":[', against, b'],"open":[', opens, b'],"share":'))

    def _head(self, score: int) -> tuple[int, float, bytes]:
        head = self._heads.get(score)
        if head is None:
            text = f'{{"id":"{self._id}","score":{score},"grade":"{self._grade}","for":['.encode()
            head = self._heads[score] = (self._place - score * self._causes, 2.0**score, text)
        return head


class _Texts(dict[_Swing, bytes]):
    """The JSON of what is open; few different ones come up."""

    def __missing__(self, swing: _Swing) -> bytes:
        _, fact, add, remove = swing
        text = f'{{"fact":"{fact}","could_add":{add},"could_remove":{remove}}}'.encode()
        self[swing] = text
        return text


_opened = _Texts().__getitem__


class _Tabled:
    """A cause with a table from its codes to its rows, filled from its parts: of those few differ."""

    def __init__(self, cause: Cause, rows: _Rows, quantiser: Quantiser) -> None:
        self._rows = rows
        self.lens = quantiser.lens(_conditions_in(cause.applies, cause.evidence))
        self.table = [_UNSEEN] * self.lens.kinds
        groups = _grouped(cause, quantiser, _SMALL)
        parts = [_Part(cause, *group, quantiser.aside(_conditions_in(*group))) for group in groups]
        self._parts = [(part.lens.within(self.lens), part) for part in parts]
        self._composed: dict[tuple[int, ...], _Row] = {}

    def lacks(self, codes: _Codes) -> bool:
        """Whether these codes come for the first time."""
        return self.table[codes[self.lens.place]] is _UNSEEN

    def keep(self, codes: _Codes, row: _Row) -> None:
        """Put a row into the table."""
        self.table[codes[self.lens.place]] = row

    def forget(self) -> None:
        """Empty the table."""
        self.table[:] = [_UNSEEN] * len(self.table)

    def row(self, codes: _Codes) -> _Row:
        """How the cause is weighed, and its JSON."""
        kinds = self.lens.kinds_in(codes[self.lens.place])
        numbers = tuple([part.number(narrow(kinds)) for narrow, part in self._parts])
        row = self._composed.get(numbers)
        if row is None:
            row = self._rows.add_up([part.outcomes[number] for number, (_, part) in zip(numbers, self._parts, strict=True)])
            remember(self._composed, numbers, row)
        return row


class _Outcome(NamedTuple):
    """What some pieces of evidence come to: bits, JSON for and against, what is open. Not applicable: ``out``."""

    bits: int
    speaks_for: bytes
    against: bytes
    opened: tuple[_Swing, ...]
    out: bool = False


class _Parted:
    """A cause of too many codes, put together from parts."""

    def __init__(self, cause: Cause, rows: _Rows, quantiser: Quantiser) -> None:
        self._rows = rows
        self._groups = _grouped(cause, quantiser, _PART)
        conditions = [_conditions_in(*group) for group in self._groups]
        few = [quantiser.kinds(found) <= _TABLE for found in conditions]
        self._made = [
            _Part(cause, *group, quantiser.lens(found)) if tabled else None
            for group, found, tabled in zip(self._groups, conditions, few, strict=True)
        ]
        self.tabled = [part for part in self._made if part is not None]
        self.composed: dict[tuple[int | None, ...], _Row] = {}
        self._spare = 4 * REMEMBERED
        self._outcomes = [part.outcomes for part in self.tabled]
        self._long: list[tuple[int, Callable[[_Codes], _Outcome]]] = []

    def judge_the_rest(self, quantiser: Quantiser) -> None:
        """Prepare what has too many codes for a table: its lenses stand behind those of the parts of all causes."""
        for place, (group, part) in enumerate(zip(self._groups, self._made, strict=True)):
            if part is None:
                self._long.append((place, _Long(*group, quantiser).outcome))

    def span_in(self, parts: Sequence["_Part"]) -> slice:
        """Where the parts of this cause stand among all."""
        first = parts.index(self.tabled[0]) if self.tabled else 0
        return slice(first, first + len(self.tabled))

    def put_together(self, numbers: tuple[int | None, ...], codes: _Codes) -> _Row:
        """How the cause is weighed, and its JSON, by the numbers of what its parts come to, as far as they are known."""
        if None in numbers:
            numbers = tuple([part.number(codes[part.lens.place]) for part in self.tabled])
        outcomes = [known[number] for known, number in zip(self._outcomes, numbers, strict=True)]  # type: ignore[index]  # all known now
        if self._long:
            for place, weigh_long in self._long:
                outcomes.insert(place, weigh_long(codes))
            return self._rows.add_up(outcomes)
        row = self._rows.add_up(outcomes)
        if self._spare:  # where so many different ones come that memory is of little use, it stays as it is
            self._spare -= 1
            remember(self.composed, numbers, row)
        return row


class _Part:
    """Some neighbouring pieces of evidence of one cause, and whether it applies, with a table from codes to numbered outcomes."""

    def __init__(self, cause: Cause, applies: Condition | None, pieces: Sequence[Evidence], lens: Lens) -> None:
        self._cause = cause._replace(prior=0, applies=applies, evidence=tuple(pieces))
        self.lens = lens
        self.table: list[int | None] = [None] * lens.kinds
        self.outcomes: list[_Outcome] = []
        self._numbers: dict[_Outcome, int] = {}

    def number(self, code: int) -> int:
        """What the pieces come to by the code of this part: its place among the outcomes."""
        number = self.table[code]
        if number is None:
            outcome = self._weigh(code)
            number = self.table[code] = self._numbers.setdefault(outcome, len(self.outcomes))
            if number == len(self.outcomes):
                self.outcomes.append(outcome)
        return number

    def _weigh(self, code: int) -> _Outcome:
        weighed = weigh(self._cause, self.lens.facts(code))
        if weighed.applies is False:
            return _Outcome(0, b"", b"", (), out=True)
        return _Outcome(weighed.score, _counted(weighed.speaks_for), _counted(weighed.against), tuple(_swings(weighed.open)))


class _Long:
    """A condition for applying, and pieces of evidence, of too many codes for a table: step by step."""

    def __init__(self, applies: Condition | None, pieces: Sequence[Evidence], quantiser: Quantiser) -> None:
        self._applies = _judge(applies, quantiser) if applies is not None else None
        self._pieces = [(piece, [_judge(step.when, quantiser) for step in piece.steps]) for piece in pieces]
        self._weighed: list[dict[tuple[bool | None, ...], tuple[int, bytes, int, int]]] = [{} for _ in pieces]

    def outcome(self, codes: _Codes) -> _Outcome:
        """What the pieces come to."""
        if self._applies is not None and self._applies(codes)[0] is False:
            return _Outcome(0, b"", b"", (), out=True)
        total = 0
        speaks_for: list[bytes] = []
        against: list[bytes] = []
        opened: list[_Swing] = []
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
                weight = -max(add, remove)
                unknown = dict.fromkeys([fact for truth, facts in judged if truth is None for fact in facts])
                opened += [(weight, fact, add, remove) for fact in unknown]
        return _Outcome(total, b",".join(speaks_for), b",".join(against), tuple(opened))


def _weigh_judged(evidence: Evidence, judged: list[Judged]) -> tuple[int, bytes, int, int]:
    """What follows from the truth of the steps alone: bits, JSON, bits that could be added, and removed."""
    piece, lowest, highest, _ = weigh_piece(evidence, [(truth, facts if truth is None else ()) for truth, facts in judged])
    bits = piece.bits if piece is not None else 0
    return bits, _counted([piece]) if piece is not None else b"", highest - bits, bits - lowest


def _counted(pieces: Iterable[Piece]) -> bytes:
    return ",".join([f'{{"id":"{piece.evidence.id}","bits":{piece.bits}}}' for piece in pieces]).encode()


def _swings(opened: Iterable[Open]) -> list[_Swing]:
    return [(-max(add, remove), fact, add, remove) for fact, add, remove in opened]


def _added_up(opened: list[_Swing]) -> list[_Swing]:
    """Each fact once, in the order in which it first comes up."""
    found: dict[str, _Swing] = {}
    for swing in opened:
        fact = swing[1]
        if fact in found:
            _, _, add, remove = found[fact]
            add, remove = add + swing[2], remove + swing[3]
            found[fact] = (-max(add, remove), fact, add, remove)
        else:
            found[fact] = swing
    return list(found.values())


def _grouped(cause: Cause, quantiser: Quantiser, most: int) -> list[tuple[Condition | None, list[Evidence]]]:
    """The evidence of a cause, neighbours together while they have no more kinds than ``most``; the first with the condition to apply."""
    groups: list[tuple[Condition | None, list[Evidence]]] = [(cause.applies, [])]
    for piece in cause.evidence:
        applies, before = groups[-1]
        if quantiser.kinds(_conditions_in(applies, [*before, piece])) <= most:
            before.append(piece)
        else:
            groups.append((None, [piece]))
    return [group for group in groups if any(group)]


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

"""Weighing many profiles: what :func:`jiebei_check.inference.diagnose` gives, as lines of JSON.

``inference.weigh`` depends on nothing but the cause and the facts that it speaks of, and a fact matters only by the
comparisons made with it (:mod:`jiebei_check.quantise`). So a weighed cause, with its piece of the result line, is remembered
under its bits; where a cause has too many of them, so are its parts. A line is those pieces in the order of rank, with the
shares between them. What is remembered is bounded; what is not remembered is computed by :mod:`jiebei_check.inference`.
"""

from collections.abc import Iterable, Mapping
from itertools import islice, repeat
from operator import and_, itemgetter
from typing import NamedTuple, TypeVar

from .conditions import Condition, holds
from .inference import Judged, compute, judge, likelihood_of, weigh_piece
from .quantise import Lens, Quantiser
from .report import SHARE_DIGITS
from .ruleset import Cause, Evidence, RuleSet
from .values import Value

AS_OF = "as_of"
REMEMBERED = 4096  # of each cause, of each of its parts, of each condition
_HOPELESS = 250_000  # what has more kinds of profile than this does not come twice often enough to be remembered by its bits
_PART = 512  # neighbouring pieces of evidence make one part while there can be no more kinds of profile than this
_CELLS = 2 * 10**SHARE_DIGITS  # all shares within one cell are rounded alike, and are equally likely
_NOWHERE = 1 << 62  # the rank of a cause that does not apply

_Key = TypeVar("_Key")
_Kept = TypeVar("_Kept")
_Swing = tuple[int, str, int, int]  # minus the larger of the two, the unknown fact, bits it could add, bits it could remove
_Row = tuple[int, float, bytes, bytes]  # rank (smaller is better), 2**score, the JSON before the share and after it
_OUT: _Row = (_NOWHERE, 0.0, b"", b"")


class Ready(NamedTuple):
    """A profile that has been read: its id, its bits without derived facts, and the values of those facts that are used as they are."""

    id: str
    bits: int
    inputs: Mapping[str, Value | None]


class Body(NamedTuple):
    """What came out for one profile; ``causes`` and ``warnings`` are JSON, without the brackets around them."""

    inconclusive: bool
    none_share: float
    first_share: float
    causes: bytes
    warnings: bytes


class _Outcome(NamedTuple):
    """What some pieces of evidence come to: bits, JSON for and against, what is open. Not applicable: ``out``.

    ``number`` tells it from the other outcomes of the same pieces.
    """

    number: int
    bits: int
    speaks_for: bytes
    against: bytes
    swings: tuple[_Swing, ...]
    out: bool = False


_UNSEEN = ["?"]


class Bulk:
    """Ranks profiles that come as bits. One object serves any number of profiles, one after the other."""

    def __init__(self, rules: RuleSet) -> None:
        self.rules = rules
        self.quantiser = Quantiser(rules.facts, _conditions(rules))
        self._derived = [(fact.id, *fact.derived[:1], *fact.derived[1]) for fact in rules.facts.values() if fact.derived is not None]
        sources = [fact for _, _, *pair in self._derived for fact in pair if rules.facts[fact].derived is None]
        self.inputs = tuple(dict.fromkeys([*sources, *rules.grouped_by, *([AS_OF] if AS_OF in rules.facts else [])]))
        self._days: dict[tuple[Value, Value], Value | None] = {}
        stated = [(alert.id, alert.when) for alert in rules.alerts] + [(check.id, check.when) for check in rules.checks]
        weighed = [(saying.id, saying.when) for saying in rules.sayings if saying.when is not None]
        self._stated = _Flags(stated, self.quantiser)
        self._weighed = _Flags(weighed, self.quantiser)
        self._checks = {check.id: check for check in rules.checks}
        self._causes = [_CauseMemo(cause, place, len(rules.causes), self.quantiser) for place, cause in enumerate(rules.causes)]
        self._masks = [cause.mask for cause in self._causes]
        self._rows = [(cause.rows.get, cause.weigh) for cause in self._causes]
        self._none = 2.0**rules.none_of_these
        self._shares = [self._share((cell + 0.5) / _CELLS) for cell in range(_CELLS)]
        for border in rules.likelihood.values():
            self._shares[min(int(border * _CELLS), _CELLS - 1)] = b""  # a share in this cell may be on either side

    def body(self, ready: Ready) -> Body:
        """The result for one profile."""
        bits = ready.bits + self._derive(ready.inputs)
        warnings = self._stated.holding(bits)
        if warnings:
            dropped = {fact for name in warnings if name in self._checks for fact in self._checks[name].drop}
            if dropped:
                bits = ready.bits
                for fact in dropped & self.quantiser.unknown.keys():
                    bits = bits & ~self.quantiser.masks[fact] | self.quantiser.unknown[fact]
                bits += self._derive({fact: value for fact, value in ready.inputs.items() if fact not in dropped})
        warnings += self._weighed.holding(bits)
        keys = map(and_, repeat(bits), self._masks)
        rows = [row(key) or weigh(bits) for (row, weigh), key in zip(self._rows, keys, strict=True)]
        rows.sort(key=itemgetter(0))
        while rows and rows[-1] is _OUT:
            rows.pop()
        return self._body(rows, b",".join([b'"%b"' % name.encode() for name in warnings]))

    def _derive(self, inputs: Mapping[str, Value | None]) -> int:
        """What the derived facts add to the bits."""
        known = dict(inputs)
        total = 0
        for name, operation, first, second in self._derived:
            left = known.get(first)
            if left is None:
                continue
            right = known.get(second)
            if right is None:
                continue
            if operation == "days_between":
                result = self._days.get((left, right))
                if result is None:
                    result = compute(operation, left, right)
                    remember(self._days, (left, right), result)
            else:
                result = compute(operation, left, right)
            if result is not None:
                known[name] = result
                total += self.quantiser.change(name, result)
        return total

    def _body(self, rows: list[_Row], warnings: bytes) -> Body:
        if not rows:
            return Body(inconclusive=True, none_share=1.0, first_share=0.0, causes=b"", warnings=warnings)
        _, powers, heads, tails = zip(*rows, strict=True)
        total = sum(powers) + self._none
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
    """Conditions of which only matters whether they certainly hold; neighbours are looked up together."""

    def __init__(self, named: list[tuple[str, Condition]], quantiser: Quantiser) -> None:
        groups: list[list[tuple[str, Condition]]] = [[]]
        for one in named:
            longer = [*groups[-1], one]
            if groups[-1] and quantiser.lens([condition for _, condition in longer]).kinds > _PART:
                groups.append([one])
            else:
                groups[-1] = longer
        self._groups = [(group, quantiser.lens([condition for _, condition in group])) for group in groups]
        self._masks = [lens.mask for _, lens in self._groups]
        self._memos: list[dict[int, list[str]]] = [{} for _ in self._groups]

    def holding(self, bits: int) -> list[str]:
        """The names of the conditions that hold."""
        if not any(map(dict.get, self._memos, map(and_, repeat(bits), self._masks), repeat(_UNSEEN))):
            return []  # all of them remembered, none of them holds
        found: list[str] = []
        for (group, lens), memo in zip(self._groups, self._memos, strict=True):
            names = memo.get(bits & lens.mask)
            if names is None:
                facts = lens.facts(bits)
                names = [name for name, condition in group if holds(condition, facts) is True]
                remember(memo, bits & lens.mask, names)
            found += names
        return found


class _CauseMemo:
    """One cause, remembered by its bits."""

    def __init__(self, cause: Cause, place: int, causes: int, quantiser: Quantiser) -> None:
        lens = quantiser.lens(_conditions_of(cause))
        parts = _parts(cause, quantiser)
        facts = [fact for part in parts for fact in part.facts]
        self.mask = lens.mask
        self.rows: dict[int, _Row] = {}
        self.weigh = self._weigh_again if lens.kinds > _HOPELESS else self._weigh
        self._composed: dict[tuple[int, ...], _Row] = {}
        self._compose = self._put_together if any(part.lens.kinds > _HOPELESS for part in parts) else self._composed_before
        self._prior = cause.prior
        self._parts = [(part.lens.mask, part.outcomes.get, part.weigh) for part in parts]
        self._apart = len(facts) == len(set(facts))  # no two parts speak of the same fact
        self._heads = _Heads(cause.id, place, causes)
        self._grade = f',"grade":"{cause.grade}","for":['.encode()

    def _weigh(self, bits: int) -> _Row:
        row = self._weigh_again(bits)
        remember(self.rows, bits & self.mask, row)
        return row

    def _weigh_again(self, bits: int) -> _Row:
        return self._compose([remembered(bits & mask) or weigh(bits) for mask, remembered, weigh in self._parts])

    def _composed_before(self, outcomes: list[_Outcome]) -> _Row:
        key = tuple([outcome[0] for outcome in outcomes])
        row = self._composed.get(key)
        if row is None:
            row = self._put_together(outcomes)
            remember(self._composed, key, row)
        return row

    def _put_together(self, outcomes: list[_Outcome]) -> _Row:
        score = self._prior
        speaks_for: list[bytes] = []
        against: list[bytes] = []
        opened: list[_Swing] = []
        for _, counts, plus, minus, swings, out in outcomes:
            if out:
                return _OUT
            score += counts
            if plus:
                speaks_for.append(plus)
            if minus:
                against.append(minus)
            opened += swings
        if not self._apart:
            opened = _added_up(opened)
        opened.sort(key=itemgetter(0))
        while opened and not opened[-1][0]:
            opened.pop()  # could neither add nor remove anything
        tail = (self._grade, b",".join(speaks_for), b'],"against":[', b",".join(against), b'],"open":[', b",".join(map(_opened, opened)), b"]}")
        return *self._heads[score], b"".join(tail)


class _Heads(dict[int, tuple[int, float, bytes]]):
    """What follows from the score of a cause: its rank, 2**score, and the JSON before the share."""

    def __init__(self, name: str, place: int, causes: int) -> None:
        self._name, self._place, self._causes = name, place, causes

    def __missing__(self, score: int) -> tuple[int, float, bytes]:
        head = f',{{"id":"{self._name}","score":{score},"share":'.encode()
        self[score] = (self._place - score * self._causes, 2.0**score, head)
        return self[score]


class _Opened(dict[_Swing, bytes]):
    """The JSON of what is open; few different ones come up."""

    def __missing__(self, swing: _Swing) -> bytes:
        _, fact, add, remove = swing
        self[swing] = f'{{"fact":"{fact}","could_add":{add},"could_remove":{remove}}}'.encode()
        return self[swing]


_opened = _Opened().__getitem__


class _Part:
    """Some neighbouring pieces of evidence of one cause, remembered by their bits. The first part also says whether it applies."""

    def __init__(self, applies: Condition | None, pieces: list[Evidence], quantiser: Quantiser) -> None:
        self.lens = quantiser.lens(_conditions_in(applies, pieces))
        self.facts = {fact for piece in pieces for fact in piece.facts}
        self.outcomes: dict[int, _Outcome] = {}
        self._different: dict[_Outcome, _Outcome] = {}
        self._count = 0
        self._applies = applies
        self._pieces = [_PieceMemo(piece, quantiser) for piece in pieces]

    def weigh(self, bits: int) -> _Outcome:
        outcome = self._outcome(bits)
        if self.lens.kinds <= _HOPELESS:
            outcome = self._numbered(outcome)
            remember(self.outcomes, bits & self.lens.mask, outcome)
        return outcome

    def _numbered(self, outcome: _Outcome) -> _Outcome:
        """The same outcome as before, if there was one, else with a number of its own."""
        known = self._different.get(outcome)
        if known is None:
            self._count += 1
            known = outcome._replace(number=self._count)
            remember(self._different, outcome, known)
        return known

    def _outcome(self, bits: int) -> _Outcome:
        if self._applies is not None and holds(self._applies, self.lens.facts(bits)) is False:
            return _Outcome(0, 0, b"", b"", (), out=True)
        total = 0
        speaks_for: list[bytes] = []
        against: list[bytes] = []
        opened: list[_Swing] = []
        for piece in self._pieces:
            counts, text, swings = piece.weigh(bits)
            if counts:
                total += counts
                (speaks_for if counts > 0 else against).append(text)
            opened += swings
        if len(self._pieces) > 1:
            opened = _added_up(opened)
        return _Outcome(0, total, b",".join(speaks_for), b",".join(against), tuple(opened))


class _PieceMemo:
    """One piece of evidence, its steps remembered by their bits."""

    def __init__(self, evidence: Evidence, quantiser: Quantiser) -> None:
        self._evidence = evidence
        self._steps = [(step.when, quantiser.lens([step.when])) for step in evidence.steps]
        self._memos: list[dict[int, Judged]] = [{} for _ in self._steps]
        self._outcomes: dict[tuple[bool | None, ...], tuple[int, bytes, int, int]] = {}

    def weigh(self, bits: int) -> tuple[int, bytes, list[_Swing]]:
        """Bits, JSON, and what is open."""
        judged = []
        for (when, lens), memo in zip(self._steps, self._memos, strict=True):
            known = memo.get(bits & lens.mask)
            if known is None:
                known = judge(when, lens.facts(bits))
                remember(memo, bits & lens.mask, known)
            judged.append(known)
            if known[0]:
                break
        truths = tuple([truth for truth, _ in judged])
        outcome = self._outcomes.get(truths)
        if outcome is None:
            outcome = self._outcomes[truths] = self._outcome(judged)
        counts, text, add, remove = outcome
        if None not in truths:
            return counts, text, []
        unknown = dict.fromkeys([fact for _, missing in judged for fact in missing])
        weight = -max(add, remove)
        return counts, text, [(weight, fact, add, remove) for fact in unknown]

    def _outcome(self, judged: list[Judged]) -> tuple[int, bytes, int, int]:
        """What follows from the truth of the steps alone: bits, JSON, bits that could be added, and removed."""
        piece, lowest, highest, _ = weigh_piece(self._evidence, judged)
        if piece is None:
            return 0, b"", highest, -lowest
        return piece.bits, f'{{"id":"{piece.evidence.id}","bits":{piece.bits}}}'.encode(), highest - piece.bits, piece.bits - lowest


def _parts(cause: Cause, quantiser: Quantiser) -> list[_Part]:
    groups: list[list[Evidence]] = [[]]
    for piece in cause.evidence:
        longer = [*groups[-1], piece]
        applies = cause.applies if len(groups) == 1 else None
        if groups[-1] and quantiser.lens(_conditions_in(applies, longer)).kinds > _PART:
            groups.append([piece])
        else:
            groups[-1] = longer
    return [_Part(cause.applies if number == 0 else None, group, quantiser) for number, group in enumerate(groups)]


def _added_up(swings: list[_Swing]) -> list[_Swing]:
    """Each fact once, in the order in which it first comes up."""
    found: dict[str, _Swing] = {}
    for swing in swings:
        fact = swing[1]
        if fact in found:
            _, _, add, remove = found[fact]
            add, remove = add + swing[2], remove + swing[3]
            found[fact] = (-max(add, remove), fact, add, remove)
        else:
            found[fact] = swing
    return list(found.values())


def _conditions_in(applies: Condition | None, pieces: Iterable[Evidence]) -> list[Condition]:
    return [*([applies] if applies is not None else []), *(step.when for piece in pieces for step in piece.steps)]


def _conditions_of(cause: Cause) -> list[Condition]:
    return _conditions_in(cause.applies, cause.evidence)


def _conditions(rules: RuleSet) -> list[Condition]:
    """Every condition on which a result depends."""
    causes = [condition for cause in rules.causes for condition in _conditions_of(cause)]
    sayings = [saying.when for saying in rules.sayings if saying.when is not None]
    return [*causes, *(check.when for check in rules.checks), *(alert.when for alert in rules.alerts), *sayings]


def remember(memo: dict[_Key, _Kept], key: _Key, value: _Kept, most: int = REMEMBERED) -> None:
    """Add to a bounded memory; when it is full, the older half is forgotten."""
    if len(memo) >= most:
        for old in list(islice(memo, most // 2)):
            del memo[old]
    memo[key] = value

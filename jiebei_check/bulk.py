"""Weighing many profiles: what :func:`jiebei_check.inference.diagnose` gives, as lines of JSON.

``inference.weigh`` depends on nothing but the cause and the facts that it speaks of, and a fact matters only by the
comparisons made with it (:mod:`jiebei_check.quantise`). So a weighed cause, with its piece of the result line, is remembered
under its bits; where a cause has too many of them, so are its parts. A line is those pieces in the order of rank, with the
shares between them. What is remembered is bounded; what is not remembered is computed by :mod:`jiebei_check.inference`.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice, repeat
from operator import and_, itemgetter
from typing import NamedTuple, TypeVar

from .conditions import Condition, holds
from .inference import Judged, Piece, compute, judge, likelihood_of, weigh_piece
from .quantise import Lens, Quantiser
from .report import SHARE_DIGITS
from .ruleset import Cause, Evidence, RuleSet
from .values import Value

REMEMBERED = 4096  # of each cause, of each of its parts, of each condition
_HOPELESS = 20_000  # a cause of more kinds of profile than this is put together from its parts every time
_PART = 512  # neighbouring pieces of evidence make one part while there can be no more kinds of profile than this
_CELLS = 10**SHARE_DIGITS
_CLEAR = 0.499999  # nearer than this to the next rounded share, a share is rounded by its decimal digits
_NOWHERE = 1 << 62  # the rank of a cause that does not apply

_Key = TypeVar("_Key")
_Kept = TypeVar("_Kept")
_Swing = tuple[int, str, int, int]  # minus the larger of the two, the unknown fact, bits it could add, bits it could remove
_Row = tuple[int, float, bytes, bytes]  # rank (smaller is better), 2**score, the JSON before the share and after it
_OUT: _Row = (_NOWHERE, 0.0, b"", b"")


class Known(NamedTuple):
    """One profile: its bits without derived facts, and the values of those facts from which others are derived."""

    bits: int
    inputs: Mapping[str, Value | None]


class Body(NamedTuple):
    """What came out for one profile; ``causes`` and ``warnings`` are JSON, without the brackets around them."""

    inconclusive: bool
    none_share: float
    causes: bytes
    warnings: bytes


class _Outcome(NamedTuple):
    """What some pieces of evidence come to: bits, JSON for and against, what is open. Not applicable: ``out``."""

    bits: int
    speaks_for: bytes
    against: bytes
    swings: tuple[_Swing, ...]
    out: bool = False


_NOTHING = _Outcome(0, b"", b"", ())


class Bulk:
    """Ranks profiles that come as bits. One object serves any number of profiles, one after the other."""

    def __init__(self, rules: RuleSet) -> None:
        self.rules = rules
        self.quantiser = Quantiser(rules.facts, _conditions(rules))
        self._derived = [(fact.id, *fact.derived[:1], *fact.derived[1]) for fact in rules.facts.values() if fact.derived is not None]
        sources = [fact for _, _, *pair in self._derived for fact in pair if rules.facts[fact].derived is None]
        self.inputs = tuple(dict.fromkeys([*sources, *(["as_of"] if "as_of" in rules.facts else [])]))
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
        self._shares: list[bytes | None] = [None] * (_CELLS + 1)
        self._borders = {round(share * _CELLS) for share in rules.likelihood.values()}  # one rounded share, two likelihoods

    def body(self, known: Known) -> Body:
        """The result for one profile."""
        bits = known.bits + self._derive(known.inputs)
        warnings = self._stated.holding(bits)
        if warnings:
            dropped = {fact for name in warnings if name in self._checks for fact in self._checks[name].drop}
            if dropped:
                bits = known.bits
                for fact in dropped & self.quantiser.unknown.keys():
                    bits = bits & ~self.quantiser.masks[fact] | self.quantiser.unknown[fact]
                bits += self._derive({fact: value for fact, value in known.inputs.items() if fact not in dropped})
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
            return Body(inconclusive=True, none_share=1.0, causes=b"", warnings=warnings)
        _, powers, heads, tails = zip(*rows, strict=True)
        total = sum(powers) + self._none
        shares = {power: self._share(power / total) for power in set(powers)}
        parts = [b""] * (3 * len(rows))
        parts[0::3] = heads
        parts[1::3] = map(shares.__getitem__, powers)
        parts[2::3] = tails
        return Body(powers[0] <= self._none, self._none / total, b"".join(parts)[1:], warnings)

    def _share(self, share: float) -> bytes:
        """A share, rounded, and the likelihood that goes with it, as JSON. Nearly all come from a table."""
        place = share * _CELLS
        cell = int(place + 0.5)
        text = self._shares[cell]
        if text is None or abs(place - cell) > _CLEAR:
            rounded = round(share, SHARE_DIGITS)
            text = f'{rounded!r},"likelihood":"{likelihood_of(self.rules, share)}"'.encode()
            if cell not in self._borders and rounded * _CELLS == cell:
                self._shares[cell] = text
        return text


class _Flags:
    """Conditions of which only matters whether they certainly hold."""

    def __init__(self, named: list[tuple[str, Condition]], quantiser: Quantiser) -> None:
        self._names = [name for name, _ in named]
        self._conditions = [condition for _, condition in named]
        self._lenses = [quantiser.lens([condition]) for condition in self._conditions]
        self._masks = [lens.mask for lens in self._lenses]
        self._memos: list[dict[int, bool]] = [{} for _ in named]

    def holding(self, bits: int) -> list[str]:
        """The names of the conditions that hold."""
        if not any(map(dict.get, self._memos, map(and_, repeat(bits), self._masks), repeat(True))):
            return []  # all of them remembered, none of them holds
        found = []
        for name, condition, lens, memo in zip(self._names, self._conditions, self._lenses, self._memos, strict=True):
            truth = memo.get(bits & lens.mask)
            if truth is None:
                truth = holds(condition, lens.facts(bits)) is True
                remember(memo, bits & lens.mask, truth)
            if truth:
                found.append(name)
        return found


class _CauseMemo:
    """One cause, remembered by its bits."""

    def __init__(self, cause: Cause, place: int, causes: int, quantiser: Quantiser) -> None:
        lens = quantiser.lens(_conditions_of(cause))
        parts = _parts(cause, quantiser)
        facts = [fact for part in parts for fact in part.facts]
        self.mask = lens.mask
        self.rows: dict[int, _Row] = {}
        self.weigh = self._compose if lens.kinds > _HOPELESS else self._weigh
        self._cause, self._place, self._causes = cause, place, causes
        self._parts = [(part.lens.mask, part.outcomes.get, part.weigh) for part in parts]
        self._apart = len(facts) == len(set(facts))  # no two parts speak of the same fact
        self._open = _OpenTexts()

    def _weigh(self, bits: int) -> _Row:
        row = self._compose(bits)
        remember(self.rows, bits & self.mask, row)
        return row

    def _compose(self, bits: int) -> _Row:
        score = self._cause.prior
        speaks_for: list[bytes] = []
        against: list[bytes] = []
        opened: list[_Swing] = []
        for mask, remembered, weigh in self._parts:
            outcome = remembered(bits & mask) or weigh(bits)
            if outcome is _NOTHING:
                continue
            counts, plus, minus, swings, out = outcome
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
        return (
            self._place - score * self._causes,
            2.0**score,
            b',{"id":"%b","score":%d,"share":' % (self._cause.id.encode(), score),
            b',"grade":"%b","for":[%b],"against":[%b],"open":[%b]}'
            % (
                self._cause.grade.encode(),
                b",".join(speaks_for),
                b",".join(against),
                b",".join(map(self._open.__getitem__, opened)),
            ),
        )


class _OpenTexts(dict[_Swing, bytes]):
    """The JSON of what is open; few different ones come up."""

    def __missing__(self, swing: _Swing) -> bytes:
        _, fact, add, remove = swing
        self[swing] = b'{"fact":"%b","could_add":%d,"could_remove":%d}' % (fact.encode(), add, remove)
        return self[swing]


class _Part:
    """Some neighbouring pieces of evidence of one cause, remembered by their bits. The first part also says whether it applies."""

    def __init__(self, applies: Condition | None, pieces: list[Evidence], quantiser: Quantiser) -> None:
        self.lens = quantiser.lens(_conditions_in(applies, pieces))
        self.facts = {fact for piece in pieces for fact in piece.facts}
        self.outcomes: dict[int, _Outcome] = {}
        self._applies = applies
        # a long step on its own, too: it seldom comes twice together with the rest
        self._pieces = [(piece, [(step.when, quantiser.lens([step.when]), _no_memory()) for step in piece.steps]) for piece in pieces]

    def weigh(self, bits: int) -> _Outcome:
        outcome = self._outcome(bits)
        remember(self.outcomes, bits & self.lens.mask, outcome)
        return outcome

    def _outcome(self, bits: int) -> _Outcome:
        if self._applies is not None and holds(self._applies, self.lens.facts(bits)) is False:
            return _Outcome(0, b"", b"", (), out=True)
        total = 0
        counted: list[Piece] = []
        opened: list[_Swing] = []
        for evidence, steps in self._pieces:
            piece, lowest, highest, unknown = weigh_piece(evidence, _judged(steps, bits))
            counts = piece.bits if piece is not None else 0
            total += counts
            if piece is not None and counts:
                counted.append(piece)
            if unknown:
                weight, add, remove = -max(highest - counts, counts - lowest), highest - counts, counts - lowest
                opened += [(weight, fact, add, remove) for fact in unknown]
        if not counted and not opened:
            return _NOTHING
        texts = [(piece.bits, b'{"id":"%b","bits":%d}' % (piece.evidence.id.encode(), piece.bits)) for piece in counted]
        speaks_for, against = (b",".join([text for bits, text in texts if (bits > 0) is wanted]) for wanted in (True, False))
        return _Outcome(total, speaks_for, against, tuple(_added_up(opened)))


_Step = tuple[Condition, Lens, dict[int, Judged]]


def _no_memory() -> dict[int, Judged]:
    return {}


def _judged(steps: list[_Step], bits: int) -> Iterator[Judged]:
    for when, lens, memo in steps:
        judged = memo.get(bits & lens.mask)
        if judged is None:
            judged = judge(when, lens.facts(bits))
            remember(memo, bits & lens.mask, judged)
        yield judged


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

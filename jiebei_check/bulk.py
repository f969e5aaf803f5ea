"""Weighing many profiles: what :func:`jiebei_check.inference.diagnose` gives, as lines of JSON.

``inference.weigh`` depends on nothing but the cause and the facts that it speaks of, and a fact matters only by the
comparisons made with it (:mod:`jiebei_check.quantise`). So a weighed cause, together with its piece of the result line, is
remembered under its bits; a line is those pieces in the order of rank, with the shares between them. What is remembered
is bounded, and every computation that is not remembered is made by :mod:`jiebei_check.inference` itself.
"""

from collections.abc import Callable, Iterable, Mapping
from itertools import islice, repeat
from operator import and_, itemgetter
from typing import NamedTuple, TypeVar

from .conditions import Condition, holds
from .inference import Judged, Piece, compute, judge, likelihood_of, weigh_piece
from .quantise import Quantiser
from .report import SHARE_DIGITS
from .ruleset import Cause, Evidence, RuleSet
from .values import Facts, Value

REMEMBERED = 1024  # of each cause; more gains little and costs memory
_NOWHERE = 1 << 62  # the rank of a cause that does not apply
_Key = TypeVar("_Key")
_Kept = TypeVar("_Kept")
_Swings = tuple[tuple[str, int, int], ...]  # unknown fact, bits it could add, bits it could remove
_Row = tuple[int, float, bytes, bytes]  # rank (smaller is better), 2**score, the JSON before the share and after it
_OUT: _Row = (_NOWHERE, 0.0, b"", b"")


class Known(NamedTuple):
    """What is known of one profile: its values, its bits without derived facts, and what a line repeats of it."""

    bits: int
    values: Callable[[], Facts]
    inputs: Mapping[str, Value | None]  # the facts from which others are derived, and the day


class _Outcome(NamedTuple):
    """What one piece of evidence comes to: bits, JSON for and against (empty where it does not count), what is open."""

    bits: int
    speaks_for: bytes
    against: bytes
    swings: _Swings


class Bulk:
    """Ranks profiles that come as bits. One object serves any number of profiles, one after the other."""

    def __init__(self, rules: RuleSet) -> None:
        self.rules = rules
        self.quantiser = Quantiser(rules.facts, _conditions(rules))
        self._derived = [(fact.id, *fact.derived[:1], *fact.derived[1]) for fact in rules.facts.values() if fact.derived is not None]
        sources = [fact for _, _, *pair in self._derived for fact in pair if rules.facts[fact].derived is None]
        self.inputs = tuple(dict.fromkeys([*sources, *(["as_of"] if "as_of" in rules.facts else [])]))
        self._days: dict[tuple[Value, Value], Value | None] = {}
        judge_stated = [("alert", alert.id, alert.when) for alert in rules.alerts]
        judge_checks = [("check", check.id, check.when) for check in rules.checks]
        judge_after = [("saying", saying.id, saying.when) for saying in rules.sayings if saying.when is not None]
        self._first = _Flags([when for _, _, when in judge_stated + judge_checks], self.quantiser)
        self._after = _Flags([when for _, _, when in judge_after], self.quantiser)
        self._alerts = len(judge_stated)
        self._first_ids = [f'"{name}"'.encode() for _, name, _ in judge_stated + judge_checks]
        self._after_ids = [f'"{name}"'.encode() for _, name, _ in judge_after]
        self._causes = [_CauseMemo(cause, place, len(rules.causes), self.quantiser) for place, cause in enumerate(rules.causes)]
        self._masks = [cause.mask for cause in self._causes]
        self._rows = [cause.rows.get for cause in self._causes]
        self._none = 2.0**rules.none_of_these
        self._shares: dict[float, bytes] = {}

    def body(self, known: Known) -> tuple[bool, float, bytes, bytes]:
        """Of the result for one profile: inconclusive, share of "none of these", JSON of the causes, JSON of the warnings."""
        derived, inputs = self.derive(known.inputs)
        bits = known.bits + derived
        facts: Facts | None = None

        def everything() -> Facts:
            nonlocal facts
            if facts is None:
                facts = {**known.values(), **inputs}
            return facts

        warnings = [self._first_ids[number] for number in self._first.holding(bits, everything)]
        contradicted = [number - self._alerts for number in self._first.holding(bits, everything) if number >= self._alerts]
        if contradicted:
            dropped = {fact for number in contradicted for fact in self.rules.checks[number].drop}
            values = known.values()
            bits = known.bits - sum(self.quantiser.change(fact, values[fact]) for fact in dropped if fact in values)
            derived, inputs = self.derive({fact: value for fact, value in known.inputs.items() if fact not in dropped})
            bits += derived
            facts = {**{fact: value for fact, value in values.items() if fact not in dropped}, **inputs}
        warnings += [self._after_ids[number] for number in self._after.holding(bits, everything)]
        rows = [get(key) for get, key in zip(self._rows, map(and_, repeat(bits), self._masks), strict=True)]
        if None in rows:
            for place, row in enumerate(rows):
                if row is None:
                    rows[place] = self._causes[place].weigh(bits, everything)
        return *self._line(rows), b",".join(warnings)  # type: ignore[arg-type]

    def derive(self, inputs: Mapping[str, Value | None]) -> tuple[int, dict[str, Value]]:
        """What the derived facts add to the bits, and their values."""
        known = dict(inputs)
        found: dict[str, Value] = {}
        change = self.quantiser.change
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
                    remember(self._days, (left, right), result, REMEMBERED)
            else:
                result = compute(operation, left, right)
            if result is not None:
                known[name] = found[name] = result
                total += change(name, result)
        return total, found

    def _line(self, rows: list[_Row]) -> tuple[bool, float, bytes]:
        rows.sort(key=itemgetter(0))
        while rows and rows[-1] is _OUT:
            rows.pop()
        powers = [row[1] for row in rows]
        total = sum(powers) + self._none
        shares = {power: self._share(power / total) for power in dict.fromkeys(powers)}
        parts = [b""] * (3 * len(rows))
        parts[0::3] = [row[2] for row in rows]
        parts[1::3] = [shares[power] for power in powers]
        parts[2::3] = [row[3] for row in rows]
        return not rows or powers[0] <= self._none, self._none / total, b"".join(parts)[1:]

    def _share(self, share: float) -> bytes:
        return f"{round(share, SHARE_DIGITS)!r},\"likelihood\":\"{likelihood_of(self.rules, share)}\"".encode()


class _Flags:
    """Conditions of which only matters whether they certainly hold."""

    def __init__(self, conditions: list[Condition], quantiser: Quantiser) -> None:
        self.conditions = conditions
        self.masks = [quantiser.mask([condition]) for condition in conditions]
        self.memos: list[dict[int, bool]] = [{} for _ in conditions]
        self._gets = [memo.get for memo in self.memos]

    def holding(self, bits: int, facts: Callable[[], Facts]) -> list[int]:
        """The places of the conditions that hold."""
        found = [get(key) for get, key in zip(self._gets, map(and_, repeat(bits), self.masks), strict=True)]
        if None in found:
            for place, truth in enumerate(found):
                if truth is None:
                    found[place] = holds(self.conditions[place], facts()) is True
                    remember(self.memos[place], bits & self.masks[place], found[place], REMEMBERED)
        return [place for place, truth in enumerate(found) if truth] if True in found else []


class _PieceMemo:
    """One piece of evidence, remembered by its bits; its steps, too, since a long step seldom comes twice as a whole."""

    def __init__(self, evidence: Evidence, quantiser: Quantiser) -> None:
        self.evidence = evidence
        self.mask = quantiser.mask(step.when for step in evidence.steps)
        self.outcomes: dict[int, _Outcome] = {}
        self._steps: list[tuple[int, Condition, dict[int, Judged]]] = [(quantiser.mask([step.when]), step.when, {}) for step in evidence.steps]

    def weigh(self, bits: int, facts: Callable[[], Facts]) -> _Outcome:
        piece, lowest, highest, unknown = weigh_piece(self.evidence, self._judged(bits, facts))
        counts = piece.bits if piece is not None else 0
        add, remove = highest - counts, counts - lowest
        outcome = _Outcome(
            counts,
            _counted(piece) if piece is not None and counts > 0 else b"",
            _counted(piece) if piece is not None and counts < 0 else b"",
            tuple((fact, add, remove) for fact in unknown),
        )
        remember(self.outcomes, bits & self.mask, outcome, REMEMBERED)
        return outcome

    def _judged(self, bits: int, facts: Callable[[], Facts]) -> Iterable[Judged]:
        for mask, when, memo in self._steps:
            judged = memo.get(bits & mask)
            if judged is None:
                judged = judge(when, facts())
                remember(memo, bits & mask, judged, REMEMBERED)
            yield judged


class _CauseMemo:
    """One cause, remembered by its bits."""

    def __init__(self, cause: Cause, place: int, causes: int, quantiser: Quantiser) -> None:
        self.cause = cause
        self.mask = quantiser.mask(_conditions_of(cause))
        self.rows: dict[int, _Row] = {}
        self._place, self._causes = place, causes
        self._applies_mask = quantiser.mask([cause.applies]) if cause.applies is not None else 0
        self._applies: dict[int, bool | None] = {}
        self._pieces = [_PieceMemo(evidence, quantiser) for evidence in cause.evidence]
        self._open: dict[tuple[str, int, int], bytes] = {}

    def weigh(self, bits: int, facts: Callable[[], Facts]) -> _Row:
        row = _OUT if self._applies_mask and self._is_out(bits, facts) else self._compose(bits, facts)
        remember(self.rows, bits & self.mask, row, REMEMBERED)
        return row

    def _is_out(self, bits: int, facts: Callable[[], Facts]) -> bool:
        assert self.cause.applies is not None
        key = bits & self._applies_mask
        if key not in self._applies:
            remember(self._applies, key, holds(self.cause.applies, facts()), REMEMBERED)
        return self._applies[key] is False

    def _compose(self, bits: int, facts: Callable[[], Facts]) -> _Row:
        score = self.cause.prior
        speaks_for: list[bytes] = []
        against: list[bytes] = []
        swings: dict[str, tuple[str, int, int]] = {}
        for piece in self._pieces:
            outcome = piece.outcomes.get(bits & piece.mask)
            if outcome is None:
                outcome = piece.weigh(bits, facts)
            counts, plus, minus, opens = outcome
            if plus:
                speaks_for.append(plus)
            elif minus:
                against.append(minus)
            score += counts
            for swing in opens:
                fact = swing[0]
                before = swings.get(fact)
                swings[fact] = swing if before is None else (fact, before[1] + swing[1], before[2] + swing[2])
        opened = [swing for swing in swings.values() if swing[1] or swing[2]]
        if len(opened) > 1:
            opened.sort(key=_strongest_first)
        return (
            -score * self._causes + self._place,
            2.0**score,
            b',{"id":"%b","score":%d,"share":' % (self.cause.id.encode(), score),
            b',"grade":"%b","for":[%b],"against":[%b],"open":[%b]}'
            % (self.cause.grade.encode(), b",".join(speaks_for), b",".join(against), b",".join(map(self._opened, opened))),
        )

    def _opened(self, swing: tuple[str, int, int]) -> bytes:
        text = self._open.get(swing)
        if text is None:
            text = b'{"fact":"%b","could_add":%d,"could_remove":%d}' % (swing[0].encode(), swing[1], swing[2])
            self._open[swing] = text
        return text


def _strongest_first(swing: tuple[str, int, int]) -> int:
    return -max(swing[1], swing[2])


def _counted(piece: Piece) -> bytes:
    return b'{"id":"%b","bits":%d}' % (piece.evidence.id.encode(), piece.bits)


def _conditions_of(cause: Cause) -> list[Condition]:
    applies = [cause.applies] if cause.applies is not None else []
    return applies + [step.when for piece in cause.evidence for step in piece.steps]


def _conditions(rules: RuleSet) -> list[Condition]:
    """Every condition on which a result line depends."""
    causes = [condition for cause in rules.causes for condition in _conditions_of(cause)]
    sayings = [saying.when for saying in rules.sayings if saying.when is not None]
    return [*causes, *(check.when for check in rules.checks), *(alert.when for alert in rules.alerts), *sayings]


def remember(memo: dict[_Key, _Kept], key: _Key, value: _Kept, most: int) -> None:
    """Add to a bounded memory; when it is full, the older half is forgotten."""
    if len(memo) >= most:
        for old in list(islice(memo, most // 2)):
            del memo[old]
    memo[key] = value

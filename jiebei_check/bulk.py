"""Weighing many profiles: what :func:`jiebei_check.inference.diagnose` gives, as lines of JSON.

How a cause is weighed depends on nothing but the cause and the facts that it speaks of, and those matter only by what its
conditions can see of them. So many profiles are weighed cause by cause (:mod:`jiebei_check.rows`), as columns of what can be
seen (:mod:`jiebei_check.quantise`), and a line is the rows of a profile in the order of rank, with the shares between them.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from .conditions import Condition
from .flags import Flag, Flags
from .inference import OPERATIONS, day_number, likelihood_of
from .parts import OUT, conditions_in
from .quantise import LEFT_OUT, Ints, Profiles, Quantiser, Remembering, Truths, column, look_up
from .report import SHARE_DIGITS
from .rows import rows_of
from .ruleset import RuleSet
from .values import Value

AS_OF = "as_of"
_CELLS = 2 * 10**SHARE_DIGITS  # all shares within one cell are rounded alike, and are equally likely
_TOGETHER = 1 << 15  # causes of profiles that are sorted at once: as many as the processor's own memory holds
_EXACT = 40  # bits between scores up to which a sum of their powers is exact, in whatever order
Floats = npt.NDArray[np.float64]
Objects = npt.NDArray[np.object_]
_ALERT, CHECK, SAYING = "alert", "check", "saying"


class Body(NamedTuple):
    """What came out for one profile; ``causes`` and ``warnings`` are JSON, without the brackets around them.

    The first and the last of ``causes`` are empty: room for what stands around them in a line.
    """

    inconclusive: bool
    none_share: float
    first_share: float
    causes: list[bytes]
    warnings: bytes


class _Derived(NamedTuple):
    """A fact that is computed from two others."""

    fact: str
    operation: Callable[[Any, Any], Value | None]
    inputs: tuple[str, ...]
    kinds: Remembering[Value | None, int]


class Bulk:
    """Ranks profiles that come in columns. One object serves any number of profiles."""

    def __init__(self, rules: RuleSet) -> None:
        self.rules = rules
        self.quantiser = quantiser = Quantiser(rules.facts, _conditions(rules))
        self._checks = {check.id: check.drop for check in rules.checks}
        self._flags = Flags(_named(rules), quantiser)
        self._causes = [rows_of(cause, quantiser) for cause in rules.causes]
        self._derived = [
            _Derived(fact.id, _operation(fact.derived[0]), fact.derived[1], Remembering(partial(quantiser.kind, fact.id)))
            for fact in rules.facts.values()
            if fact.derived is not None
        ]
        sources = [fact for derived in self._derived for fact in derived.inputs if rules.facts[fact].derived is None]
        self.inputs = tuple(dict.fromkeys([*sources, *rules.grouped_by, *([AS_OF] if AS_OF in rules.facts else [])]))
        self._none = 2.0**rules.none_of_these
        self._shares = np.array([self._share((cell + 0.5) / _CELLS) for cell in range(_CELLS + 1)], object)
        self._split = np.zeros(_CELLS + 1, np.bool_)  # cells in which shares differ in likelihood
        self._split[[int(border * _CELLS) for border in rules.likelihood.values()]] = True

    def bodies(self, profiles: Profiles) -> list[Body]:
        """The result for each profile; what is in ``profiles`` may change."""
        if not profiles.names:
            return []
        self._derive(profiles, range(len(profiles.names)))
        warnings = self._flags.up(profiles)
        dropped = {place: {fact for kind, name in up if kind == CHECK for fact in self._checks[name]} for place, up in warnings.items()}
        dropped = {place: facts for place, facts in dropped.items() if facts}
        if dropped:
            self._drop(profiles, dropped)
            after = self._flags.up(profiles)
            for place in dropped:
                kept = [flag for flag in warnings[place] if flag[0] != SAYING]
                warnings[place] = kept + [flag for flag in after.get(place, ()) if flag[0] == SAYING]
        return self._rank(profiles, warnings)

    def _derive(self, profiles: Profiles, places: Sequence[int]) -> None:
        """Add what is derived for the profiles in ``places``, all or a few."""
        everything = len(places) == len(profiles.names)
        for fact, operation, (first, second), kinds in self._derived:
            if first not in profiles.values or second not in profiles.values:
                continue
            lefts, rights = profiles.values[first], profiles.values[second]
            pairs = zip(lefts, rights, strict=True) if everything else [(lefts[place], rights[place]) for place in places]
            found = [operation(left, right) if left is not None and right is not None else None for left, right in pairs]
            seen = column(look_up(kinds, found))
            if everything:
                profiles.values[fact], profiles.kinds[fact] = found, seen
            else:
                profiles.values[fact] = _replaced(profiles.values[fact], places, found)
                profiles.kinds[fact][list(places)] = seen

    def _drop(self, profiles: Profiles, dropped: dict[int, set[str]]) -> None:
        """Treat facts as not known, for a few profiles."""
        for fact in set().union(*dropped.values()):
            places = [place for place, facts in dropped.items() if fact in facts]
            if fact in profiles.kinds:
                profiles.kinds[fact][places] = LEFT_OUT
            for columns in (profiles.lists, profiles.values):
                if fact in columns:
                    columns[fact] = _replaced(columns[fact], places, [None] * len(places))
        self._derive(profiles, list(dropped))

    def _rank(self, profiles: Profiles, warnings: dict[int, list[Flag]]) -> list[Body]:
        number, many = len(profiles.names), len(self._causes)
        scores = np.empty((many, number), np.int64)
        texts = np.empty((many, number), object)
        for place, cause in enumerate(self._causes):
            scores[place], texts[place] = cause.weigh(profiles)
        said = [b",".join([b'"%b"' % name.encode() for _, name in warnings.get(place, ())]) for place in range(number)]
        step = max(_TOGETHER // max(many, 1), 1)
        blocks = [slice(start, start + step) for start in range(0, number, step)]
        return [body for block in blocks for body in self._sorted(scores[:, block], texts[:, block], said[block])]

    def _sorted(self, scores: Ints, texts: Objects, said: Sequence[bytes]) -> Iterator[Body]:
        """The result for each profile; ``scores`` and ``texts`` have a row for each cause and a column for each profile."""
        many, number = scores.shape
        ranks = np.arange(many)[:, None] - scores * many  # one number for score and place, so that it can be sorted
        order = np.sort(ranks.T, axis=1)
        places = order % many
        scores = (places - order) // many
        applying = scores > OUT // 2
        powers, totals = self._powers(scores, applying)
        pieces = np.empty((number, 2 * many + 2), object)
        pieces[:, 0] = pieces[:, -1] = b""
        pieces[:, 1:-1:2] = texts.ravel().take(places * number + np.arange(number)[:, None])
        pieces[:, 2:-1:2] = self._told(powers / totals[:, None], applying)
        firsts = powers[:, 0] if many else np.zeros(number)
        for row, total, first, warned in zip(pieces.tolist(), totals.tolist(), firsts.tolist(), said, strict=True):
            row[1] = row[1][1:]  # no comma before the first
            yield Body(first <= self._none, self._none / total, first / total, row, warned)

    def _powers(self, scores: Ints, applying: Truths) -> tuple[Floats, Floats]:
        """2**score for each that applies, else 0, and their sum for each profile with "none of these"."""
        powers = np.where(applying, np.ldexp(1.0, scores.astype(np.int32)), 0.0)
        known = scores[applying]
        span = [*([int(known.min()), int(known.max())] if known.size else []), self.rules.none_of_these]
        if max(span) - min(span) <= _EXACT:
            return powers, powers.sum(axis=1) + self._none
        return powers, np.array([sum(row) + self._none for row in powers.tolist()])

    def _told(self, shares: Floats, applying: Truths) -> Objects:
        """Each share as JSON with its likelihood, up to the end of the cause; nothing where that does not apply."""
        cells = shares * _CELLS
        whole = cells.astype(np.intp)
        texts: Objects = self._shares.take(whole)
        for profile, cause in np.argwhere(((whole == cells) | self._split.take(whole)) & applying).tolist():
            texts[profile, cause] = self._share(float(shares[profile, cause]))
        texts[~applying] = b""
        return texts

    def _share(self, share: float) -> bytes:
        return f'{round(share, SHARE_DIGITS)!r},"likelihood":"{likelihood_of(self.rules, share)}"}}'.encode()


def _replaced(column: Sequence[Value | None], places: Iterable[int], values: Iterable[Value | None]) -> list[Value | None]:
    new = list(column)
    for place, value in zip(places, values, strict=True):
        new[place] = value
    return new


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
    numbers: Remembering[Value, int] = Remembering(day_number)
    return lambda left, right: numbers[right] - numbers[left]

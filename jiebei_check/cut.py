"""Conditions that see too much of a profile to be judged by a table are cut into parts that can be.

A part is judged once for each of its codes (see :mod:`jiebei_check.quantise`). What the whole comes to depends on which parts
hold, and on which facts are not known.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

import numpy as np

from .conditions import Condition, In, Not, Range, facts_of, holds
from .inference import Judged
from .quantise import Ints, Lens, Profiles, Quantiser

MOST = 1024  # codes of conditions that need not be cut

_Item = TypeVar("_Item")


class Table:
    """A number for each code, made by ``see`` when the code is first met."""

    def __init__(self, lens: Lens, see: Callable[[int], int]) -> None:
        self._lens, self._see = lens, see
        self._numbers = np.full(lens.kinds, -1, np.intp)

    def numbers(self, profiles: Profiles) -> Ints:
        """The number of each profile."""
        codes = self._lens.codes(profiles)
        found = self._numbers.take(codes)
        if found.size and found.min() < 0:
            for code in dict.fromkeys(codes[found < 0].tolist()):
                self._numbers[code] = self._see(code)
            found = self._numbers.take(codes)
        return found


class Cut:
    """Some conditions, cut into parts with lenses of their own."""

    def __init__(self, conditions: Iterable[Condition], quantiser: Quantiser) -> None:
        named: list[tuple[str, Condition]] = []

        def few(some: Sequence[Condition]) -> bool:
            return quantiser.count(some) <= MOST

        def over_parts(condition: Condition) -> Condition:
            """The condition as one over its parts: that a part holds is a fact of the name of the part."""
            if isinstance(condition, (In, Range)) or few([condition]):
                named.append((str(len(named)), condition))
                return In(named[-1][0], (True,))
            if isinstance(condition, Not):
                return Not(over_parts(condition.part))
            kind = type(condition)
            groups = neighbours(condition.parts, few)
            return kind(tuple([over_parts(group[0] if len(group) == 1 else kind(tuple(group))) for group in groups]))

        self._conditions = [(over_parts(condition), facts_of(condition)) for condition in conditions]
        groups = neighbours(named, lambda group: few([condition for _, condition in group]))
        self._parts = [_Part(group, quantiser.lens([condition for _, condition in group])) for group in groups]
        self.width = len(self._parts)
        self.facts = tuple(dict.fromkeys(fact for _, facts in self._conditions for fact in facts))

    def numbers(self, profiles: Profiles) -> list[Ints]:
        """Which conditions of each part hold, as a number."""
        return [part.table.numbers(profiles) for part in self._parts]

    def judge(self, numbers: Sequence[int]) -> list[Judged]:
        """Whether each condition holds where the parts have these numbers, and all of its facts where that is open."""
        truths: dict[str, bool] = {}
        for part, number in zip(self._parts, numbers, strict=True):
            truths |= part.truths[number]
        judged = [(holds(condition, truths), facts) for condition, facts in self._conditions]
        return [(truth, facts if truth is None else ()) for truth, facts in judged]


class _Part:
    """Some conditions that share a lens, judged once for each code."""

    def __init__(self, named: Sequence[tuple[str, Condition]], lens: Lens) -> None:
        self._named, self._lens = named, lens
        self.table = Table(lens, self._see)
        self.truths: list[Mapping[str, bool]] = []  # by number: which conditions hold, and which do not
        self._numbers: dict[tuple[tuple[str, bool], ...], int] = {}

    def _see(self, code: int) -> int:
        facts = self._lens.facts(code)
        truths = tuple([(name, truth) for name, condition in self._named if (truth := holds(condition, facts)) is not None])
        number = self._numbers.setdefault(truths, len(self.truths))
        if number == len(self.truths):
            self.truths.append(dict(truths))
        return number


def neighbours(items: Iterable[_Item], fit: Callable[[list[_Item]], bool]) -> list[list[_Item]]:
    """``items`` in their order, together with those before them while they ``fit``."""
    groups: list[list[_Item]] = []
    for item in items:
        if groups and fit([*groups[-1], item]):
            groups[-1].append(item)
        else:
            groups.append([item])
    return groups

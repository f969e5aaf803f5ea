"""Conditions that see too much of a profile to be judged by a table are cut into parts that can be.

A part is judged once for each of its codes (see :mod:`jiebei_check.quantise`). What the whole comes to depends on which parts
hold, and on which facts are not known.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from operator import itemgetter
from typing import TypeVar

from .conditions import Condition, In, Not, Range, facts_of, holds
from .inference import Judged
from .quantise import Lens, Quantiser

MOST = 1024  # codes of conditions that need not be cut

_Item = TypeVar("_Item")
Numbers = tuple[int, ...]  # one for each part: which of its conditions hold
_Seen = tuple[int, tuple[bool, ...]]  # a part: its number, and whether each of its facts is not known
_number: Callable[[_Seen], int] = itemgetter(0)
_unknown: Callable[[_Seen], tuple[bool, ...]] = itemgetter(1)


class Cut:
    """Some conditions, cut into parts with lenses of their own: one behind the other in ``quantiser``."""

    def __init__(self, conditions: Iterable[Condition], quantiser: Quantiser) -> None:
        named: list[tuple[str, Condition]] = []

        def few(some: Sequence[Condition]) -> bool:
            return quantiser.kinds(some) <= MOST

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
        self._parts = [_Part(group, *quantiser.field([[condition for _, condition in group]])) for group in groups]
        self.place = slice(self._parts[0].lens.place, self._parts[-1].lens.place + 1)
        self.facts = tuple(view.fact for part in self._parts for view in part.lens.views)

    def see(self, codes: Sequence[int]) -> tuple[Numbers, list[bool]]:
        """Which parts hold, and which of ``facts`` are not known."""
        seen = list(map(dict.__getitem__, self._parts, codes[self.place]))
        return tuple(map(_number, seen)), [*chain.from_iterable(map(_unknown, seen))]

    def judge(self, numbers: Numbers) -> list[Judged]:
        """Whether each condition holds, and all of its facts where that is open."""
        truths: dict[str, bool] = {}
        for part, number in zip(self._parts, numbers, strict=True):
            truths |= part.truths[number]
        judged = [(holds(condition, truths), facts) for condition, facts in self._conditions]
        return [(truth, facts if truth is None else ()) for truth, facts in judged]


class _Part(dict[int, _Seen]):
    """Some conditions that share a lens, judged once for each code."""

    def __init__(self, named: Sequence[tuple[str, Condition]], lens: Lens) -> None:
        super().__init__()
        self._named = named
        self.lens = lens
        self.truths: list[Mapping[str, bool]] = []  # by number: which conditions hold, and which do not
        self._numbers: dict[tuple[tuple[str, bool], ...], int] = {}

    def __missing__(self, code: int) -> _Seen:
        facts = self.lens.facts(code)
        truths = tuple([(name, truth) for name, condition in self._named if (truth := holds(condition, facts)) is not None])
        number = self._numbers.setdefault(truths, len(self.truths))
        if number == len(self.truths):
            self.truths.append(dict(truths))
        seen = self[code] = (number, tuple([not kind for kind in self.lens.kinds_in(code)]))
        return seen


def neighbours(items: Iterable[_Item], fit: Callable[[list[_Item]], bool]) -> list[list[_Item]]:
    """``items`` in their order, together with those before them while they ``fit``."""
    groups: list[list[_Item]] = []
    for item in items:
        if groups and fit([*groups[-1], item]):
            groups[-1].append(item)
        else:
            groups.append([item])
    return groups

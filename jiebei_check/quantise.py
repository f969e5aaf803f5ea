"""A profile as one integer: all of it that a rule set can see.

A rule looks at a fact only by comparing it. So every comparison that some condition makes gets one bit, set where it holds,
and every fact that is compared gets one more, set where the fact is not known. Two profiles with equal bits are equal to
every condition, and two with equal bits under a condition's mask are equal to that condition.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping

from .conditions import Condition, In, Range, holds, leaves
from .values import Fact, Facts, Value

_Regions = tuple[list[float], list[int]]


class Quantiser:
    """Turns known values into bits. Pure: it remembers what it has computed, never what it was asked."""

    def __init__(self, facts: Mapping[str, Fact], conditions: Iterable[Condition]) -> None:
        self._leaves: dict[str, dict[In | Range, int]] = {}
        bit = 1
        for condition in conditions:
            for leaf in leaves(condition):
                known = self._leaves.setdefault(leaf.fact, {})
                if leaf not in known:
                    known[leaf] = bit
                    bit <<= 1
        self._unknown: dict[str, int] = {}
        for fact in self._leaves:
            self._unknown[fact] = bit
            bit <<= 1
        self.nothing = sum(self._unknown.values())  # the bits of a profile in which nothing is known
        numbers = [fact for fact in self._leaves if facts[fact].type in ("int", "number")]
        self._regions = {fact: _regions(self._leaves[fact], self._unknown[fact]) for fact in numbers}

    def mask(self, conditions: Iterable[Condition]) -> int:
        """The bits on which ``conditions`` depend."""
        found = 0
        for condition in conditions:
            for leaf in leaves(condition):
                found |= self._leaves[leaf.fact][leaf] | self._unknown[leaf.fact]
        return found

    def change(self, fact: str, value: Value) -> int:
        """What knowing ``value`` of ``fact`` adds to the bits in which that fact is unknown (often negative)."""
        if fact in self._regions:
            bounds, changes = self._regions[fact]
            return changes[bisect_left(bounds, value) + bisect_right(bounds, value)]
        compared = self._leaves.get(fact)
        return _change(compared, fact, value, self._unknown[fact]) if compared else 0

    def bits(self, facts: Facts) -> int:
        """The bits of a whole profile, derived facts included."""
        return self.nothing + sum(self.change(fact, value) for fact, value in facts.items() if fact in self._unknown)


def _change(compared: Mapping[In | Range, int], fact: str, value: Value, unknown: int) -> int:
    known = {fact: value}
    return sum(bit for leaf, bit in compared.items() if holds(leaf, known)) - unknown


def _regions(compared: Mapping[In | Range, int], unknown: int) -> _Regions:
    """The bounds in order, and the change for a number below the first, on it, between it and the second, and so on."""
    bounds = sorted({float(bound) for leaf in compared for bound in _bounds(leaf)})
    samples: list[float] = [bounds[0] - 1]
    for low, high in zip(bounds, [*bounds[1:], bounds[-1] + 2], strict=True):
        samples += [low, (low + high) / 2]
    fact = next(iter(compared)).fact
    return bounds, [_change(compared, fact, sample, unknown) for sample in samples]


def _bounds(leaf: In | Range) -> list[float]:
    values = leaf.values if isinstance(leaf, In) else (leaf.low, leaf.high)
    return [value for value in values if isinstance(value, (int, float))]

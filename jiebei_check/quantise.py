"""A profile as one integer: all of it that a rule set can see.

A rule looks at a fact only by comparing it. So every comparison that some condition makes gets one bit, set where it holds,
and every fact that is compared gets one more, set where the fact is not known. Two profiles with equal bits are equal to
every condition, and two with equal bits under a condition's mask are equal to that condition.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from math import prod
from typing import NamedTuple

from .conditions import Condition, In, Range, holds, leaves
from .values import Fact, Facts, Value

_Leaf = In | Range
_LISTS = 64  # of a list of choices as many kinds are assumed at most


class Lens(NamedTuple):
    """What some conditions can see of a profile: under ``mask``, of so many ``kinds`` if all facts are independent."""

    mask: int
    kinds: int
    seen: tuple[tuple[str, int, int, Mapping[int, Value]], ...]

    def facts(self, bits: int) -> Facts:
        """Values that the conditions cannot tell from those of which ``bits`` were made."""
        return {fact: values[bits & mask] for fact, unknown, mask, values in self.seen if not bits & unknown}


class Quantiser:
    """Turns known values into bits, and keeps for all bits a value that stands for them."""

    def __init__(self, facts: Mapping[str, Fact], conditions: Iterable[Condition]) -> None:
        self._leaves: dict[str, dict[_Leaf, int]] = {}
        bit = 1
        for condition in conditions:
            for leaf in leaves(condition):
                known = self._leaves.setdefault(leaf.fact, {})
                if leaf not in known:
                    known[leaf] = bit
                    bit <<= 1
        self.unknown: dict[str, int] = {}
        for fact in self._leaves:
            self.unknown[fact] = bit
            bit <<= 1
        self.masks = {fact: sum(compared.values()) | self.unknown[fact] for fact, compared in self._leaves.items()}
        self.nothing = sum(self.unknown.values())  # the bits of a profile in which nothing is known
        self._facts = facts
        numbers = [fact for fact in self._leaves if facts[fact].type in ("int", "number")]
        self._bounds = {fact: _bounds(self._leaves[fact]) for fact in numbers}
        self._changes = {fact: [self._compare(fact, sample) for sample in _samples(bounds)] for fact, bounds in self._bounds.items()}
        self._standing_for: dict[str, dict[int, Value]] = {fact: {} for fact in self._leaves}

    def lens(self, conditions: Iterable[Condition]) -> "Lens":
        """What ``conditions`` can see of a profile."""
        mask = 0
        for condition in conditions:
            for leaf in leaves(condition):
                mask |= self._leaves[leaf.fact][leaf] | self.unknown[leaf.fact]
        seen = [fact for fact, unknown in self.unknown.items() if mask & unknown]
        kinds = prod(len(self._kinds(fact, mask)) + 1 for fact in seen)
        return Lens(mask, kinds, tuple((fact, self.unknown[fact], self.masks[fact], self._standing_for[fact]) for fact in seen))

    def change(self, fact: str, value: Value) -> int:
        """What knowing ``value`` of ``fact`` adds to the bits in which that fact is unknown (often negative)."""
        bounds = self._bounds.get(fact)
        if bounds is not None:
            place = bisect_left(bounds, value) + bisect_right(bounds, value)  # type: ignore[type-var]  # a number, by its type
            change = self._changes[fact][place]
        elif fact in self._leaves:
            change = self._compare(fact, value)
        else:
            return 0
        self._standing_for[fact].setdefault(change + self.unknown[fact], value)
        return change

    def bits(self, facts: Facts) -> int:
        """The bits of a profile."""
        return self.nothing + sum(self.change(fact, value) for fact, value in facts.items())

    def _kinds(self, fact: str, mask: int) -> set[int]:
        if fact in self._changes:
            return {change + self.unknown[fact] & mask for change in self._changes[fact]}
        declared = self._facts[fact]
        if declared.type in ("bool", "choice"):
            return {self._compare(fact, value) + self.unknown[fact] & mask for value in declared.keys or (True, False)}
        compared = sum(bool(bit & mask) for bit in self._leaves[fact].values())
        return set(range(compared + 1 if declared.type == "date" else min(_LISTS, 1 << compared)))

    def _compare(self, fact: str, value: Value) -> int:
        known = {fact: value}
        return sum(bit for leaf, bit in self._leaves[fact].items() if holds(leaf, known)) - self.unknown[fact]


def _bounds(compared: Mapping[_Leaf, int]) -> list[float]:
    values = [value for leaf in compared for value in (leaf.values if isinstance(leaf, In) else (leaf.low, leaf.high))]
    return sorted({float(value) for value in values if isinstance(value, (int, float))})


def _samples(bounds: list[float]) -> list[float]:
    """A number below the first bound, the bound itself, a number between it and the second, and so on."""
    found = [bounds[0] - 1]
    for low, high in zip(bounds, [*bounds[1:], bounds[-1] + 2], strict=True):
        found += [low, (low + high) / 2]
    return found

"""A profile as one integer: all of it that a rule set can see.

A rule looks at a fact only by comparing it. Whoever is interested in some conditions gets a :class:`Lens`: a number, the
code, that says what those conditions can see of a profile. Two profiles with the same code are equal to them. All codes stand
in fields side by side in one integer, so that a profile is the sum of what each of its values adds.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from math import prod
from struct import Struct, calcsize
from typing import Any, NamedTuple

from .conditions import Condition, In, Range, holds, leaves
from .values import Fact, Facts, Value

_MOST = 1 << 16  # sets of choices that are told apart
_Leaf = In | Range
Codes = tuple[int, ...]  # of one profile, one for each field


class Lens(NamedTuple):
    """What some conditions can see; 0 <= code < ``kinds``.

    ``place`` is that of its field among all, ``unit`` what a code of 1 counts in the integer.
    """

    place: int
    unit: int
    kinds: int
    views: tuple["_View", ...]

    def kinds_in(self, code: int) -> list[int]:
        """The kind of every fact in ``code``; 0 for one that is not known."""
        found = []
        for view in self.views:
            code, kind = divmod(code, len(view.standing_for))
            found.append(kind)
        return found

    def facts(self, code: int) -> Facts:
        """Values that the conditions cannot tell from those that gave ``code``."""
        kinds = zip(self.views, self.kinds_in(code), strict=True)
        return {view.fact: view.standing_for[kind] for view, kind in kinds if kind}


class _View(NamedTuple):
    """One fact as some conditions see it: a value that stands for each kind, of which the first is "not known"."""

    fact: str
    compared: tuple[_Leaf, ...]
    standing_for: list[Any]
    kinds: dict[tuple[bool | None, ...], int]

    def kind(self, value: Value) -> int:
        known = {self.fact: value}
        return self.kinds[tuple([holds(leaf, known) for leaf in self.compared])]


class Quantiser:
    """Turns values into codes. Fields are made first; :meth:`seal` ends that."""

    def __init__(self, facts: Mapping[str, Fact], conditions: Iterable[Condition]) -> None:
        self._compared: dict[str, dict[_Leaf, None]] = {}
        for condition in conditions:
            for leaf in leaves(condition):
                self._compared.setdefault(leaf.fact, {})[leaf] = None
        self._bounds = {name: _bounds(found) for name, found in self._compared.items() if facts[name].type in ("int", "number", "date")}
        self._facts = facts
        self._lenses: list[Lens] = []
        self._signs = ""  # of all fields, as the module struct calls them
        self.above = 0  # the first bit above all fields
        self._adds: dict[str, dict[Value, int]] = {}
        self._regions: dict[str, list[int]] = {}

    def kinds(self, conditions: Iterable[Condition]) -> int:
        """How many codes a lens for ``conditions`` would have."""
        return prod(len(view.standing_for) for view in self._views(conditions))

    def field(self, groups: Iterable[Iterable[Condition]]) -> list[Lens]:
        """Lenses for groups of conditions, in one field: a number whose digits are their codes, the first the lowest."""
        place, unit, kinds = len(self._signs), 1 << self.above, 1
        lenses = []
        for group in groups:
            views = self._views(group)
            lenses.append(Lens(place, unit * kinds, prod(len(view.standing_for) for view in views), views))
            kinds *= lenses[-1].kinds
        self._signs += next(sign for sign in "BHIQ" if kinds <= 1 << 8 * calcsize(sign))
        self.above += 8 * calcsize(self._signs[-1])
        self._lenses += lenses
        return lenses

    def seal(self) -> None:
        """All lenses are made: compute what each value adds."""
        fields = Struct(f"<{self._signs}8x")
        self.size, self.fields = fields.size, fields.unpack  # above the fields a sum may hold something else
        for name in self._compared:
            if name in self._bounds:
                self._regions[name] = [self._add(name, sample) for sample in _between(self._bounds[name])]
            elif self._facts[name].type != "choices":
                self._adds[name] = {value: self._add(name, value) for value in self._facts[name].keys or (False, True)}

    def add(self, fact: str, value: Value) -> int:
        """What knowing ``value`` of ``fact`` adds to the codes."""
        regions = self._regions.get(fact)
        if regions is not None:
            bounds = self._bounds[fact]
            return regions[bisect_left(bounds, value) + bisect_right(bounds, value)]
        known = self._adds.get(fact)
        return known[value] if known is not None else self._add(fact, value)

    def scale(self, fact: str) -> tuple[Sequence[Any], Sequence[int]]:
        """The bounds of a number or date, and what it adds below the first, on it, between it and the second, and so on."""
        return self._bounds.get(fact, []), self._regions.get(fact, [0])

    def total(self, facts: Facts) -> int:
        """The codes of a profile."""
        return sum(self.add(fact, value) for fact, value in facts.items())

    def _add(self, fact: str, value: Value) -> int:
        total = 0
        for lens in self._lenses:
            step = 1
            for view in lens.views:
                if view.fact == fact:
                    total += step * view.kind(value) * lens.unit
                step *= len(view.standing_for)
        return total

    def _views(self, conditions: Iterable[Condition]) -> tuple[_View, ...]:
        compared: dict[str, dict[_Leaf, None]] = {}
        for condition in conditions:
            for leaf in leaves(condition):
                compared.setdefault(leaf.fact, {})[leaf] = None
        return tuple(self._view(fact, tuple(found)) for fact, found in compared.items())

    def _view(self, fact: str, compared: tuple[_Leaf, ...]) -> _View:
        standing_for: list[Any] = [None]
        kinds: dict[tuple[bool | None, ...], int] = {}
        for sample in self._samples(fact, compared):
            known = {fact: sample}
            seen = tuple([holds(leaf, known) for leaf in compared])
            if seen not in kinds:
                kinds[seen] = len(standing_for)
                standing_for.append(sample)
        return _View(fact, compared, standing_for, kinds)

    def _samples(self, fact: str, compared: tuple[_Leaf, ...]) -> list[Any]:
        """Values of a fact, one at least for everything that the comparisons can see of it."""
        if fact in self._bounds:
            return _between(self._bounds[fact])
        keys = self._facts[fact].keys
        if self._facts[fact].type == "choices":
            return _lists(keys, compared)
        return list(keys) or [False, True]


def _bounds(compared: Iterable[_Leaf]) -> list[Any]:
    """What numbers or dates are compared with, in order. Dates compare as text."""
    values = [value for leaf in compared for value in (leaf.values if isinstance(leaf, In) else (leaf.low, leaf.high))]
    return sorted({value for value in values if value is not None})


def _between(bounds: list[Any]) -> list[Any]:
    """A value below the first bound, the bound itself, a value between it and the second, and so on."""
    if isinstance(bounds[0], str):
        return ["", *(value for bound in bounds for value in (bound, f"{bound}\0"))]
    found = [bounds[0] - 1]
    for low, high in zip(bounds, [*bounds[1:], bounds[-1] + 2], strict=True):
        found += [low, (low + high) / 2]
    return found


def _lists(keys: Sequence[str], compared: Iterable[_Leaf]) -> list[Any]:
    """Lists of choices, one for every set of the comparisons that can hold together."""
    found: dict[frozenset[_Leaf], tuple[str, ...]] = {}
    for key in keys:
        holding = frozenset(leaf for leaf in compared if isinstance(leaf, In) and key in leaf.values)
        for before, values in [(frozenset[_Leaf](), ()), *found.items()]:
            found.setdefault(before | holding, tuple(one for one in keys if one in values or one == key))
        if len(found) > _MOST:
            break  # too many for a lens, whatever else there is
    return list(found.values())

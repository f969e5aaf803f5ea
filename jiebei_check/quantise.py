"""Many profiles as columns of small numbers: all of them that a rule set can see.

A rule looks at a fact only by comparing it. So the values of a fact fall into a few kinds that no rule can tell apart, and
many profiles are a column of kinds for each fact. Whoever is interested in some conditions gets a :class:`Lens`: from the
columns to a number for each profile, the code, that says what those conditions can see. Two profiles with the same code are
equal to them.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from itertools import chain, islice
from math import prod
from operator import itemgetter
from typing import Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from .conditions import Condition, In, Range, holds, leaves
from .values import Fact, Facts, Value

Ints = npt.NDArray[np.intp]
Truths = npt.NDArray[np.bool_]
LEFT_OUT, NOT_KNOWN, FIRST = range(3)  # kinds; those of values are from FIRST
REMEMBERED = 3072  # of anything that is remembered with :func:`remember`
_MOST = 1 << 16  # sets of choices that are told apart
_Leaf = In | Range
_Key = TypeVar("_Key")
_Kept = TypeVar("_Kept")


class Profiles(NamedTuple):
    """Profiles, fact by fact. A fact that is in none of the columns is known of no profile."""

    names: Sequence[str]  # their ids
    kinds: dict[str, Ints]  # facts of a single value
    lists: dict[str, Sequence[Value | None]]  # facts of several choices
    values: dict[str, Sequence[Value | None]]  # of facts that are needed as they are


class Remembering(dict[_Key, _Kept]):
    """A bounded memory of what a function gives."""

    def __init__(self, make: Callable[[_Key], _Kept]) -> None:
        self._make = make

    def __missing__(self, key: _Key) -> _Kept:
        value = self._make(key)
        remember(self, key, value)
        return value


class _View(NamedTuple):
    """One fact as some conditions see it: a value that stands for each kind, of which the first is "not known"."""

    fact: str
    compared: tuple[_Leaf, ...]
    standing_for: list[Any]
    kinds: dict[tuple[bool | None, ...], int]

    def adds(self, step: int, value: Value | None) -> int:
        """What a value adds to a code in which a kind of 1 counts ``step``."""
        if value is None:
            return 0
        known = {self.fact: value}
        return step * self.kinds[tuple([holds(leaf, known) for leaf in self.compared])]


class Lens:
    """What some conditions can see; 0 <= code < ``kinds``."""

    def __init__(self, views: Sequence[_View], quantiser: "Quantiser") -> None:
        self.views = views
        self.kinds = prod(len(view.standing_for) for view in views)
        self._adds: list[tuple[str, Ints]] = []  # what each kind of a fact adds to the code
        self._lists: list[tuple[str, Remembering[Value | None, int]]] = []  # likewise each list
        step = 1
        for view in views:
            samples = quantiser.samples(view.fact)
            if samples is None:
                self._lists.append((view.fact, Remembering(partial(view.adds, step))))
            else:
                self._adds.append((view.fact, np.array([0] * FIRST + [view.adds(step, sample) for sample in samples], np.intp)))
            step *= len(view.standing_for)

    def codes(self, profiles: Profiles) -> Ints:
        """The code of each profile."""
        parts = [adds.take(profiles.kinds[fact]) for fact, adds in self._adds if fact in profiles.kinds]
        parts += [column(look_up(adds, profiles.lists[fact])) for fact, adds in self._lists if fact in profiles.lists]
        if not parts:
            return np.zeros(len(profiles.names), np.intp)
        total = parts[0]
        for part in parts[1:]:
            total += part
        return total

    def facts(self, code: int) -> Facts:
        """Values that the conditions cannot tell from those that gave ``code``."""
        found = {}
        for view in self.views:
            code, kind = divmod(code, len(view.standing_for))
            if kind:
                found[view.fact] = view.standing_for[kind]
        return found


class Quantiser:
    """Tells the kinds of values, and makes lenses."""

    def __init__(self, facts: Mapping[str, Fact], conditions: Iterable[Condition]) -> None:
        compared: dict[str, dict[_Leaf, None]] = {}
        for condition in conditions:
            for leaf in leaves(condition):
                compared.setdefault(leaf.fact, {})[leaf] = None
        self._facts = facts
        self._bounds = {name: _bounds(found) for name, found in compared.items() if facts[name].type in ("int", "number", "date")}
        self._numbers = {
            name: {value: FIRST + number for number, value in enumerate(samples)}
            for name in compared
            if name not in self._bounds and (samples := self.samples(name)) is not None
        }

    def samples(self, fact: str) -> Sequence[Any] | None:
        """A value for each kind from FIRST; None for a fact of several choices, of which there are too many."""
        if fact in self._bounds:
            return _between(self._bounds[fact])
        if self._facts[fact].type == "choices":
            return None
        return self._facts[fact].keys or (False, True)

    def kind(self, fact: str, value: Value | None) -> int:
        """The kind of a value of a fact that has a single one; it does not matter where no rule looks at the fact."""
        if value is None:
            return NOT_KNOWN
        bounds = self._bounds.get(fact)
        if bounds is not None:
            return FIRST + bisect_left(bounds, value) + bisect_right(bounds, value)
        known = self._numbers.get(fact)
        return known[value] if known is not None else FIRST

    def count(self, conditions: Iterable[Condition]) -> int:
        """How many codes a lens for ``conditions`` would have."""
        return prod(len(view.standing_for) for view in self._views(conditions))

    def lens(self, conditions: Iterable[Condition]) -> Lens:
        """What ``conditions`` can see."""
        return Lens(self._views(conditions), self)

    def _views(self, conditions: Iterable[Condition]) -> tuple[_View, ...]:
        compared: dict[str, dict[_Leaf, None]] = {}
        for condition in conditions:
            for leaf in leaves(condition):
                compared.setdefault(leaf.fact, {})[leaf] = None
        return tuple(self._view(fact, tuple(found)) for fact, found in compared.items())

    def _view(self, fact: str, compared: tuple[_Leaf, ...]) -> _View:
        samples = self.samples(fact)
        standing_for: list[Any] = [None]
        kinds: dict[tuple[bool | None, ...], int] = {}
        for sample in samples if samples is not None else _lists(self._facts[fact].keys, compared):
            known = {fact: sample}
            seen = tuple([holds(leaf, known) for leaf in compared])
            if seen not in kinds:
                kinds[seen] = len(standing_for)
                standing_for.append(sample)
        return _View(fact, compared, standing_for, kinds)


def unknown(profiles: Profiles, fact: str) -> Truths:
    """Of which profiles ``fact`` is not known."""
    if fact in profiles.kinds:
        return profiles.kinds[fact] < FIRST
    values = profiles.lists.get(fact)
    return np.array([value is None for value in values]) if values is not None else np.ones(len(profiles.names), np.bool_)


def look_up(table: Mapping[_Key, _Kept], keys: Sequence[_Key]) -> Sequence[_Kept]:
    """What stands in ``table`` for each of ``keys``: the quickest way there is."""
    return itemgetter(*keys)(table) if len(keys) > 1 else [table[key] for key in keys]


def column(numbers: Sequence[int]) -> Ints:
    """Numbers from 0 as an array; small ones are quick."""
    try:
        return np.frombuffer(bytes(numbers), np.uint8).astype(np.intp)
    except ValueError:
        return np.array(numbers, np.intp)


def remember(memo: dict[_Key, _Kept], key: _Key, value: _Kept) -> None:
    """Add to a bounded memory; when it is full, the older half is forgotten."""
    if len(memo) >= REMEMBERED:
        for old in list(islice(memo, REMEMBERED // 2)):
            del memo[old]
    memo[key] = value


def joined(parts: Sequence[Profiles]) -> Profiles:
    """The profiles of all ``parts``, one behind the other."""
    if len(parts) == 1:
        return parts[0]
    sizes = [len(part.names) for part in parts]

    def together(columns: Sequence[Mapping[str, Sequence[Value | None]]]) -> dict[str, Sequence[Value | None]]:
        names = dict.fromkeys(chain.from_iterable(columns))
        pairs = list(zip(columns, sizes, strict=True))
        return {name: [value for some, size in pairs for value in some.get(name) or [None] * size] for name in names}

    facts = dict.fromkeys(chain.from_iterable(part.kinds for part in parts))
    blanks = [np.zeros(size, np.intp) for size in sizes]
    return Profiles(
        [name for part in parts for name in part.names],
        {fact: np.concatenate([part.kinds.get(fact, blank) for part, blank in zip(parts, blanks, strict=True)]) for fact in facts},
        together([part.lists for part in parts]),
        together([part.values for part in parts]),
    )


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

"""Named conditions of which only matters whether they certainly hold: of many profiles, by their codes."""

from collections.abc import Iterable, Sequence

import numpy as np

from .conditions import Condition, holds
from .cut import MOST, Cut, Table, neighbours
from .quantise import Lens, Profiles, Quantiser

_TOGETHER = 256  # codes up to which neighbours share a table

Flag = tuple[str, str]  # kind and name


class Flags:
    """Flags in their order; neighbours share a table from their code to those that are up."""

    def __init__(self, named: Iterable[tuple[Flag, Condition]], quantiser: Quantiser) -> None:
        named = list(named)

        def count(group: Iterable[tuple[Flag, Condition]]) -> int:
            return quantiser.count([when for _, when in group])

        groups = neighbours(named, lambda group: count(group) <= _TOGETHER)
        self._groups = [_Group(group, quantiser.lens([when for _, when in group])) for group in groups if count(group) <= MOST]
        self._cut = [(flag, Cut([when], quantiser)) for group in groups if count(group) > MOST for flag, when in group]
        self._order = {flag: place for place, (flag, _) in enumerate(named)}

    def up(self, profiles: Profiles) -> dict[int, list[Flag]]:
        """For each profile (by its place) with any flag up, those that are, in order."""
        found: dict[int, list[Flag]] = {}
        for group in self._groups:
            numbers = group.table.numbers(profiles)
            for place in np.flatnonzero(numbers).tolist():
                found.setdefault(place, []).extend(group.sets[numbers[place]])
        for flag, cut in self._cut:
            for place, numbers_of_parts in enumerate(zip(*[numbers.tolist() for numbers in cut.numbers(profiles)], strict=True)):
                if cut.judge(numbers_of_parts)[0][0] is True:
                    found.setdefault(place, []).append(flag)
        if self._cut:
            for flags in found.values():
                flags.sort(key=self._order.__getitem__)
        return found


class _Group:
    """Flags that share a table; a number stands for a set of them, 0 for none."""

    def __init__(self, named: Sequence[tuple[Flag, Condition]], lens: Lens) -> None:
        self._named, self._lens = named, lens
        self.sets: list[list[Flag]] = [[]]
        self.table = Table(lens, self._see)

    def _see(self, code: int) -> int:
        facts = self._lens.facts(code)
        flags = [flag for flag, when in self._named if holds(when, facts) is True]
        if flags not in self.sets:
            self.sets.append(flags)
        return self.sets.index(flags)

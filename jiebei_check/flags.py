"""Named conditions of which only matters whether they certainly hold: of many profiles, by their codes."""

from collections.abc import Iterable, Sequence
from operator import getitem

from .conditions import Condition, holds
from .cut import MOST, Cut, neighbours
from .quantise import Codes, Quantiser

_TOGETHER = 256  # codes up to which neighbours share a table

Flag = tuple[str, str]  # kind and name
_UNSEEN: list[Flag] = [("", "")]


class Flags:
    """Flags in their order; neighbours share a table from their code to those that are up."""

    def __init__(self, named: Iterable[tuple[Flag, Condition]], quantiser: Quantiser) -> None:
        named = list(named)

        def kinds(group: Iterable[tuple[Flag, Condition]]) -> int:
            return quantiser.kinds([when for _, when in group])

        groups = neighbours(named, lambda group: kinds(group) <= _TOGETHER)
        self._groups = [(group, quantiser.field([[when for _, when in group]])[0]) for group in groups if kinds(group) <= MOST]
        self._tables = [[_UNSEEN] * lens.kinds for _, lens in self._groups]
        self._span = span([lens.place for _, lens in self._groups])
        self._cut = [(flag, Cut([when], quantiser)) for group in groups if kinds(group) > MOST for flag, when in group]
        self._order = {flag: place for place, (flag, _) in enumerate(named)}

    def holding(self, codes: Codes) -> list[Flag]:
        """The flags that are up, in order."""
        seen = list(map(getitem, self._tables, codes[self._span]))
        if not any(seen) and not self._cut:
            return []
        for place, flags in enumerate(seen):
            if flags is _UNSEEN:
                seen[place] = self._see(place, codes)
        found = [flag for flags in seen for flag in flags]
        found += [flag for flag, cut in self._cut if cut.judge(cut.see(codes)[0])[0][0] is True]
        return sorted(found, key=self._order.__getitem__) if self._cut else found

    def _see(self, place: int, codes: Codes) -> list[Flag]:
        group, lens = self._groups[place]
        code = codes[lens.place]
        facts = lens.facts(code)
        flags = self._tables[place][code] = [flag for flag, when in group if holds(when, facts) is True]
        return flags


def span(places: Sequence[int]) -> slice:
    """Where the fields made one after the other stand."""
    return slice(places[0], places[-1] + 1) if places else slice(0)

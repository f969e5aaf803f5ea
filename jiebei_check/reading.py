"""Reading the values of many profiles: exactly :func:`values.parse` and :func:`profile.read_mapping`, remembered.

A value that was understood once is understood from memory. A record goes straight into a fixed structure, and only what
does not fit (an unknown or repeated key, a value of another type, a value never seen) is read at leisure, by the functions
that read one profile.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from operator import getitem, is_, itemgetter
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import astuple

from .bulk import AS_OF, Bulk, Ready
from .errors import Refused
from .profile import PROFILE_VERSION, Profile
from .values import Fact, Value, parse

_UNSET = msgspec.UNSET
_REMEMBERED = 4096  # values of each fact
_HUGE = 10**18  # whole numbers from here on are read at leisure
_MAX_ID = 200
# What the fixed structure takes. True and 1 are one key of a table, so no fact takes both.
_TYPES: dict[str, Any] = {
    "bool": bool | str | None | msgspec.UnsetType,
    "int": int | float | str | None | msgspec.UnsetType,
    "number": int | float | str | None | msgspec.UnsetType,
    "date": str | None | msgspec.UnsetType,
    "choice": str | None | msgspec.UnsetType,
    "choices": str | tuple[str, ...] | None | msgspec.UnsetType,
}
_FORBIDDEN = re.compile(rb"\xef\xbf[\xbe\xbf]")  # characters that no text may hold, beside the control characters
_KEY_APART = re.compile(rb'"[ \t\r\n]+:')


class _Layout(NamedTuple):
    """A fixed structure: its decoders, where in it the facts stand, and the memories of those facts in that order."""

    decode: Callable[[bytes], Any]
    convert: Callable[[object], Any]
    sections: int  # how many of its fields are sections; they come first
    blanks: tuple[Any, ...]  # what stands for a section that is left out
    facts: tuple[Fact, ...]
    places: Mapping[str, int]
    changes: tuple[dict[Any, int], ...]
    inputs: Callable[[Sequence[Any]], tuple[Any, ...]]
    input_values: tuple[dict[Any, Value | None], ...]


class _Plan(NamedTuple):
    """How the cells of a table with certain columns are read."""

    cells: Callable[[Sequence[str]], Sequence[str]]  # those that hold facts
    facts: tuple[Fact, ...]
    changes: tuple[dict[Any, int], ...]
    inputs: tuple[tuple[int | None, dict[Any, Value | None]], ...]  # place among all cells, what the values stand for
    id: int | None
    rest: tuple[Any, ...]  # what is said of facts without a column: nothing, of the day for one
    places: Mapping[str, int]


class ValueReader:
    """Reads records into bits. ``as_of`` is the day of profiles that name none, or with ``override`` of all of them."""

    def __init__(self, bulk: Bulk, as_of: str | None, *, override: bool = False) -> None:
        self.bulk = bulk
        self.rules = bulk.rules
        self.facts = tuple(fact for fact in self.rules.facts.values() if fact.derived is None)
        self._as_of = as_of if AS_OF in self.rules.facts else None
        self._override = override
        self._equal: dict[int, int] = {}
        self._shift = bulk.quantiser.above
        self._changes: dict[str, dict[Any, int]] = {fact.id: {} for fact in self.facts}
        self._values: dict[str, dict[Any, Value | None]] = {fact.id: {} for fact in self.facts}
        for fact in self.facts:
            self._blank(fact)
        self._plans: dict[tuple[str, ...], _Plan] = {}
        self._nested = self._layout(nested=True)
        self._dotted = self._layout(nested=False)

    def dated(self, profile: Profile) -> Profile:
        """``profile`` with the day that goes for it."""
        if self._as_of is None or (AS_OF in profile.values and not self._override):
            return profile
        return profile._replace(values={**profile.values, AS_OF: self._as_of})

    def ready(self, profile: Profile) -> Ready:
        """A profile that was read at leisure."""
        values = profile.values
        adds = [{value: self.bulk.quantiser.add(fact, value)} for fact, value in values.items()]
        total = sum(add for one in adds for add in one.values())
        inputs = [values.get(fact) for fact in self.bulk.inputs]
        return Ready(profile.id, total, inputs, {fact: place for place, fact in enumerate(values)}, adds, list(values.values()))

    # --- from memory

    def decode(self, line: bytes) -> Ready | None:
        """A record from one JSON object, or None where it has to be read at leisure."""
        if b"\x7f" in line or (not line.isascii() and _FORBIDDEN.search(line)):
            return None
        for layout in (self._nested, self._dotted):
            try:
                record = layout.decode(line)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                continue
            return self._take(layout, record, line)
        return None

    def convert(self, data: Mapping[str, object]) -> Ready | None:
        """A record from a caller's own mapping, or None where it has to be read at leisure."""
        for layout in (self._nested, self._dotted):
            try:
                return self._take(layout, layout.convert(data), b"")
            except (msgspec.ValidationError, RecursionError, TypeError):
                continue
        return None

    def row(self, columns: tuple[str, ...], cells: Sequence[str]) -> Ready | None:
        """A record from the cells of a table, or None where it has to be read at leisure."""
        plan = self._plans.get(columns)
        if plan is None:
            plan = self._plans[columns] = self._plan(columns)
        raws = (*plan.cells(cells), *plan.rest)
        try:
            total = sum(map(getitem, plan.changes, raws))
        except KeyError:
            if not self._understand(plan.facts, plan.changes, raws):
                return None
            total = sum(map(getitem, plan.changes, raws))
        inputs = [memory[cells[place] if place is not None else _UNSET] for place, memory in plan.inputs]
        name = cells[plan.id].strip()[:_MAX_ID] if plan.id is not None else ""
        return Ready(name, total, inputs, plan.places, plan.changes, raws)

    def _take(self, layout: _Layout, record: Any, line: bytes) -> Ready | None:
        fields = astuple(record)
        sections = fields[: layout.sections]
        try:
            raws = [*chain.from_iterable(map(astuple, sections)), *fields[layout.sections : -3]]
        except TypeError:  # a section that says nothing
            return None
        try:
            total = sum(map(getitem, layout.changes, raws))
        except KeyError:
            if not self._understand(layout.facts, layout.changes, raws):
                return None
            total = sum(map(getitem, layout.changes, raws))
        name, version, note = fields[-3:]
        if line:
            others = (name is not _UNSET) + (version is not _UNSET) + (note is not _UNSET)
            keys = (total >> self._shift) + others + layout.sections - sum(map(is_, sections, layout.blanks))
            if line.count(b":") != keys and not _has_keys(line, keys):
                return None
        if version is not _UNSET and str(version) != str(PROFILE_VERSION):
            return None
        inputs = list(map(getitem, layout.input_values, layout.inputs(raws)))
        name = "" if name is _UNSET or name is None else str(name)[:_MAX_ID]
        return Ready(name, total, inputs, layout.places, layout.changes, raws)

    def _understand(self, facts: Sequence[Fact], changes: Sequence[dict[Any, int]], raws: Sequence[Any]) -> bool:
        """Read and remember the values that are new; False where one is not understood."""
        for place, (known, raw) in enumerate(zip(changes, raws, strict=True)):
            if raw in known:
                continue
            if type(raw) is int and not -_HUGE < raw < _HUGE:
                return False
            try:
                value = parse(facts[place], raw, self.rules.notation)
            except Refused:
                return False
            if len(known) >= _REMEMBERED:
                self._blank(facts[place])
            self._keep(facts[place], raw, value)
        return True

    def _blank(self, fact: Fact) -> None:
        """Forget the values of a fact, except those that mean "not known"."""
        self._changes[fact.id].clear()
        self._values[fact.id].clear()
        self._keep(fact, _UNSET, None)
        self._keep(fact, None, None)

    def _keep(self, fact: Fact, raw: Any, value: Value | None) -> None:
        if fact.id == AS_OF and self._as_of is not None and (value is None or self._override):
            value = self._as_of
        change = 0 if value is None else self.bulk.quantiser.add(fact.id, value)
        change += (raw is not _UNSET) << self._shift  # above the codes, the sum counts what was given
        change = self._equal.setdefault(change, change)  # few differ, and they are looked at for every record
        self._changes[fact.id][raw] = change
        self._values[fact.id][raw] = value

    # --- structures

    def _plan(self, columns: tuple[str, ...]) -> _Plan:
        places = {column: place for place, column in enumerate(columns) if column in self._changes}
        rest = [AS_OF] if AS_OF in self._changes and AS_OF not in places else []
        facts = tuple(self.rules.facts[name] for name in (*places, *rest))
        chosen = list(places.values())
        return _Plan(
            cells=itemgetter(*chosen) if len(chosen) > 1 else lambda cells: [cells[place] for place in chosen],
            facts=facts,
            changes=tuple(self._changes[fact.id] for fact in facts),
            inputs=tuple((places.get(fact), self._values[fact]) for fact in self.bulk.inputs),
            id=columns.index("id") if "id" in columns else None,
            rest=(_UNSET,) * len(rest),
            places={fact.id: place for place, fact in enumerate(facts)},
        )

    def _layout(self, *, nested: bool) -> _Layout:
        """The structure of a record: facts in their sections, or all of them side by side under their full names."""
        by_section: dict[str, list[Fact]] = {}
        for fact in self.facts:
            by_section.setdefault(fact.section if nested else "", []).append(fact)
        beside = by_section.pop("", [])
        sections = [_structure(name, facts) for name, facts in by_section.items()]
        blanks = [section() for section in sections]
        fields = [(name, section | None, blank) for name, section, blank in zip(by_section, sections, blanks, strict=True)]
        fields += [(fact.id, _TYPES[fact.type], _UNSET) for fact in beside]
        fields += [("id", str | int | None | msgspec.UnsetType, _UNSET), ("profile_version", int | str | msgspec.UnsetType, _UNSET)]
        structure = _define("Record", [*fields, ("note", str | int | float | bool | None | msgspec.UnsetType, _UNSET)])
        facts = (*(fact for section in by_section.values() for fact in section), *beside)
        places = [[fact.id for fact in facts].index(name) for name in self.bulk.inputs]
        return _Layout(
            decode=msgspec.json.Decoder(structure).decode,
            convert=lambda data: msgspec.convert(data, structure),
            sections=len(sections),
            blanks=tuple(blanks),
            facts=facts,
            places={fact.id: place for place, fact in enumerate(facts)},
            changes=tuple(self._changes[fact.id] for fact in facts),
            inputs=itemgetter(*places),
            input_values=tuple(self._values[name] for name in self.bulk.inputs),
        )


def _structure(name: str, facts: Sequence[Fact]) -> Any:
    return _define(name, [(fact.id.rpartition(".")[2], _TYPES[fact.type], _UNSET) for fact in facts])


def _define(name: str, fields: Sequence[tuple[str, Any, Any]]) -> Any:
    """A structure whose fields have numbers for Python and their own names in JSON."""
    names = {f"f{number}": key for number, (key, _, _) in enumerate(fields)}
    typed = [(field, kind, _default(default)) for field, (_, kind, default) in zip(names, fields, strict=True)]
    return msgspec.defstruct(name.title(), typed, rename=names, forbid_unknown_fields=True, eq=False, gc=False)


def _default(value: Any) -> Any:
    return value if value is _UNSET else msgspec.field(default_factory=lambda: value)


def _has_keys(line: bytes, keys: int) -> bool:
    """Whether a JSON text holds exactly so many keys, although some of its text holds colons."""
    return line.count(b'":') == keys and _KEY_APART.search(line) is None

"""Reading the values of many profiles: exactly :func:`values.parse` and :func:`profile.read_mapping`, remembered.

A value that was understood once is understood from memory. A record goes straight into a fixed structure, and only what
does not fit (an unknown or repeated key, a value of another type, one that is refused) is read at leisure, by the functions
that read one profile.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from operator import is_, itemgetter
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import astuple

from .bulk import AS_OF, Bulk, Ready, remember
from .errors import Refused
from .profile import PROFILE_VERSION, Profile
from .values import Fact, Value, parse

_UNSET = msgspec.UNSET
_REMEMBERED = 3072  # values of each fact
_HUGE = 10**18  # whole numbers from here on are read at leisure
_MAX_ID = 200
_TOGETHER = 5  # facts of few values that are looked up together
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


class _Known(dict[Any, int]):
    """What a fact adds to the sum, by how its value is written; new ways are read as they come. Raises Refused."""

    def __init__(self, read: Callable[[Any], Value | None], add: Callable[[Any, Value | None], int], *, few: bool) -> None:
        self.few = few
        self.stands_for: dict[Any, Value | None] = {}
        self._read, self._add = read, add
        self._keep(_UNSET)

    def __missing__(self, raw: Any) -> int:
        if len(self) >= _REMEMBERED:
            self.clear()
            self.stands_for.clear()
            self._keep(_UNSET)
        return self._keep(raw)

    def _keep(self, raw: Any) -> int:
        value = self.stands_for[raw] = self._read(raw)
        change = self[raw] = self._add(raw, value)
        return change


class _Together(dict[tuple[Any, ...], int]):
    """What several facts add together."""

    def __init__(self, known: Sequence[_Known]) -> None:
        self._known = known

    def __missing__(self, raws: tuple[Any, ...]) -> int:
        change = sum(map(dict.__getitem__, self._known, raws))
        remember(self, raws, change)
        return change


class _Adder:
    """The sum of what facts add, by how their values are written; those of few values are looked up some at a time."""

    def __init__(self, known: Sequence[_Known]) -> None:
        few = [place for place, one in enumerate(known) if one.few]
        groups = [few[start : start + _TOGETHER] for start in range(0, len(few), _TOGETHER)]
        others = [place for place, one in enumerate(known) if not one.few]
        self._single, self._pick_single = [known[place] for place in others], _picker(others)
        self._groups = [_Together([known[place] for place in group]) for group in groups]
        self._pick_groups = [_picker(group) for group in groups]

    def total(self, raws: Sequence[Any]) -> int:
        """The sum; raises Refused where a value is."""
        together = sum(map(dict.__getitem__, self._groups, [pick(raws) for pick in self._pick_groups]))
        return sum(map(dict.__getitem__, self._single, self._pick_single(raws)), together)


class _Layout(NamedTuple):
    """A fixed structure: its decoders, where in it the facts stand, and what is known of these facts in that order."""

    decode: Callable[[bytes], Any]
    convert: Callable[[object], Any]
    sections: int  # how many of its fields are sections; they come first
    blanks: tuple[Any, ...]  # what stands for a section that is left out
    places: Mapping[str, int]
    known: tuple[_Known, ...]
    adder: _Adder
    inputs: Callable[[Sequence[Any]], tuple[Any, ...]]


class _Plan(NamedTuple):
    """How the cells of a table with certain columns are read."""

    cells: Callable[[Sequence[str]], Sequence[str]]  # those that hold facts
    known: tuple[_Known, ...]
    adder: _Adder
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
        self._known = {fact.id: self._make_known(fact) for fact in self.facts}
        self._input_values = [self._known[name].stands_for for name in bulk.inputs]
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
            total = plan.adder.total(raws)
        except Refused:
            return None
        inputs = [memory[cells[place] if place is not None else _UNSET] for place, memory in plan.inputs]
        name = cells[plan.id].strip()[:_MAX_ID] if plan.id is not None else ""
        return Ready(name, total, inputs, plan.places, plan.known, raws)

    def _take(self, layout: _Layout, record: Any, line: bytes) -> Ready | None:
        fields = astuple(record)
        sections = fields[: layout.sections]
        try:
            raws = [*chain.from_iterable(map(astuple, sections)), *fields[layout.sections : -3]]
        except TypeError:  # a section that says nothing
            return None
        try:
            total = layout.adder.total(raws)
        except Refused:
            return None
        name, version, note = fields[-3:]
        if line:
            others = (name is not _UNSET) + (version is not _UNSET) + (note is not _UNSET)
            keys = (total >> self._shift) + others + layout.sections - sum(map(is_, sections, layout.blanks))
            if line.count(b":") != keys and not _has_keys(line, keys):
                return None
        if version is not _UNSET and str(version) != str(PROFILE_VERSION):
            return None
        inputs = list(map(dict.__getitem__, self._input_values, layout.inputs(raws)))
        name = "" if name is _UNSET or name is None else str(name)[:_MAX_ID]
        return Ready(name, total, inputs, layout.places, layout.known, raws)

    def _make_known(self, fact: Fact) -> _Known:
        day = self._as_of if fact.id == AS_OF else None

        def read(raw: Any) -> Value | None:
            if type(raw) is int and not -_HUGE < raw < _HUGE:
                raise Refused("too_long")
            value = None if raw is _UNSET else parse(fact, raw, self.rules.notation)
            return day if day is not None and (value is None or self._override) else value

        def add(raw: Any, value: Value | None) -> int:
            change = 0 if value is None else self.bulk.quantiser.add(fact.id, value)
            change += (raw is not _UNSET) << self._shift  # above the codes, the sum counts what was given
            return self._equal.setdefault(change, change)  # few differ, and they are looked at for every record

        return _Known(read, add, few=fact.type == "bool" and fact.id not in self.bulk.inputs)

    # --- structures

    def _plan(self, columns: tuple[str, ...]) -> _Plan:
        places = {column: place for place, column in enumerate(columns) if column in self._known}
        rest = [AS_OF] if AS_OF in self._known and AS_OF not in places else []
        facts = (*places, *rest)
        known = tuple(self._known[fact] for fact in facts)
        return _Plan(
            cells=_picker(list(places.values())),
            known=known,
            adder=_Adder(known),
            inputs=tuple((places.get(fact), values) for fact, values in zip(self.bulk.inputs, self._input_values, strict=True)),
            id=columns.index("id") if "id" in columns else None,
            rest=(_UNSET,) * len(rest),
            places={fact: place for place, fact in enumerate(facts)},
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
        known = tuple(self._known[fact.id] for fact in facts)
        return _Layout(
            decode=msgspec.json.Decoder(structure).decode,
            convert=lambda data: msgspec.convert(data, structure),
            sections=len(sections),
            blanks=tuple(blanks),
            places={fact.id: place for place, fact in enumerate(facts)},
            known=known,
            adder=_Adder(known),
            inputs=_picker(places),
        )


def _picker(places: Sequence[int]) -> Callable[[Sequence[Any]], tuple[Any, ...]]:
    """What stands in those places."""
    if len(places) > 1:
        return itemgetter(*places)
    return lambda items: tuple([items[place] for place in places])


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

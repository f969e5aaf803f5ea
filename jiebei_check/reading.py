"""Reading the values of many profiles: exactly :func:`values.parse` and :func:`profile.read_mapping`, remembered.

A value that was understood once is understood from memory. A record goes straight into a fixed structure, and only what
does not fit (an unknown or repeated key, a value of another type, one that is refused) is read at leisure, by the functions
that read one profile.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import repeat
from operator import is_not
from typing import Any, NamedTuple, TypeVar

import msgspec
import numpy as np
from msgspec.structs import astuple

from .bulk import AS_OF, Bulk
from .document import MAX_BYTES
from .errors import Refused
from .profile import PROFILE_VERSION, Profile
from .quantise import LEFT_OUT, NOT_KNOWN, Ints, Profiles, Remembering, column, look_up
from .records import JSON, ROW, VALUE, Record
from .values import Fact, Value, parse

_UNSET = msgspec.UNSET
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
_NO_DECODING = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_NO_CONVERSION = (msgspec.ValidationError, RecursionError, TypeError)

_Kept = TypeVar("_Kept")


class Taken(NamedTuple):
    """Records that were read from memory: their places among those that were given, -1 for one that has to be read at leisure."""

    places: list[int]
    profiles: Profiles


class _Layout(NamedTuple):
    """A fixed structure for records: its decoders, and the order of its facts."""

    decode: Callable[[bytes], Any]
    convert: Callable[[object], Any]
    blanks: tuple[Any, ...]  # what stands for each section that is left out; sections come first
    facts: tuple[str, ...]


class ValueReader:
    """Reads records into columns. ``as_of`` is the day of profiles that name none, or with ``override`` of all of them."""

    def __init__(self, bulk: Bulk, as_of: str | None, *, override: bool = False) -> None:
        self.bulk = bulk
        self.rules = bulk.rules
        self.facts = {fact.id: fact for fact in self.rules.facts.values() if fact.derived is None}
        self._as_of = as_of if AS_OF in self.rules.facts else None
        self._override = override
        self._values = {name: Remembering(partial(self._value, fact)) for name, fact in self.facts.items()}
        self._kinds = {name: Remembering(partial(self._kind, fact)) for name, fact in self.facts.items()}
        self._nested = self._layout(nested=True)
        self._dotted = self._layout(nested=False)

    def dated(self, profile: Profile) -> Profile:
        """``profile`` with the day that goes for it."""
        if self._as_of is None or (AS_OF in profile.values and not self._override):
            return profile
        return profile._replace(values={**profile.values, AS_OF: self._as_of})

    def profiles(self, some: Sequence[Profile]) -> Profiles:
        """Profiles that were read at leisure."""
        named = dict.fromkeys(fact for profile in some for fact in profile.values)
        values = {fact: [profile.values.get(fact) for profile in some] for fact in (*named, *self.bulk.inputs)}
        kind = self.bulk.quantiser.kind
        single = [fact for fact in named if not self._is_list(fact)]
        return Profiles(
            [profile.id for profile in some],
            {fact: column([kind(fact, value) for value in values[fact]]) for fact in single},
            {fact: values[fact] for fact in named if self._is_list(fact)},
            {fact: values[fact] for fact in self.bulk.inputs},
        )

    def take(self, records: Sequence[Record]) -> list[Taken]:
        """All that can be read from memory. What is in none of these has to be read at leisure."""
        nested: dict[int, Any] = {}
        dotted: dict[int, Any] = {}
        rows: dict[tuple[str, ...], dict[int, Sequence[str]]] = {}
        for place, (_, kind, data, *_) in enumerate(records):
            if kind == ROW:
                rows.setdefault(data[0], {})[place] = data[1]
            elif kind == JSON and len(data) <= MAX_BYTES and b"\x7f" not in data and (data.isascii() or not _FORBIDDEN.search(data)):
                try:
                    nested[place] = self._nested.decode(data)
                except _NO_DECODING:
                    try:
                        dotted[place] = self._dotted.decode(data)
                    except _NO_DECODING:
                        continue
            elif kind == VALUE and isinstance(data, dict):
                try:
                    nested[place] = self._nested.convert(data)
                except _NO_CONVERSION:
                    try:
                        dotted[place] = self._dotted.convert(data)
                    except _NO_CONVERSION:
                        continue
        taken = [self._take(layout, found, records) for layout, found in ((self._nested, nested), (self._dotted, dotted)) if found]
        return taken + [self._take_rows(columns, found) for columns, found in rows.items()]

    def _take(self, layout: _Layout, found: Mapping[int, Any], records: Sequence[Record]) -> Taken:
        """Records of one structure; the keys of those that were JSON are counted, since one that is repeated leaves no other trace."""
        bad: set[int] = set()
        fields = list(zip(*map(astuple, found.values()), strict=True))
        columns: list[Sequence[Any]] = []
        keys = sum(map(_given, fields[-3:]), np.zeros(len(found), np.intp))
        for sections, blank in zip(fields, layout.blanks, strict=False):
            if None in sections:  # it says nothing
                bad.update(place for place, section in enumerate(sections) if section is None)
                sections = tuple([section or blank for section in sections])
            keys += np.fromiter(map(is_not, sections, repeat(blank)), np.intp, len(sections))
            columns += zip(*map(astuple, sections), strict=True)
        columns += fields[len(layout.blanks) : -3]
        ids, versions, _ = fields[-3:]
        if not {PROFILE_VERSION, str(PROFILE_VERSION), _UNSET}.issuperset(versions):
            bad.update(place for place, version in enumerate(versions) if version is not _UNSET and str(version) != str(PROFILE_VERSION))
        names = ["" if name is _UNSET or name is None else str(name)[:_MAX_ID] for name in ids]
        profiles = self._read(names, layout.facts, columns, bad)
        for fact, written in zip(layout.facts, columns, strict=True):
            keys += _given(written) if fact == AS_OF or fact in profiles.lists else profiles.kinds[fact] != LEFT_OUT
        places = list(found)
        for number, (place, count) in enumerate(zip(places, keys.tolist(), strict=True)):
            record = records[place]
            if record.kind == JSON and record.data.count(b":") != count and not _has_keys(record.data, count):
                bad.add(number)
        return Taken([-1 if number in bad else place for number, place in enumerate(places)], profiles)

    def _take_rows(self, columns: tuple[str, ...], found: Mapping[int, Sequence[str]]) -> Taken:
        """Rows of a table."""
        bad: set[int] = set()
        cells = list(zip(*found.values(), strict=True))
        written = {name: cells[place] for place, name in enumerate(columns) if name in self.facts}
        if AS_OF in self.facts:
            written.setdefault(AS_OF, (_UNSET,) * len(found))
        names = [name.strip()[:_MAX_ID] for name in cells[columns.index("id")]] if "id" in columns else [""] * len(found)
        profiles = self._read(names, tuple(written), tuple(written.values()), bad)
        return Taken([-1 if number in bad else place for number, place in enumerate(found)], profiles)

    def _read(self, names: Sequence[str], facts: Sequence[str], columns: Sequence[Sequence[Any]], bad: set[int]) -> Profiles:
        """Profiles from what is written of each fact; places of those with a value that is refused are added to ``bad``."""
        profiles = Profiles(names, {}, {}, {})
        for fact, written in zip(facts, columns, strict=True):
            if self._is_list(fact):
                profiles.lists[fact] = _all_of(self._values[fact], written, None, bad)
            else:
                profiles.kinds[fact] = column(_all_of(self._kinds[fact], written, NOT_KNOWN, bad))
            if fact in self.bulk.inputs:
                profiles.values[fact] = _all_of(self._values[fact], written, None, bad)
        for fact in self.bulk.inputs:
            profiles.values.setdefault(fact, [None] * len(names))
        return profiles

    def _is_list(self, fact: str) -> bool:
        return self.facts[fact].type == "choices"

    def _value(self, fact: Fact, raw: Any) -> Value | None:
        """The value that is written so; raises Refused."""
        if type(raw) is int and not -_HUGE < raw < _HUGE:
            raise Refused("too_long")
        value = None if raw is _UNSET else parse(fact, raw, self.rules.notation)
        if fact.id == AS_OF and self._as_of is not None and (value is None or self._override):
            return self._as_of
        return value

    def _kind(self, fact: Fact, raw: Any) -> int:
        """The kind of the value that is written so; raises Refused."""
        value = self._values[fact.id][raw] if fact.id in self.bulk.inputs else self._value(fact, raw)
        return LEFT_OUT if value is None and raw is _UNSET else self.bulk.quantiser.kind(fact.id, value)

    def _layout(self, *, nested: bool) -> _Layout:
        """The structure of a record: facts in their sections, or all of them side by side under their full names."""
        by_section: dict[str, list[Fact]] = {}
        for fact in self.facts.values():
            by_section.setdefault(fact.section if nested else "", []).append(fact)
        beside = by_section.pop("", [])
        sections = [_structure(name, facts) for name, facts in by_section.items()]
        blanks = [section() for section in sections]
        fields = [(name, section | None, blank) for name, section, blank in zip(by_section, sections, blanks, strict=True)]
        fields += [(fact.id, _TYPES[fact.type], _UNSET) for fact in beside]
        fields += [("id", str | int | None | msgspec.UnsetType, _UNSET), ("profile_version", int | str | msgspec.UnsetType, _UNSET)]
        structure = _define("Record", [*fields, ("note", str | int | float | bool | None | msgspec.UnsetType, _UNSET)])
        facts = (*(fact.id for section in by_section.values() for fact in section), *(fact.id for fact in beside))
        return _Layout(msgspec.json.Decoder(structure).decode, lambda data: msgspec.convert(data, structure), tuple(blanks), facts)


def _all_of(memory: Remembering[Any, _Kept], written: Sequence[Any], default: _Kept, bad: set[int]) -> Sequence[_Kept]:
    """What is remembered for each; ``default`` where that is refused, and its place is added to ``bad``."""
    try:
        return look_up(memory, written)
    except Refused:
        found = []
        for place, raw in enumerate(written):
            try:
                found.append(memory[raw])
            except Refused:
                found.append(default)
                bad.add(place)
        return found


def _given(written: Sequence[Any]) -> Ints:
    """1 for each that is not left out."""
    return np.fromiter(map(is_not, written, repeat(_UNSET)), np.intp, len(written))


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

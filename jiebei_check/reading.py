"""Reading the values of many profiles: exactly :func:`values.parse` and :func:`profile.read_mapping`, remembered.

A value that was understood once is understood from memory. A record goes straight into a fixed structure, and only what
does not fit (an unknown or repeated key, a value of another type, a value never seen) is read at leisure, by the functions
that read one profile.
"""

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

import msgspec

from .bulk import Bulk, Known
from .document import MAX_DEPTH
from .errors import Refused
from .profile import PROFILE_VERSION, Fault, read_mapping
from .values import Fact, Facts, Value, parse

AS_OF = "as_of"
_UNSET = msgspec.UNSET
_REMEMBERED = 1024  # values of each fact
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
# Where one of these stands in a record, its keys cannot be counted, or the reader of one profile would look closer.
_UNUSUAL = (b" :", b"\t:", b"\n:", b"\r:", b"\x7f", b"\xef\xbf\xbe", b"\xef\xbf\xbf")


class Ready(NamedTuple):
    """A record whose values are understood."""

    id: str
    as_of: str | None
    known: Known


class _Layout(NamedTuple):
    """A fixed structure: its decoders, where in it the facts stand, and the memories of those facts in that order."""

    decode: Callable[[bytes], Any]
    convert: Callable[[object], Any]
    sections: tuple[tuple[Any, ...], ...]  # for each section that comes first: its facts, all of them left out
    facts: tuple[Fact, ...]
    changes: tuple[dict[Any, int], ...]
    values: tuple[dict[Any, Value | None], ...]
    inputs: Callable[[Sequence[Any]], tuple[Any, ...]]
    input_values: tuple[dict[Any, Value | None], ...]


class ValueReader:
    """Reads records into bits. ``as_of`` is the day of profiles that name none, or with ``override`` of all of them."""

    def __init__(self, bulk: Bulk, as_of: str | None, *, override: bool = False) -> None:
        self.bulk = bulk
        self.rules = bulk.rules
        self.facts = tuple(fact for fact in self.rules.facts.values() if fact.derived is None)
        self._as_of = as_of if AS_OF in self.rules.facts else None
        self._override = override
        self._changes: dict[str, dict[Any, int]] = {fact.id: {} for fact in self.facts}
        self._values: dict[str, dict[Any, Value | None]] = {fact.id: {} for fact in self.facts}
        for fact in self.facts:
            self._blank(fact)
        self._nested = self._layout(nested=True)
        self._dotted = self._layout(nested=False)

    # --- at leisure

    def read(self, data: object) -> tuple[Ready, list[Fault]]:
        """A record from plain structure, and its faults."""
        profile, faults = read_mapping(data, self.rules.facts, self.rules.notation)
        return self.ready(profile.values, profile.id), faults

    def ready(self, values: Facts, name: str) -> Ready:
        """A record whose values have been read."""
        if self._as_of is not None and (self._override or AS_OF not in values):
            values = {**values, AS_OF: self._as_of}
        inputs: dict[str, Value | None] = {fact: values.get(fact) for fact in self.bulk.inputs}
        as_of = values.get(AS_OF)
        return Ready(name, None if as_of is None else str(as_of), Known(self.bulk.quantiser.bits(values), lambda: values, inputs))

    # --- from memory

    def decode(self, line: bytes) -> Ready | None:
        """A record from one JSON object, or None where it has to be read at leisure."""
        for unusual in _UNUSUAL:
            if unusual in line:
                return None
        if line.count(b"{") + line.count(b"[") > MAX_DEPTH:
            return None
        for layout in (self._nested, self._dotted):
            try:
                record = layout.decode(line)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                continue
            return self._take(layout, record, line.count(b'":'))
        return None

    def convert(self, data: Mapping[str, object]) -> Ready | None:
        """A record from a caller's own mapping, or None where it has to be read at leisure."""
        for layout in (self._nested, self._dotted):
            try:
                return self._take(layout, layout.convert(data), None)
            except (msgspec.ValidationError, RecursionError, TypeError):
                continue
        return None

    def _take(self, layout: _Layout, record: Any, keys: int | None) -> Ready | None:
        fields = msgspec.structs.astuple(record)
        name, version, _note = fields[-3:]
        raws: list[Any] = []
        for section, blank in zip(fields, layout.sections, strict=False):
            raws += blank if section is _UNSET or section is None else msgspec.structs.astuple(section)
        raws += fields[len(layout.sections) : -3]
        if keys is not None and keys != len(raws) - raws.count(_UNSET) + sum(
            field is not _UNSET for field in (*fields[: len(layout.sections)], *fields[-3:])
        ):
            return None  # a key stands twice, or text looks like a key
        if version is not _UNSET and str(version) != str(PROFILE_VERSION):
            return None
        changes = list(map(dict.get, layout.changes, raws))
        if None in changes:
            for place, change in enumerate(changes):
                if change is None:
                    changes[place] = self._understand(layout.facts[place], raws[place])
            if None in changes:
                return None
        inputs = dict(zip(self.bulk.inputs, map(dict.get, layout.input_values, layout.inputs(raws)), strict=True))
        as_of = inputs.get(AS_OF)

        def values() -> Facts:
            found = zip(layout.facts, map(dict.get, layout.values, raws), strict=True)
            return {fact.id: value for fact, value in found if value is not None}

        known = Known(sum(changes, self.bulk.quantiser.nothing), values, inputs)
        return Ready("" if name is _UNSET or name is None else str(name)[:_MAX_ID], None if as_of is None else str(as_of), known)

    def _understand(self, fact: Fact, raw: Any) -> int | None:
        """Read and remember one value; None where it is not understood."""
        if type(raw) is int and not -_HUGE < raw < _HUGE:
            return None
        try:
            value = parse(fact, raw, self.rules.notation)
        except Refused:
            return None
        if len(self._changes[fact.id]) >= _REMEMBERED:
            self._blank(fact)
        return self._keep(fact, raw, value)

    def _blank(self, fact: Fact) -> None:
        """Forget the values of a fact, except those that mean "not known"."""
        self._changes[fact.id].clear()
        self._values[fact.id].clear()
        self._keep(fact, _UNSET, None)
        self._keep(fact, None, None)

    def _keep(self, fact: Fact, raw: Any, value: Value | None) -> int:
        if fact.id == AS_OF and self._as_of is not None and (value is None or self._override):
            value = self._as_of
        change = 0 if value is None else self.bulk.quantiser.change(fact.id, value)
        self._changes[fact.id][raw] = change
        self._values[fact.id][raw] = value
        return change

    # --- structures

    def _layout(self, *, nested: bool) -> _Layout:
        """The structure of a record: facts in their sections, or all of them side by side under their full names."""
        by_section: dict[str, list[Fact]] = {}
        for fact in self.facts:
            by_section.setdefault(fact.section if nested else "", []).append(fact)
        beside = by_section.pop("", [])
        fields = [(name, _structure(name, facts) | None | msgspec.UnsetType) for name, facts in by_section.items()]
        fields += [(fact.id, _TYPES[fact.type]) for fact in beside]
        fields += [("id", str | int | None | msgspec.UnsetType), ("profile_version", int | str | msgspec.UnsetType), ("note", Any)]
        structure = _define("Record", fields)
        facts = (*(fact for section in by_section.values() for fact in section), *beside)
        places = [[fact.id for fact in facts].index(name) for name in self.bulk.inputs]
        return _Layout(
            decode=msgspec.json.Decoder(structure).decode,
            convert=lambda data: msgspec.convert(data, structure),
            sections=tuple((_UNSET,) * len(section) for section in by_section.values()),
            facts=facts,
            changes=tuple(self._changes[fact.id] for fact in facts),
            values=tuple(self._values[fact.id] for fact in facts),
            inputs=itemgetter(*places),
            input_values=tuple(self._values[name] for name in self.bulk.inputs),
        )


def _structure(name: str, facts: Sequence[Fact]) -> Any:
    return _define(name, [(fact.id.rpartition(".")[2], _TYPES[fact.type]) for fact in facts])


def _define(name: str, fields: Sequence[tuple[str, Any]]) -> Any:
    names = {f"f{number}": key for number, (key, _) in enumerate(fields)}
    typed = [(field, kind, _UNSET) for field, (_, kind) in zip(names, fields, strict=True)]
    return msgspec.defstruct(name.title(), typed, rename=names, forbid_unknown_fields=True, eq=False, gc=False)

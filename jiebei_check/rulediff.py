"""What changed between two rule sets, and which profiles get another first cause because of which piece of evidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from .inference import Diagnosis, Piece, diagnose
from .profile import Profile
from .ruleset import Cause, RuleSet

MAJOR, MINOR, PATCH, NONE = "major", "minor", "patch", "none"


class Change(NamedTuple):
    """One difference.

    ``kind`` is added, removed or changed; ``what`` its registry, ``id`` its dotted name; ``before`` and ``after`` are
    written out for what is short (bits, words), else empty.
    """

    kind: str
    what: str
    id: str
    before: str = ""
    after: str = ""


class Shift(NamedTuple):
    """A profile that gets another first cause. ``pieces``: (cause, piece of evidence, bits before, bits after)."""

    profile: str
    before: str
    after: str
    pieces: tuple[tuple[str, str, int, int], ...]


def changes(old: RuleSet, new: RuleSet) -> tuple[Change, ...]:
    """Every difference, by registry and id."""
    found: list[Change] = []
    for what in ("facts", "sources", "actions", "families", "grades", "units", "bits", "priors", "frequencies", "sections"):
        found += _entries(what, getattr(old, what), getattr(new, what))
    for what in ("sayings", "checks", "alerts", "scenarios"):
        found += _entries(what, {one.id: one for one in getattr(old, what)}, {one.id: one for one in getattr(new, what)})
    before, after = {one.id: one for one in old.causes}, {one.id: one for one in new.causes}
    for name in sorted({*before, *after}):
        if name not in after:
            found.append(Change("removed", "causes", name))
        elif name not in before:
            found.append(Change("added", "causes", name))
        else:
            found += _cause(before[name], after[name])
    for what in ("none_of_these", "likelihood", "title", "notice", "none_title", "forbidden"):
        if getattr(old, what) != getattr(new, what):
            found.append(Change("changed", "ruleset", what, *(_short(getattr(rules, what)) for rules in (old, new))))
    return tuple(found)


def _entries(what: str, before: Mapping[str, object], after: Mapping[str, object]) -> Iterable[Change]:
    for name in sorted({*before, *after}):
        if name not in after:
            yield Change("removed", what, name)
        elif name not in before:
            yield Change("added", what, name)
        elif before[name] != after[name]:
            fields = getattr(before[name], "_fields", ())
            changed = [field for field in fields if getattr(before[name], field) != getattr(after[name], field)]
            for field in changed:
                yield Change("changed", what, f"{name}.{field}", _short(getattr(before[name], field)), _short(getattr(after[name], field)))
            if not changed:
                yield Change("changed", what, name, _short(before[name]), _short(after[name]))


def _cause(old: Cause, new: Cause) -> Iterable[Change]:
    for field in ("family", "title", "summary", "grade", "prior", "applies", "looks_like", "mistaken_for", "actions"):
        if getattr(old, field) != getattr(new, field):
            yield Change("changed", "causes", f"{old.id}.{field}", _short(getattr(old, field)), _short(getattr(new, field)))
    yield from _entries("causes", *({f"{old.id}.evidence.{piece.id}": piece for piece in cause.evidence} for cause in (old, new)))
    yield from _entries("causes", *({f"{old.id}.tests.{case.name}": case for case in cause.tests} for cause in (old, new)))


def _short(value: object) -> str:
    return str(value) if isinstance(value, (int, float, str)) and len(str(value)) <= 40 else ""


def meaning(found: Iterable[Change]) -> str:
    """Which part of the version a set of changes raises: names gone, names new, or only texts, weights and cases."""
    names = {"facts", "causes", "sources", "actions", "families", "grades", "units"}
    top = [change for change in found if change.what in names and "." not in change.id.removeprefix(_section(change))]
    if any(change.kind == "removed" for change in top) or any(_breaks(change) for change in found):
        return MAJOR
    if any(change.kind == "added" for change in top):
        return MINOR
    return PATCH if tuple(found) else NONE


def _section(change: Change) -> str:
    return change.id.partition(".")[0] + "." if change.what == "facts" else ""


def _breaks(change: Change) -> bool:
    """A change of what a name means to whoever wrote a profile: the type or the answers of a fact."""
    return (
        change.what == "facts"
        and change.kind == "changed"
        and change.id.rpartition(".")[2] in ("type", "unit", "choices")
        and bool(change.before or change.after)
    )


def shifts(old: RuleSet, new: RuleSet, profiles: Iterable[tuple[str, Profile]]) -> Iterable[Shift]:
    """The profiles whose first cause differs, with the evidence of both first causes that counts differently."""
    for name, profile in profiles:
        before, after = diagnose(old, profile), diagnose(new, profile)
        first, second = _first(before), _first(after)
        if first != second:
            yield Shift(name, first, second, tuple(_moved(before, after, {first, second})))


def _first(result: Diagnosis) -> str:
    return result.causes[0].id if result.causes and not result.inconclusive else ""


def _moved(before: Diagnosis, after: Diagnosis, causes: set[str]) -> Iterable[tuple[str, str, int, int]]:
    old, new = _pieces(before), _pieces(after)
    for cause in sorted(causes - {""}):
        for key in sorted({*(key for key in old if key[0] == cause), *(key for key in new if key[0] == cause)}):
            if old.get(key, 0) != new.get(key, 0):
                yield (*key, old.get(key, 0), new.get(key, 0))


def _pieces(result: Diagnosis) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for ranked in result.causes:
        found[ranked.id, "prior"] = ranked.weighed.cause.prior
        pieces: tuple[Piece, ...] = (*ranked.weighed.speaks_for, *ranked.weighed.against)
        found.update({(ranked.id, piece.evidence.id): piece.bits for piece in pieces})
    return found

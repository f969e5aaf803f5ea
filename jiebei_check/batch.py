"""Many profiles: records in, results out, one line of JSON each.

A result line holds ids and bits, not sentences::

    {"record": 1, "id": "T-1", "as_of": "2025-06-20", "facts": {"line.product": "jiebei"}, "inconclusive": false, "none_share": 0.02,
     "causes": [{"id": "self-closed", "score": 8, "grade": "official", "for": [{"id": "closed-it", "bits": 8}], "against": [],
                 "open": [{"fact": "line.entry_now", "could_add": 0, "could_remove": 4}], "share": 0.91, "likelihood": "high"}, ...],
     "warnings": ["limit-rose"]}

Causes, evidence and what is open are those of ``diagnose``, in the same order. A record that cannot be read gives
``{"record": 2, "id": "T-2", "error": [{"code": ..., "field": ..., "line": ..., "message": ...}]}``.
"""

import contextlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import Any, NamedTuple

import msgspec

from . import records
from .bulk import AS_OF, Bulk
from .decoding import decode, visible
from .document import MAX_BYTES, parse_json
from .errors import CheckError, DataError, Problem
from .inference import diagnose
from .profile import Profile, parse_profile, read_mapping
from .quantise import Profiles, Remembering, joined, look_up
from .reading import Taken, ValueReader
from .records import Record
from .report import SHARE_DIGITS, Report, as_document, make_report
from .ruleset import RuleSet
from .values import Value
from .wording import DEFAULT_LANGUAGE, Wording

_MOST_TOLD = 100  # faults of one record: one of another kind has tens of thousands
_LONGEST_FIELD = 200
_ID = re.compile(rb"^id:[ ]*[\"']?([\w.-]{1,200})[\"']?[ ]*\r?$", re.MULTILINE)
AHEAD = 512  # records that are worked on together


class Result(NamedTuple):
    """What came out for one record. ``line`` is JSON without a line break; ``share`` is that of the first cause."""

    record: int
    id: str
    line: bytes
    problems: tuple[Problem, ...] = ()
    inconclusive: bool = False
    share: float = 0.0
    report: Report | None = None  # where whole documents were asked for

    @property
    def document(self) -> dict[str, Any]:
        """The line as plain structure."""
        found: dict[str, Any] = json.loads(self.line)  # an id may hold half a character, at which other decoders stop
        return found


def diagnose_batch(
    rules: RuleSet,
    items: Iterable[Mapping[str, object] | Profile | bytes | str],
    *,
    as_of: str | None = None,
    lang: str = DEFAULT_LANGUAGE,
    full: bool = False,
    ahead: int = AHEAD,
) -> Iterator[Result]:
    """Diagnose many: an iterator of records (mappings, profiles, JSON texts) in, an iterator of results out, in order.

    ``as_of`` is the day of profiles that name none. A record that cannot be read gives a result with ``problems``; it never
    raises. With ``full`` a line is the whole document of ``diagnose``, in ``lang``, sentences included. Up to ``ahead`` records
    are taken before the first result is given: many together are quick, 1 is for whoever waits for each result.

    >>> from jiebei_check import diagnose_batch, load_rules
    >>> [result.document["causes"][0]["id"] for result in diagnose_batch(load_rules(), [{"line.closed_by_self": True}])]
    ['self-closed']
    """
    desk = Desk(rules, as_of=as_of, lang=lang, full=full)
    waiting = records.values(items)
    ended = False
    while not ended:
        some: list[Record] = []
        trouble = None
        try:
            some.extend(islice(waiting, ahead))
        except Exception as error:  # noqa: BLE001 - theirs; it is raised when all that came before it is told
            trouble = error
        yield from desk.results(some)
        if trouble is not None:
            raise trouble
        ended = len(some) < ahead


class Desk:
    """Turns records into results."""

    def __init__(
        self, rules: RuleSet, *, as_of: str | None = None, override: bool = False, lang: str = DEFAULT_LANGUAGE, full: bool = False
    ) -> None:
        self._rules = rules
        self._words = Wording(rules, lang)
        self._full = full
        self._bulk = Bulk(rules)
        self._reader = ValueReader(self._bulk, as_of, override=override)
        self._echoed = {name: Remembering(partial(_named, name)) for name in rules.grouped_by}
        self._days: Remembering[Value | None, bytes] = Remembering(_dumped)

    def result(self, record: Record) -> Result:
        """The result for ``record``; never raises for what is in it."""
        return self.results([record])[0]

    def results(self, some: Sequence[Record]) -> list[Result]:
        """The results for records, in order. Some hundreds together are quickest."""
        found: dict[int, Result] = {}
        taken = self._reader.take(some) if not self._full else []
        read = {place for part in taken for place in part.places}
        profiles: dict[int, Profile] = {}
        for place, record in enumerate(some):
            if place in read:
                continue
            try:
                profiles[place] = self._profile(record)
            except _Unreadable as error:
                found[place] = self._refusal(record, error.name, error.problems)
            except CheckError as error:
                found[place] = self._refusal(record, _id_in(record), error.problems)
        if self._full:
            found |= {place: self._whole(some[place], profile) for place, profile in profiles.items()}
        else:
            if profiles:
                taken.append(Taken(list(profiles), self._reader.profiles(list(profiles.values()))))
            if taken:
                found |= self._brief(some, [place for part in taken for place in part.places], joined([part.profiles for part in taken]))
        return [found[place] for place in range(len(some))]

    def _brief(self, some: Sequence[Record], places: Sequence[int], profiles: Profiles) -> Iterator[tuple[int, Result]]:
        """The results for ``profiles``, by the places of their records."""
        told = self._told(profiles)
        for place, name, day_and_facts, body in zip(places, profiles.names, told, self._bulk.bodies(profiles), strict=True):
            if place < 0:
                continue
            record = some[place]
            name = name or record.name
            line = body.causes
            line[0] = b"".join(
                (
                    b'{"record":%d,"id":%b' % (record.number, _quoted(name)),
                    day_and_facts,
                    b'"inconclusive":true,"none_share":' if body.inconclusive else b'"inconclusive":false,"none_share":',
                    repr(round(body.none_share, SHARE_DIGITS)).encode(),
                    b',"causes":[',
                )
            )
            line[-1] = b'],"warnings":[%b]}' % body.warnings
            yield place, Result(record.number, name, b"".join(line), (), body.inconclusive, body.first_share)

    def _told(self, profiles: Profiles) -> list[bytes]:
        """The day of each profile and the facts by which results are counted, as JSON."""
        facts = [look_up(texts, profiles.values[name]) for name, texts in self._echoed.items()]
        days = look_up(self._days, profiles.values.get(AS_OF, [None] * len(profiles.names)))
        if not facts:
            return [b',"as_of":%b,"facts":{},' % day for day in days]
        return [b',"as_of":%b,"facts":{%b},' % (day, b",".join(filter(None, said))) for day, *said in zip(days, *facts, strict=True)]

    def _whole(self, record: Record, profile: Profile) -> Result:
        profile = profile._replace(id=profile.id or record.name)
        diagnosis = diagnose(self._rules, profile)
        report = make_report(self._rules, diagnosis, self._words.language)
        line = _dumped({"record": record.number, **as_document(report)})
        return Result(record.number, profile.id, line, (), diagnosis.inconclusive, diagnosis.first_share, report)

    def _profile(self, record: Record) -> Profile:
        """The profile in a record, read as any other profile; raises with all of its faults."""
        kind, data = record.kind, record.data
        if kind == records.BAD:
            raise DataError([data])
        if kind == records.DOCUMENT:
            return self._reader.dated(self._document(record))
        if isinstance(data, Profile):
            return self._reader.dated(data)
        if kind == records.ROW:
            data = dict(pair for pair in zip(*data, strict=True) if pair[0])
        elif kind == records.JSON:
            data = _parse(data, record.line)
        profile, faults = read_mapping(data, self._rules.facts, self._rules.notation)
        if faults:
            problems = [Problem(code, "", record.line, ".".join(map(str, path)), params) for path, code, params in faults]
            raise _Unreadable(profile.id, problems)
        return self._reader.dated(profile)

    def _document(self, record: Record) -> Profile:
        try:
            return parse_profile(record.data, self._rules.facts, self._rules.notation)
        except DataError as error:
            raise DataError([problem._replace(line=(problem.line or 1) + record.line - 1) for problem in error.problems]) from None

    def _refusal(self, record: Record, name: str, problems: Sequence[Problem]) -> Result:
        told = [
            {
                "code": problem.code,
                "field": problem.field[:_LONGEST_FIELD],
                "line": problem.line,
                "message": self._words.problem(problem._replace(file="", line=None, field="")),
            }
            for problem in problems[:_MOST_TOLD]
        ]
        source = {"file": record.source} if record.source else {}
        found = {"record": record.number, "id": name or record.name, **source, "error": told}
        return Result(record.number, name or record.name, _dumped(found), tuple(problems))


class _Unreadable(Exception):
    """A record with faults, of which at least the id is known."""

    def __init__(self, name: str, problems: Sequence[Problem]) -> None:
        self.name, self.problems = name, problems
        super().__init__(name)


class _Named(msgspec.Struct):
    id: str | int | None = None


def _id_in(record: Record) -> str:
    """The id of a record that cannot be read, where it can still be told: who looks for the ticket needs it."""
    if record.kind == records.JSON:
        with contextlib.suppress(msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return str(msgspec.json.decode(record.data, type=_Named).id or "")[:_LONGEST_FIELD]
    if record.kind == records.DOCUMENT:
        found = _ID.search(record.data)
        return found[1].decode("utf-8", "replace") if found else ""
    return ""


def _parse(line: bytes, number: int) -> object:
    """Plain structure from the text of a record, in any of the known encodings."""
    if len(line) > MAX_BYTES:
        raise DataError([Problem("too_large", "", number, "", {"limit": f"{MAX_BYTES >> 10} KB"})])
    try:
        text = decode(line, "")
    except DataError as error:
        raise DataError([problem._replace(line=number) for problem in error.problems]) from None
    parsed = parse_json(text, "")
    if parsed is None:
        raise DataError([_not_json(text, number)])
    return parsed.data


def _not_json(text: str, line: int) -> Problem:
    """Why a text is not taken as JSON."""
    try:
        json.loads(text, object_pairs_hook=_once)
    except _Twice as twice:
        return Problem("given_twice", "", line, twice.key, {"found": visible(twice.key[:60])})
    except json.JSONDecodeError as error:
        return Problem("bad_json", "", line, "", {"found": str(error.pos + 1)})
    except (ValueError, RecursionError):
        return Problem("too_deep", "", line)
    return Problem("too_deep", "", line)


class _Twice(ValueError):
    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(key)


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    table: dict[str, object] = {}
    for key, value in pairs:
        if key in table:
            raise _Twice(key)
        table[key] = value
    return table


def _named(name: str, value: Value | None) -> bytes:
    return b"%b:%b" % (_dumped(name), _dumped(value)) if value is not None else b""


def _quoted(text: str) -> bytes:
    """A text as JSON, what is not printable as escapes."""
    if not text.isprintable():
        return json.dumps(text).encode()  # no terminal that shows the line is to obey it
    return msgspec.json.encode(text)


def _dumped(value: object) -> bytes:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return (text if text.isprintable() else json.dumps(value, separators=(",", ":"))).encode()  # as in _quoted

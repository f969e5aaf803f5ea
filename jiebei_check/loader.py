"""From rule files to a :class:`RuleSet`, table-driven (:mod:`jiebei_check.shapes`), all faults at once.

Reading never stops at the first fault: what cannot be read becomes a :class:`Problem`, the item is left out, and the
caller raises at the end. The order of reading is the order of reference: languages, facts, sources, actions, causes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from fnmatch import fnmatch
from pathlib import PurePosixPath
from string import Formatter
from typing import Any, NamedTuple

from . import shapes
from .document import Document, Path, parse_document
from .errors import CheckError, DataError, Problem, Refused
from .layers import BASE, lay_document
from .rule_causes import CauseReader
from .rule_files import REGISTRY_OF
from .rule_reader import PLACEHOLDER, Item, TooMany, near, unfold
from .ruleset import (
    Action,
    Alert,
    Check,
    Deadline,
    Language,
    LetterForm,
    Passage,
    RuleSet,
    Saying,
    Scenario,
    Source,
    Told,
)
from .shapes import Shape
from .told import label_of
from .values import Notation, fold, parse

__all__ = ["PLACEHOLDER", "Item", "Loaded", "build", "require", "unfold"]

_VERSION = re.compile(r"\d+\.\d+\.\d+", re.ASCII)
_BLANKS = dict.fromkeys(map(ord, "\n\t\u00a0\u3000"))


class Loaded(NamedTuple):
    """The outcome of reading a folder: the rule set (None where there are faults), the faults, and the documents.

    ``draft`` is the rule set without what was faulty, where enough could be read to make one: for the linter, which has
    more to say about the rest.
    """

    rules: RuleSet | None
    problems: tuple[Problem, ...]
    documents: Mapping[str, Document]
    draft: RuleSet | None = None


def build(files: Mapping[str, bytes], digest: str, name: Callable[[str], str] = str) -> Loaded:
    """Read ``files`` (relative POSIX path -> content) into a rule set; ``name`` turns a path into what errors show."""
    reader = _Build(files, digest, name)
    try:
        return reader.run()
    except TooMany:
        return Loaded(None, (*reader.problems, Problem("too_many_problems")), reader.documents)


_LISTED_PARTS = ("addressee", "closing", "enclosures", "blanks", "notes")  # of a letter


class _Build(CauseReader):
    def __init__(self, files: Mapping[str, bytes], digest: str, name: Callable[[str], str]) -> None:
        super().__init__()
        self.digest = digest
        for path, content in files.items():
            if path.startswith(BASE):
                continue
            document = self.parse(path, content, name(path))
            if document is not None and BASE + path in files:
                base = self.parse(path, files[BASE + path], name(BASE + path))
                document = lay_document(path, document, base) if base is not None else document
            if document is not None:
                self.documents[path] = document
                self.stems[id(document)] = path.removesuffix(".yaml").replace("/", ".")
        self.unread = frozenset(
            registry for pattern, registry in REGISTRY_OF.items() if any(fnmatch(path, pattern) for path in self.unparsed)
        )

    def parse(self, path: str, content: bytes, name: str) -> Document | None:
        """The document in one file; None, with the reason among the problems, where it cannot be used."""
        if not any(fnmatch(path, pattern) and path.count("/") == pattern.count("/") for pattern in shapes.FILES):
            self.problems.append(Problem("unknown_rule_file", name))
            return None
        try:
            document = parse_document(content, name)
        except CheckError as error:
            self.problems.extend(error.problems)
            self.unparsed.add(path)
            return None
        self.problems.extend(document.problems)
        if not _plain(content):
            self.problems.extend(
                document.problem("unprintable", where) for where, text in _texts(document.data, ()) if not _printable(text)
            )
        if document.data is None:
            self.unparsed.add(path)
            if not document.problems:
                self.problems.append(Problem("empty", document.name))
            return None
        return document

    def run(self) -> Loaded:
        if "ruleset.yaml" not in self.documents:
            if not self.problems:
                self.problems.append(Problem("no_ruleset"))
            return Loaded(None, tuple(self.problems), self.documents)
        languages = self.read_languages()
        raw = self.item("ruleset.yaml")
        listed = raw.data.get("languages") if isinstance(raw.data, dict) else None
        listed = list(map(str, listed)) if isinstance(listed, list) else []
        self.languages = self.with_files(listed, languages)
        top = self.shape(shapes.RULESET, raw)
        if top is None:
            return Loaded(None, tuple(self.problems), self.documents)
        self.check_top(top)
        off = tuple(top.get("switch_off") or ())
        self.bits, self.priors, self.frequencies = top["bits"], top["priors"], top.get("frequencies") or {}
        for registry in ("families", "grades", "units", "confidences"):
            self.ids[registry] = tuple(top.get(registry) or ())
        unparsed = tuple(PurePosixPath(path).stem for path in self.unparsed if fnmatch(path, "causes/*.yaml"))
        self.ids["causes"] = (*(stem for stem, _ in self.each("causes/*.yaml")), *unparsed)
        self.ids["sources"] = tuple(self.entries("sources.yaml", "sources"))
        self.ids["actions"] = tuple(self.entries("actions.yaml", "actions"))
        self.ids["passages"] = tuple(self.entries("passages.yaml", "passages"))
        sections = self.read_facts()
        for number, cause in enumerate(off):
            if cause not in self.ids["causes"]:
                self.fault("unknown_id", raw, "switch_off", number, found=cause, **near(cause, self.ids["causes"]))
        rules = RuleSet(
            version=top["version"],
            hash=self.digest,
            title=top["title"],
            notice=top["notice"],
            bits=self.bits,
            priors=self.priors,
            none_of_these=top["none_of_these"]["bits"],
            none_title=top["none_of_these"]["title"],
            likelihood=top["likelihood"],
            families={key: value["title"] for key, value in top["families"].items()},
            grades={key: value["title"] for key, value in top["grades"].items()},
            sections=sections,
            units=top["units"],
            facts=self.facts,
            sources=self.read_sources(),
            actions=self.read_actions(),
            causes=self.read_causes(tuple(top["families"]), tuple(top["grades"]), off),
            sayings=self.read_simple("sayings.yaml", "sayings", shapes.SAYING, self.make_saying),
            checks=self.read_simple(
                "checks.yaml", "checks", shapes.CHECK, lambda key, row: Check(key, row["when"], row["drop"], row["text"])
            ),
            alerts=self.read_simple("alerts.yaml", "alerts", shapes.ALERT, self.make_alert),
            scenarios=self.read_scenarios(off),
            forbidden=top.get("forbidden") or {},
            letters=self.read_letters(),
            languages=languages,
            notation=self.notation,
            grouped_by=self.check_grouped(tuple(top.get("grouped_by") or ())),
            frequencies=self.frequencies,
            told=self.read_told(off),
        )
        return Loaded(rules if not self.problems else None, tuple(self.problems), self.documents, rules)

    def check_top(self, top: dict[str, Any]) -> None:
        raw = self.item("ruleset.yaml")
        if not _VERSION.fullmatch(top["version"]):
            self.fault("bad_version", raw, "version", found=top["version"])

    def with_files(self, listed: list[str], languages: Mapping[str, Language]) -> tuple[str, ...]:
        """The languages that have a file, the others being faults; only in those are texts missed."""
        raw = self.item("ruleset.yaml")
        found = []
        for number, language in enumerate(listed):
            if language in languages or f"languages/{language}.yaml" in (*self.unparsed, *self.documents):
                found.append(language)
            else:
                self.fault("language_without_file", raw, "languages", number, found=language, **near(language, languages))
        return tuple(found)

    def check_grouped(self, names: tuple[str, ...]) -> tuple[str, ...]:
        for number, name in enumerate(names):
            if name not in self.facts or self.facts[name].derived is not None:
                self.fault("unknown_fact", self.item("ruleset.yaml"), "grouped_by", number, found=name, **near(name, self.facts))
        return names

    # --- the files

    def read_languages(self) -> dict[str, Language]:
        languages: dict[str, Language] = {}
        merged: dict[str, Any] = {key: {} if field.kind == "map" else [] for key, field in shapes.NOTATION.items()}
        for stem, item in self.each("languages/*.yaml"):
            row = self.shape(shapes.LANGUAGE, item)
            if row is None:
                continue
            words: dict[str, str] = {}
            self.flatten(item.child("words", row["words"]), "", words)
            languages[stem] = Language(stem, row["name"], words)
            for path, text in (row.get("texts") or {}).items():
                self.translations.setdefault(path, {})[stem] = text
            for key, value in (row.get("notation") or {}).items():
                if isinstance(value, tuple):
                    merged[key].extend(value)
                elif key == "suffixes":
                    for unit, suffixes in value.items():
                        merged[key].setdefault("" if unit == "count" else unit, {}).update({fold(k): v for k, v in suffixes.items()})
                else:
                    merged[key].update({(k if key == "date_marks" else fold(k)): v for k, v in value.items()})
        folded = {key: frozenset(map(fold, merged[key])) for key in ("yes", "no", "unknown")}
        self.notation = Notation(**{**merged, **folded, "currency": tuple(map(fold, merged["currency"]))})
        return languages

    def flatten(self, item: Item, prefix: str, words: dict[str, str]) -> None:
        for key, data in self.mapping(item).items():
            inner = item.child(key, data)
            if isinstance(data, dict):
                self.flatten(inner, f"{prefix}{key}.", words)
            elif isinstance(data, str) and data.strip():
                words[f"{prefix}{key}"] = data
                if not _plain_blanks(data):
                    self.fault("bad_blank", inner)
            else:
                self.fault("text_wanted", inner)

    def read_sources(self) -> dict[str, Source]:
        rows = ((key, self.shape(shapes.SOURCE, item)) for key, item in self.entries("sources.yaml", "sources").items())
        return {key: Source(id=key, **{"article": {}, **row}) for key, row in rows if row is not None}

    def read_actions(self) -> dict[str, Action]:
        rows = ((key, self.shape(shapes.ACTION, item)) for key, item in self.entries("actions.yaml", "actions").items())
        return {key: _action(key, row) for key, row in rows if row is not None}

    def read_simple(self, path: str, key: str, table: Shape, make: Callable[[str, dict[str, Any]], Any]) -> tuple[Any, ...]:
        rows = ((name, self.shape(table, item)) for name, item in self.entries(path, key).items())
        return tuple(make(name, row) for name, row in rows if row is not None)

    @staticmethod
    def make_saying(key: str, row: dict[str, Any]) -> Saying:
        return Saying(key, row["saying"], row["answer"], row.get("words", ()), row.get("when"), row.get("sources", ()))

    @staticmethod
    def make_alert(key: str, row: dict[str, Any]) -> Alert:
        return Alert(key, row["when"], row["text"], row.get("actions", ()), row.get("sources", ()))

    def read_letters(self) -> dict[str, LetterForm]:
        """All letters. What several of them tell in the same words stands in a file of its own."""
        rows = ((key, self.shape(shapes.PASSAGE, item)) for key, item in self.entries("passages.yaml", "passages").items())
        passages = {key: _passage(key, row) for key, row in rows if row is not None}
        letters = {}
        for stem, item in self.each("letters/*.yaml"):
            row = self.shape(shapes.LETTER, item)
            if row is None:
                continue
            if row["language"] not in self.languages:
                self.fault("unknown_id", item, "language", found=row["language"], **near(row["language"], self.languages))
            parts = {key: tuple(_passage(f"{key}-{number}", part) for number, part in enumerate(row[key], 1)) for key in _LISTED_PARTS}
            happened = tuple(passages[name] for name in row["happened"] if name in passages)
            requests = tuple(_passage(key, part) for key, part in row["requests"].items())
            made: dict[str, Any] = {"id": stem, **{key: row[key] for key in ("language", "title", "opening")}}
            letters[stem] = LetterForm(**made | parts, happened=happened, requests=requests)
        return letters

    def read_told(self, off: tuple[str, ...]) -> dict[str, Told]:
        """What was told, for each cause that is not switched off."""
        told = {}
        for cause, item in self.entries("told.yaml", "told").items():
            if cause not in self.ids["causes"]:
                self.fault("unknown_id", item, found=cause, **near(cause, self.ids["causes"]))
            row = self.shape(shapes.TOLD, item)
            if row is None or cause in off:
                continue
            answers = item.child("answers", row["answers"])
            counts = {name: self.read_counts(row["stories"], name, answers.child(name, found)) for name, found in row["answers"].items()}
            told[cause] = Told(row["stories"], {name: found for name, found in counts.items() if found})
        return told

    def read_counts(self, stories: int, name: str, item: Item) -> dict[str, int]:
        """The answers counted for a fact: such as it can have, and no more than there are stories."""
        fact = self.facts.get(name)
        counts: dict[str, int] = {}
        if fact is None or fact.derived is not None:
            if not self.unknowable(name):
                self.fault("unknown_fact", item, found=name, **near(name, self.facts))
            return counts
        for answer, count in self.mapping(item).items():
            try:
                value = parse(fact, answer, Notation())
            except Refused as refusal:
                self.fault(refusal.code, item, answer, **refusal.params)
                continue
            if isinstance(count, int):
                counts[label_of(value)] = count
        if sum(counts.values()) > stories:
            self.fault("more_than_stories", item, found=str(stories))
        return counts

    def read_scenarios(self, off: tuple[str, ...]) -> tuple[Scenario, ...]:
        """All scenarios but those whose answer is a cause that was switched off."""
        scenarios = []
        for stem, item in self.each("scenarios/*.yaml"):
            row = self.shape(shapes.SCENARIO, item)
            if row is None:
                continue
            expect = row["expect"]
            first, listed, not_first = (
                tuple(id_ for id_ in expect.get(key, ()) if id_ not in off) for key in ("first", "listed", "not_first")
            )
            if first or not expect.get("first"):
                scenarios.append(Scenario(stem, row["title"], row["given"], first, listed, not_first, expect.get("inconclusive")))
        return tuple(scenarios)


def _texts(data: object, path: Path) -> Iterator[tuple[Path, str]]:
    """Every text of a document, keys too, with its path."""
    if isinstance(data, str):
        yield path, data
    elif isinstance(data, dict):
        for key, inner in data.items():
            yield (*path, key), str(key)
            yield from _texts(inner, (*path, key))
    elif isinstance(data, list):
        for number, inner in enumerate(data):
            yield from _texts(inner, (*path, number))


def _printable(text: str) -> bool:
    return text.isprintable() or text.translate(_BLANKS).isprintable()


def _plain(content: bytes) -> bool:
    """Whether a whole file is visible text without escapes, as nearly every file is: then so is each of its texts."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    for blank in map(chr, _BLANKS):
        text = text.replace(blank, "")
    return "\\" not in text and text.isprintable()


def _plain_blanks(template: str) -> bool:
    """Whether a template has plain names in its braces: a width or an attribute could cost or show anything."""
    try:
        return all(name is None or (name.isidentifier() and not form and not turn) for _, name, form, turn in Formatter().parse(template))
    except ValueError:
        return False


def _passage(key: str, row: Mapping[str, Any]) -> Passage:
    defaults: dict[str, Any] = {"when": None, "causes": (), "unless_first": (), "basis": (), "limit": {}}
    return Passage(id=key, **{**defaults, **row})


def _action(key: str, row: dict[str, Any]) -> Action:
    deadline = row.get("deadline")
    return Action(
        id=key,
        title=row["title"],
        text=row["text"],
        why=row["why"],
        who=row["who"],
        effort=row["effort"],
        urgency=row["urgency"],
        deadline=Deadline(**deadline) if deadline else None,
        look_again=row.get("look_again", {}),
        moves=row.get("moves", ()),
        applies=row.get("applies"),
        sources=row.get("sources", ()),
    )


def require(loaded: Loaded) -> RuleSet:
    """The rule set of ``loaded``; DataError with every fault where it could not be built."""
    if loaded.rules is None or loaded.problems:
        raise DataError(loaded.problems)
    return loaded.rules

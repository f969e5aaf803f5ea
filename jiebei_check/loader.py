"""From rule files to a :class:`RuleSet`, table-driven (:mod:`jiebei_check.shapes`), all faults at once.

Reading never stops at the first fault: what cannot be read becomes a :class:`Problem`, the item is left out, and the
caller raises at the end. The order of reading is the order of reference: languages, facts, sources, actions, causes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from fnmatch import fnmatch
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from . import shapes
from .conditions import All, AnyOf, Condition, In, Not, Range
from .document import Document, Path, parse_document
from .errors import CheckError, DataError, Problem, Refused
from .profile import read_given
from .ruleset import (
    Action,
    Alert,
    Cause,
    Check,
    Deadline,
    Evidence,
    Example,
    Language,
    Otherwise,
    RuleSet,
    Saying,
    Scenario,
    Source,
    Step,
)
from .shapes import Field, Shape
from .values import Choice, Fact, Notation, Text, Value, fold, parse

_ID = re.compile(r"[a-z][a-z0-9_-]*|[A-Z][A-Z0-9-]*", re.ASCII)
_VERSION = re.compile(r"\d+\.\d+\.\d+", re.ASCII)
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
# A line break in folded YAML becomes a blank, which Chinese does not write between two of its characters.
_FOLDED_BLANK = re.compile(
    "(?<=[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef\u201d\u300d]) +(?=[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef\u201c\u300c])"
)
_INFINITY = float("inf")
_LISTED = 12  # more allowed words than this do not fit into one line


class Item(NamedTuple):
    """One thing in a rule file: where it stands and what is written there."""

    document: Document
    path: Path
    data: object


class Loaded(NamedTuple):
    """The outcome of reading a folder: the rule set (None where it cannot be built), the faults, and the documents."""

    rules: RuleSet | None
    problems: tuple[Problem, ...]
    documents: Mapping[str, Document]


def build(files: Mapping[str, bytes], digest: str, name: Callable[[str], str] = str) -> Loaded:
    """Read ``files`` (relative POSIX path -> content) into a rule set; ``name`` turns a path into what errors show."""
    return _Build(files, digest, name).run()


class _Build:
    def __init__(self, files: Mapping[str, bytes], digest: str, name: Callable[[str], str]) -> None:
        self.digest = digest
        self.problems: list[Problem] = []
        self.documents: dict[str, Document] = {}
        for path, content in files.items():
            if not any(fnmatch(path, pattern) and path.count("/") == pattern.count("/") for pattern in shapes.FILES):
                self.problems.append(Problem("unknown_rule_file", name(path)))
                continue
            try:
                document = parse_document(content, name(path))
            except CheckError as error:
                self.problems.extend(error.problems)
                continue
            self.problems.extend(document.problems)
            if document.data is None and not document.problems:
                self.problems.append(Problem("empty", document.name))
            if document.data is not None:
                self.documents[path] = document
        self.ids: dict[str, tuple[str, ...]] = {}
        self.facts: dict[str, Fact] = {}
        self.notation = Notation()
        self.languages: tuple[str, ...] = ()
        self.bits: Mapping[str, int] = {}
        self.priors: Mapping[str, int] = {}
        self.overlay: dict[str, dict[str, str]] = {}

    def run(self) -> Loaded:
        if "ruleset.yaml" not in self.documents:
            if not self.problems:
                self.problems.append(Problem("no_ruleset"))
            return Loaded(None, tuple(self.problems), self.documents)
        top = self.shape(shapes.RULESET, self.item("ruleset.yaml"))
        if top is None:
            return Loaded(None, tuple(self.problems), self.documents)
        off = tuple(top.get("switch_off") or ())
        self.languages = tuple(top["languages"])
        self.bits, self.priors = top["bits"], top["priors"]
        for registry in ("families", "grades", "units"):
            self.ids[registry] = tuple(top[registry])
        self.ids["causes"] = tuple(stem for stem, _ in self.each("causes/*.yaml") if stem not in off)
        self.ids["sources"] = tuple(self.entries("sources.yaml", "sources"))
        self.ids["actions"] = tuple(self.entries("actions.yaml", "actions"))
        if not _VERSION.fullmatch(top["version"]):
            self.fault("bad_version", self.item("ruleset.yaml"), "version", found=top["version"])
        languages = self.read_languages()
        sections = self.read_facts()
        for cause in off:
            if f"causes/{cause}.yaml" not in self.documents:
                self.fault("unknown_id", self.item("ruleset.yaml"), "switch_off", found=cause, **self.near(cause, self.ids["causes"]))
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
            scenarios=self.read_scenarios(),
            forbidden=top.get("forbidden") or {},
            letters={stem: item.data for stem, item in self.each("letters/*.yaml")},
            languages=languages,
            notation=self.notation,
        )
        return Loaded(rules if not self.problems else None, tuple(self.problems), self.documents)

    # --- places

    def item(self, path: str) -> Item:
        document = self.documents[path]
        return Item(document, (), document.data)

    def each(self, pattern: str) -> list[tuple[str, Item]]:
        """(file stem, whole file) for every file of ``pattern``, in the order of names."""
        return [(PurePosixPath(path).stem, self.item(path)) for path in sorted(self.documents) if fnmatch(path, pattern)]

    def entries(self, path: str, key: str) -> dict[str, Item]:
        """The items under ``key`` in a file that holds many."""
        if path not in self.documents:
            return {}
        document = self.documents[path]
        if not isinstance(document.data, dict) or set(document.data) != {key} or not isinstance(document.data[key], dict):
            return {}
        return {name: Item(document, (key, name), data) for name, data in document.data[key].items()}

    def fault(self, code: str, item: Item, *path: str | int, **params: str) -> None:
        self.problems.append(item.document.problem(code, (*item.path, *path), **params))

    @staticmethod
    def near(word: str, words: Iterable[str]) -> dict[str, str]:
        found = get_close_matches(word, list(words), n=1, cutoff=0.5)
        return {"nearest": found[0]} if found else {}

    # --- reading by table

    def shape(self, table: Shape, item: Item) -> dict[str, Any] | None:
        """The fields of a mapping, read; None where something in it is wrong."""
        if not isinstance(item.data, dict):
            self.fault("mapping_wanted", item, allowed=", ".join(table))
            return None
        before = len(self.problems)
        result: dict[str, Any] = {}
        for key in item.data:
            if key not in table:
                self.fault("unknown_rule_key", item, key, found=key, allowed=", ".join(table), **self.near(key, table))
        for key, field in table.items():
            if item.data.get(key) is None:
                if field.required or key in item.data:
                    self.fault("missing_key", item, found=key)
                continue
            result[key] = self.value(field, Item(item.document, (*item.path, key), item.data[key]))
        return result if len(self.problems) == before else None

    def value(self, field: Field, item: Item) -> Any:
        reader = getattr(self, f"read_{field.kind}")
        return reader(field, item)

    def read_any(self, field: Field, item: Item) -> object:
        return item.data

    def read_string(self, field: Field, item: Item) -> str:
        if not isinstance(item.data, str):
            self.fault("text_wanted", item)
            return ""
        return item.data

    def read_strings(self, field: Field, item: Item) -> tuple[str, ...]:
        if not isinstance(item.data, list) or not all(isinstance(part, str) for part in item.data):
            self.fault("list_of_words_wanted", item)
            return ()
        return tuple(item.data)

    def read_integer(self, field: Field, item: Item) -> int:
        number = self.read_number(field, item)
        if number != int(number):
            self.fault("bad_int", item, found=str(item.data)[:40])
        return int(number)

    def read_number(self, field: Field, item: Item) -> float:
        text = str(item.data) if isinstance(item.data, (str, int, float)) and not isinstance(item.data, bool) else ""
        if not re.fullmatch(r"-?\d{1,12}(\.\d{1,9})?", text, re.ASCII):
            self.fault("bad_number", item, found=str(item.data)[:40])
            return 0
        number = float(text)
        return int(number) if number.is_integer() else number

    def read_boolean(self, field: Field, item: Item) -> bool:
        if item.data not in ("true", "false", True, False):
            self.fault("bad_bool", item, found=str(item.data)[:40])
        return item.data in ("true", True)

    def read_date(self, field: Field, item: Item) -> str:
        try:
            return str(parse(Fact("", "date", {}, {}, {}), item.data, self.notation) or "")
        except Refused as refusal:
            self.fault(refusal.code, item, **refusal.params)
            return ""

    def read_word(self, field: Field, item: Item) -> str:
        return self.one_of(item, field.allowed, "bad_word")

    def one_of(self, item: Item, allowed: Iterable[str], code: str) -> str:
        words = tuple(allowed)
        if not isinstance(item.data, str) or item.data not in words:
            found = str(item.data)[:60]
            self.fault(code, item, found=found, allowed=", ".join(words) if len(words) <= _LISTED else "…", **self.near(found, words))
            return ""
        return item.data

    def read_ref(self, field: Field, item: Item) -> str:
        return self.one_of(item, self.registry(str(field.of)), "unknown_id")

    def read_refs(self, field: Field, item: Item) -> tuple[str, ...]:
        if not isinstance(item.data, list):
            self.fault("list_of_words_wanted", item)
            return ()
        parts = [Item(item.document, (*item.path, n), part) for n, part in enumerate(item.data)]
        found = tuple(self.read_ref(field, part) for part in parts)
        for part in parts:
            if item.data.count(part.data) > 1:
                self.fault("repeated_in_list", part, found=str(part.data))
        return found

    def registry(self, name: str) -> tuple[str, ...]:
        if name == "facts":
            return tuple(fact.id for fact in self.facts.values() if fact.derived is None)
        return self.ids.get(name, ())

    def read_strength(self, field: Field, item: Item) -> int:
        return self.bits.get(self.one_of(item, self.bits, "bad_word"), 0)

    def read_prior(self, field: Field, item: Item) -> int:
        return self.priors.get(self.one_of(item, self.priors, "bad_word"), 0)

    def read_text(self, field: Field, item: Item) -> Text:
        if not isinstance(item.data, dict):
            self.fault("text_wanted_by_language", item, allowed=", ".join(self.languages))
            return {}
        for language, sentence in item.data.items():
            if self.languages and language not in self.languages:
                self.fault(
                    "unknown_rule_key",
                    item,
                    language,
                    found=language,
                    allowed=", ".join(self.languages),
                    **self.near(language, self.languages),
                )
            elif not isinstance(sentence, str) or not sentence.strip():
                self.fault("text_wanted", item, language)
            else:
                for name in PLACEHOLDER.findall(sentence):
                    if self.facts and name not in self.facts:
                        self.fault("unknown_fact", item, language, found=name, **self.near(name, self.facts))
        for language in self.languages:
            if language not in item.data:
                self.fault("language_missing", item, found=language)
        extra = self.overlay.get(self.text_path(item), {})
        return {language: unfold(sentence) for language, sentence in {**item.data, **extra}.items() if isinstance(sentence, str)}

    def text_path(self, item: Item) -> str:
        stem = next((path for path, document in self.documents.items() if document is item.document), "")
        return ".".join([stem.removesuffix(".yaml").replace("/", "."), *map(str, item.path)])

    def read_map(self, field: Field, item: Item) -> dict[str, Any]:
        if not isinstance(item.data, dict):
            self.fault("mapping_wanted", item, allowed="id: …")
            return {}
        result = {}
        for key, data in item.data.items():
            inner = Item(item.document, (*item.path, key), data)
            result[key] = self.value(field.of, inner) if isinstance(field.of, Field) else self.shape(field.of, inner)  # type: ignore[arg-type]
        return result

    def read_list(self, field: Field, item: Item) -> list[Any]:
        if not isinstance(item.data, list) or not item.data:
            self.fault("list_wanted_here", item)
            return []
        return [self.shape(field.of, Item(item.document, (*item.path, n), data)) for n, data in enumerate(item.data)]  # type: ignore[arg-type]

    def read_shape(self, field: Field, item: Item) -> dict[str, Any] | None:
        return self.shape(field.of, item)  # type: ignore[arg-type]

    def read_profile(self, field: Field, item: Item) -> Mapping[str, Value]:
        values, problems = read_given(item.data, self.facts, self.notation)
        for path, code, params in problems:
            self.fault(code, item, *path, **params)
        return values

    def read_value(self, field: Field, item: Item) -> object:
        return item.data

    # --- conditions

    def read_condition(self, field: Field, item: Item) -> Condition:
        """A mapping is AND; `any`, `all` and `not` are written out."""
        if not isinstance(item.data, dict) or not item.data:
            self.fault("condition_wanted", item)
            return All(())
        parts: list[Condition] = []
        for key, data in item.data.items():
            inner = Item(item.document, (*item.path, key), data)
            if key in ("any", "all"):
                if not isinstance(data, list) or not data:
                    self.fault("list_wanted_here", inner)
                    continue
                options = tuple(self.read_condition(field, Item(item.document, (*inner.path, n), part)) for n, part in enumerate(data))
                parts.append(AnyOf(options) if key == "any" else All(options))
            elif key == "not":
                parts.append(Not(self.read_condition(field, inner)))
            elif key not in self.facts:
                self.fault("unknown_fact", item, key, found=key, **self.near(key, (*self.facts, "any", "all", "not")))
            else:
                parts.append(self.comparison(self.facts[key], inner))
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def comparison(self, fact: Fact, item: Item) -> Condition:
        if isinstance(item.data, dict):
            return self.range(fact, item)
        many = item.data if isinstance(item.data, list) else [item.data]
        if not many:
            self.fault("list_wanted_here", item)
        values: list[Value] = []
        for number, raw in enumerate(many):
            place = Item(item.document, (*item.path, number) if isinstance(item.data, list) else item.path, raw)
            value = self.known_value(fact, place)
            if value is None:
                continue
            found = value if isinstance(value, tuple) else (value,)
            if any(part in values for part in found):
                self.fault("repeated_in_list", place, found=str(raw))
            values.extend(found)
        return In(fact.id, tuple(values))

    def known_value(self, fact: Fact, item: Item) -> Value | None:
        """A value in a rule: as in a profile, but a choice only by its key, and never 'unknown'."""
        try:
            value = parse(fact, [item.data] if fact.type == "choices" else item.data, self.notation)
        except Refused as refusal:
            self.fault(refusal.code, item, **refusal.params)
            return None
        if value is None:
            self.fault("known_value_wanted", item)
        elif fact.choices and item.data not in fact.keys:
            self.fault("bad_choice", item, found=str(item.data), allowed=", ".join(fact.keys), nearest=str(value))
        elif fact.type == "bool" and item.data not in ("true", "false", True, False):
            self.fault("bad_bool", item, found=str(item.data))
        return value

    def range(self, fact: Fact, item: Item) -> Condition:
        bounds: dict[str, Any] = {}
        data = item.data
        assert isinstance(data, dict)
        for key, raw in data.items():
            inner = Item(item.document, (*item.path, key), raw)
            if key not in shapes.MATCHERS:
                self.fault("unknown_rule_key", item, key, found=key, allowed=", ".join(shapes.MATCHERS), **self.near(key, shapes.MATCHERS))
            elif fact.type not in ("int", "number", "date"):
                self.fault("no_range_here", inner, found=fact.id)
            else:
                bounds[key] = self.known_value(fact._replace(type="number") if fact.type == "int" else fact, inner)
        if fact.type == "date" and len(str(bounds.get("at_most") or "2000-01-01")) == len("2000-01"):
            bounds["at_most"] = f"{bounds['at_most']}-31"  # the whole month
        low, low_open = (bounds["more_than"], True) if "more_than" in bounds else (bounds.get("at_least"), False)
        high, high_open = (bounds["less_than"], True) if "less_than" in bounds else (bounds.get("at_most"), False)
        if not data or (low is not None and high is not None and (low > high or (low == high and (low_open or high_open)))):
            self.fault("empty_range", item)
        return Range(fact.id, low, low_open, high, high_open)

    # --- the files

    def read_languages(self) -> dict[str, Language]:
        languages: dict[str, Language] = {}
        merged: dict[str, Any] = {key: {} if field.kind == "map" else [] for key, field in shapes.NOTATION.items()}
        for stem, item in self.each("languages/*.yaml"):
            row = self.shape(shapes.LANGUAGE, item)
            if row is None:
                continue
            words: dict[str, str] = {}
            self.flatten(Item(item.document, ("words",), row["words"]), "", words)
            languages[stem] = Language(stem, row["name"], words)
            for path, text in (row.get("texts") or {}).items():
                self.overlay.setdefault(path, {})[stem] = text
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
        if not isinstance(item.data, dict):
            self.fault("mapping_wanted", item, allowed="…")
            return
        for key, data in item.data.items():
            inner = Item(item.document, (*item.path, key), data)
            if isinstance(data, dict):
                self.flatten(inner, f"{prefix}{key}.", words)
            elif isinstance(data, str):
                words[f"{prefix}{key}"] = data
            else:
                self.fault("text_wanted", inner)

    def read_facts(self) -> dict[str, Text]:
        sections: dict[str, Text] = {}
        declared: list[tuple[str, dict[str, Any], Item]] = []
        conditions: list[tuple[str, Item]] = []
        for stem, item in self.each("facts/*.yaml"):
            # what refers to facts is read once all of them are known
            row = self.shape({**shapes.FACTS, "facts": Field("any", ""), "derived": Field("any", "")}, item)
            if row is None:
                continue
            if "title" in row:
                sections[stem] = row["title"]
            for key, data in self.mapping(Item(item.document, ("facts",), row.get("facts", {}))).items():
                inner = Item(item.document, ("facts", key), data)
                table = {**shapes.FACT, "choices": Field("any", ""), "ask_if": Field("any", ""), "usual": Field("any", "")}
                fact = self.shape(table, inner)
                if fact is None:
                    continue
                name = key if stem == "profile" else f"{stem}.{key}"
                declared.append((name, fact, inner))
        orders: dict[int, str] = {}
        for name, row, inner in declared:
            order = row["order"]
            if order in orders:
                self.fault("order_taken", inner, "order", found=str(order), first=orders[order])
            orders[order] = name
            self.facts[name] = Fact(
                id=name,
                type=row["type"],
                label=row["label"],
                question=row["question"],
                hint=row["hint"],
                unit=row.get("unit", ""),
                effort=row.get("effort", 1),
                order=order,
                minimum=row.get("minimum"),
                maximum=row.get("maximum"),
                choices=self.read_choices(row, inner),
                also=row.get("also", ()),
                sensitive=row.get("sensitive", False),
            )
            if "usual" in row:
                usual = self.known_value(self.facts[name], Item(inner.document, (*inner.path, "usual"), row["usual"]))
                self.facts[name] = self.facts[name]._replace(usual=usual)
            if "ask_if" in row:
                conditions.append((name, Item(inner.document, (*inner.path, "ask_if"), row["ask_if"])))
        self.read_derived()
        for name, item in conditions:
            self.facts[name] = self.facts[name]._replace(ask_if=self.read_condition(shapes.FACT["ask_if"], item))
        return sections

    def mapping(self, item: Item) -> dict[str, object]:
        if not isinstance(item.data, dict):
            self.fault("mapping_wanted", item, allowed="…")
            return {}
        return item.data

    def read_choices(self, row: dict[str, Any], inner: Item) -> tuple[Choice, ...]:
        wants = row["type"] in ("choice", "choices")
        if wants != ("choices" in row):
            self.fault("choices_wanted" if wants else "no_choices_here", inner)
            return ()
        if not wants:
            return ()
        choices = []
        seen: dict[str, str] = {}
        for key, data in self.mapping(Item(inner.document, (*inner.path, "choices"), row["choices"])).items():
            place = Item(inner.document, (*inner.path, "choices", key), data)
            choice = self.shape(shapes.CHOICE, place)
            if choice is None:
                continue
            label, also = choice["label"], choice.get("also", ())
            for word in {fold(word) for word in (key, *label.values(), *also)}:
                if word in seen:
                    self.fault("word_taken", place, found=word, first=seen[word])
                seen[word] = key
            choices.append(Choice(key, label, also))
        return tuple(choices)

    def read_derived(self) -> None:
        for _, item in self.each("facts/*.yaml"):
            rows = self.mapping(Item(item.document, ("derived",), item.data.get("derived") or {}))  # type: ignore[attr-defined]
            for key, data in rows.items():
                inner = Item(item.document, ("derived", key), data)
                row = self.shape(shapes.DERIVED, inner)
                if row is None:
                    continue
                operations = [name for name in shapes.OPERATIONS if name in row]
                if len(operations) != 1 or key in self.facts:
                    self.fault("one_operation_wanted", inner, allowed=", ".join(shapes.OPERATIONS))
                    continue
                operation = operations[0]
                wanted = ("date",) if operation == "days_between" else ("int", "number")
                for name in row[operation]:
                    if name not in self.facts or self.facts[name].type not in wanted:
                        self.fault("unknown_fact", inner, operation, found=name, **self.near(name, self.facts))
                if len(row[operation]) != 2:
                    self.fault("two_facts_wanted", inner, operation)
                    continue
                self.facts[key] = Fact(
                    key,
                    "number",
                    row["label"],
                    {},
                    {},
                    unit=row.get("unit", ""),
                    effort=0,
                    minimum=-_INFINITY,
                    derived=(operation, row[operation]),
                )

    def read_sources(self) -> dict[str, Source]:
        sources = {}
        for key, item in self.entries("sources.yaml", "sources").items():
            row = self.shape(shapes.SOURCE, item)
            if row is not None:
                sources[key] = Source(id=key, **{"article": {}, **row})
        self.whole("sources.yaml", "sources")
        return sources

    def read_actions(self) -> dict[str, Action]:
        actions = {}
        for key, item in self.entries("actions.yaml", "actions").items():
            row = self.shape(shapes.ACTION, item)
            if row is not None:
                deadline = Deadline(**row["deadline"]) if row.get("deadline") else None
                defaults: dict[str, Any] = {"look_again": {}, "moves": (), "applies": None, "sources": ()}
                actions[key] = Action(id=key, **{**defaults, **row, "deadline": deadline})
        self.whole("actions.yaml", "actions")
        return actions

    def whole(self, path: str, key: str) -> None:
        """A file of many items holds nothing but them."""
        if path in self.documents:
            item = self.item(path)
            if not isinstance(item.data, dict) or set(item.data) != {key} or not isinstance(item.data[key], dict):
                self.fault("mapping_wanted", item, allowed=key)

    def read_simple(self, path: str, key: str, table: Shape, make: Callable[[str, dict[str, Any]], Any]) -> tuple[Any, ...]:
        rows = ((name, self.shape(table, item)) for name, item in self.entries(path, key).items())
        made = tuple(make(name, row) for name, row in rows if row is not None)
        self.whole(path, key)
        return made

    @staticmethod
    def make_saying(key: str, row: dict[str, Any]) -> Saying:
        return Saying(key, row["saying"], row["answer"], row.get("words", ()), row.get("when"), row.get("sources", ()))

    @staticmethod
    def make_alert(key: str, row: dict[str, Any]) -> Alert:
        return Alert(key, row["when"], row["text"], row.get("actions", ()), row.get("sources", ()))

    def read_scenarios(self) -> tuple[Scenario, ...]:
        scenarios = []
        for stem, item in self.each("scenarios/*.yaml"):
            row = self.shape(shapes.SCENARIO, item)
            if row is not None:
                expect = row["expect"]
                lists = (tuple(expect.get(key, ())) for key in ("first", "listed", "not_first"))
                scenarios.append(Scenario(stem, row["title"], row["given"], *lists, inconclusive=expect.get("inconclusive")))
        return tuple(scenarios)

    def read_causes(self, families: tuple[str, ...], grades: tuple[str, ...], off: tuple[str, ...]) -> tuple[Cause, ...]:
        causes = []
        for stem, item in self.each("causes/*.yaml"):
            if stem in off:
                continue
            if not _ID.fullmatch(stem):
                self.fault("bad_id", item, found=stem)
            row = self.shape(shapes.CAUSE, item)
            if row is None:
                continue
            for other in row.get("mistaken_for", {}):
                if other not in self.ids["causes"] and other not in off:
                    self.fault("unknown_id", item, "mistaken_for", other, found=other, allowed="", **self.near(other, self.ids["causes"]))
            causes.append(
                Cause(
                    id=stem,
                    family=row["family"],
                    title=row["title"],
                    summary=row["summary"],
                    grade=row["grade"],
                    prior=row["prior"],
                    applies=row.get("applies"),
                    evidence=self.read_evidence(Item(item.document, ("evidence",), row["evidence"])),
                    mistaken_for=row.get("mistaken_for", {}),
                    actions=row["actions"],
                    tests=tuple(Example(name, test["given"], test["expect"]) for name, test in row["tests"].items()),
                )
            )
        # ties in a ranking go to what is better founded, then to the order of thinking
        causes.sort(key=lambda cause: (grades.index(cause.grade), families.index(cause.family), cause.id))
        return tuple(causes)

    def read_evidence(self, item: Item) -> tuple[Evidence, ...]:
        pieces = []
        for key, row in item.data.items():  # type: ignore[attr-defined]
            place = Item(item.document, (*item.path, key), row)
            if not _ID.fullmatch(key):
                self.fault("bad_id", place, found=key)
            if ("steps" in row) == ("when" in row) or ("steps" in row and {"for", "against", "because"} & set(row)):
                self.fault("when_or_steps", place)
                continue
            rows = row["steps"] if "steps" in row else [row]
            if "because" not in rows[0]:
                self.fault("missing_key", place, found="because")
                continue
            steps = tuple(Step(step["when"], self.signed(step, place), step["because"]) for step in rows)
            other = row.get("otherwise")
            otherwise = Otherwise(self.signed(other, place), other["because"]) if other else None
            pieces.append(Evidence(key, steps, otherwise, row["sources"]))
        return tuple(pieces)

    def signed(self, row: dict[str, Any], place: Item) -> int:
        if ("for" in row) == ("against" in row):
            self.fault("for_or_against", place)
            return 0
        return int(row["for"]) if "for" in row else -int(row["against"])


def unfold(text: str) -> str:
    """``text`` on one line, without the blanks that folding leaves between Chinese characters."""
    return _FOLDED_BLANK.sub("", " ".join(text.split()))


def require(loaded: Loaded) -> RuleSet:
    """The rule set of ``loaded``; DataError with every fault where it could not be built."""
    if loaded.rules is None or loaded.problems:
        raise DataError(loaded.problems)
    return loaded.rules

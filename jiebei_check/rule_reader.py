"""Reading one rule file by its table (:mod:`jiebei_check.shapes`): every value is checked, every fault keeps its line.

A reader never stops: what cannot be read becomes a :class:`Problem`, a harmless value takes its place, and the caller
sees by the number of problems that something was wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any, NamedTuple

from .document import Document, Path
from .errors import Problem, Refused
from .profile import read_given
from .shapes import Field, Shape
from .values import Fact, Notation, Text, Value, parse

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
# A line break in folded YAML becomes a blank, which Chinese does not write between two of its characters.
_FOLDED_BLANK = re.compile(
    "(?<=[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef\u201d\u300d]) +(?=[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef\u201c\u300c])"
)
_NUMBER = re.compile(r"-?\d{1,12}(\.\d{1,9})?", re.ASCII)
_ADDRESS = re.compile(r"https?://[^\s<>\"]+", re.ASCII)
_WORD = Field("string", "A member of a list.")
_MOST_PROBLEMS = 1000  # each costs a search for the word that was meant; nobody reads so many
_LONGEST_WORD = 200  # no word that could be meant is nearly as long
_LISTED = 12  # more allowed words than this do not fit into one line


class TooMany(Exception):
    """There are so many faults that reading stops: this is no rule set."""


class Item(NamedTuple):
    """One thing in a rule file: where it stands and what is written there."""

    document: Document
    path: Path
    data: object

    def child(self, key: str | int, data: object) -> Item:
        return Item(self.document, (*self.path, key), data)


def unfold(text: str) -> str:
    """``text`` on one line, without the blanks that folding leaves between Chinese characters."""
    return _FOLDED_BLANK.sub("", " ".join(text.split()))


def near(word: str, words: Iterable[str]) -> dict[str, str]:
    """The allowed word that was probably meant, as a parameter of a problem."""
    found = get_close_matches(word, list(words), n=1, cutoff=0.5) if len(word) <= _LONGEST_WORD else []
    return {"nearest": found[0]} if found else {}


class TableReader:
    """Reads mappings by their tables. ``ids`` holds the registries that references point into, by name."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.ids: dict[str, tuple[str, ...]] = {}
        # What could not be read is told once, where it stands; references to it are not judged:
        self.unparsed: set[str] = set()  # files
        self.unread: frozenset[str] = frozenset()  # registries by name
        self.unreadable: set[str] = set()  # facts by name, "section." for a whole section
        self.facts: dict[str, Fact] = {}
        self.notation = Notation()
        self.languages: tuple[str, ...] = ()
        self.bits: Mapping[str, int] = {}
        self.priors: Mapping[str, int] = {}
        self.frequencies: Mapping[str, float] = {}
        self.translations: dict[str, dict[str, str]] = {}  # path of a text -> language -> sentence, from the language files
        self.stems: dict[int, str] = {}  # id of a document -> how its texts are named in translations

    def fault(self, code: str, item: Item, *path: str | int, **params: str) -> None:
        if len(self.problems) >= _MOST_PROBLEMS:
            raise TooMany
        self.problems.append(item.document.problem(code, (*item.path, *path), **params))

    def unknowable(self, fact: str) -> bool:
        """Whether nothing can be said about a fact because the place that declares it has faults of its own."""
        section = fact.rpartition(".")[0]
        return "facts" in self.unread or fact in self.unreadable or (bool(section) and f"{section}." in self.unreadable)

    def shape(self, table: Shape, item: Item) -> dict[str, Any] | None:
        """The fields of a mapping, read; None where something in it is wrong."""
        if not isinstance(item.data, dict):
            self.fault("mapping_wanted", item, allowed=", ".join(table))
            return None
        before = len(self.problems)
        result: dict[str, Any] = {}
        for key in item.data:
            if key not in table:
                self.fault("unknown_rule_key", item, key, found=key, allowed=", ".join(table), **near(key, table))
        for key, field in table.items():
            if item.data.get(key) is None:
                if field.required or key in item.data:
                    self.fault("missing_key", item, *((key,) if key in item.data else ()), found=key)
                continue
            result[key] = self.value(field, item.child(key, item.data[key]))
        return result if len(self.problems) == before else None

    def value(self, field: Field, item: Item) -> Any:
        reader = getattr(self, f"read_{field.kind}")
        return reader(field, item)

    def mapping(self, item: Item, allowed: str = "…") -> dict[str, object]:
        if not isinstance(item.data, dict):
            self.fault("mapping_wanted", item, allowed=allowed)
            return {}
        return item.data

    def members(self, field: Field, item: Item, code: str = "list_of_words_wanted") -> Iterator[Item]:
        """The members of a list that is not empty and repeats nothing."""
        if not isinstance(item.data, list) or (field.filled and not item.data):
            self.fault(code, item)
            return
        seen: set[str] = set()
        for number, data in enumerate(item.data):
            member = item.child(number, data)
            mark = data if isinstance(data, str) else f"\0{data!r}"
            if mark in seen:
                self.fault("repeated_in_list", member, found=str(data)[:60])
            seen.add(mark)
            yield member

    # --- plain values

    def read_any(self, _field: Field, item: Item) -> object:
        return item.data

    read_value = read_any

    def read_string(self, field: Field, item: Item) -> str:
        if not isinstance(item.data, str) or (field.filled and not item.data.strip()):
            self.fault("text_wanted", item)
            return ""
        return item.data

    def read_address(self, field: Field, item: Item) -> str:
        address = self.read_string(field, item)
        if address and not _ADDRESS.fullmatch(address):
            self.fault("bad_address", item, found=address[:60])
        return address

    def read_strings(self, field: Field, item: Item) -> tuple[str, ...]:
        return tuple(self.read_string(_WORD, member) for member in self.members(field, item))

    def read_integer(self, field: Field, item: Item) -> int:
        number = self.read_number(field, item)
        if number != int(number):
            self.fault("bad_int", item, found=str(item.data)[:40])
        return int(number)

    def read_number(self, field: Field, item: Item) -> float:
        text = str(item.data) if isinstance(item.data, (str, int, float)) and not isinstance(item.data, bool) else ""
        if not _NUMBER.fullmatch(text):
            self.fault("bad_number", item, found=str(item.data)[:40])
            return 0
        number = float(text)
        if (field.least is not None and number < field.least) or (field.most is not None and number > field.most):
            self.fault(
                "out_of_range",
                item,
                found=text,
                allowed=f"{field.least:.15g}–{field.most:.15g}" if field.most is not None else f"≥ {field.least:.15g}",
            )
        return int(number) if number.is_integer() else number

    def read_boolean(self, _field: Field, item: Item) -> bool:
        if item.data not in ("true", "false", True, False):
            self.fault("bad_bool", item, found=str(item.data)[:40])
        return item.data in ("true", True)

    def read_date(self, _field: Field, item: Item) -> str:
        try:
            return str(parse(Fact("", "date", {}, {}, {}), item.data, self.notation) or "")
        except Refused as refusal:
            self.fault(refusal.code, item, **refusal.params)
            return ""

    # --- words and references

    def one_of(self, item: Item, allowed: Iterable[str], code: str) -> str:
        words = tuple(allowed)
        if not isinstance(item.data, str) or item.data not in words:
            found = str(item.data)[:60]
            self.fault(code, item, found=found, allowed=", ".join(words) if len(words) <= _LISTED else "…", **near(found, words))
            return ""
        return item.data

    def read_word(self, field: Field, item: Item) -> str:
        return self.one_of(item, field.allowed, "bad_word")

    def registry(self, name: str) -> tuple[str, ...]:
        if name == "facts":
            return tuple(fact.id for fact in self.facts.values() if fact.derived is None)
        return self.ids.get(name, ())

    def read_ref(self, field: Field, item: Item) -> str:
        if field.of in self.unread and isinstance(item.data, str):
            return item.data
        return self.one_of(item, self.registry(str(field.of)), "unknown_id")

    def read_refs(self, field: Field, item: Item) -> tuple[str, ...]:
        return tuple(self.read_ref(field, member) for member in self.members(field, item))

    def read_strength(self, _field: Field, item: Item) -> int:
        return self.bits.get(self.one_of(item, self.bits, "bad_word"), 0)

    def read_prior(self, _field: Field, item: Item) -> int:
        return self.priors.get(self.one_of(item, self.priors, "bad_word"), 0)

    def read_frequency(self, _field: Field, item: Item) -> float:
        return self.frequencies.get(self.one_of(item, self.frequencies, "bad_word"), 0)

    def read_looks(self, field: Field, item: Item) -> Mapping[str, Mapping[str, float]]:
        looks = {}
        for name, answers in self.mapping(item, "section.fact: …").items():
            place = item.child(name, answers)
            fact = self.facts.get(name)
            if fact is None or fact.type != "choice":
                if not self.unknowable(name):
                    choices = [fact.id for fact in self.facts.values() if fact.type == "choice"]
                    self.fault("unknown_id", item, name, found=name, allowed="", **near(name, choices))
                continue
            looks[name] = {key: self.read_frequency(field, place.child(key, word)) for key, word in self.mapping(place).items()}
            for key in set(looks[name]) - set(fact.keys):
                self.fault("unknown_rule_key", place, key, found=key, allowed=", ".join(fact.keys), **near(key, fact.keys))
        return looks

    # --- texts

    def read_text(self, _field: Field, item: Item) -> Text:
        if not isinstance(item.data, dict):
            self.fault("text_wanted_by_language", item, allowed=", ".join(self.languages))
            return {}
        for language, sentence in item.data.items():
            if self.languages and language not in self.languages:
                allowed = ", ".join(self.languages)
                self.fault("unknown_rule_key", item, language, found=language, allowed=allowed, **near(language, self.languages))
            elif not isinstance(sentence, str) or not sentence.strip():
                self.fault("text_wanted", item, language)
            else:
                for name in PLACEHOLDER.findall(sentence):
                    if self.facts and name not in self.facts and not self.unknowable(name):
                        self.fault("unknown_fact", item, language, found=name, **near(name, self.facts))
        for language in self.languages:
            if language not in item.data:
                written = [other for other in self.languages if other in item.data][:1]
                self.fault("language_missing", item, *written, found=language)
        extra = self.translations.get(self.text_path(item), {})
        return {language: unfold(sentence) for language, sentence in {**item.data, **extra}.items() if isinstance(sentence, str)}

    def text_path(self, item: Item) -> str:
        """How a language file names this text: ``causes.<id>.title``, ``actions.actions.<id>.text``."""
        return ".".join([self.stems.get(id(item.document), ""), *map(str, item.path)])

    # --- what holds other things

    def read_map(self, field: Field, item: Item) -> dict[str, Any]:
        inner = field.of
        read = {}
        rows = self.mapping(item, "id: …")
        if field.filled and isinstance(item.data, dict) and not rows:
            self.fault("mapping_wanted", item, allowed="id: …")
        for key, data in rows.items():
            place = item.child(key, data)
            read[key] = self.value(inner, place) if isinstance(inner, Field) else self.shape(_table(inner), place)
        return read

    def read_list(self, field: Field, item: Item) -> list[Any]:
        if not isinstance(item.data, list) or not item.data:
            self.fault("list_wanted_here", item)
            return []
        return [self.shape(_table(field.of), item.child(number, data)) for number, data in enumerate(item.data)]

    def read_shape(self, field: Field, item: Item) -> dict[str, Any] | None:
        return self.shape(_table(field.of), item)

    def read_profile(self, _field: Field, item: Item) -> Mapping[str, Value]:
        values, problems = read_given(item.data, self.facts, self.notation)
        for path, code, params in problems:
            if not self.unknowable(".".join(map(str, path))) and not (len(path) == 1 and self.unknowable(f"{path[0]}.")):
                self.fault(code, item, *path, **params)
        return values


def _table(of: object) -> Shape:
    assert isinstance(of, Mapping)  # the tables of shapes.py see to it
    return of

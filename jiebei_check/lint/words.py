"""Findings about the language files: the same words, with the same blanks, in every language that is required."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..rule_reader import Item, near
from .registry import ANYTHING, WARNING, Hit, at, finds
from .subject import Subject

_BLANK = re.compile(r"(?<!\{)\{(\w+)\}")


def _words(subject: Subject, language: str) -> dict[str, Item]:
    """Dotted key -> place of every word of the program in a language."""
    found: dict[str, Item] = {}

    def collect(item: Item, prefix: str) -> None:
        if isinstance(item.data, dict):
            for key, data in item.data.items():
                collect(item.child(key, data), f"{prefix}{key}.")
        elif isinstance(item.data, str):
            found[prefix[:-1]] = item

    file = f"languages/{language}.yaml"
    if file in subject.documents:
        collect(subject.item(file, "words"), "")
    return found


def _tables(subject: Subject) -> dict[str, dict[str, Item]]:
    """The words of each language that every text must have."""
    return {language: _words(subject, language) for language in subject.rules.title if f"languages/{language}.yaml" in subject.documents}


@finds("word_missing", needs=ANYTHING)
def word_missing(subject: Subject) -> Iterator[Hit]:
    tables = _tables(subject)
    every = list(dict.fromkeys(key for table in tables.values() for key in table))
    for language, table in tables.items():
        for key in every:
            if key not in table and sum(key in other for other in tables.values()) * 2 >= len(tables):
                parent = subject.item(f"languages/{language}.yaml", "words", *key.split(".")[:-1])
                extra = [one for one in table if not all(one in other for other in tables.values())]
                yield at(parent, found=key, **near(key, extra))


@finds("word_extra", needs=ANYTHING)
def word_extra(subject: Subject) -> Iterator[Hit]:
    tables = _tables(subject)
    for language, table in tables.items():
        others = [other for name, other in tables.items() if name != language]
        for key, item in table.items():
            if others and not any(key in other for other in others):
                missing = [one for other in others for one in other if one not in table]
                yield at(item, found=key, **near(key, missing))


@finds("blanks_differ", needs=ANYTHING)
def blanks_differ(subject: Subject) -> Iterator[Hit]:
    tables = _tables(subject)
    if not tables:
        return
    for key in next(iter(tables.values())):
        named = {language: set(_BLANK.findall(str(table[key].data))) for language, table in tables.items() if key in table}
        every = set().union(*named.values())
        for language, names in named.items():
            if names != every:
                yield at(tables[language][key], found=", ".join(sorted(every - names)))


@finds("unknown_translation", needs=ANYTHING)
def unknown_translation(subject: Subject) -> Iterator[Hit]:
    """A translated text whose path names no text of the rules."""
    paths = {
        ".".join([file.removesuffix(".yaml").replace("/", "."), *map(str, item.path)])
        for file, field, item in subject.fields
        if field.kind == "text"
    }
    for file in subject.documents:
        texts = subject.item(file, "texts") if file.startswith("languages/") else None
        for path in texts.data if texts is not None and isinstance(texts.data, dict) else ():
            if path not in paths:
                yield at(subject.item(file, "texts"), path, found=path, **near(path, paths))


@finds("two_meanings", WARNING, needs=ANYTHING)
def two_meanings(subject: Subject) -> Iterator[Hit]:
    """A word that is in two of the lists yes, no, unknown."""
    seen: dict[str, tuple[str, str]] = {}
    for file in sorted(subject.documents):
        if not file.startswith("languages/"):
            continue
        for kind in ("yes", "no", "unknown"):
            item = subject.item(file, "notation", kind)
            for number, word in enumerate(item.data if isinstance(item.data, list) else ()):
                if seen.get(str(word), (kind, ""))[0] != kind:
                    yield at(item, number, found=word, first=seen[str(word)][0])
                seen.setdefault(str(word), (kind, file))

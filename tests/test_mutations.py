"""Single mistakes in the bundled rules: lint or the rules' own tests catch them, at the right file and line."""

from __future__ import annotations

import functools
import os
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import NamedTuple

from conftest import LARGE
from mutations import KINDS, Mutation, mutations

from jiebei_check import loader
from jiebei_check.commands.rules_check import suspect
from jiebei_check.document import Document, parse_document
from jiebei_check.lint import registry
from jiebei_check.lint.subject import Subject
from jiebei_check.loader import Loaded
from jiebei_check.rulebook import read_files
from jiebei_check.selftest import run

EACH = 12 if LARGE else 3
SEED = int(os.environ.get("JIEBEI_CHECK_SEED", "1"))


Found = tuple[str, int | None, str]  # file, line, code


class Judged(NamedTuple):
    mutation: Mutation
    placed: bool
    found: tuple[Found, ...]

    @property
    def caught(self) -> bool:
        return bool(self.found)


@functools.lru_cache(maxsize=4000)
def _parsed(content: bytes, name: str) -> Document:
    return parse_document(content, name)


@functools.lru_cache(maxsize=1)
def _bundled() -> dict[str, bytes]:
    return read_files()


def said(loaded: Loaded) -> Iterator[Found]:
    """What the loader and then the linter, check by check, say of a rule set; what nobody asks for is not worked out."""
    yield from ((one.file, one.line, one.code) for one in loaded.problems)
    if loaded.draft is not None:
        yield from ((one.file, one.line, one.code) for one in registry.run(Subject(loaded, loaded.draft)))


def failed(loaded: Loaded, file: str = "") -> list[Found]:
    """What the rules' own tests say: all of them, or those that stand in one file, the only ones that can name a line of it."""
    if loaded.rules is None:
        return []
    rules = loaded.rules
    if file:
        causes = tuple(cause if file == f"causes/{cause.id}.yaml" else cause._replace(tests=()) for cause in rules.causes)
        rules = rules._replace(causes=causes, scenarios=tuple(one for one in rules.scenarios if file == f"scenarios/{one.id}.yaml"))
    return [(one.file, loaded.documents[one.file].line(suspect(one)), f"test {one.kind}") for one in run(rules).failures]


def judge(mutation: Mutation, whole: bool) -> Judged:
    """One finding at the right place settles it; with ``whole`` the linter is heard to its end all the same."""
    loader.parse_document = _parsed  # type: ignore[attr-defined]  # all files but one are the same every time
    loaded = loader.build({**_bundled(), mutation.file: mutation.content.encode()}, "")
    found: list[Found] = []
    placed = False
    for one in said(loaded):
        found.append(one)
        placed = placed or _placed(mutation, one)
        if placed and not whole:
            break
    if not placed:
        found += failed(loaded, mutation.file) or (failed(loaded) if not found else [])
        placed = any(_placed(mutation, one) for one in found)
    return Judged(mutation, placed, tuple(found[:5]))


def _placed(mutation: Mutation, found: Found) -> bool:
    file, line, _ = found
    return file == mutation.file and line in mutation.lines


def test_single_mistakes_in_the_bundled_rules_are_caught_where_they_are() -> None:
    files = {path: content.decode() for path, content in read_files().items()}
    made = list(mutations(files, SEED, EACH))
    whole = [LARGE or place % 10 == 0 for place in range(len(made))]  # that it gets there at all
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as pool:  # a fork would not get the test runner's threads
        judged = list(pool.map(judge, made, whole, chunksize=8))

    missed = [(one.mutation.kind, one.mutation.file, one.mutation.lines, one.mutation.note) for one in judged if not one.caught]
    misplaced = [
        (one.mutation.kind, one.mutation.file, one.mutation.lines, one.mutation.note, one.found) for one in judged if not one.placed
    ]
    assert len(made) >= 300
    assert len(Counter(one.mutation.kind for one in judged)) == len(KINDS) >= 25
    assert len(missed) <= 0.02 * len(made), missed
    assert len(misplaced) <= 0.05 * len(made), misplaced

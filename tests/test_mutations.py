"""Single mistakes in the bundled rules: lint or the rules' own tests catch them, at the right file and line."""

from __future__ import annotations

import functools
import os
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from typing import NamedTuple

from conftest import LARGE
from mutations import KINDS, Mutation, mutations

from jiebei_check import loader
from jiebei_check.commands.rules_check import suspect
from jiebei_check.document import Document, parse_document
from jiebei_check.lint import lint_loaded
from jiebei_check.rulebook import read_files
from jiebei_check.selftest import run

EACH = 12 if LARGE else 3
SEED = int(os.environ.get("JIEBEI_CHECK_SEED", "1"))


class Judged(NamedTuple):
    mutation: Mutation
    caught: bool
    placed: bool
    found: tuple[tuple[str, int | None, str], ...]


@functools.lru_cache(maxsize=4000)
def _parsed(content: bytes, name: str) -> Document:
    return parse_document(content, name)


@functools.lru_cache(maxsize=1)
def _bundled() -> dict[str, bytes]:
    return read_files()


def judge(mutation: Mutation) -> Judged:
    loader.parse_document = _parsed  # type: ignore[attr-defined]  # all files but one are the same every time
    loaded = loader.build({**_bundled(), mutation.file: mutation.content.encode()}, "")
    found = [(one.file, one.line, one.code) for one in lint_loaded(loaded)]
    placed = _placed(mutation, found)
    if not placed and loaded.rules is not None:
        for failure in run(loaded.rules).failures:
            line = loaded.documents[failure.file].line(suspect(failure))
            found.append((failure.file, line, f"test {failure.kind}"))
        placed = _placed(mutation, found)
    return Judged(mutation, bool(found), placed, tuple(found[:5]))


def _placed(mutation: Mutation, found: list[tuple[str, int | None, str]]) -> bool:
    return any(file == mutation.file and line in mutation.lines for file, line, _ in found)


def test_single_mistakes_in_the_bundled_rules_are_caught_where_they_are() -> None:
    files = {path: content.decode() for path, content in read_files().items()}
    made = list(mutations(files, SEED, EACH))
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        judged = list(pool.map(judge, made, chunksize=8))

    missed = [(one.mutation.kind, one.mutation.file, one.mutation.lines, one.mutation.note) for one in judged if not one.caught]
    misplaced = [
        (one.mutation.kind, one.mutation.file, one.mutation.lines, one.mutation.note, one.found) for one in judged if not one.placed
    ]
    assert len(made) >= 300
    assert len(Counter(one.mutation.kind for one in judged)) == len(KINDS) >= 25
    assert len(missed) <= 0.02 * len(made), missed
    assert len(misplaced) <= 0.05 * len(made), misplaced

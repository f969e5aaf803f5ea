"""The registry of findings: one function finds one thing wrong with a rule set."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from ..errors import Problem
from ..rule_reader import Item
from .subject import Subject

ERROR, WARNING = "error", "warning"

Hit = tuple[Item, Mapping[str, str]]
Search = Callable[[Subject], Iterator[Hit]]


class Finding(NamedTuple):
    """One thing that is wrong. ``code`` names the sentence and the explanation in the language files."""

    code: str
    severity: str
    file: str
    line: int | None
    field: str
    params: Mapping[str, str] = {}

    @property
    def problem(self) -> Problem:
        return Problem(self.code, self.file, self.line, self.field, self.params)


# What must have been read without a fault for a search to make sense.
ANYTHING, FACTS, EVERYTHING = "anything", "facts", "everything"


class Check(NamedTuple):
    """How one kind of finding is found, and what must have been read without a fault for that."""

    code: str
    severity: str
    search: Search
    needs: str


CHECKS: dict[str, Check] = {}


def finds(code: str, severity: str = ERROR, *, needs: str = FACTS) -> Callable[[Search], Search]:
    """Register a search under its code."""

    def register(search: Search) -> Search:
        CHECKS[code] = Check(code, severity, search, needs)
        return search

    return register


def at(item: Item, *path: str | int, **params: object) -> Hit:
    """A hit at ``path`` below ``item``."""
    return Item(item.document, (*item.path, *path), None), {key: str(value) for key, value in params.items()}


def run(subject: Subject) -> Iterator[Finding]:
    """Every finding of every check, in the order of registration."""
    for check in CHECKS.values():
        if check.needs == ANYTHING or subject.complete or (check.needs == FACTS and subject.facts_complete):
            for item, params in check.search(subject):
                problem = item.document.problem(check.code, item.path)
                yield Finding(check.code, check.severity, problem.file, problem.line, problem.field, params)

"""What people tell, by cause: how probable each answer is, "don't know" among them, where a cause is right.

Counted and not weighed: the rules bring a table (``told.yaml``) of how many written stories about each cause told which
answer. Somebody refused for too many applications has mostly looked at a credit report; somebody whose account is restricted
seldom mentions one. So what is told, and what is not, says which questions are worth asking next, even where it weighs nothing
in the result. The model is naive Bayes with Dirichlet smoothing: an answer to one fact is taken to depend on the cause alone.
Without a table every answer is as probable under each cause, and nothing changes.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from math import log2
from operator import add, mul
from typing import NamedTuple

from .ruleset import RuleSet, Told
from .values import Fact, Value

NOT_TOLD = ""
_STRENGTH = 8  # what all stories together tell counts as so many stories about each cause


def label_of(value: Value | None) -> str:
    """An answer as it is written in a table; of several the first."""
    if isinstance(value, tuple):
        return value[0]
    return NOT_TOLD if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def row_of(fact: Fact, value: Value | None, rows: Sequence[str]) -> str:
    """The row of a table in which an answer is counted: its own, or of numbers and dates the greatest in ``rows`` not above it.

    What lies below all rows counts in the first.
    """
    if value is None or fact.choices or isinstance(value, (bool, tuple)):
        return label_of(value)
    if isinstance(value, str):
        return rows[max(bisect_right(rows, value) - 1, 0)]
    return rows[max(bisect_right([float(row) for row in rows], value) - 1, 0)]


class _Answers(NamedTuple):
    """The answers to one fact: the rows of the table without NOT_TOLD, then by row (NOT_TOLD too) and place of cause the
    probability and its logarithm, and by place the entropy of the answers in bits.
    """

    rows: list[str]
    probable: dict[str, list[float]]
    logarithms: dict[str, list[float]]
    entropy: list[float]


class Telling:
    """How probable answers are under each cause of a rule set, by place. Made once a rule set."""

    def __init__(self, rules: RuleSet) -> None:
        self._facts = rules.facts
        self._causes = len(rules.causes)
        tables = [rules.told.get(cause.id) for cause in rules.causes]
        counted = dict.fromkeys(name for table in tables if table for name in table.answers)
        self._answers = {name: _answers(rules.facts[name], tables) for name in counted}

    def likelihoods(self, known: Mapping[str, Value | None]) -> list[float]:
        """How probable the answers in ``known`` are under each cause, beside the cause that makes them most probable.

        None stands for "don't know". What was not counted says nothing.
        """
        sums = [0.0] * self._causes
        for name, value in known.items():
            if answers := self._answers.get(name):
                row = answers.logarithms.get(row_of(self._facts[name], value, answers.rows))
                sums = list(map(add, sums, row)) if row else sums
        most = max(sums, default=0.0)
        return [2.0 ** (one - most) for one in sums]

    def information(self, name: str, beliefs: Sequence[float]) -> float:
        """The expected information gain of an answer about the cause, in bits, where ``beliefs`` (together 1) are held before."""
        answers = self._answers.get(name)
        if answers is None:
            return 0.0
        parts = (sum(map(mul, beliefs, row), 0.0) for row in answers.probable.values())
        return sum(-part * log2(part) for part in parts if part > 0) - sum(map(mul, beliefs, answers.entropy), 0.0)


def _answers(fact: Fact, tables: Sequence[Told | None]) -> _Answers:
    counts = [table.answers.get(fact.id, {}) if table else {} for table in tables]
    rows = sorted({row for one in counts for row in one}, key=float if fact.type in ("int", "number") else None)
    whole = sum(table.stories for table in tables if table)
    overall = {row: sum(one.get(row, 0) for one in counts) for row in rows}
    overall[NOT_TOLD] = whole - sum(overall.values())
    probable: dict[str, list[float]] = {}
    for row, count in overall.items():
        base = (count + 1 / len(overall)) / (whole + 1)
        probable[row] = [_smoothed(table, one, row, base) for table, one in zip(tables, counts, strict=True)]
    logarithms = {row: list(map(log2, parts)) for row, parts in probable.items()}
    by_cause = zip(zip(*probable.values(), strict=True), zip(*logarithms.values(), strict=True), strict=True)
    return _Answers(rows, probable, logarithms, [-sum(map(mul, parts, logs)) for parts, logs in by_cause])


def _smoothed(table: Told | None, counts: Mapping[str, int], row: str, base: float) -> float:
    if table is None:
        return base
    count = table.stories - sum(counts.values()) if row == NOT_TOLD else counts.get(row, 0)
    return (count + _STRENGTH * base) / (table.stories + _STRENGTH)

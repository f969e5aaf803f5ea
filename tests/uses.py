"""One way to use every command, for the tests that hold for all of them."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from conftest import ROOT

from jiebei_check.cli import COMMANDS

EXAMPLE = ROOT / "tests" / "examples" / "trial-loan.yaml"
RECORDS = b'{"id": "1", "as_of": "2025-06-20", "line": {"product": "jiebei", "change": "closed"}, "borrowing": {"last_loan_amount": 200, "last_loan_days_held": 1}}\n'
RESULTS = (
    b'{"record": 1, "id": "1", "causes": [{"id": "test-borrow", "score": 5, "share": 0.6, "likelihood": "high", "grade": "folk",'
    b' "for": [], "against": [], "open": []}], "inconclusive": false}\n'
)


class Use(NamedTuple):
    """``words`` print something; ``writes`` (where there are any) put it into ``{out}`` instead. ``reads``: a profile stands at ``{in}``."""

    words: tuple[str, ...]
    writes: tuple[str, ...] = ()
    formats: tuple[str, ...] = ("",)
    suffix: str = ".txt"
    langs: tuple[str, ...] = ("zh", "en")

    @property
    def name(self) -> str:
        return " ".join(word for word in self.words if "{" not in word)

    def arguments(self, folder: Path, *, form: str = "", profile: str | Path = EXAMPLE, out: str | Path = "") -> list[str]:
        """The command line, with ``form`` as its --format, writing to ``out`` where one is given."""
        records, results = folder / "records.jsonl", folder / "results.jsonl"
        if any("{records}" in word for word in self.words):
            records.write_bytes(RECORDS)
        if any("{results}" in word for word in self.words):
            results.write_bytes(RESULTS)
        words = (*self.words, *(self.writes if out else ()), *(("--format", form) if form else ()))
        blanks = {"in": profile, "out": out, "records": records, "results": results, "rules": ROOT / "tests" / "bicycle"}
        return [word.format(**blanks) for word in words]


_OUT = ("-o", "{out}")
_ALL = (
    Use(("diagnose", "{in}"), _OUT, ("text", "json", "markdown", "html")),
    Use(("explain", "{in}"), (), ("text", "json")),
    Use(("letter", "{in}", "--to", "lender"), _OUT, ("text", "markdown")),
    Use(("next", "{in}"), (), ("text", "json")),
    Use(("init",), ("{out}",)),
    Use(("schema", "report"), _OUT, suffix=".json", langs=()),
    Use(("sayings",), (), ("text", "json")),
    Use(("batch", "{records}"), _OUT, suffix=".jsonl"),
    Use(("stats", "{results}"), (), ("text", "json")),
    Use(("rules", "list"), (), ("text", "json")),
    Use(("rules", "show", "test-borrow"), _OUT, ("text", "markdown", "html", "json")),
    Use(("rules", "test", "{rules}"), (), ("text", "json")),
)
WITHOUT_TERMINAL = {"ask"}  # the command that talks with a person; it has tests of its own
USES = tuple(use for use in _ALL if use.words[0] in COMMANDS)
READING = tuple(use for use in USES if "{in}" in use.words)
WRITING = tuple(use for use in USES if use.writes)


def named(use: Use) -> str:
    return use.name

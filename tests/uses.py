"""One way to use every command, for the tests that hold for all of them."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import NamedTuple

from conftest import ROOT

from jiebei_check.cli import COMMANDS

EXAMPLE = ROOT / "tests" / "examples" / "trial-loan.yaml"
RECORDS = b'{"id": "1", "as_of": "2025-06-20", "line": {"product": "jiebei", "change": "closed"}, "person": {"age": 30}}\n'


@cache
def results_of_batch() -> bytes:
    """What batch makes of the records."""
    line = [sys.executable, "-m", "jiebei_check", "batch", "-", "--input-format", "jsonl"]
    return subprocess.run(line, input=RECORDS, capture_output=True, env={"PYTHONPATH": str(ROOT), **os.environ}, check=True).stdout


class Use(NamedTuple):
    """``words`` print something; ``writes`` (where there are any) put it into ``{out}`` instead; a profile stands at ``{in}``."""

    words: tuple[str, ...]
    writes: tuple[str, ...] = ()
    formats: tuple[str, ...] = ("",)
    suffix: str = ".txt"
    langs: tuple[str, ...] = ("zh", "en")
    resumes: bool = False  # keeps what it has, as NAME.part, to go on from there

    @property
    def name(self) -> str:
        return " ".join(word for word in self.words if "{" not in word)

    def arguments(self, folder: Path, *, form: str = "", profile: str | Path = EXAMPLE, out: str | Path = "") -> list[str]:
        """The command line, with ``form`` as its --format, writing to ``out`` where one is given."""
        records, results = folder / "records.jsonl", folder / "results.jsonl"
        if any("{records}" in word for word in self.words):
            records.write_bytes(RECORDS)
        if any("{results}" in word for word in self.words):
            results.write_bytes(results_of_batch())
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
    Use(("batch", "{records}"), _OUT, suffix=".jsonl", resumes=True),
    Use(("stats", "{results}"), _OUT, ("text", "json", "csv", "html")),
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

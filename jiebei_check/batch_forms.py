"""What a batch writes for its records: lines of JSON, rows of a table, or a file with a report for each."""

import contextlib
import gc
import os
import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from .batch import Desk, Result
from .errors import Problem, UsageError
from .inference import meets
from .jobs import Answer, Output, Work
from .output import write_file
from .records import Chunk, records_in
from .render.csv import csv_row
from .ruleset import RuleSet
from .wording import Wording

FIELDS = ("record", "id", "as_of", "inconclusive", "none_share", "first", "first_title", "share", "likelihood", "score", "grade",
    "for", "against", "open", "second", "third", "warnings", "error")  # fmt: skip
_DEFAULT_FIELDS = ("record", "id", "inconclusive", "first", "first_title", "share", "likelihood", "grade", "second", "third", "warnings",
    "error")  # fmt: skip
_UNSAFE = re.compile(r"[^\w.-]+")
_LONGEST_NAME = 60
_OF_AN_ERROR = ".error.json"
_YOUNG = 100_000  # new objects after which memory is searched for rubbish: nearly all of ours are kept on purpose


class Task(NamedTuple):
    """All that a worker is told before its first record."""

    rules: RuleSet
    as_of: str | None
    override: bool
    lang: str
    form: str  # jsonl, full, csv, or a format of reports
    fields: tuple[str, ...] = ()
    folder: str = ""  # of reports
    fail_on: str = ""


def choose_fields(wanted: str | None, rules: RuleSet) -> tuple[str, ...]:
    """The columns of a table. UsageError for one that does not exist."""
    if wanted is None:
        return (*_DEFAULT_FIELDS[:2], *rules.grouped_by, *_DEFAULT_FIELDS[2:])
    allowed = (*FIELDS, *rules.grouped_by)
    names = tuple(name.strip() for name in wanted.split(",") if name.strip())
    unknown = [name for name in names if name not in allowed]
    if unknown or not names:
        found = ", ".join(unknown)
        raise UsageError([Problem("bad_word", field="--fields", params={"found": found, "allowed": ", ".join(allowed)})])
    return names


def make_work(task: Task) -> Work:
    """The work on a chunk of records, as ``task`` says."""
    gc.set_threshold(_YOUNG)
    desk = Desk(task.rules, as_of=task.as_of, override=task.override, lang=task.lang, full=task.form not in ("jsonl", "csv"))
    form = _form(task)

    def work(chunk: Chunk) -> tuple[Output, Answer]:
        results = desk.results(records_in(chunk))
        bad = sum(1 for result in results if result.problems)
        met = bool(task.fail_on) and any(_meets(task, result) for result in results)
        return form(results), Answer(len(results), bad, met)

    return work


def _meets(task: Task, result: Result) -> bool:
    return not result.problems and meets(task.rules, task.fail_on, result.share, inconclusive=result.inconclusive)


def _form(task: Task) -> Callable[[Sequence[Result]], Output]:
    if task.form in ("jsonl", "full"):
        return lambda results: [piece for result in results for piece in (result.line, b"\n")]
    if task.form == "csv":
        return _Rows(task).rows
    return _Files(task).write


class _Rows:
    """Results as rows of a table."""

    def __init__(self, task: Task) -> None:
        self._fields = task.fields
        self._words = Wording(task.rules, task.lang)
        self._titles = {cause.id: self._words.text(cause.title) for cause in task.rules.causes}

    def rows(self, results: Sequence[Result]) -> Output:
        cells = [self._cells(result.document) for result in results]
        return [csv_row([row.get(field, "") for field in self._fields]).encode("utf-8", "backslashreplace") for row in cells]

    def _cells(self, line: dict[str, Any]) -> dict[str, object]:
        cells: dict[str, object] = {"record": line["record"], "id": line["id"]}
        if "error" in line:
            cells["error"] = self._words.word("punctuation.join").join(
                self._words.word("punctuation.colon").join(filter(None, (entry["field"], entry["message"]))) for entry in line["error"]
            )
            return cells
        cells |= line["facts"] | {"as_of": line["as_of"] or "", "inconclusive": line["inconclusive"], "none_share": line["none_share"]}
        cells["warnings"] = " ".join(line["warnings"])
        causes = line["causes"]
        if causes:
            first = causes[0]
            cells |= {key: first[key] for key in ("share", "likelihood", "score", "grade")}
            cells |= {key: " ".join(entry["id"] for entry in first[key]) for key in ("for", "against")}
            cells |= {"first_title": self._titles[first["id"]], "open": " ".join(entry["fact"] for entry in first["open"])}
        cells |= {name: cause["id"] for name, cause in zip(("first", "second", "third"), causes, strict=False)}
        return cells


class _Files:
    """A file for each record, called after its number and its id."""

    def __init__(self, task: Task) -> None:
        from .render import FULL, SUFFIXES, Style, renderer  # noqa: PLC0415 - only reports need it

        self._folder = task.folder
        self._suffix = next(suffix for suffix, name in SUFFIXES.items() if name == task.form)
        self._render = renderer(task.form)
        self._style = Style(Wording(task.rules, task.lang), verbosity=FULL)

    def write(self, results: Sequence[Result]) -> Output:
        for result in results:
            self._write(result)
        return []

    def _write(self, result: Result) -> None:
        name = f"{result.record:06}"
        safe = _UNSAFE.sub("_", result.id).strip("._")[:_LONGEST_NAME]
        name = f"{name}-{safe}" if safe else name
        paths = [os.path.join(self._folder, f"{name}{suffix}") for suffix in (_OF_AN_ERROR, self._suffix)]
        path, stale = paths if result.report is None else reversed(paths)
        write_file(path, f"{result.line.decode()}\n" if result.report is None else self._render([result.report], self._style))
        with contextlib.suppress(OSError):
            os.unlink(stale)  # of an earlier run, before the record was mended

"""``jiebei-check batch``: thousands of profiles, one result line each."""

from __future__ import annotations

import os
import sys
from time import monotonic
from typing import Annotated, BinaryIO

import typer

from ..csv_stream import Header
from ..decoding import visible
from ..errors import EXIT_INTERRUPTED, EXIT_OK, EXIT_PARTIAL, EXIT_POLICY, DataError, Problem, UsageError, WriteError
from ..inference import LEVELS
from ..intake import FORMATS, Watcher, read_chunks
from ..jobs import WorkerLost, work_through
from ..output import cannot_write, write_stderr
from ..render import SUFFIXES
from ..render.csv import BOM, csv_row
from ..sink import Sink
from ..wording import DEFAULT_LANGUAGE, Wording
from . import common

_EVERY = 0.5  # seconds between two reports of progress
_FORMS = ("jsonl", "csv")
_MOST_JOBS = 64


def register(app: typer.Typer) -> None:
    app.command("batch")(batch_command)


def batch_command(
    inputs: Annotated[list[str], typer.Argument(metavar="INPUT...", help="文件、文件夹，- 读标准输入 / Files, folders, - reads stdin.")],
    output: Annotated[str | None, typer.Option("-o", "--output", help="写入文件 / Write to a file.", metavar="FILE")] = None,
    format_: Annotated[str | None, typer.Option("--format", help="jsonl, csv; --out-dir: text, json, markdown, html", metavar="F")] = None,
    fields: Annotated[str | None, typer.Option("--fields", help="CSV 的列，逗号隔开 / Columns of the CSV.", metavar="A,B")] = None,
    out_dir: Annotated[str | None, typer.Option("--out-dir", help="每份一个报告文件 / A report file for each.", metavar="DIR")] = None,
    input_format: Annotated[str | None, typer.Option("--input-format", help=", ".join(FORMATS), metavar="FORMAT")] = None,
    skip: Annotated[int, typer.Option("--skip", min=0, help="跳过前 N 份，接着做 / Go on behind the first N.", metavar="N")] = 0,
    jobs: Annotated[int, typer.Option("--jobs", min=1, max=_MOST_JOBS, help="几个进程 / Processes.", metavar="N")] = 1,
    full: Annotated[bool, typer.Option("--full", help="每行是完整的诊断 / Whole documents, sentences included.")] = False,
    fail_on: common.FailOn = None,
    lang: common.Lang = DEFAULT_LANGUAGE,
    as_of: common.AsOf = None,
    rules_folder: common.Rules = None,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="不报进度 / No progress.")] = False,
) -> int:
    """诊断成千上万份档案，一份一行结果 / Diagnose thousands of profiles, one line each."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # numpy would start threads that we never use, and workers are forked
    from ..batch import AHEAD  # noqa: PLC0415 - numpy takes longer to load than help to show
    from ..batch_forms import Task, choose_fields, make_work  # noqa: PLC0415 - likewise

    output = None if output in ("-", "/dev/stdout") else output
    form = _form(format_, output, out_dir, full=full)
    common.one_of("--input-format", input_format, FORMATS)
    common.one_of("--fail-on", fail_on, LEVELS)
    rules = common.choose_rules(rules_folder, lang)
    day = common.today(rules, as_of)
    if fields is not None and form != "csv":
        raise UsageError([Problem("not_together", field="--fields", params={"found": f"--format {form}"})])
    columns = choose_fields(fields, rules) if form == "csv" else ()
    task = Task(rules, day, as_of is not None, lang, form, columns, _folder(out_dir), fail_on or "")
    words = Wording(rules, lang)
    screen = _Screen(words, inputs, skip, quiet=quiet)
    chunks = read_chunks(inputs, rules, None if input_format == "folder" else input_format, screen, skip=skip, most=AHEAD)
    common.apart(output, inputs)
    sink = Sink(output, skip, heading=form == "csv")
    done = bad = 0
    met = False
    try:
        if form == "csv" and not skip:
            sink.write([_head(columns, output)])
        for answer in work_through(make_work, task, chunks, jobs, sink.write):
            done, bad, met = done + answer.records, bad + answer.bad, met or answer.met
            screen.show(done)
        if not done and not skip:
            raise DataError([Problem("no_records", ", ".join(inputs)[:200])])
        if not done:
            write_stderr(words.word("batch.nothing_behind", count=f"{skip:,}") + "\n")
        sink.finish()
    except BaseException as error:
        screen.clear()
        sink.abandon(empty=not done and not sink.resumed)
        interrupted = isinstance(error, KeyboardInterrupt)
        if interrupted or not isinstance(error, Exception) or isinstance(error, WorkerLost):
            where = words.word("batch.part", file=sink.unfinished) if done and sink.unfinished else ""
            write_stderr(f"{words.word('batch.interrupted', count=skip + done)}{where}\n")
        if interrupted:
            return EXIT_INTERRUPTED
        raise
    screen.finish(done, bad)
    return EXIT_POLICY if met else EXIT_PARTIAL if bad else EXIT_OK


def _form(format_: str | None, output: str | None, out_dir: str | None, *, full: bool) -> str:
    allowed = tuple(dict.fromkeys(SUFFIXES.values())) if out_dir is not None else _FORMS
    common.one_of("--format", format_, allowed)
    if out_dir is not None:
        if output is not None:
            raise UsageError([Problem("not_together", field="--out-dir", params={"found": "-o"})])
        return format_ or "json"
    suffix = os.path.splitext(output or "")[1].lower()
    if format_ is None and SUFFIXES.get(suffix) in ("markdown", "html"):
        raise UsageError([Problem("report_each", field="-o", params={"found": output or "", "format": SUFFIXES[suffix]})])
    chosen = format_ or ("csv" if suffix == ".csv" else "jsonl")
    return "full" if full and chosen == "jsonl" else chosen


def _folder(path: str | None) -> str:
    if path is None:
        return ""
    try:
        os.makedirs(path, exist_ok=True)
    except OSError as error:
        raise WriteError([cannot_write(path, error)]) from None
    return path


def _head(columns: tuple[str, ...], output: str | None) -> bytes:
    """The header of a table; in a file with the mark by which spreadsheet programs tell UTF-8."""
    return f"{BOM if output is not None else ''}{csv_row(columns)}".encode()


class _Screen(Watcher):
    """What the person at the terminal sees; nothing where standard error is none, but what was left out is always said."""

    def __init__(self, words: Wording, inputs: list[str], skip: int, *, quiet: bool) -> None:
        self._words = words
        self._live = not quiet and sys.stderr is not None and sys.stderr.isatty()
        self._skip = skip
        self._start = self._shown = monotonic()
        self._behind = 0  # bytes of the streams that are read
        self._stream: BinaryIO | None = None
        self._total = sum(os.path.getsize(path) for path in inputs if path != "-" and os.path.isfile(path))
        self._sized = all(path != "-" and os.path.isfile(path) for path in inputs)

    def opened(self, path: str, stream: BinaryIO) -> None:
        self._behind += self._place()
        self._stream = stream

    def table(self, path: str, header: Header) -> None:
        if header.ignored:
            self.clear()
            names = self._words.word("punctuation.list").join(
                name[:40] + (self._words.word("batch.meant", nearest=meant) if meant else "") for name, meant in header.ignored[:20]
            )
            write_stderr(self._words.word("batch.ignored", file=path, names=visible(names)) + "\n")

    def left_out(self, path: str, names: list[str]) -> None:
        self.clear()
        shown = self._words.word("punctuation.list").join(names[:20])
        write_stderr(self._words.word("batch.left_out", folder=path, names=visible(shown)) + "\n")

    def _place(self) -> int:
        try:
            return self._stream.tell() if self._stream is not None and not self._stream.closed else 0
        except (OSError, ValueError):
            return 0

    def show(self, done: int) -> None:
        now = monotonic()
        if not self._live or now - self._shown < _EVERY:
            return
        self._shown = now
        passed = now - self._start
        text = self._words.word("batch.progress", count=f"{self._skip + done:,}", rate=f"{done / passed:,.0f}")
        read = self._behind + self._place()
        if self._sized and read and self._total > read:
            left = round(passed * (self._total - read) / read)
            text += self._words.word("batch.left", minutes=left // 60, seconds=f"{left % 60:02}")
        write_stderr(f"\r{text}\x1b[K")

    def clear(self) -> None:
        if self._live:
            write_stderr("\r\x1b[K")

    def finish(self, done: int, bad: int) -> None:
        self.clear()
        if self._live or bad:
            rate = f"{done / max(monotonic() - self._start, 1e-6):,.0f}"
            write_stderr(self._words.word("batch.done_bad" if bad else "batch.done", count=f"{done:,}", bad=f"{bad:,}", rate=rate) + "\n")

"""What a batch is read from: files, folders and standard input, in one of several formats, as numbered records."""

import io
import os
import re
import stat
import sys
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from .csv_stream import Header, read_csv
from .document import MAX_BYTES, read_bytes
from .errors import CheckError, DataError, Problem, ReadError
from .json_stream import read_json
from .lines import Block, blocks, is_wide
from .records import BAD, DOCUMENT, JSON, Chunk, Lines, Raw, Record, bad
from .ruleset import RuleSet
from .yaml_stream import read_yaml_documents

FORMATS = ("jsonl", "json", "csv", "yaml", "folder")
_SUFFIXES = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".csv": "csv",
    ".tsv": "csv",
    ".yaml": "yaml",
    ".yml": "yaml",
}
_PROFILES = (".yaml", ".yml", ".json")  # in a folder
_BLOCK = 1 << 16
_LOOKS_LIKE_YAML = re.compile(rb"(#|---|[\w.]+:([ \t\r\n]|$))")


class Watcher:
    """Is told what is read. This one keeps it to itself."""

    def opened(self, path: str, stream: BinaryIO) -> None:
        """A stream is about to be read."""

    def table(self, path: str, header: Header) -> None:
        """The header of a table was read."""

    def left_out(self, path: str, names: list[str]) -> None:
        """Files of a folder that are not read, since each holds many profiles."""


def read_records(inputs: Iterable[str], rules: RuleSet, format_: str | None, watcher: Watcher) -> Iterator[Record]:
    """The records of all ``inputs``, numbered from 1. Raises ReadError at once where one does not exist."""
    pieces = _read(inputs, rules, format_, watcher, 1)
    return (record for piece in pieces for record in (piece.records if isinstance(piece, Lines) else (piece,)))


def read_chunks(inputs: Iterable[str], rules: RuleSet, format_: str | None, watcher: Watcher, *, skip: int, most: int) -> Iterator[Chunk]:
    """The records of all ``inputs`` behind the first ``skip``, ``most`` at once, or fewer where they are large."""
    chunk: list[Record] = []
    size = 0
    for piece in _read(inputs, rules, format_, watcher, most):
        if piece.number <= skip:
            if isinstance(piece, Lines) and piece.number + piece.many - 1 > skip:
                chunk = piece.records[skip + 1 - piece.number :]
            continue
        if isinstance(piece, Record):
            chunk.append(piece)
            size += len(piece.data) if isinstance(piece.data, bytes) else 0
        if chunk and (isinstance(piece, Lines) or len(chunk) >= most or size >= MAX_BYTES):
            yield chunk
            chunk, size = [], 0
        if isinstance(piece, Lines):
            yield piece
    if chunk:
        yield chunk


def _read(inputs: Iterable[str], rules: RuleSet, format_: str | None, watcher: Watcher, most: int) -> Iterator[Record | Lines]:
    """Records, and up to ``most`` of them in one piece where they come so."""
    paths = list(inputs)
    for path in paths:
        if path != "-" and not os.path.exists(path):
            raise ReadError([Problem("no_such_file", path)])
    several = len(paths) > 1
    return _numbered((path if several else "", path, _open(path, rules, format_, watcher, most)) for path in paths)


def _numbered(inputs: Iterable[tuple[str, str, Iterator[tuple[Raw | Block, str]]]]) -> Iterator[Record | Lines]:
    number = 0
    for shown, path, raws in inputs:
        try:
            for raw, name in raws:
                if isinstance(raw, Block):
                    yield Lines(number + 1, raw.many, raw.data, raw.number, shown)
                    number += raw.many
                    continue
                number += 1
                if name:
                    yield Record(number, raw.kind, raw.data, raw.line, os.path.join(path, name), os.path.splitext(name)[0])
                else:
                    yield Record(number, raw.kind, raw.data, raw.line, shown, raw.name)
        except DataError as error:
            raise DataError([problem._replace(file=path) for problem in error.problems]) from None
        except OSError:
            raise ReadError([Problem("cannot_read", path)]) from None


def _open(path: str, rules: RuleSet, format_: str | None, watcher: Watcher, most: int) -> Iterator[tuple[Raw | Block, str]]:
    if path != "-" and os.path.isdir(path):
        yield from _folder(path, watcher)
        return
    with _stream(path) as stream:
        watcher.opened(path, stream)
        chosen = format_ or _SUFFIXES.get(os.path.splitext(path)[1].lower()) or _guess(stream.peek(_BLOCK))
        raws: Iterator[Raw | Block] | Iterator[Raw]
        if chosen == "csv":
            header, raws = read_csv(stream, rules.facts, _id_words(rules))
            watcher.table(path, header)
        elif chosen == "jsonl":
            raws = _json_lines(stream, most)
        else:
            raws = read_yaml_documents(stream) if chosen == "yaml" else read_json(stream)
        for raw in raws:
            yield raw, ""


def _stream(path: str) -> io.BufferedReader:
    """A file, a pipe, or standard input; never a folder or a device."""
    if path == "-":
        if sys.stdin is None:
            raise ReadError([Problem("cannot_read", "-")])
        return io.BufferedReader(io.FileIO(sys.stdin.fileno(), closefd=False), _BLOCK)
    try:
        # O_NONBLOCK: opening a named pipe without a writer must not wait; reading does
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except (OSError, ValueError) as error:
        code = "no_permission" if isinstance(error, PermissionError) else "cannot_read"
        raise ReadError([Problem(code, path)]) from None
    mode = os.fstat(handle).st_mode
    if not (stat.S_ISREG(mode) or stat.S_ISFIFO(mode)):
        os.close(handle)
        raise ReadError([Problem("not_a_file", path)])
    if hasattr(os, "set_blocking"):
        os.set_blocking(handle, True)
    return io.BufferedReader(io.FileIO(handle), _BLOCK)


def _json_lines(stream: BinaryIO, most: int) -> Iterator[Raw | Block]:
    for line in blocks(stream, b"{", most):
        if isinstance(line, Block):
            yield line
        elif line.cut:
            yield bad("too_large", line.number, limit=f"{MAX_BYTES >> 10} KB")
        elif not line.data.isspace() and line.data:
            yield Raw(JSON, line.data, line.number)


def _folder(path: str, watcher: Watcher) -> Iterator[tuple[Raw, str]]:
    """Every profile in a folder, in the order of names."""
    found = sorted(name for name in os.listdir(path) if not name.startswith("."))
    names = [name for name in found if name.endswith(_PROFILES)]
    if others := [name for name in found if name not in names and os.path.splitext(name)[1].lower() in _SUFFIXES]:
        watcher.left_out(path, others)
    for name in names:
        try:
            yield Raw(DOCUMENT, read_bytes(os.path.join(path, name))), name
        except CheckError as error:
            yield Raw(BAD, error.problems[0]._replace(file="")), name


def _guess(start: bytes) -> str:
    """The format of a stream by how it begins."""
    text = start.decode("utf-16", "ignore").encode() if is_wide(start) else start.removeprefix(b"\xef\xbb\xbf")
    text = text.lstrip()
    if text.startswith(b"["):
        return "json"
    if text.startswith(b"{"):
        return "jsonl" if text.partition(b"\n")[0].rstrip().endswith(b"}") else "json"
    return "yaml" if _LOOKS_LIKE_YAML.match(text) else "csv"


def _id_words(rules: RuleSet) -> list[str]:
    """What people call the column with the id."""
    return [word for language in rules.languages.values() for word in language.words.get("batch.id_columns", "").split()]

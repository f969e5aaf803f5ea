"""The rows of a table, as spreadsheet programs write them: comma, semicolon or tab; UTF-8, UTF-16 with a mark, GB18030.

A cell may go over several lines in quotes. A quote that is never closed would swallow the rest of the table, so a row that
has not ended after some lines, or then has another number of cells than the header, is bad in its first line alone.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from itertools import chain, islice
from typing import BinaryIO, NamedTuple

from .decoding import decode
from .document import MAX_BYTES
from .errors import DataError, Problem
from .lines import Line, lines
from .records import ROW, Raw, bad
from .values import Fact, fold

ID = "id"
_SEPARATORS = ",;\t"
_LINES = 50  # of one row
_LONGEST_ID = 200
_SAMPLE = 100  # lines by which the encoding is told
_WIDEST = 2000  # columns


class Header(NamedTuple):
    """What the columns hold: a fact's id, "id", or nothing; and the columns that say nothing here, with what was probably meant."""

    columns: tuple[str, ...]
    ignored: tuple[tuple[str, str], ...]


class _Table(NamedTuple):
    encodings: tuple[str, ...]
    separator: str
    width: int


def read_csv(stream: BinaryIO, facts: Mapping[str, Fact], id_words: Iterable[str], limit: int = MAX_BYTES) -> tuple[Header, Iterator[Raw]]:
    """The header of a table, and its rows. DataError where it has no header that says anything."""
    source = lines(stream, limit)
    sample = list(islice(source, _SAMPLE))
    encodings = _encodings(sample)
    start, first = next(((place, line) for place, line in enumerate(sample) if line.data.strip()), (0, Line(1, b"")))
    text = _text(first, encodings)
    separator = max(_SEPARATORS, key=text.count) if text else ","
    names = _cells([text], separator) if text else None
    if names is None or not any(names) or len(names) > _WIDEST:
        raise DataError([Problem("csv_header", "", first.number)])
    header = read_header(names, facts, id_words, first.number)
    table = _Table(encodings, separator, len(names))
    return header, _rows(chain(sample[start + 1 :], source), table, header.columns)


def read_header(names: list[str], facts: Mapping[str, Fact], id_words: Iterable[str], line: int) -> Header:
    """Find the fact of every column: by its dotted name, its label in any language, or another of its names."""
    known = {fold(word): ID for word in (ID, *id_words)}
    inputs = [fact for fact in facts.values() if fact.derived is None]
    for fact in inputs:
        for word in (*fact.also, *fact.label.values()):
            known[fold(word)] = fact.id
    known |= {fold(fact.id): fact.id for fact in inputs}
    columns = tuple(known.get(fold(name), "") for name in names)
    twice = {column for column in columns if column and columns.count(column) > 1}
    if twice:
        raise DataError(Problem("given_twice", "", line, column, {"found": column}) for column in sorted(twice))
    if not set(columns) - {"", ID}:
        raise DataError([Problem("csv_header", "", line)])
    ignored = [name for name, column in zip(names, columns, strict=True) if not column and name.strip()]
    return Header(columns, tuple((name, _meant(fold(name), known)) for name in ignored))


def _meant(name: str, known: Mapping[str, str]) -> str:
    near = get_close_matches(name[:100], known, n=1, cutoff=0.75)
    return near[0] if near else ""


def _encodings(sample: list[Line]) -> tuple[str, ...]:
    """The encoding of a table comes from all of its first lines: two characters in GB18030 may look like one in UTF-8."""
    for line in sample:
        try:
            line.data.decode("utf-8")
        except UnicodeDecodeError:
            if not line.cut:
                return ("gb18030", "utf-8")
    return ("utf-8", "gb18030")


def _text(line: Line, encodings: tuple[str, ...]) -> str | None:
    """The text of a line; None where it is in no known encoding or holds control characters."""
    for encoding in encodings:
        try:
            text = line.data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if text.isprintable():
            return text
        try:
            return decode(text.encode(), "")
        except DataError:
            return None
    return None


def _rows(source: Iterator[Line], table: _Table, columns: tuple[str, ...]) -> Iterator[Raw]:
    waiting: list[Line] = []
    while True:
        line = waiting.pop(0) if waiting else next(source, None)
        if line is None:
            return
        if line.cut:
            yield bad("too_large", line.number, limit=f"{MAX_BYTES >> 10} KB")
            continue
        if line.data.count(b'"') % 2:
            row, waiting = _long_row(line, waiting, source, table)
        else:
            text = _text(line, table.encodings)
            row = None if text is None else _cells([text], table.separator)
            if text is None:
                yield bad("encoding", line.number)
                continue
        if row is None:
            yield bad("csv_row", line.number)
        elif not any(row):
            continue  # spreadsheet programs add empty rows
        elif len(row) != table.width:
            name = row[columns.index(ID)].strip()[:_LONGEST_ID] if ID in columns[: len(row)] else ""
            yield bad("csv_cells", line.number, found=str(len(row)), allowed=str(table.width))._replace(name=name)
        else:
            yield Raw(ROW, (columns, row), line.number)


def _long_row(line: Line, waiting: list[Line], source: Iterator[Line], table: _Table) -> tuple[list[str] | None, list[Line]]:
    """A row that begins with ``line`` and goes on; the lines behind it. None where no such row can be made out."""
    following = chain(waiting, source)
    taken = [line]
    size, quotes = len(line.data), line.data.count(b'"')
    for further in islice(following, _LINES):
        taken.append(further)
        size += len(further.data)
        quotes += further.data.count(b'"')
        if size > MAX_BYTES or further.cut:
            break
        if quotes % 2 == 0:
            texts = [_text(part, table.encodings) for part in taken]
            row = None if None in texts else _cells([f"{text}\n" for text in texts], table.separator)
            if row is not None and len(row) == table.width:
                return row, [line for line in waiting if line.number > further.number]
            break
    return None, taken[1:] + [line for line in waiting if line.number > taken[-1].number]


def _cells(texts: list[str], separator: str) -> list[str] | None:
    """The cells of one row; None where its quotes are wrong."""
    try:
        rows = list(csv.reader(texts, delimiter=separator, strict=True))
    except csv.Error:
        return None
    return rows[0] if len(rows) == 1 else None

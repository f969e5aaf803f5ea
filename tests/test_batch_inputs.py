"""Every form in which records come, whole and broken: what is a record, which number it has, where it stands."""

from __future__ import annotations

import io
import json
import os
import sys
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import LARGE, Run

from jiebei_check import RuleSet
from jiebei_check.batch import Desk
from jiebei_check.csv_stream import read_csv
from jiebei_check.errors import DataError, ReadError
from jiebei_check.intake import Watcher, read_records
from jiebei_check.json_stream import read_json
from jiebei_check.lines import Line, lines
from jiebei_check.records import BAD, JSON, Raw
from jiebei_check.yaml_stream import read_yaml_documents


def told(raws: Iterator[Raw]) -> list[tuple[Any, int]]:
    """What each record holds, or what is wrong with it, and its first line."""
    return [(raw.data.code if raw.kind == BAD else raw.data, raw.line) for raw in raws]


def from_json(text: bytes) -> list[tuple[Any, int]]:
    return told(read_json(io.BytesIO(text)))


def test_the_elements_of_an_array_are_records_with_their_lines() -> None:
    assert from_json(b'[{"a": 1},\n {"b": "}]\\"["} , 3,\n"x,y", null, [1, [2]]]\n') == [
        (b'{"a": 1}', 1), (b'{"b": "}]\\"["}', 2), (b"3", 2), (b'"x,y"', 3), (b"null", 3), (b"[1, [2]]", 3),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"", []),
        (b" [ ] ", []),
        (b'\xef\xbb\xbf[{"a":1}]', [(b'{"a":1}', 1)]),
        ('[{"a":"文"}]'.encode("utf-16"), [('{"a":"文"}'.encode(), 1)]),
        (b'{"a":{"b":[1]}}', [(b'{"a":{"b":[1]}}', 1)]),
        (b'{"a":1}\n\n{"b":2} {"c":3}', [(b'{"a":1}', 1), (b'{"b":2}', 3), (b'{"c":3}', 3)]),
        (b'[{"a":1}] x', [(b'{"a":1}', 1), ("json_behind", 1)]),
        (b'[{"a":1}, {"b":', [(b'{"a":1}', 1), ("json_cut", 1)]),
        (b'[{"a":1}', [(b'{"a":1}', 1), ("json_cut", 1)]),
        (b'[{"a":1},{"b":"x,\n{"c":3},\n{"d":4}]', [(b'{"a":1}', 1), ("json_cut", 1), (b'{"c":3}', 2), (b'{"d":4}', 3)]),
        (b'[{"a":1},{"b":{"x":1,\n{"c":3}]', [(b'{"a":1}', 1), ("json_cut", 1), (b'{"c":3}', 2)]),
    ],
)
def test_whole_and_broken_arrays(text: bytes, expected: list[tuple[Any, int]]) -> None:
    assert from_json(text) == expected


def test_an_element_that_is_too_long_or_never_ends_is_one_error() -> None:
    long = b"x" * 1_500_000
    assert from_json(b'[{"a":1},{"b":"' + long + b'"},{"c":2}]') == [(b'{"a":1}', 1), ("too_large", 1), (b'{"c":2}', 1)]
    assert [what for what, _ in from_json(b"[" + b"{" * 1_500_000 + b',\n {"c":2}]')][-1] == b'{"c":2}'


class Repeated(io.RawIOBase):
    """A stream that says the same again and again."""

    def __init__(self, start: bytes, again: bytes, times: int) -> None:
        self.start, self.again, self.left = start, again, len(again) * times

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self.start:
            piece, self.start = self.start, b""
        else:
            piece = self.again[-self.left % len(self.again) :][: min(len(buffer), self.left)]
            self.left -= len(piece)
        buffer[: len(piece)] = piece
        return len(piece)


def test_an_array_is_never_held_as_a_whole() -> None:
    again = b',\n{"line":{"product":"jiebei"}}' * 100
    times = 10_000 if LARGE else 1000
    tracemalloc.start()
    try:
        records = [0, 0]
        for raw in read_json(io.BufferedReader(Repeated(b"[{}", again, times))):
            records[raw.kind == BAD] += 1
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()
    assert records == [100 * times + 1, 1]  # the array is never closed


def test_lines_are_numbered_bounded_and_freed_of_their_marks() -> None:
    stream = io.BytesIO(b"\xef\xbb\xbfa\r\n\n" + b"x" * 300 + b"\nlast")
    assert list(lines(stream, 100)) == [Line(1, b"a"), Line(2, b""), Line(3, b"x" * 100, cut=True), Line(4, b"last")]
    assert list(lines(io.BytesIO(b"x" * 100 + b"\r\n" + b"y" * 101), 100)) == [Line(1, b"x" * 100), Line(2, b"y" * 100, cut=True)]


def test_a_line_that_never_ends_is_told_before_its_end() -> None:
    assert next(lines(io.BufferedReader(Repeated(b"", b"x" * 1000, 10**9)))).cut


@pytest.mark.parametrize("limit", [10, 1000, 10**6])
def test_utf_16_gives_the_lines_that_utf_8_gives(limit: int) -> None:
    text = "a,文\r\n\n" + "字" * 300_000 + "\nlast"
    wide = list(lines(io.BytesIO(text.encode("utf-16")), limit))
    assert wide == list(lines(io.BytesIO(text.encode()), limit))


def from_csv(rules: RuleSet, text: bytes) -> list[tuple[Any, int]]:
    _, rows = read_csv(io.BytesIO(text), rules.facts, ["编号"])
    return [(what[1] if isinstance(what, tuple) else what, line) for what, line in told(rows)]


HEAD = "编号,line.product,变化前额度,备注"


def test_headers_are_names_labels_or_other_words_and_the_rest_is_told(rules: RuleSet) -> None:
    text = " 编号 ,哪个产品,LINE.CHANGE,变化前额度,客服备注,line.limit_befor,\n"
    header, _ = read_csv(io.BytesIO(text.encode()), rules.facts, ["编号"])
    assert header.columns == ("id", "line.product", "line.change", "line.limit_before", "", "", "")
    assert header.ignored == (("客服备注", ""), ("line.limit_befor", "line.limit_before"))


@pytest.mark.parametrize("text", ["", "\n\n", "a,b\n1,2\n", '"line.product\n'])
def test_a_table_without_a_header_is_refused(rules: RuleSet, text: str) -> None:
    with pytest.raises(DataError):
        from_csv(rules, text.encode())


def test_a_column_twice_is_refused(rules: RuleSet) -> None:
    with pytest.raises(DataError, match="given_twice"):
        from_csv(rules, "line.product,哪个产品\na,b\n".encode())


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ('T1,jiebei,1.2万,"多\n行, 一格"', (["T1", "jiebei", "1.2万", "多\n行, 一格"], 2)),
        ('T1,jiebei,"5,000","说""好"""', (["T1", "jiebei", "5,000", '说"好"'], 2)),
        ('T1,"jiebei,5000,x', ("csv_row", 2)),
        ('T1,"a"b,5000,x', ("csv_row", 2)),
        ("T1,jiebei", ("csv_cells", 2)),
        ("T1,jiebei,1,2,3", ("csv_cells", 2)),
        ("T1,jiebei,1,\x00", ("encoding", 2)),
    ],
)
def test_a_broken_row_takes_no_other_with_it(rules: RuleSet, row: str, expected: tuple[Any, int]) -> None:
    text = f'{HEAD}\n{row}\n\n,,,\nT2,huabei,1,"a\nb"\n'
    found = from_csv(rules, text.encode())
    assert found[0] == expected
    assert found[-1] == (["T2", "huabei", "1", "a\nb"], found[-1][1])
    assert len(found) == 2


def test_a_quote_that_stays_open_does_not_swallow_rows_with_quotes_of_their_own(rules: RuleSet) -> None:
    rows = [f'T{number},jiebei,{number},"x"' for number in range(200)]
    rows[50] = 'T50,"jiebei,50,x'
    found = from_csv(rules, "\n".join([HEAD, *rows]).encode())
    assert [what for what, _ in found if isinstance(what, str)] == ["csv_row"]
    assert len(found) == 200
    assert found[50] == ("csv_row", 52)


def test_two_characters_in_an_old_encoding_are_not_taken_for_one_in_another(rules: RuleSet) -> None:
    text = f"{HEAD}\nT1,jiebei,1,客服备注\n".encode("gb18030") + "T2,jiebei,1,联通\n".encode("gb18030")
    assert [what[3] for what, _ in from_csv(rules, text)] == ["客服备注", "联通"]


def test_a_broken_document_does_not_end_a_yaml_stream(rules: RuleSet) -> None:
    text = b"# first\nline: {product: jiebei}\n---\nline: {product: [\n--- # third\nline:\n  product: huabei\n  colour: red\n"
    text += b"...\n---\n# nothing\n"
    raws = list(read_yaml_documents(io.BytesIO(text)))
    assert [raw.line for raw in raws] == [1, 3, 5]
    results = [Desk(rules).result(record).document for record in _records(rules, text, "yaml")]
    assert results[0]["facts"] == {"line.product": "jiebei"}
    assert results[1]["error"][0]["line"] in (4, 5)
    assert [(entry["code"], entry["field"], entry["line"]) for entry in results[2]["error"]] == [
        ("unknown_fact_in_section", "line.colour", 8)
    ]


def test_a_yaml_document_that_is_too_long_is_one_error() -> None:
    text = b"note: |\n" + b"  x\n" * 400_000 + b"---\nline: {product: jiebei}\n"
    assert [what if isinstance(what, str) else "read" for what, _ in told(read_yaml_documents(io.BytesIO(text)))] == ["too_large", "read"]


def _records(rules: RuleSet, text: bytes, form: str | None, name: str = "x") -> list[Any]:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(text)
        return list(read_records([str(path)], rules, form, Watcher()))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.jsonl", b'{"line":{"product":"jiebei"}}\n'),
        ("a.json", b'[{"line":{"product":"jiebei"}}]'),
        ("a.csv", b"line.product\njiebei\n"),
        ("a.tsv", b"id\tline.product\n\tjiebei\n"),
        ("a.yml", b"line: {product: jiebei}\n"),
        ("a", b'{"line":{"product":"jiebei"}}\n'),
        ("a", b'{"line":\n{"product":"jiebei"}}\n'),
        ("a", b' [{"line":{"product":"jiebei"}}]'),
        ("a", b"line.product\njiebei\n"),
        ("a", b"line:\n  product: jiebei\n"),
        ("a", b"---\nline: {product: jiebei}\n"),
        ("a", "产品;id\n借呗;x\n".encode("utf-16")),
    ],
)
def test_the_format_is_told_by_suffix_or_by_how_it_begins(rules: RuleSet, name: str, text: bytes) -> None:
    [record] = _records(rules, text, None, name)
    assert Desk(rules).result(record).document["facts"] == {"line.product": "jiebei"}


def test_blank_lines_are_no_records_but_count_as_lines(rules: RuleSet) -> None:
    records = _records(rules, b'\n{"line":{}}\n \n{"line":\n', "jsonl")
    assert [(record.number, record.kind, record.line) for record in records] == [(1, JSON, 2), (2, JSON, 4)]


def test_a_folder_gives_its_profiles_by_name_and_several_inputs_say_which(rules: RuleSet, tmp_path: Path) -> None:
    folder = tmp_path / "tickets"
    folder.mkdir()
    (folder / "b.json").write_text('{"line": {"product": "huabei"}}')
    (folder / "a.yaml").write_text("line:\n  product: nothing\n")
    (folder / "c.yaml").mkdir()
    (folder / ".hidden.yaml").write_text("line: {product: jiebei}\n")
    (folder / "notes.txt").write_text("nothing")
    more = tmp_path / "more.jsonl"
    more.write_text('{"id": "m"}\n7\n')
    results = [Desk(rules).result(record).document for record in read_records([str(folder), str(more)], rules, None, Watcher())]
    assert [result["record"] for result in results] == [1, 2, 3, 4, 5]
    assert [result["id"] for result in results] == ["a", "b", "c", "m", ""]
    assert results[0]["file"] == os.path.join(folder, "a.yaml")
    assert results[0]["error"][0]["line"] == 2
    assert results[2]["error"][0]["code"] == "is_a_folder"
    assert results[4]["file"] == str(more)


def test_what_does_not_exist_or_is_no_file_is_told_at_once(rules: RuleSet) -> None:
    with pytest.raises(ReadError, match="no_such_file"):
        read_records(["/nowhere/at/all.jsonl"], rules, None, Watcher())
    if sys.platform == "linux":
        with pytest.raises(ReadError, match="not_a_file"):
            list(read_records(["/dev/zero"], rules, "jsonl", Watcher()))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
def test_a_pipe_is_read_and_one_without_a_writer_is_not_waited_for(run: Run, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert run("batch", tmp_path / "pipe", timeout=20).returncode == 65


def test_standard_input_and_skipping(run: Run) -> None:
    text = b"".join(b'{"id": "%d"}\n' % number for number in range(6))
    whole = run("batch", "-", "--as-of", "2025-06-01", stdin=text)
    assert whole.returncode == 0
    assert whole.stderr == b""
    rest = run("batch", "-", "--as-of", "2025-06-01", "--skip", "4", stdin=text)
    assert rest.stdout.splitlines() == whole.stdout.splitlines()[4:]
    assert run("batch", "-", "--skip", "6", stdin=text).stdout == b""
    assert run("batch", "-", stdin=b"").returncode == 65


def test_ignored_columns_are_told_on_standard_error(run: Run, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("id,line.prodct,line.change\n1,jiebei,cut\n")
    done = run("batch", tmp_path / "t.csv", "--lang", "en")
    assert done.returncode == 0
    assert done.stderr.decode().splitlines()[0].endswith('line.prodct (did you mean "line.product"?)')


def test_a_report_file_for_each_record(run: Run, tmp_path: Path) -> None:
    text = b'{"id": "../../etc", "line": {"product": "jiebei"}}\n{"id": "b", "line": 3}\n{}\n'
    done = run("batch", "-", "--out-dir", tmp_path / "out", "--format", "html", "--jobs", "2", stdin=text)
    assert done.returncode == 4
    assert done.stdout == b""
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["000001-etc.html", "000002-b.error.json", "000003.html"]
    assert json.loads((tmp_path / "out" / "000002-b.error.json").read_text())["error"][0]["code"] == "section_wanted"


@pytest.mark.parametrize("keep", [0, 1, 2, 3])
def test_an_unfinished_file_is_taken_over_as_far_as_it_is_whole(run: Run, tmp_path: Path, keep: int) -> None:
    text = b"".join(b'{"id": "%d"}\n' % number for number in range(5))
    whole = run("batch", "-", "--as-of", "2025-06-01", stdin=text).stdout
    out, part = tmp_path / "r.jsonl", tmp_path / "r.jsonl.part"
    part.write_bytes(b"".join(whole.splitlines(keepends=True)[:3]) + b'{"record": 4, "i')
    done = run("batch", "-", "--as-of", "2025-06-01", "-o", out, "--skip", str(keep), stdin=text)
    assert done.returncode == 0
    assert out.read_bytes() == whole
    assert not part.exists()


def test_an_unfinished_file_that_is_too_short_is_left_alone(run: Run, tmp_path: Path) -> None:
    part = tmp_path / "r.jsonl.part"
    part.write_bytes(b"{}\n{}\n{")
    done = run("batch", "-", "-o", tmp_path / "r.jsonl", "--skip", "3", stdin=b"{}\n" * 5)
    assert done.returncode == 2
    assert part.read_bytes() == b"{}\n{}\n{"
    assert not (tmp_path / "r.jsonl").exists()


def test_lines_taken_together_are_those_taken_one_by_one() -> None:
    import random

    from jiebei_check.lines import Block, blocks

    chance = random.Random(7)
    for _ in range(3000):
        pieces = [
            chance.choice((b"a", b"a", b"bb", b"\n", b"\n", b"\n", b"\r", b" ", b"\t", b"\f", b"x" * 9))
            for _ in range(chance.randint(0, 40))
        ]
        data = chance.choice((b"", b"\xef\xbb\xbf")) + b"".join(pieces)
        if chance.random() < 0.2:
            data = b"\xff\xfe" + b"".join(pieces).decode().encode("utf-16-le")
        limit, most = chance.choice((3, 8, 20)), chance.choice((1, 2, 5))
        found: list[Line] = []
        for piece in blocks(io.BytesIO(data), b"a", most, limit):
            if isinstance(piece, Block):
                told = piece.data.split(b"\n")
                assert len(told) == piece.many <= most
                assert all(line.startswith(b"a") and b"\r" not in line for line in told)
                found += [Line(piece.number + place, line) for place, line in enumerate(told)]
            else:
                found.append(piece)
        assert found == list(lines(io.BytesIO(data), limit)), (data, limit, most)

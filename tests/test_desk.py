"""The support desk: one line a record, in order, whatever stands in the records; the same answers as for one profile."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from conftest import LARGE, ROOT, Run

from jiebei_check import RuleSet, diagnose, diagnose_batch, make_profile

sys.path.insert(0, str(ROOT / "tests" / "bench"))
from profiles import people  # the benchmarks' generator

DAY = "2026-06-01"
BROKEN = (
    b"",
    b"{",
    b"[]",
    b"null",
    b'"text"',
    b'{"line":{"product":"nonsense"}}',
    b'{"line":{"limit_before":"abc"}}',
    b'{"line":{"changed_on":"2025-02-30"}}',
    b'{"nowhere":{"x":1}}',
    b'{"line":{"product":"jiebei","product":"huabei"}}',
    b'{"line":[1,2]}',
    b"\xff\xfe\x00\x01",
)


def jsonl(number: int, seed: int = 1) -> list[bytes]:
    return [json.dumps(profile, ensure_ascii=False).encode() for profile in people(number, seed)]


def batch(path: Path, *flags: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "jiebei_check", "batch", str(path), "--as-of", DAY, "-q", *flags],
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def test_a_batch_gives_the_same_answers_as_one_profile_at_a_time(rules: RuleSet) -> None:
    profiles = list(people(2000 if LARGE else 300, seed=3))
    for given, result in zip(profiles, diagnose_batch(rules, profiles, as_of=DAY), strict=True):
        profile = make_profile(given, rules.facts, rules.notation)
        diagnosis = diagnose(rules, profile._replace(values={"as_of": DAY, **profile.values}))
        told: dict[str, Any] = result.document
        assert told["inconclusive"] == diagnosis.inconclusive
        assert told["none_share"] == round(diagnosis.none_share, 4)
        for cause, ranked in zip(told["causes"], diagnosis.causes, strict=True):
            weighed = ranked.weighed
            assert (cause["id"], cause["score"], cause["share"]) == (ranked.id, weighed.score, round(ranked.share, 4))
            assert (cause["likelihood"], cause["grade"]) == (ranked.likelihood, weighed.cause.grade)
            assert cause["for"] == [{"id": piece.evidence.id, "bits": piece.bits} for piece in weighed.speaks_for]
            assert cause["against"] == [{"id": piece.evidence.id, "bits": piece.bits} for piece in weighed.against]
            swings = {one.fact: (one.could_add, one.could_remove) for one in weighed.open}
            assert {one["fact"]: (one["could_add"], one["could_remove"]) for one in cause["open"]} == swings


def test_one_record_in_ten_broken_in_twelve_ways_leaves_the_others_as_they_are(tmp_path: Path) -> None:
    good = jsonl(10_000 if LARGE else 1200)
    chance = random.Random(5)
    at = set(chance.sample(range(len(good)), len(good) // 10))
    mixed = [BROKEN[number % len(BROKEN)] if number in at else line for number, line in enumerate(good)]
    clean, broken = tmp_path / "clean.jsonl", tmp_path / "broken.jsonl"
    clean.write_bytes(b"\n".join(good) + b"\n")
    broken.write_bytes(b"\n".join(line or b" " for line in mixed) + b"\n")
    wanted = batch(clean).stdout.splitlines()
    done = batch(broken)
    lines = done.stdout.splitlines()
    assert done.returncode == 4
    blank = [number for number in at if not mixed[number]]  # a blank line is no record
    kept = [number for number in range(len(good)) if number not in blank]
    assert len(lines) == len(kept)
    for place, (number, line) in enumerate(zip(kept, lines, strict=True), 1):
        told = json.loads(line)
        assert told["record"] == place
        if number in at:
            assert told["error"][0]["message"]
            assert "causes" not in told
        else:
            clean_line = json.loads(wanted[number])
            assert {**told, "record": 0} == {**clean_line, "record": 0}


def test_jobs_and_hash_seeds_change_no_byte(tmp_path: Path) -> None:
    source = tmp_path / "many.jsonl"
    source.write_bytes(b"\n".join(jsonl(900)) + b"\n")
    one = batch(source).stdout
    assert len(one.splitlines()) == 900
    assert batch(source, "--jobs", "2").stdout == one
    assert batch(source, "--jobs", "3").stdout == one


def test_a_run_that_was_killed_is_resumed_and_equals_an_uninterrupted_one(tmp_path: Path) -> None:
    source, whole, out = tmp_path / "many.jsonl", tmp_path / "whole.jsonl", tmp_path / "out.jsonl"
    source.write_bytes(b"\n".join(jsonl(6000)) + b"\n")
    assert batch(source, "-o", str(whole)).returncode == 0
    command = [sys.executable, "-m", "jiebei_check", "batch", str(source), "--as-of", DAY, "-q", "-o", str(out)]
    chance = random.Random(11)
    for _ in range(20 if LARGE else 4):
        for path in (out, Path(f"{out}.part")):
            path.unlink(missing_ok=True)
        process = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(ROOT)})
        time.sleep(chance.uniform(0.2, 1.2))
        process.send_signal(signal.SIGKILL)
        process.wait()
        part = Path(f"{out}.part")
        assert not out.exists() or out.read_bytes() == whole.read_bytes()
        if not part.exists():
            continue
        finished = part.read_bytes().count(b"\n")
        if finished:
            assert batch(source, "-o", str(out), "--skip", str(finished)).returncode == 0
            assert out.read_bytes() == whole.read_bytes()


CSV = """id,哪个产品,现象,变化前额度,变化后额度,发现变化的日期,本产品现在逾期
A,借呗,降额,28万,20万,2025/3/1,否
B,花呗,冻结,"1,200",,2025年5月,是
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_excels_tables_work_as_they_come(tmp_path: Path, encoding: str, mark: str) -> None:
    table = tmp_path / "tickets.csv"
    text = CSV if mark == "," else CSV.replace('"1,200"', "1200").replace(",", mark)
    table.write_bytes(text.replace("\n", "\r\n").encode(encoding))
    done = batch(table)
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, done.stderr.decode()
    assert [line["id"] for line in told] == ["A", "B"]
    assert [line["causes"][0]["id"] for line in told] == ["legal-cap", "overdue-here"]


def test_formula_cells_are_made_harmless_and_a_file_has_the_mark_that_spreadsheets_need(tmp_path: Path) -> None:
    source, out = tmp_path / "p.jsonl", tmp_path / "o.csv"
    source.write_text('{"id": "=cmd|calc", "person": {"age": 17}}\n{"id": "+1", "person": {"age": 17}}\n', encoding="utf-8")
    assert batch(source, "-o", str(out)).returncode == 0
    assert out.read_bytes().startswith(b"\xef\xbb\xbf")
    piped = batch(source, "--format", "csv").stdout
    assert not piped.startswith(b"\xef\xbb\xbf")
    for line in piped.decode().splitlines()[1:]:
        assert not line.split(",")[1].startswith(("=", "+"))


def test_fail_on_is_met_with_3_and_bad_records_with_4(tmp_path: Path) -> None:
    source = tmp_path / "p.jsonl"
    source.write_text('{"person": {"age": 17}}\n', encoding="utf-8")
    assert batch(source, "--fail-on", "high").returncode == 3
    assert batch(source, "--fail-on", "inconclusive").returncode == 0
    source.write_text('{"person": {"age": "x"}}\n', encoding="utf-8")
    assert batch(source).returncode == 4


def test_an_endless_line_becomes_the_error_of_its_record(tmp_path: Path) -> None:
    source = tmp_path / "p.jsonl"
    with source.open("wb") as file:
        file.write(b'{"person": {"age": 17}}\n{"id": "')
        for _ in range(64):
            file.write(b"x" * (1 << 20))
        file.write(b'"}\n{"person": {"age": 17}}\n')
    told = [json.loads(line) for line in batch(source).stdout.splitlines()]
    assert ["error" in line for line in told] == [False, True, False]


def test_statistics_count_what_the_batch_said(run: Run, tmp_path: Path) -> None:
    source, out = tmp_path / "p.jsonl", tmp_path / "o.jsonl"
    source.write_text(
        '{"person": {"age": 17}, "line": {"product": "jiebei", "changed_on": "2025-03-01"}}\n' * 3 + '{"person": {"age": "x"}}\n',
        encoding="utf-8",
    )
    assert batch(source, "-o", str(out)).returncode == 4
    told = json.loads(run("stats", out, "--format", "json").stdout)
    text = json.dumps(told, ensure_ascii=False)
    assert "not-eligible" in text
    assert (told["records"], told["bad"]) == (4, 1)


def lines_of(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines()


@pytest.mark.parametrize("command", ["batch", "stats", "diagnose"])
def test_a_result_never_takes_the_place_of_what_it_was_made_from(run: Run, tmp_path: Path, command: str) -> None:
    path = tmp_path / "in.json"
    content = b'{"record": 1, "causes": []}' if command == "stats" else b'{"line": {"product": "jiebei"}}'
    path.write_bytes(content)
    (tmp_path / "link.json").symlink_to(path)
    for output in ("in.json", "link.json"):
        done = run(command, str(path), "-o", str(tmp_path / output))
        assert done.returncode == 2, done.stderr
        assert "换一个文件名" in done.stderr.decode()
        assert path.read_bytes() == content


def test_to_go_on_where_nothing_is_unfinished_does_not_lose_what_is_finished(tmp_path: Path) -> None:
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_bytes(b"\n".join(jsonl(5)) + b"\n")
    assert batch(source, "-o", str(out)).returncode == 0
    before = out.read_bytes()
    for skip in ("2", "5"):
        done = batch(source, "-o", str(out), "--skip", skip)
        assert done.returncode == 2
        assert b"--skip" in done.stderr
        assert out.read_bytes() == before
    done = batch(source, "--skip", "9")
    assert (done.returncode, done.stdout) == (0, b"")
    assert "第 9 份后面没有记录" in done.stderr.decode()


def test_a_table_is_gone_on_with_by_its_records(tmp_path: Path) -> None:
    source, out = tmp_path / "in.jsonl", tmp_path / "out.csv"
    source.write_bytes(b"\n".join(jsonl(5)) + b"\n")
    assert batch(source, "-o", str(out)).returncode == 0
    whole = out.read_bytes()
    out.unlink()
    part = tmp_path / "out.csv.part"
    part.write_bytes(b"".join(line + b"\r\n" for line in whole.split(b"\r\n")[:4]))
    refused = batch(source, "-o", str(out), "--skip", "4")
    assert refused.returncode == 2
    assert "3 行" in refused.stderr.decode()
    assert batch(source, "-o", str(out), "--skip", "3").returncode == 0
    assert out.read_bytes() == whole


def started(source: Path, *flags: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "jiebei_check", "batch", str(source), "--as-of", DAY, "-q", *flags],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def wait_for(path: Path) -> None:
    deadline = time.monotonic() + 60
    while not path.exists() or not path.stat().st_size:
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.skipif(sys.platform == "win32", reason="locks are those of POSIX")
def test_two_runs_do_not_write_into_one_file(tmp_path: Path) -> None:
    pipe, small, out = tmp_path / "pipe.jsonl", tmp_path / "small.jsonl", tmp_path / "out.jsonl"
    os.mkfifo(pipe)
    small.write_bytes(b"\n".join(jsonl(3)) + b"\n")
    with started(pipe, "-o", str(out)) as first, pipe.open("wb") as feed:
        feed.write(b"\n".join(jsonl(600)) + b"\n")
        feed.flush()
        wait_for(tmp_path / "out.jsonl.part")
        second = batch(small, "-o", str(out))
        assert second.returncode == 2
        assert "另一次运行" in second.stderr.decode()
    assert first.returncode == 0
    assert len(lines_of(out)) == 600


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="workers are forked there only")
def test_workers_end_when_the_one_who_started_them_is_killed(tmp_path: Path) -> None:
    pipe, part = tmp_path / "pipe.jsonl", tmp_path / "out.jsonl.part"
    os.mkfifo(pipe)
    with started(pipe, "-o", str(tmp_path / "out.jsonl"), "--jobs", "2") as killed, pipe.open("wb") as feed:
        feed.write(b"\n".join(jsonl(4000)) + b"\n")
        feed.flush()
        wait_for(part)
        killed.kill()
        assert killed.stderr is not None
        assert killed.stderr.read() == b""  # ends only when nobody holds it any more


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonl", '{"id": "T-7", "line.product": "jiebei", "line.product": "huabei"}'),
        ("a.csv", "备注,id,产品\nx,T-7\n"),
        ("a.yaml", "id: T-7\nline:\n\tproduct: jiebei\n"),
    ],
)
def test_a_record_that_cannot_be_read_keeps_its_id(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    done = batch(tmp_path / name)
    assert done.returncode == 4
    told = json.loads(done.stdout)
    assert told["id"] == "T-7"
    assert told["error"]


def test_a_report_of_each_record_is_not_asked_for_by_a_suffix(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    source.write_bytes(jsonl(1)[0])
    done = batch(source, "-o", str(tmp_path / "out.html"))
    assert done.returncode == 2
    assert b"--out-dir" in done.stderr


def test_the_error_of_a_record_goes_when_it_has_been_mended(tmp_path: Path) -> None:
    source, folder = tmp_path / "in.jsonl", tmp_path / "out"
    for content, made in ((b'{"id": "a", "line.product": "x"}', "000001-a.error.json"), (b'{"id": "a"}', "000001-a.json")):
        source.write_bytes(content)
        batch(source, "--out-dir", str(folder))
        assert [path.name for path in folder.iterdir()] == [made]


def test_what_is_not_read_from_a_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("line: {product: jiebei}\n", encoding="utf-8")
    for name in ("b.csv", "c.jsonl", "d.txt"):
        (tmp_path / name).write_text("id,line.product\n", encoding="utf-8")
    done = batch(tmp_path)
    assert len(done.stdout.splitlines()) == 1
    assert "b.csv、c.jsonl。" in done.stderr.decode()
    assert b"d.txt" not in done.stderr

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

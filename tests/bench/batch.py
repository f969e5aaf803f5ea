"""Speed of a batch, all in one run, as ratios to what stands beside it.

    python tests/bench/batch.py [RECORDS] [--large]

Floor: decoding one record and encoding one result of the same size with the fastest library, nothing between. Reference: a plain
implementation (``plain.py``). All rates are processor time of one process, and every engine takes its turn in short rounds, so
that whatever else the machine does falls on all alike. ``--large`` also runs 1,000,000 records for their memory.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import msgspec
from plain import plain
from profiles import people

from jiebei_check import RuleSet, load_rules
from jiebei_check.batch import Desk
from jiebei_check.records import JSON, Record

DAY = "2026-06-01"
ROUND = 512  # records in a turn, as many as the program hands over at once
PAIRS = 5  # of runs with one job and with two
PLAIN = 4000  # records that the plain implementation is measured with
NEEDED = {"floor": 0.35, "plain": 4.0, "jobs": 1.8, "causes": 10.0, "memory": 1.1, "megabytes": 150}


def records(number: int, seed: int = 1) -> list[bytes]:
    return [json.dumps(profile, ensure_ascii=False, separators=(",", ":")).encode() for profile in people(number, seed)]


def spent(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def chunks(items: list[Any]) -> Iterable[tuple[int, list[Any]]]:
    for start in range(0, len(items), ROUND):
        yield start, items[start : start + ROUND]


def as_records(lines: list[bytes], before: int = 0) -> list[Record]:
    return [Record(number, JSON, line) for number, line in enumerate(lines, before + 1)]


def one_process(rules: RuleSet, lines: list[bytes]) -> None:
    desk = Desk(rules, as_of=DAY)
    reference = plain(rules, DAY)
    decode, encode = msgspec.json.Decoder().decode, msgspec.json.Encoder().encode
    first = [result.line for result in desk.results(as_records(lines[:ROUND]))]
    results = [decode(line) for line in first]
    assert [encode(result) for result in results] == first
    desk = Desk(rules, as_of=DAY)  # cold again: filling its memory is part of the work
    gc.collect()
    gc.freeze()
    took = {"floor": 0.0, "batch": 0.0, "plain": 0.0}
    counted = {"floor": 0, "batch": 0, "plain": 0}
    size = 0
    for start, chunk in chunks(lines):
        found: list[bytes] = []

        def batch(chunk: list[bytes] = chunk, start: int = start, found: list[bytes] = found) -> None:
            found += [result.line for result in desk.results(as_records(chunk, start))]

        def floor(chunk: list[bytes] = chunk) -> None:
            for line, result in zip(chunk, results, strict=False):
                decode(line)
                encode(result)

        took["batch"] += spent(batch)
        took["floor"] += spent(floor)
        counted["batch"] += len(chunk)
        counted["floor"] += len(chunk)
        size += sum(map(len, found))
        if start < PLAIN:
            told: list[bytes] = []

            def plainly(chunk: list[bytes] = chunk, start: int = start, told: list[bytes] = told) -> None:
                told += [reference(number, line) for number, line in enumerate(chunk, start + 1)]

            took["plain"] += spent(plainly)
            counted["plain"] += len(chunk)
            assert told == found, "the plain implementation says something else"
    each = {name: took[name] / counted[name] * 1e6 for name in took}
    mean = size / len(lines)
    sample = sum(len(encode(result)) for result in results) / len(results)
    print(
        f"{len(lines):,} records, {sum(map(len, lines)) / len(lines):,.0f} bytes each; results of {mean:,.0f} bytes (floor: {sample:,.0f})"
    )
    for name, microseconds in each.items():
        print(f"  {name:6} {microseconds:8.1f} us a record {1e6 / microseconds:10,.0f} a second")
    show("of the floor", each["floor"] / each["batch"], NEEDED["floor"])
    show("times the plain implementation", each["plain"] / each["batch"], NEEDED["plain"])


def show(what: str, found: float, needed: float, *, most: bool = False) -> None:
    good = found <= needed if most else found >= needed
    print(f"{'ok  ' if good else 'MISS'} {found:.3g} {what} (needed: {'<=' if most else '>='} {needed:g})")


def ten_times_the_causes(rules: RuleSet, lines: list[bytes]) -> None:
    more = rules._replace(causes=tuple(cause._replace(id=f"{cause.id}-{copy}") for copy in range(10) for cause in rules.causes))
    desks = [Desk(some, as_of=DAY) for some in (rules, more)]
    took = [0.0, 0.0]
    for _, chunk in chunks(lines):
        for place, desk in enumerate(desks):
            took[place] += spent(lambda desk=desk, chunk=chunk: desk.results(as_records(chunk)))  # type: ignore[misc]
    show("times the time for ten times the causes", took[1] / took[0], NEEDED["causes"], most=True)


# A process that was forked counts the memory of its parent as its own peak, so a small one stands between.
_LAUNCH = """
import os, subprocess, sys, time
start = time.perf_counter()
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
_, status, usage = os.wait4(process.pid, 0)
print(os.waitstatus_to_exitcode(status), time.perf_counter() - start, usage.ru_maxrss)
"""


def program(source: Path, *options: str) -> tuple[float, float]:
    """Wall time, and peak memory of the largest process in MB."""
    command = [sys.executable, "-m", "jiebei_check", "batch", str(source), "--as-of", DAY, *options]
    surroundings = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    told = subprocess.run([sys.executable, "-c", _LAUNCH, *command], capture_output=True, text=True, check=True, env=surroundings).stdout
    code, took, kilobytes = told.split()
    assert code == "0", told
    return float(took), int(kilobytes) / 1024


_LOOP = "for _ in range(20_000_000): pass"


def both_cores() -> float:
    """How much more two processors of this machine do than one, at this moment: the most that two jobs can reach."""

    def took(processes: int) -> float:
        start = time.perf_counter()
        for process in [subprocess.Popen([sys.executable, "-c", _LOOP]) for _ in range(processes)]:
            process.wait()
        return time.perf_counter() - start

    return 2 * took(1) / took(2)


def whole_program(lines: list[bytes], *, large: bool) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = folder / "records.jsonl"
        source.write_bytes(b"\n".join(lines) + b"\n")
        small = folder / "small.jsonl"
        small.write_bytes(b"\n".join(lines[:10_000]) + b"\n")
        program(small)
        pairs = []
        limits = []
        for _ in range(PAIRS):
            pairs.append(tuple(program(source, "--jobs", str(jobs))[0] for jobs in (1, 2)))
            limits.append(both_cores())
        print(f"  two empty loops at once do {', '.join(f'{limit:.2f}' for limit in limits)} times as much as one")
        print("  whole program, seconds with one job and with two: " + ", ".join(f"{one:.2f} {two:.2f}" for one, two in pairs))
        show("times as fast with two jobs (median)", sorted(one / two for one, two in pairs)[PAIRS // 2], NEEDED["jobs"])
        before = program(small)[1]
        if large:
            many = folder / "many.jsonl"
            with many.open("wb") as file:
                for profile in people(1_000_000, seed=2):
                    file.write(json.dumps(profile, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
            source = many
        after = program(source)[1]
        count = 1_000_000 if large else len(lines)
        print(f"  peak memory: {before:.0f} MB with 10,000 records, {after:.0f} MB with {count:,}")
        show("times the memory", after / before, NEEDED["memory"], most=True)
        show("MB", after, NEEDED["megabytes"], most=True)


def main() -> None:
    numbers = [int(word) for word in sys.argv[1:] if word.isdigit()]
    rules = load_rules()
    lines = records(numbers[0] if numbers else 100_000)
    one_process(rules, lines)
    ten_times_the_causes(rules, lines[:5000])
    whole_program(lines, large="--large" in sys.argv)
    print(f"  this bench itself: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()

"""Bombs and things that are no files: the real program refuses them with one line, in two seconds and 100 MB."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import hostile
import pytest
from conftest import ROOT

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits are set the way Linux has them")

MB = 1 << 20
MEMORY = 100 * MB
SECONDS = 2.0
# The program as it is installed, with a limit on what it may allocate; at the end it says what it has taken.
PROGRAM = """
import os, resource, sys
resource.setrlimit(resource.RLIMIT_DATA, ({memory}, {memory}))
resource.setrlimit(resource.RLIMIT_CPU, (10, 10))
sys.argv[0] = "jiebei-check"
from jiebei_check.__main__ import run
try:
    run()
finally:
    peak = next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))
    usage = resource.getrusage(resource.RUSAGE_SELF)
    os.write({report}, f"{{peak}} {{usage.ru_utime + usage.ru_stime}}".encode())
"""


class Taken(NamedTuple):
    code: int
    out: bytes
    err: bytes
    peak: int
    seconds: float


def limited(*arguments: object, stdin: bytes | int | None = None) -> Taken:
    """Run the program; ``stdin`` is content or an open file."""
    read, write = os.pipe()
    program = PROGRAM.format(memory=MEMORY, report=write)
    process = subprocess.Popen(
        [sys.executable, "-c", program, *map(str, arguments)],
        stdin=stdin if isinstance(stdin, int) else subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        pass_fds=(write,),
        env={"PYTHONPATH": str(ROOT), **os.environ},
    )
    os.close(write)
    try:
        out, err = process.communicate(stdin if isinstance(stdin, bytes) else None, timeout=60)
    finally:
        process.kill()
    with os.fdopen(read, "rb") as file:
        peak, seconds = file.read().split()
    return Taken(process.returncode, out, err, int(peak) * 1024, float(seconds))


def refused(taken: Taken, *codes: int) -> None:
    assert taken.code in codes, taken
    assert taken.out == b""
    assert len(taken.err.decode().splitlines()) == 1, taken.err[:1000]
    assert taken.seconds <= SECONDS
    assert taken.peak <= MEMORY


ALIASES = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join(['*' + before] * 9)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
MERGES = "x0: &x0 {a: 1}\n" + "".join(f"x{n}: &x{n} {{<<: [{', '.join([f'*x{n - 1}'] * 9)}]}}\n" for n in range(1, 12))
BOMBS: dict[str, Callable[[], bytes]] = {
    "a billion laughs": ALIASES.encode,
    "407 bytes of merge keys": MERGES.encode,
    "30,000 brackets": lambda: b"[" * 30_000,
    "30,000 brackets, closed": lambda: b"[" * 30_000 + b"]" * 30_000,
    "30,000 braces": lambda: b'{"a":' * 30_000,
    "a megabyte of brackets": lambda: b"[" * hostile.KINDS_SIZE,
    "a megabyte of hyphens and blanks": lambda: b"- " * (hostile.KINDS_SIZE // 2),
    "a megabyte of question marks": lambda: b"? " * (hostile.KINDS_SIZE // 2),
    "an integer of a megabyte": lambda: b'{"line": {"limit_before": ' + b"9" * hostile.KINDS_SIZE + b"}}",
    "a YAML integer of a megabyte": lambda: b"line: {limit_before: " + b"9" * hostile.KINDS_SIZE + b"}",
    "not a number": lambda: b"line: {limit_before: .nan}",
    "infinity": lambda: b"line: {limit_before: .inf}",
    "a tag": lambda: b"line: !!python/object/apply:os.system [id]",
    "a tag of our own": lambda: b"line: !include /etc/passwd",
    "NUL": lambda: b"line: {product: jie\x00bei}",
    "a lone surrogate": lambda: b'{"line": {"product": "\\ud800"}}',
    "100 MB": lambda: b"line: {product: jiebei}\n" * 4_500_000,
    "accents that must be sorted": hostile.kinds()["accents that must be sorted"],
    "70,000 unknown keys": hostile.kinds()["70,000 unknown keys"],
}
SEVERAL = {"70,000 unknown keys"}  # each of the first is named


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_in_a_file_is_refused(tmp_path: Path, name: str) -> None:
    file = tmp_path / "p.yaml"
    file.write_bytes(BOMBS[name]())
    taken = limited("diagnose", file)
    if name in SEVERAL:
        lines = taken.err.decode().splitlines()
        assert len(lines) == 101
        taken = taken._replace(err=lines[-1].encode())
    refused(taken, 65)


@pytest.mark.parametrize("name", ["a billion laughs", "30,000 brackets", "100 MB"])
def test_a_bomb_on_standard_input_is_refused(name: str) -> None:
    refused(limited("diagnose", "-", stdin=BOMBS[name]()), 65)


@pytest.mark.parametrize("name", ["a billion laughs", "407 bytes of merge keys", "30,000 brackets", "a tag", "NUL", "100 MB"])
@pytest.mark.parametrize("path", ["ruleset.yaml", "causes/flat-tyre.yaml", "languages/zh.yaml"])
def test_a_bomb_in_a_rule_file_is_refused(tmp_path: Path, name: str, path: str) -> None:
    import shutil

    shutil.copytree(ROOT / "tests" / "bicycle", tmp_path / "rules")
    (tmp_path / "rules" / path).write_bytes(BOMBS[name]())
    taken = limited("diagnose", ROOT / "tests" / "examples" / "trial-loan.yaml", "--rules", tmp_path / "rules")
    assert taken.code == 65
    assert taken.out == b""
    assert path in taken.err.decode().splitlines()[0]
    assert taken.peak <= MEMORY
    assert taken.seconds <= SECONDS


def test_what_is_no_file_is_refused_without_waiting(tmp_path: Path) -> None:
    import socket

    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(str(tmp_path / "door"))
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "link").symlink_to("/dev/zero")
    for path in ("pipe", "door", "loop", "link", "nothing", "a" * 300, "", "\u202e"):
        refused(limited("diagnose", tmp_path / path), 66)
    for path in ("/dev/zero", "/dev/null", "/dev/tty", "/proc/self/mem", "/"):
        refused(limited("diagnose", path), 66, 65)


def test_a_rule_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    os.mkfifo(tmp_path / "rules" / "ruleset.yaml")
    for folder in (tmp_path / "rules", tmp_path / "nothing", "/dev/null", "/proc/self/fd/0"):
        refused(limited("diagnose", ROOT / "tests" / "examples" / "trial-loan.yaml", "--rules", folder), 66)


def test_endless_standard_input_is_cut_off() -> None:
    with open("/dev/zero", "rb") as zeros:
        refused(limited("diagnose", "-", stdin=zeros.fileno()), 65)
    endless = subprocess.Popen(["yes", "line: {product: jiebei}"], stdout=subprocess.PIPE)
    try:
        assert endless.stdout is not None
        refused(limited("diagnose", "-", stdin=endless.stdout.fileno()), 65)
    finally:
        endless.kill()
        endless.communicate()


def test_standard_input_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with open(tmp_path / "x", "wb") as only_written:
        refused(limited("diagnose", "-", stdin=only_written.fileno()), 66)


def test_very_long_arguments_are_shown_shortened() -> None:
    for arguments in (
        ("explain", "-", "x" * 100_000),
        ("diagnose", "-", "--lang", "x" * 100_000),
        ("diagnose", "-", "--as-of", "9" * 100_000),
    ):
        taken = limited(*arguments, stdin=b"{}")
        refused(taken, 2)
        assert len(taken.err) < 2500

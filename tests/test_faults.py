"""What can go wrong around the program: readers that go away, full disks, closed channels, signals, folders one may not write."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT
from uses import EXAMPLE, READING, USES, WRITING, Use, named

from jiebei_check.cli import COMMANDS

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and descriptors are those of POSIX")

PROGRAM = [sys.executable, "-m", "jiebei_check"]
PROFILE = b"line: {product: jiebei, change: closed}\n"


def surroundings() -> dict[str, str]:
    return {"PYTHONPATH": str(ROOT), **os.environ}


def start(arguments: list[str], **how: Any) -> subprocess.Popen[bytes]:
    how = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "env": surroundings(), **how}
    return subprocess.Popen([*PROGRAM, *arguments], **how)


def finish(process: subprocess.Popen[bytes]) -> tuple[int, bytes, bytes]:
    out, err = process.communicate(timeout=60)
    return process.returncode, out or b"", err or b""


def one_line(err: bytes) -> bool:
    return len(err.decode().splitlines()) == 1 and b"Traceback" not in err


def left_over(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if ".part" in path.name}


@pytest.mark.parametrize("use", USES, ids=named)
def test_a_reader_that_goes_away_is_no_error_to_talk_about(tmp_path: Path, use: Use) -> None:
    for form in use.formats:
        read, write = os.pipe()
        os.close(read)
        process = start(use.arguments(tmp_path, form=form), stdout=write)
        os.close(write)
        assert finish(process) == (141, b"", b"")


@pytest.mark.parametrize("arguments", [["--help"], ["diagnose", "--help"], ["--version"]], ids=" ".join)
def test_help_bears_a_reader_that_goes_away_and_a_full_disk(arguments: list[str]) -> None:
    read, write = os.pipe()
    os.close(read)
    process = start(arguments, stdout=write)
    os.close(write)
    assert finish(process) == (141, b"", b"")
    with open("/dev/full", "wb") as full:
        code, _, err = finish(start(arguments, stdout=full))
    assert code == 74
    assert one_line(err)


@pytest.mark.parametrize("use", USES, ids=named)
def test_a_full_disk_behind_standard_output_is_told_in_a_line(tmp_path: Path, use: Use) -> None:
    with open("/dev/full", "wb") as full:
        code, _, err = finish(start(use.arguments(tmp_path), stdout=full))
    assert code == 74
    assert one_line(err)


@pytest.mark.parametrize("use", USES, ids=named)
def test_a_closed_standard_output_is_told_in_a_line(tmp_path: Path, use: Use) -> None:
    line = ["sh", "-c", 'exec "$@" >&-', "sh", *PROGRAM, *use.arguments(tmp_path)]
    done = subprocess.run(line, stdin=subprocess.DEVNULL, capture_output=True, env=surroundings(), check=False)
    assert done.returncode == 74
    assert one_line(done.stderr)


@pytest.mark.parametrize("use", WRITING, ids=named)
@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_channels_do_not_get_into_a_file(tmp_path: Path, use: Use, closed: str) -> None:
    out = tmp_path / f"out{use.suffix}"
    line = ["sh", "-c", f'exec "$@" {closed}', "sh", *PROGRAM, *use.arguments(tmp_path, out=out)]
    done = subprocess.run(line, stdin=subprocess.DEVNULL, capture_output=True, env=surroundings(), check=False)
    assert done.returncode == 0, done.stderr
    expected = tmp_path / f"expected{use.suffix}"
    assert finish(start(use.arguments(tmp_path, out=expected)))[0] == 0
    assert out.read_bytes() == expected.read_bytes()


def test_a_lost_standard_error_changes_neither_the_code_nor_the_result() -> None:
    for stderr in ("2>&-", "2>/dev/full"):
        for arguments, code in (
            (["diagnose", "/nothing"], 66),
            (["diagnose", "--bogus"], 2),
            (["nonsense"], 2),
            (["diagnose", str(EXAMPLE)], 0),
        ):
            line = ["sh", "-c", f'exec "$@" {stderr}', "sh", *PROGRAM, *arguments]
            done = subprocess.run(line, stdin=subprocess.DEVNULL, capture_output=True, env=surroundings(), check=False)
            assert (done.returncode, done.stderr) == (code, b"")
            assert bool(done.stdout) == (code == 0)


def test_what_is_said_on_a_broken_standard_error_does_not_silence_standard_output() -> None:
    program = (
        "import os, sys\n"
        "from jiebei_check.output import write_stderr, write_stdout\n"
        "read, write = os.pipe(); os.close(read); os.dup2(write, 2)\n"
        "write_stderr('lost\\n'); write_stdout('kept\\n'); write_stderr('lost\\n'); write_stdout('kept\\n')\n"
    )
    done = subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, env=surroundings(), check=False)
    assert (done.returncode, done.stdout) == (0, b"kept\nkept\n")


# --- files


def limit_files(size: int) -> Any:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return limit


@pytest.mark.parametrize("use", WRITING, ids=named)
@pytest.mark.parametrize("before", [b"", b"what was there before\n"])
def test_a_file_that_cannot_become_whole_does_not_come_into_being(tmp_path: Path, use: Use, before: bytes) -> None:
    if use.words[0] == "init" and before:
        pytest.skip("init does not touch a file that exists")
    out = tmp_path / f"out{use.suffix}"
    if before:
        out.write_bytes(before)
    code, _, err = finish(start(use.arguments(tmp_path, out=out), preexec_fn=limit_files(100)))  # less than any result
    assert code == 74
    assert one_line(err)
    assert not left_over(tmp_path)
    assert (out.read_bytes() if before else b"") == before
    assert out.exists() == bool(before)


@pytest.mark.parametrize("use", WRITING, ids=named)
def test_a_full_disk_leaves_what_was_there(tmp_path: Path, use: Use) -> None:
    if not shutil.which("unshare") or os.geteuid() != 0:
        pytest.skip("a small disk can be made by root only")
    disk = tmp_path / "disk"
    disk.mkdir()
    out = disk / f"out{use.suffix}"
    listing = tmp_path / "listing"  # the small disk is seen by this one process only
    script = (
        f"mount -t tmpfs -o size=4k none {disk} 2>/dev/null || exit 99; echo old > {disk}/old;"
        f' "$@"; code=$?; ls -A {disk} > {listing}; cat {disk}/old >> {listing}; exit $code'
    )
    line = ["unshare", "-m", "sh", "-c", script, "sh", *PROGRAM, *use.arguments(tmp_path, out=out)]
    done = subprocess.run(line, stdin=subprocess.DEVNULL, capture_output=True, env=surroundings(), check=False)
    if done.returncode == 99 or b"unshare" in done.stderr:
        pytest.skip("no disk can be mounted here")
    assert done.returncode == 74, done
    assert one_line(done.stderr)
    assert listing.read_bytes() == b"old\nold\n"


@pytest.mark.parametrize("use", WRITING, ids=named)
def test_a_folder_that_may_not_be_written_is_told_in_a_line(tmp_path: Path, use: Use) -> None:
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o500)
    line = [*PROGRAM, *use.arguments(tmp_path, out=folder / f"out{use.suffix}")]
    if os.geteuid() == 0:  # root may write everywhere, unless it is told not to
        if not shutil.which("setpriv"):
            pytest.skip("root may write everywhere")
        line = ["setpriv", "--bounding-set", "-dac_override", "--inh-caps", "-all", *line]
    done = subprocess.run(line, stdin=subprocess.DEVNULL, capture_output=True, env=surroundings(), check=False)
    assert done.returncode == 74, done
    assert one_line(done.stderr)
    assert not list(folder.iterdir())
    for place in ("/proc/nothing", str(tmp_path / "no" / "such" / "folder"), str(tmp_path / "records.jsonl" / "x"), "/dev/full"):
        code, _, err = finish(start(use.arguments(tmp_path, out=place + use.suffix if place != "/dev/full" else place)))
        assert code in ((74, 2) if place == "/dev/full" else (74,)), place
        assert one_line(err)


@pytest.mark.parametrize("use", WRITING, ids=named)
def test_a_link_is_followed_and_its_target_replaced_whole(tmp_path: Path, use: Use) -> None:
    if use.words[0] == "init":
        pytest.skip("init does not touch a file that exists")
    real = tmp_path / "elsewhere" / "real"
    real.parent.mkdir()
    real.write_bytes(b"old")
    real.chmod(0o600)
    link = tmp_path / f"link{use.suffix}"
    link.symlink_to(real)
    assert finish(start(use.arguments(tmp_path, out=link)))[0] == 0
    assert link.is_symlink()
    assert real.read_bytes() not in (b"", b"old")
    assert real.stat().st_mode & 0o777 == 0o600  # what was hidden from others stays hidden
    assert not left_over(tmp_path)
    loop = tmp_path / f"loop{use.suffix}"
    loop.symlink_to(loop)
    code, _, err = finish(start(use.arguments(tmp_path, out=loop)))
    assert code in (0, 74)
    assert code == 0 or one_line(err)


@pytest.mark.parametrize("use", WRITING, ids=named)
def test_the_longest_file_name_can_be_written(tmp_path: Path, use: Use) -> None:
    out = tmp_path / ("x" * (255 - len(use.suffix) - len(".part") * use.resumes) + use.suffix)
    assert finish(start(use.arguments(tmp_path, out=out)))[0] == 0
    assert out.stat().st_size


def test_two_files_are_written_each_whole_or_not_at_all(tmp_path: Path) -> None:
    code, out, err = finish(start(["diagnose", str(EXAMPLE), "-o", str(tmp_path / "a.json"), "-o", str(tmp_path / "no" / "b.html")]))
    assert (code, out) == (74, b"")
    assert one_line(err)
    assert not left_over(tmp_path)
    assert not (tmp_path / "a.json").exists() or (tmp_path / "a.json").read_bytes().endswith(b"}\n")


# --- signals

# Send ourselves a signal at the n-th event that the interpreter reports: a moment that can be repeated.
AT_EVENT = """
import os, signal, sys
wanted, left, number = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
del sys.argv[1:4]
sys.argv[0] = "jiebei-check"
def watch(event, details):
    global left
    if event == wanted and (event != "open" or ".part" in str(details[0])):
        left -= 1
        if left == 0:
            os.kill(os.getpid(), number)
import jiebei_check.__main__ as program
sys.addaudithook(watch)
program.run()
"""
CODES = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}


def at_event(event: str, count: int, number: signal.Signals, arguments: list[str]) -> tuple[int, bytes, bytes]:
    line = [sys.executable, "-c", AT_EVENT, event, str(count), str(int(number)), *arguments]
    done = subprocess.run(line, stdin=subprocess.DEVNULL, capture_output=True, env=surroundings(), check=False, timeout=60)
    return done.returncode, done.stdout, done.stderr


def quiet(err: bytes) -> bool:
    return b"Traceback" not in err and len(err.decode().strip().splitlines()) <= 1


@pytest.mark.parametrize("number", CODES)
@pytest.mark.parametrize("count", [1, 40, 80, 120, 160, 200])
def test_a_signal_while_the_program_is_loaded_ends_it_quietly(tmp_path: Path, number: signal.Signals, count: int) -> None:
    out = tmp_path / "out.json"
    code, printed, err = at_event("import", count, number, ["diagnose", str(EXAMPLE), "-o", str(out)])
    # before the handlers stand the system's own way of ending it applies; the last moments are after the end
    assert code in (CODES[number], -number, 0)
    assert code != 0 or count >= 120
    assert printed == b""
    assert quiet(err), err
    assert code == 0 or not list(tmp_path.iterdir())


@pytest.mark.parametrize("number", CODES)
@pytest.mark.parametrize("use", WRITING, ids=named)
@pytest.mark.parametrize("event", ["open", "os.rename"])
def test_a_signal_while_a_file_is_written_leaves_no_part_of_it(tmp_path: Path, use: Use, event: str, number: signal.Signals) -> None:
    out = tmp_path / f"out{use.suffix}"
    arguments = use.arguments(tmp_path, out=out)
    before = set(tmp_path.iterdir())
    code, _, err = at_event(event, 1, number, arguments)
    assert code == CODES[number], (code, err)
    assert quiet(err), err
    assert left_over(tmp_path) <= ({f"{out.name}.part"} if use.resumes else set())
    assert not out.exists() or event != "open"
    if event == "open" and not use.resumes:
        assert set(tmp_path.iterdir()) == before


@pytest.mark.parametrize("number", CODES)
@pytest.mark.parametrize("use", READING, ids=named)
def test_a_signal_while_input_is_awaited_ends_it_quietly(tmp_path: Path, use: Use, number: signal.Signals) -> None:
    process = start(use.arguments(tmp_path, profile="-"), stdin=subprocess.PIPE)
    assert process.stdin is not None
    process.stdin.write(PROFILE)
    process.stdin.flush()
    wait_until_it_reads(process)
    process.send_signal(number)
    code, out, err = finish(process)
    assert (code, out) == (CODES[number], b"")
    assert quiet(err), err


def wait_until_it_reads(process: subprocess.Popen[bytes]) -> None:
    """Until it sleeps on a pipe (Linux tells), or long enough."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            waits = Path(f"/proc/{process.pid}/syscall").read_text().startswith("0 0x0 ")  # x86: read from descriptor 0
            if waits:
                return
        except OSError:
            time.sleep(2)
            return
        time.sleep(0.02)


@pytest.mark.parametrize("number", CODES)
def test_a_signal_while_nobody_reads_our_output_ends_it(number: signal.Signals) -> None:
    process = start(["diagnose", *[str(EXAMPLE)] * 12, "-v"])  # far more than a pipe holds
    assert process.stdout is not None
    process.stdout.read(1)
    time.sleep(0.3)
    process.send_signal(number)
    assert process.wait(timeout=20) == CODES[number]
    assert process.stderr is not None
    assert quiet(process.stderr.read())
    process.stdout.close()
    process.stderr.close()


def test_a_hang_up_that_is_to_be_ignored_is_ignored() -> None:
    process = start(
        ["diagnose", "-", "-q"], stdin=subprocess.PIPE, preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN)
    )  # as nohup does
    wait_until_it_reads(process)
    process.send_signal(signal.SIGHUP)
    out, err = process.communicate(PROFILE, timeout=60)
    assert (process.returncode, err) == (0, b"")
    assert out


# --- the end of input at a prompt


@pytest.mark.skipif("ask" not in COMMANDS, reason="there is no ask yet")
@pytest.mark.parametrize("end", ["\x04", "\x03"])
def test_the_end_of_input_at_a_prompt_ends_the_interview_without_a_trace(tmp_path: Path, end: str) -> None:
    import fcntl
    import pty
    import termios

    master, slave = pty.openpty()

    def take_the_terminal() -> None:
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    arguments = ["ask", "--save", str(tmp_path / "saved.yaml")]
    ends = {"stdin": slave, "stdout": slave, "stderr": slave}
    process = start(arguments, **ends, cwd=tmp_path, start_new_session=True, preexec_fn=take_the_terminal)
    os.close(slave)
    shown = b""
    deadline = time.monotonic() + 20
    try:
        while b"1" not in shown and time.monotonic() < deadline:
            shown += os.read(master, 4096)
        os.write(master, end.encode())
        while time.monotonic() < deadline:
            try:
                part = os.read(master, 4096)
            except OSError:
                break
            if not part:
                break
            shown += part
    finally:
        code = process.wait(timeout=20)
        os.close(master)
    assert code in ((130,) if end == "\x03" else (0, 130)), shown.decode()
    assert b"Traceback" not in shown
    assert not left_over(tmp_path)

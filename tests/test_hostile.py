"""Whatever stands in a profile file: no crash, no hang, little memory, and nothing on the terminal but visible characters."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import hostile
import pytest
from forks import MB, Forks, Outcome

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits are set the way Linux has them")

KINDS = hostile.kinds()
_SHOWN = {ord("\n")}


def invisible(data: bytes) -> set[str]:
    """The characters of an output that may do something to a terminal."""
    return {hex(ord(char)) for char in data.decode("utf-8") if ord(char) not in _SHOWN and ord(char) in _INVISIBLE}


_INVISIBLE = {*hostile.INVISIBLE, *range(0xD800, 0xE000)}


def one_line_each(err: bytes) -> bool:
    lines = err.decode().splitlines()
    return 1 <= len(lines) <= 101 and all(line.strip() and len(line) < 2500 for line in lines)


def check(outcome: Outcome) -> None:
    assert outcome.code in (0, 65), outcome
    assert b"Traceback" not in outcome.err
    assert not invisible(outcome.out)
    assert not invisible(outcome.err)
    if outcome.code == 65:
        assert outcome.out == b""
        assert one_line_each(outcome.err), outcome.err[:2000]
    else:
        assert outcome.err == b""
    assert outcome.seconds < 2
    assert outcome.peak < 100 * MB


def test_there_are_enough_kinds() -> None:
    assert len(KINDS) >= 160


@pytest.mark.parametrize("kind", KINDS)
def test_a_hostile_file_is_diagnosed_or_refused_in_a_line(forks: Forks, tmp_path: Path, kind: str) -> None:
    file = tmp_path / "p.yaml"
    file.write_bytes(KINDS[kind]())
    outcome = forks.run("diagnose", file)
    check(outcome)
    if outcome.code == 0:  # a refusal is the same in every format
        as_json = forks.run("diagnose", file, "--format", "json")
        check(as_json)
        assert json.loads(as_json.out)["causes"]


@pytest.mark.parametrize("kind", [kind for kind in KINDS if " id" in kind or "escape" in kind or "U+" in kind])
@pytest.mark.parametrize("form", ["markdown", "html"])
def test_a_hostile_text_is_as_harmless_in_a_document(forks: Forks, kind: str, form: str) -> None:
    check(forks.run("diagnose", "-", "--format", form, stdin=KINDS[kind]()))


@pytest.mark.parametrize("arguments", [("explain", "-"), ("letter", "-", "--to", "lender"), ("next", "-")])
@pytest.mark.parametrize(
    "kind",
    [kind for kind in KINDS if kind.endswith(("an id", "as id", "as value", "as key", "a value of a megabyte", "of merge keys", "NaN"))],
)
def test_every_command_that_reads_a_profile_reads_it_alike(forks: Forks, kind: str, arguments: tuple[str, ...]) -> None:
    from jiebei_check.cli import COMMANDS

    if arguments[0] not in COMMANDS:
        pytest.skip(f"there is no {arguments[0]} yet")
    check(forks.run(*arguments, stdin=KINDS[kind]()))


@pytest.mark.parametrize(
    "kind", [kind for kind in KINDS if kind.endswith((" id", "as key", "in a key", "as value", "surrogate")) or "deep" in kind]
)
@pytest.mark.parametrize("form", ["jsonl", "yaml"])
def test_a_batch_of_hostile_records_says_so_line_by_line(forks: Forks, kind: str, form: str) -> None:
    outcome = forks.run("batch", "-", "--input-format", form, stdin=KINDS[kind]())
    assert outcome.code in (0, 4, 65)
    assert b"Traceback" not in outcome.err
    assert not invisible(outcome.out)
    assert not invisible(outcome.err)
    for line in outcome.out.decode().splitlines():
        json.loads(line)
    assert outcome.seconds < 2
    assert outcome.peak < 150 * MB


@pytest.mark.parametrize("kind", [kind for kind in KINDS if "deep" in kind or kind.endswith(("surrogate", "random bytes 1", "a list"))])
def test_hostile_results_of_a_batch_are_refused(forks: Forks, kind: str) -> None:
    outcome = forks.run("stats", "-", stdin=KINDS[kind]())
    assert outcome.code == 65
    assert one_line_each(outcome.err)

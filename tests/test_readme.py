"""The README says what the program does: its transcripts are what the program prints, its tables are what the code holds."""

from __future__ import annotations

import re
import shlex

import pytest
from conftest import ROOT, Run

from jiebei_check import errors

README = ROOT / "README.md"
TRANSCRIPT = re.compile(r"```console\n\$ jiebei-check(?P<command>[^\n]*)\n(?P<output>.*?)```", re.DOTALL)


def printed(run: Run, command: str) -> str:
    """What the program prints for a transcript's command, on 80 columns; `| head -n N` cuts it as in the README."""
    command, _, limit = command.partition("| head -n ")
    done = run(*shlex.split(command), cwd=ROOT, env={"COLUMNS": "80", "PYTHONIOENCODING": "utf-8"})
    assert done.returncode in (0, 4), done.stderr.decode()  # 4: a batch in which some records are bad, as in the example
    lines = done.stdout.decode().replace("\r\n", "\n").splitlines(keepends=True)
    return "".join(lines[: int(limit)] if limit else lines)


def test_each_transcript_is_what_the_program_prints(run: Run, request: pytest.FixtureRequest) -> None:
    text = README.read_text(encoding="utf-8")
    found = list(TRANSCRIPT.finditer(text))
    assert found
    if request.config.getoption("--update-golden"):
        text = TRANSCRIPT.sub(lambda match: f"```console\n$ jiebei-check{match['command']}\n{printed(run, match['command'])}```", text)
        README.write_text(text, encoding="utf-8")
        return
    for match in found:
        assert match["output"] == printed(run, match["command"]), match["command"]


def test_each_command_has_a_transcript() -> None:
    from jiebei_check.cli import COMMANDS

    shown = {match["command"].split()[0] for match in TRANSCRIPT.finditer(README.read_text(encoding="utf-8"))}
    assert set(COMMANDS) - {"ask"} <= shown


def test_each_exit_code_is_in_the_table() -> None:
    table = dict(re.findall(r"^\| (\d+) \| ([^|]+) \|", README.read_text(encoding="utf-8"), re.MULTILINE))
    codes = {str(value) for name, value in vars(errors).items() if name.startswith("EXIT_")}
    assert codes == set(table)


def test_ci_runs_the_readmes_test_command() -> None:
    block = re.search(r"<!-- test command -->\n```sh\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert block is not None
    assert "pytest" in block[1]
    assert "<!-- test command -->" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")

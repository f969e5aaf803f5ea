"""What the tests share: the bundled rules, the known cases, and the real program."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from forks import Forks

from jiebei_check import load_rules
from jiebei_check.ruleset import RuleSet

# Started in the background, a shell has Ctrl-C ignored, and so would every program that the tests start.
signal.signal(signal.SIGINT, signal.default_int_handler)

ROOT = Path(__file__).resolve().parent.parent
CASES = ROOT.parent / "shared" / "cases" / "dev.jsonl"
LARGE = bool(os.environ.get("JIEBEI_CHECK_LARGE"))

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write tests/golden/ anew instead of comparing with it")


@pytest.fixture(scope="session")
def rules() -> RuleSet:
    return load_rules()


@pytest.fixture(scope="session")
def cases() -> list[dict[str, Any]]:
    if not CASES.exists():
        pytest.skip("the known cases are not beside this checkout")
    return [json.loads(line) for line in CASES.read_text(encoding="utf-8").splitlines() if line.strip()]


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Compiled rules go to a folder of the tests' own."""
    folder = tmp_path_factory.mktemp("cache")
    os.environ["JIEBEI_CHECK_CACHE"] = str(folder)
    return folder


def run_program(
    *arguments: str | os.PathLike[str], stdin: bytes = b"", env: dict[str, str] | None = None, cwd: Path | None = None, timeout: float = 60
) -> subprocess.CompletedProcess[bytes]:
    """Run the real program with no terminal; output and errors as bytes."""
    surroundings = {"PYTHONPATH": str(ROOT), **os.environ, **(env or {})}
    return subprocess.run(
        [sys.executable, "-m", "jiebei_check", *(os.fspath(argument) for argument in arguments)],
        input=stdin,
        capture_output=True,
        env=surroundings,
        cwd=cwd,
        timeout=timeout,
        check=False,
    )


@pytest.fixture(scope="session")
def run() -> Run:
    return run_program


@pytest.fixture(scope="session")
def forks(own_cache: Path) -> Iterator[Forks]:
    """Many runs of the program, cheaply: see there."""
    if sys.platform != "linux":
        pytest.skip("limits are set the way Linux has them")
    server = Forks({"JIEBEI_CHECK_CACHE": str(own_cache), "COLUMNS": "80"})
    yield server
    server.close()

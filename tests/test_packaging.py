"""The rules are found alike from a checkout, a wheel and an sdist, and the same source builds the same bytes."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest
from conftest import ROOT


def build(target: str, folder: Path) -> Path:
    """Build a wheel or an sdist offline, with the build back end that is installed beside the tests."""
    program = f"import hatchling.build as b, sys; print(b.build_{target}(sys.argv[1]))"
    done = subprocess.run(
        [sys.executable, "-c", program, str(folder)],
        cwd=ROOT,
        capture_output=True,
        check=False,
        env={**os.environ, "SOURCE_DATE_EPOCH": "1760000000"},
    )
    assert done.returncode == 0, done.stderr.decode()
    return folder / done.stdout.decode().strip().splitlines()[-1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("wheel", tmp_path_factory.mktemp("wheel"))


def rule_files(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(root.rglob("*.yaml"))}


def test_the_wheel_holds_exactly_the_rules_of_the_checkout(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        inside = {
            name.removeprefix("jiebei_check/rules/"): archive.read(name)
            for name in archive.namelist()
            if name.startswith("jiebei_check/rules/") and name.endswith(".yaml")
        }
    assert inside == rule_files(ROOT / "rules")


def test_the_wheel_works_on_its_own_and_passes_the_rules_own_tests(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    surroundings = {**os.environ, "PYTHONPATH": str(tmp_path / "site"), "JIEBEI_CHECK_CACHE": str(tmp_path / "cache")}
    program = (
        "import jiebei_check, sys; from jiebei_check.cli import main; "
        "print(jiebei_check.__file__, file=sys.stderr); sys.exit(main(sys.argv[1:]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "rules", "test"], cwd=tmp_path, capture_output=True, env=surroundings, check=False
    )
    assert str(tmp_path) in done.stderr.decode()
    assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()
    example = ROOT / "tests" / "examples" / "trial-loan.yaml"
    from_wheel = subprocess.run(
        [sys.executable, "-c", program, "diagnose", str(example), "--format", "json"],
        cwd=tmp_path,
        capture_output=True,
        env=surroundings,
        check=True,
    )
    from_checkout = subprocess.run(
        [sys.executable, "-m", "jiebei_check", "diagnose", str(example), "--format", "json"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert json.loads(from_wheel.stdout) == json.loads(from_checkout.stdout)


def test_the_wheel_built_twice_is_the_same_bytes(wheel: Path, tmp_path: Path) -> None:
    again = build("wheel", tmp_path)
    assert hashlib.sha256(again.read_bytes()).hexdigest() == hashlib.sha256(wheel.read_bytes()).hexdigest()


def test_the_sdist_holds_rules_tests_and_readme(tmp_path: Path) -> None:
    with tarfile.open(build("sdist", tmp_path)) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"README.md", "pyproject.toml", "rules/ruleset.yaml", "tests/conftest.py", "jiebei_check/cli.py"} <= names
    assert not {name for name in names if "__pycache__" in name or name.endswith(".pyc")}


def test_each_dependency_has_a_reason_beside_it_and_there_are_few() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    dependencies = tomllib.loads(text)["project"]["dependencies"]
    assert len(dependencies) <= 5
    for dependency in dependencies:
        line = next(line for line in text.splitlines() if f'"{dependency}"' in line)
        assert "#" in line, dependency

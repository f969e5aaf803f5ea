"""What the program is made of: few dependencies, each with its reason; exact versions with hashes; one source, one wheel."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from conftest import ROOT
from test_packaging import build

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCK = ROOT / ".ci" / "requirements.lock"
FREE = re.compile(r"\b(MIT|BSD|ISC|Apache|PSF|MPL|Unlicense)", re.IGNORECASE)


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def name_of(requirement: str) -> str:
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found
    return canonical(found[0])


def closure(names: list[str]) -> set[str]:
    """The distributions that are installed with ``names`` on this platform."""
    found: set[str] = set()
    while names:
        name = names.pop()
        if name in found:
            continue
        try:
            wanted = metadata.requires(name) or []
        except metadata.PackageNotFoundError:  # for another platform
            continue
        found.add(name)
        names += [name_of(one) for one in wanted if "extra ==" not in one]
    return found


RUNTIME = [name_of(one) for one in PROJECT["project"]["dependencies"]]


def locked() -> dict[str, tuple[str, list[str]]]:
    """Name -> exact version and hashes."""
    text = re.sub(r"#[^\n]*", "", LOCK.read_text(encoding="utf-8")).replace("\\\n", " ")
    rows = {}
    for line in filter(str.strip, text.splitlines()):
        requirement, *options = line.split()
        name, version = requirement.split("==")
        rows[canonical(name)] = (version, [option.removeprefix("--hash=sha256:") for option in options])
    return rows


def test_there_are_few_dependencies_and_each_says_why() -> None:
    assert len(RUNTIME) <= 5
    assert len(closure(list(RUNTIME))) <= 12
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    [block] = re.findall(r"^dependencies = \[\n(.*?)^\]", text, re.MULTILINE | re.DOTALL)
    lines = [line for line in block.splitlines() if line.strip()]
    assert len(lines) == len(RUNTIME)
    for line in lines:
        assert re.fullmatch(r'  "[^"]+",\s+# .{15,}', line), line


def test_every_dependency_is_imported_and_nothing_else_is() -> None:
    import ast

    provided = {"typer": "typer", "rich": "rich", "yaml": "pyyaml", "msgspec": "msgspec", "numpy": "numpy"}
    used = set()
    for path in (ROOT / "jiebei_check").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                used |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                used.add(str(node.module).split(".")[0])
    foreign = used - set(sys.stdlib_module_names) - {"jiebei_check"}
    assert {provided[name] for name in foreign} == set(RUNTIME)


def test_the_lock_names_everything_by_exact_version_and_hash() -> None:
    rows = locked()
    extras = PROJECT["project"]["optional-dependencies"]
    wanted = {*RUNTIME, *(name_of(one) for extra in extras.values() for one in extra)} - {"jiebei-check"}
    assert closure(list(RUNTIME)) | wanted <= set(rows)
    for name, (version, hashes) in rows.items():
        assert re.fullmatch(r"\d[\w.!+-]*", version), name
        assert hashes, name
        assert all(re.fullmatch(r"[0-9a-f]{64}", one) for one in hashes), name


def test_the_lock_names_no_place_to_fetch_from() -> None:
    text = LOCK.read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"^\s*(-|--(?!hash))", text.replace("    --hash", "    hash"), re.MULTILINE)
    assert " @ " not in text


def test_the_locked_versions_are_ones_that_the_project_allows() -> None:
    from packaging.requirements import Requirement

    rows = locked()
    for one in PROJECT["project"]["dependencies"]:
        requirement = Requirement(one)
        assert requirement.specifier.contains(rows[canonical(requirement.name)][0]), one


def test_every_licence_is_known_and_free() -> None:
    for name in closure(list(RUNTIME)):
        about = metadata.metadata(name)
        classifiers = [one for one in about.get_all("Classifier") or [] if one.startswith("License")]
        fields = [one for key in ("License-Expression", "License") for one in about.get_all(key) or []]
        said = " ".join([*(one[:60] for one in fields), *classifiers])
        assert FREE.search(said), (name, said)
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").startswith("MIT License")
    assert PROJECT["project"]["license"] == "MIT"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("wheel", tmp_path_factory.mktemp("wheel"))


def test_the_wheel_is_the_same_bytes_wherever_and_whenever_it_is_built(wheel: Path, tmp_path: Path) -> None:
    import shutil

    copy = tmp_path / "copy of the project"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".git", ".*_cache", "__pycache__", ".venv*", "dist"))
    for path in copy.rglob("*"):
        os.utime(path, (1_000_000_000, 1_000_000_000))
    (tmp_path / "out").mkdir()
    program = "import hatchling.build as b, sys; print(b.build_wheel(sys.argv[1]))"
    surroundings = {**os.environ, "SOURCE_DATE_EPOCH": "1760000000", "TZ": "Asia/Shanghai", "PYTHONHASHSEED": "7", "LC_ALL": "C"}
    made = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "out")], cwd=copy, capture_output=True, env=surroundings, check=True, umask=0o022
    )
    again = tmp_path / "out" / made.stdout.decode().split()[-1]
    assert again.name == wheel.name
    assert hashlib.sha256(again.read_bytes()).hexdigest() == hashlib.sha256(wheel.read_bytes()).hexdigest()


@pytest.mark.skipif(sys.platform == "win32", reason="links are those of POSIX")
def test_the_wheel_installs_and_runs_in_a_fresh_environment_with_nothing_but_its_dependencies(wheel: Path, tmp_path: Path) -> None:
    place = tmp_path / "env"
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(place / "bin" / "python")]
    if subprocess.run([*pip[:3], "--version"], capture_output=True, check=False).returncode:
        pytest.skip("there is no pip beside the tests")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(place)], check=True)
    subprocess.run([*pip, "install", "-q", "--no-index", "--no-deps", str(wheel)], check=True, capture_output=True)
    [site] = place.glob("lib/python*/site-packages")
    for name in closure(list(RUNTIME)):  # offline: what would be fetched is what stands beside the tests
        for file in metadata.files(name) or []:
            top = file.parts[0]
            if top != ".." and not (site / top).exists() and "__pycache__" not in top:
                (site / top).symlink_to(
                    Path(str(file.locate())).parents[len(file.parts) - 2] if len(file.parts) > 1 else Path(str(file.locate()))
                )
    surroundings = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path / "home"), "LANG": "C.UTF-8"}
    program = [str(place / "bin" / "jiebei-check")]
    profile = b"line: {product: jiebei, change: closed}\nborrowing: {last_loan_amount: 200, last_loan_days_held: 1}\n"
    for arguments in (["--version"], ["diagnose", "-", "-q"], ["diagnose", "-", "--format", "html"], ["rules", "list"], ["init"]):
        done = subprocess.run([*program, *arguments], input=profile, cwd=tmp_path, env=surroundings, capture_output=True, check=False)
        assert (done.returncode, done.stderr) == (0, b""), arguments
        assert done.stdout
    line = [str(place / "bin" / "python"), "-c", "import jiebei_check; print(jiebei_check.__file__)"]
    where = subprocess.run(line, cwd=tmp_path, env=surroundings, capture_output=True, text=True, check=True)
    assert where.stdout.startswith(str(place))

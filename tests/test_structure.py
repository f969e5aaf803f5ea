"""The shape of the program: imports run one way, the engine knows no domain, a run loads no more than it needs."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

from jiebei_check import RuleSet

PACKAGE = ROOT / "jiebei_check"
# Each layer may import from those before it and from its own.
LAYERS = (
    ("errors", "values", "decoding", "output"),
    ("layers", "document", "yaml_trouble", "yaml_reader", "conditions"),
    ("ruleset", "profile", "shapes", "told"),
    ("rule_reader", "rule_conditions", "rule_files", "rule_facts", "rule_causes", "loader", "compiled", "overlay", "rulebook"),
    ("inference",),
    (
        "wording",
        "phrases",
        "thresholds",
        "quantise",
        "cut",
        "reach",
        "worth",
        "interview",
        "tongue",
        "spoken_dates",
        "spoken",
        "dialogue",
        "firmness",
        "explain",
    ),
    (
        "report",
        "form",
        "profile_text",
        "letter",
        "sayings",
        "explanation",
        "reading",
        "lines",
        "json_stream",
        "csv_stream",
        "yaml_stream",
        "intake",
        "records",
        "flags",
        "parts",
        "rows",
        "bulk",
        "batch",
        "jobs",
        "stats",
        "selftest",
        "lint",
        "schema",
        "handbook",
        "scaffold",
        "rulediff",
        "compare",
    ),
    ("render",),
    ("sink", "batch_forms", "usage", "commands", "cli", "__main__"),
)
ENGINE = (
    "errors",
    "values",
    "conditions",
    "ruleset",
    "inference",
    "interview",
    "told",
    "quantise",
    "cut",
    "flags",
    "parts",
    "rows",
    "bulk",
    "explain",
    "report",
    "profile",
    "loader",
    "shapes",
)
ONLY_HOME = {"yaml": {"yaml_reader.py"}, "typer": {"cli.py", "commands"}, "msgspec": None}


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def imports(path: Path) -> set[str]:
    """Names imported from inside the package (first part) and outside it (top name)."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {f"!{alias.name.split('.')[0]}" for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            if node.level == 0:
                found.add(f"!{(node.module or '').split('.')[0]}")
            else:
                found |= {(node.module or alias.name).split(".")[0] for alias in node.names}
    return found


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_only_the_modules_at_home_with_a_library_import_it(path: Path) -> None:
    name = path.relative_to(PACKAGE).as_posix()
    outside = {found[1:] for found in imports(path) if found.startswith("!")}
    if "rich" in outside:
        assert name == "render/text.py"
    if "yaml" in outside:
        assert name == "yaml_reader.py"
    if "typer" in outside:
        assert name == "cli.py" or name.startswith("commands/")
    assert not outside & {"click", "pydantic", "requests", "socket", "urllib", "http"}
    assert "_click" not in path.read_text(encoding="utf-8")


def test_imports_run_one_way() -> None:
    place = {name: number for number, layer in enumerate(LAYERS) for name in layer}
    unplaced = {path.relative_to(PACKAGE).parts[0].removesuffix(".py") for path in modules()} - set(place) - {"__init__"}
    assert not unplaced, f"say in LAYERS where these belong: {sorted(unplaced)}"
    for path in modules():
        name = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        if name == "__init__":
            continue
        for found in imports(path):
            if not found.startswith("!") and found in place:
                assert place[found] <= place[name], f"{name} imports {found}"


@pytest.mark.parametrize("name", ENGINE)
def test_the_engine_holds_no_domain_word_and_no_chinese_character(name: str, rules: RuleSet) -> None:
    path = PACKAGE / f"{name}.py"
    if not path.exists():
        pytest.skip(f"there is no module {name}")
    text = path.read_text(encoding="utf-8")
    assert not re.search("[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]", text)
    domain = {"jiebei", "huabei", "alipay", "xinyong", "wangshang", "zhima", "overdue", "borrow", "lender", "loan"}
    code = text.replace("jiebei_check", "").replace("jiebei-check", "").lower()
    assert not {word for word in domain if word in code}
    for cause in rules.causes:
        assert f'"{cause.id}"' not in code


def loaded_by(*arguments: str, cache: str) -> set[str]:
    """The modules that a run of the program has loaded when it ends."""
    program = (
        "import sys; from jiebei_check.cli import main; code = main(sys.argv[1:]); print(*sys.modules, file=sys.stderr); sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        capture_output=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "JIEBEI_CHECK_CACHE": cache},
    )
    return set(done.stderr.decode().split())


def test_a_json_run_loads_neither_rich_nor_pydantic_and_a_warm_run_parses_no_rules(tmp_path: Path) -> None:
    profile = tmp_path / "p.json"
    profile.write_text(json.dumps({"line": {"product": "jiebei", "change": "closed"}}), encoding="utf-8")
    command = ("diagnose", str(profile), "--format", "json")
    cold = loaded_by(*command, cache=str(tmp_path / "cache"))
    warm = loaded_by(*command, cache=str(tmp_path / "cache"))
    assert "yaml" in cold
    assert "jiebei_check.loader" in cold
    assert not warm & {"rich", "pydantic", "yaml", "msgspec", "numpy", "jiebei_check.loader", "jiebei_check.yaml_reader"}


def test_help_does_not_load_what_only_a_batch_computes_with(tmp_path: Path) -> None:
    assert "numpy" not in loaded_by("--help", cache=str(tmp_path))


def test_the_readmes_layers_are_the_folders() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, check=False)
    if tracked.returncode != 0:
        pytest.skip("not a checkout")
    top = {line.split("/")[0] for line in tracked.stdout.decode().splitlines()}
    assert {name for name in top if not name.startswith(".")} <= {
        "pyproject.toml",
        "jiebei_check",
        "rules",
        "tests",
        "README.md",
        "CHANGELOG.md",
        "LICENSE",
    }

"""The same input gives the same bytes: whatever the hash seed, locale, time zone, folder and home."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from conftest import ROOT, Run
from uses import EXAMPLE, USES, Use, named

SURROUNDINGS = [
    {"PYTHONHASHSEED": "0", "LC_ALL": "C", "TZ": "UTC"},
    {"PYTHONHASHSEED": "1", "LC_ALL": "zh_CN.UTF-8", "TZ": "Asia/Shanghai"},
    {"PYTHONHASHSEED": "2", "LC_ALL": "zh_CN.GBK", "LANG": "zh_CN.GBK", "TZ": "America/New_York", "PYTHONUTF8": "0"},
    {"PYTHONHASHSEED": "random", "LC_ALL": "tr_TR.UTF-8", "TZ": "Pacific/Kiritimati", "COLUMNS": "80"},
    {
        "PYTHONHASHSEED": "4294967295",
        "LC_ALL": "",
        "LANG": "",
        "TZ": "no/such/zone",
        "HOME": "/nowhere",
        "JIEBEI_CHECK_CACHE": "/proc/nothing",
    },
    {"PYTHONHASHSEED": "3", "PYTHONOPTIMIZE": "1", "LC_NUMERIC": "de_DE.UTF-8", "LC_TIME": "ja_JP.UTF-8"},
]


@pytest.mark.parametrize("use", USES, ids=named)
def test_the_same_input_gives_the_same_bytes(run: Run, tmp_path: Path, use: Use) -> None:
    for form in use.formats:
        arguments = use.arguments(tmp_path, form=form)
        found = set()
        for number, surroundings in enumerate(SURROUNDINGS):
            folder = tmp_path / f"folder{number}"
            folder.mkdir(exist_ok=True)
            done = run(*arguments, env={"PYTHONIOENCODING": "utf-8", **surroundings}, cwd=folder)
            assert (done.returncode, done.stderr) == (0, b"")
            found.add(done.stdout)
        assert len(found) == 1


@pytest.mark.parametrize("form", ["text", "json", "markdown", "html"])
def test_neither_the_name_of_a_file_nor_how_it_is_given_shows_in_a_result(run: Run, tmp_path: Path, form: str) -> None:
    (tmp_path / "一个 文件夹").mkdir()
    copy = tmp_path / "一个 文件夹" / "别的名字.yml"
    shutil.copy(EXAMPLE, copy)
    shutil.copy(EXAMPLE, tmp_path / "a.json")
    outputs = {
        run("diagnose", EXAMPLE, "--format", form).stdout,
        run("diagnose", copy, "--format", form).stdout,
        run("diagnose", "别的名字.yml", "--format", form, cwd=copy.parent).stdout,
        run("diagnose", tmp_path / "a.json", "--format", form).stdout,
        run("diagnose", "-", "--format", form, stdin=EXAMPLE.read_bytes()).stdout,
        run("diagnose", "-", "--format", form, stdin=EXAMPLE.read_bytes().replace(b"\n", b"\r\n")).stdout,
    }
    assert len(outputs) == 1


def test_rules_are_the_same_wherever_and_in_whichever_order_they_were_copied(tmp_path: Path) -> None:
    from jiebei_check import load_rules
    from jiebei_check.compiled import dump

    files = sorted((ROOT / "rules").rglob("*.yaml"))
    for name, order in (("a", files), ("b", files[::-1])):
        for file in order:
            target = tmp_path / name / file.relative_to(ROOT / "rules")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, target)
    first, second = load_rules(tmp_path / "a"), load_rules(tmp_path / "b")
    assert dump(first) == dump(second) == dump(load_rules())


def test_a_cold_start_and_a_warm_one_say_the_same(run: Run, tmp_path: Path) -> None:
    for form in ("text", "json", "html"):
        cold, warm = (
            run("diagnose", EXAMPLE, "--format", form, "-v", env={"JIEBEI_CHECK_CACHE": str(tmp_path / form)}).stdout for _ in range(2)
        )
        assert cold == warm != b""

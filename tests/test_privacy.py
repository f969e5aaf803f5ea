"""What a person writes down stays where it is: not in errors, traces, caches, files that nobody named, and not on a network."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from zlib import crc32

import pytest
from conftest import ROOT, Run
from uses import EXAMPLE, READING, USES, Use, named

from jiebei_check import CheckError, RuleSet, parse_profile
from jiebei_check.wording import Wording

CANARY = "金丝雀"


def canary(fact: str) -> str:
    """Text that gives away from which field it comes."""
    return f"{CANARY}{crc32(fact.encode()):08x}"


def facts_of(rules: RuleSet) -> list[str]:
    return [fact.id for fact in rules.facts.values() if fact.derived is None]


def nested(values: dict[str, object]) -> dict[str, object]:
    """Dotted names as sections."""
    tree: dict[str, object] = {}
    for name, value in values.items():
        section, _, fact = name.rpartition(".")
        if section:
            tree.setdefault(section, {})[fact] = value  # type: ignore[index]  # a section holds a mapping
        else:
            tree[fact] = value
    return tree


def lines_of(rules: RuleSet, data: bytes, language: str) -> list[tuple[str, str]]:
    """(field, sentence) for everything that is wrong with a profile."""
    try:
        parse_profile(data, rules.facts, rules.notation, "p.yaml")
    except CheckError as error:
        return [(problem.field, Wording(rules, language).problem(problem)) for problem in error.problems]
    return []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_refused_value_is_shown_for_its_own_field_only(rules: RuleSet, language: str) -> None:
    profile = nested({fact: canary(fact) for fact in facts_of(rules)}) | {"id": canary("id"), "note": canary("note")}
    shapes = [json.dumps(profile).encode(), json.dumps(profile, indent=1).encode(), json.dumps(profile, ensure_ascii=False).encode()]
    for data in shapes:
        found = lines_of(rules, data, language)
        assert len(found) == len(facts_of(rules))
        for field, sentence in found:
            assert set(re.findall(f"{CANARY}[0-9a-f]{{8}}", sentence)) <= {canary(field)}, sentence


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_values_of_unknown_keys_and_of_notes_are_never_shown(rules: RuleSet, language: str) -> None:
    hidden: list[object] = [CANARY, [CANARY], {"a": CANARY}, {CANARY: 1}]
    for value in hidden:
        broken = {"line": {"product": "nothing", "secret": value}, "unheard": value, "note": value, "id": f"{CANARY}-1"}
        sentences = [sentence for _, sentence in lines_of(rules, json.dumps(broken).encode(), language)]
        assert len(sentences) == 3
        assert not any(CANARY in sentence for sentence in sentences)


ACCIDENTS: list[Callable[[str], str]] = [
    lambda text: text.replace("line:", "line：", 1),
    lambda text: text.replace("\n  ", "\n\t", 1),
    lambda text: text.replace("  change", "   change", 1),
    lambda text: text + '\nx: "open\n',
    lambda text: text + "\nx: [a\n",
    lambda text: text + "\nx: &a 1\n",
    lambda text: text + "\nx: !t 1\n",
    lambda text: text + "\n---\ny: 1\n",
    lambda text: text + "\nline:\n  product: jiebei\n",
    lambda text: text + "\nx: \x07\n",
    lambda text: text + "\n[a]: 1\n",
    lambda text: text + "\n" + "[" * 100 + "\n",
    lambda text: text + "\n: : :\n@\n",
    lambda text: text.replace(":", " ", 1),
    lambda text: json.dumps({"line": {"product": "x"}, "note": text})[:-1],
    lambda text: json.dumps({"note": text, "line": {"product": "x"}}),
]


@pytest.mark.parametrize("accident", range(len(ACCIDENTS)))
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_file_that_cannot_be_parsed_is_not_quoted(rules: RuleSet, accident: int, language: str) -> None:
    text = f"id: {CANARY}\nline:\n  product: jiebei\n  change: closed\nnote: {CANARY} {CANARY}\nperson:\n  age: 30 # {CANARY}\n"
    sentences = [sentence for _, sentence in lines_of(rules, ACCIDENTS[accident](text).encode(), language)]
    assert sentences
    assert not any(CANARY in sentence for sentence in sentences), sentences


@pytest.mark.parametrize("use", READING, ids=named)
def test_what_a_good_profile_says_is_never_on_standard_error(run: Run, tmp_path: Path, use: Use) -> None:
    profile = tmp_path / "p.json"
    profile.write_text(
        json.dumps({"id": CANARY, "note": CANARY, "line": {"product": "jiebei", "change": "cut", "limit_before": 7654321.5}}),
        encoding="utf-8",
    )
    for extra in ([], ["--debug"], ["--lang", "xx"], ["--bogus"], ["--as-of", "soon"]):
        done = run(*use.arguments(tmp_path, profile=profile), *extra)
        assert CANARY not in done.stderr.decode()
        assert b"7654321" not in done.stderr
        assert b"7,654,321" not in done.stderr


BREAKABLE = [
    "jiebei_check.commands.diagnose:diagnose",
    "jiebei_check.commands.diagnose:make_report",
    "jiebei_check.commands.diagnose:renderer",
    "jiebei_check.commands.common:parse_profile",
    "jiebei_check.commands.common:write_stdout",
    "jiebei_check.inference:weigh",
    "jiebei_check.inference:derive",
    "jiebei_check.profile:parse",
    "jiebei_check.profile:read_mapping",
    "jiebei_check.report:cause_report",
]
BROKEN_PROGRAM = """
import sys, importlib
place, _, name = sys.argv[1].partition(":")
del sys.argv[1]
def broken(*details, **more):
    secret = details
    kinds = [RuntimeError, OSError, ValueError, KeyError, UnicodeError, RecursionError, MemoryError]
    raise kinds[len(name) % len(kinds)](repr((details, more)) + "金丝雀")
setattr(importlib.import_module(place), name, broken)
importlib.import_module("jiebei_check.commands.diagnose")
from jiebei_check.__main__ import run
run()
"""


@pytest.mark.parametrize("place", BREAKABLE)
def test_a_bug_anywhere_shows_places_and_no_values(tmp_path: Path, place: str) -> None:
    profile = tmp_path / "p.json"
    profile.write_text(json.dumps({"id": CANARY, "note": CANARY, "line": {"change": "cut", "limit_before": 7654321}}), encoding="utf-8")
    for flags in ([], ["--debug"]):
        done = subprocess.run(
            [sys.executable, "-c", BROKEN_PROGRAM, place, "diagnose", str(profile), *flags],
            capture_output=True,
            check=False,
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
        )
        assert done.returncode in (70, 74)
        assert CANARY not in done.stderr.decode()
        assert b"7654321" not in done.stderr
        assert b"Traceback" not in done.stderr


# --- what is touched

# Say on descriptor 3 every file that is opened for writing, every name that is changed, every socket, every process.
WATCHED = """
import os, sys
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC
CHANGES = {"os." + name for name in ("mkdir", "remove", "rename", "link", "symlink", "truncate", "chmod", "chown", "utime", "rmdir")}
REACHES = {"os." + name for name in ("system", "exec", "posix_spawn", "fork", "forkpty", "startfile")}
FAMILIES = {"socket", "ssl", "ftplib", "http", "urllib", "smtplib", "webbrowser", "subprocess", "ctypes", "pty", "shutil", "tempfile"}
def watch(event, details):
    told = ""
    if event == "open" and not isinstance(details[0], int):
        mode, flags = details[1], details[2]
        if (isinstance(mode, str) and set(mode) & set("wax+")) or (flags or 0) & WRITING:
            told = f"write {os.path.abspath(os.fsdecode(details[0]))}"
    elif event == "ctypes.dlopen" and details[0] is None:
        return  # numpy looks at the running program itself
    elif event.split(".")[0] in FAMILIES or event in REACHES:
        told = f"reach {event}"
    elif event in CHANGES and not isinstance(details[0], int):
        told = f"write {os.path.abspath(os.fsdecode(details[0]))}"
    if told:
        os.write(3, (told + chr(10)).encode())
import jiebei_check.__main__ as program
sys.argv[0] = "jiebei-check"
sys.addaudithook(watch)
program.run()
"""


def watched(arguments: list[str], folder: Path, cache: Path) -> list[str]:
    """What a run of the program writes and reaches."""
    told = folder.parent / "told"
    command = ["sh", "-c", 'told=$1; shift; exec "$@" 3>"$told"', "sh", str(told), sys.executable, "-c", WATCHED, *arguments]
    surroundings = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "JIEBEI_CHECK_CACHE": str(cache),
        "HOME": str(folder),
    }
    done = subprocess.run(command, cwd=folder, env=surroundings, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    return told.read_text(encoding="utf-8").splitlines()


@pytest.mark.skipif(sys.platform == "win32", reason="descriptors are those of POSIX")
@pytest.mark.parametrize("use", USES, ids=named)
def test_nothing_is_reached_and_nothing_is_written_but_the_output_and_the_cache(tmp_path: Path, use: Use) -> None:
    home, cache, made = tmp_path / "home", tmp_path / "cache", tmp_path / "made"
    home.mkdir()
    made.mkdir()
    out = made / f"out{use.suffix}"
    for arguments, allowed in ((use.arguments(made), (cache,)), (use.arguments(made, out=out) if use.writes else [], (cache, made))):
        for _cold in (True, False):
            for line in watched(arguments, home, cache) if arguments else ():
                what, _, path = line.partition(" ")
                assert what == "write", line
                assert path == "/dev/null" or any(Path(path).is_relative_to(place) for place in allowed), line
            if out.exists():
                out.unlink()
    assert not list(home.iterdir())
    assert {path.suffix for path in cache.rglob("*") if path.is_file()} <= {".json"}


@pytest.mark.skipif(sys.platform == "win32", reason="descriptors are those of POSIX")
def test_the_watch_sees_what_it_should(tmp_path: Path) -> None:
    program = WATCHED.replace("program.run()", "import socket\nopen('x', 'w').close()\nsocket.socket().close()")
    line = ["sh", "-c", 'exec "$@" 3>&1', "sh", sys.executable, "-c", program]
    done = subprocess.run(line, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=True)
    assert f"write {tmp_path}/x" in done.stdout
    assert "reach socket.__new__" in done.stdout


def test_no_module_of_the_program_asks_for_a_network() -> None:
    reaching = {"socket", "ssl", "http", "urllib", "ftplib", "smtplib", "webbrowser", "requests", "httpx", "asyncio", "xmlrpc"}
    for path in sorted((ROOT / "jiebei_check").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
            assert not {name.split(".")[0] for name in names} & reaching, path


def test_the_cache_holds_no_word_of_a_profile(run: Run, tmp_path: Path) -> None:
    profile = tmp_path / "p.json"
    profile.write_text(json.dumps({"id": CANARY, "note": CANARY, "line": {"change": "cut", "limit_before": 7654321.25}}), encoding="utf-8")
    cache = tmp_path / "cache"
    for use in READING:
        for form in use.formats:
            assert run(*use.arguments(tmp_path, form=form, profile=profile), env={"JIEBEI_CHECK_CACHE": str(cache)}).returncode == 0
    held = b"".join(path.read_bytes() for path in cache.rglob("*") if path.is_file())
    assert len(held) > 10_000
    assert CANARY.encode() not in held
    assert json.dumps(CANARY)[1:-1].encode() not in held
    assert b"7654321" not in held
    assert str(profile).encode() not in held


# --- a cache that is not to be believed

FALSE_TITLE = "这是假的"


@pytest.fixture
def poisoned(run: Run, tmp_path: Path) -> Path:
    """A cache that says something false and is otherwise in order."""
    cache = tmp_path / "cache"
    run("diagnose", EXAMPLE, "-q", env={"JIEBEI_CHECK_CACHE": str(cache)})
    [file] = cache.glob("rules-*.json")
    _, _, rest = file.read_bytes().partition(b"\n")
    rest = rest.replace("小额试借后立即还清".encode(), FALSE_TITLE.encode())
    file.write_bytes(f"{crc32(rest):08x}\n".encode() + rest)
    return file


def shown(run: Run, file: Path) -> str:
    done = run("diagnose", EXAMPLE, "-q", env={"JIEBEI_CHECK_CACHE": str(file.parent)})
    assert (done.returncode, done.stderr) == (0, b"")
    return done.stdout.decode()


def test_our_own_cache_is_believed(run: Run, poisoned: Path) -> None:
    """Otherwise the tests below would show nothing."""
    assert FALSE_TITLE in shown(run, poisoned)


@pytest.mark.skipif(sys.platform == "win32", reason="owners and modes are those of POSIX")
@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666, 0o664])
def test_a_cache_that_others_may_write_is_not_believed(run: Run, poisoned: Path, mode: int) -> None:
    poisoned.chmod(mode)
    assert FALSE_TITLE not in shown(run, poisoned)


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() != 0, reason="only root can give a file away")
def test_a_cache_of_somebody_else_is_not_believed(run: Run, poisoned: Path) -> None:
    os.chown(poisoned, 65534, 65534)
    assert FALSE_TITLE not in shown(run, poisoned)


@pytest.mark.skipif(sys.platform == "win32", reason="links are those of POSIX")
def test_a_cache_behind_a_link_is_not_believed(run: Run, poisoned: Path) -> None:
    poisoned.rename(poisoned.parent.parent / "elsewhere")
    poisoned.symlink_to(poisoned.parent.parent / "elsewhere")
    assert FALSE_TITLE not in shown(run, poisoned)


def test_a_cache_of_other_rules_is_not_believed(run: Run, poisoned: Path) -> None:
    _, stamp, payload = poisoned.read_bytes().split(b"\n", 2)
    rest = stamp.replace(b"ruleset.yaml|", b"ruleset.yaml|1") + b"\n" + payload
    poisoned.write_bytes(f"{crc32(rest):08x}\n".encode() + rest)
    assert FALSE_TITLE not in shown(run, poisoned)


def test_a_damaged_cache_is_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import random

    from jiebei_check import load_rules, loader
    from jiebei_check.document import parse_document

    monkeypatch.setattr(loader, "parse_document", cache(parse_document))  # the files themselves stay as they are
    monkeypatch.setenv("JIEBEI_CHECK_CACHE", str(tmp_path))
    rules = load_rules()
    [file] = tmp_path.glob("rules-*.json")
    whole = file.read_bytes()
    dice = random.Random(7)
    damaged = [
        b"",
        b"\n",
        b"\n\n",
        whole[:10],
        whole[:-1],
        whole[: len(whole) // 2],
        whole + b"x",
        b"null\n" + whole,
        b"[]",
        b"\xff" * 100,
        b"[" * 100_000,
    ]
    for _ in range(12):
        place = dice.randrange(len(whole))
        damaged.append(whole[:place] + bytes((whole[place] ^ (1 << dice.randrange(8)),)) + whole[place + 1 :])
    stamp = whole.split(b"\n", 2)[1]
    for payload in (
        b"",
        b"null",
        b"[]",
        b"{}",
        b"[" * 50_000,
        b"[1,2]",
        whole.split(b"\n", 2)[2].replace(b'"All"', b'"Any"'),
        b'"\\ud800"',
        b"\xff",
        b"NaN",
    ):
        rest = stamp + b"\n" + payload
        damaged.append(f"{crc32(rest):08x}\n".encode() + rest)  # the checksum is right, the content is not
    for content in damaged:
        file.write_bytes(content)
        file.chmod(0o600)
        assert load_rules() == rules, content[:100]


@pytest.mark.skipif(sys.platform == "win32", reason="folders are those of POSIX")
@pytest.mark.parametrize(
    "kind", ["a file", "a loop", "a device", "read-only", "a pipe in it", "a folder in it", "a long name", "nothing above", "an empty name"]
)
def test_a_cache_folder_that_is_of_no_use_does_no_harm(run: Run, tmp_path: Path, poisoned: Path, kind: str) -> None:
    place = tmp_path / "other"
    if kind == "a file":
        place.write_bytes(b"")
    elif kind == "a loop":
        place.symlink_to(place)
    elif kind == "a device":
        place = Path("/dev/null")
    elif kind == "read-only":
        place.mkdir(mode=0o500)
    elif kind == "a pipe in it":
        place.mkdir()
        os.mkfifo(place / poisoned.name)
    elif kind == "a folder in it":
        (place / poisoned.name).mkdir(parents=True)
    elif kind == "a long name":
        place = tmp_path / ("x" * 300)
    elif kind == "nothing above":
        place = Path("/proc/nothing/cache")
    surroundings = {"JIEBEI_CHECK_CACHE": "" if kind == "an empty name" else str(place), "HOME": str(tmp_path), "XDG_CACHE_HOME": ""}
    done = run("diagnose", EXAMPLE, "-q", env=surroundings, timeout=30)
    assert (done.returncode, done.stderr) == (0, b"")
    assert "小额试借" in done.stdout.decode()


def test_a_form_for_private_answers_is_private(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "form.yaml"
    assert run("init", out).returncode == 0
    assert out.stat().st_mode & 0o077 == 0

"""Every terminal gets something that it can show: encodings, widths, colours."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path

import pytest
from conftest import Run
from forks import Forks
from uses import EXAMPLE, USES, WITHOUT_TERMINAL, Use, named

from jiebei_check.cli import COMMANDS

ENCODINGS = ("utf-8", "gbk", "gb18030", "ascii", "cp437")
CHINESE = ("utf-8", "gbk", "gb18030")
CASES = [(use, form, lang) for use in USES for form in use.formats for lang in use.langs or ("",)]
NAMES = [f"{use.name}-{form}-{lang}" for use, form, lang in CASES]


def chinese(text: str) -> str:
    return re.sub(r"[^\u4e00-\u9fff]", "", text)


def test_every_command_is_among_those_tested() -> None:
    assert {use.words[0] for use in USES} | WITHOUT_TERMINAL >= set(COMMANDS)


@pytest.mark.parametrize(("use", "form", "lang"), CASES, ids=NAMES)
def test_every_encoding_is_written_so_that_it_can_be_decoded(forks: Forks, tmp_path: Path, use: Use, form: str, lang: str) -> None:
    arguments = [*use.arguments(tmp_path, form=form), *(("--lang", lang) if lang else ())]
    printed = {encoding: forks.run(*arguments, encoding=encoding) for encoding in ENCODINGS}
    texts = {}
    for encoding, done in printed.items():
        assert (done.code, done.err) == (0, b""), encoding
        assert b"\x1b" not in done.out
        texts[encoding] = done.out.decode(encoding).replace("\r\n", "\n")
    for encoding in CHINESE:  # the program's own words are intact
        assert "\\u" not in texts[encoding] or form == "json"
    if form == "json":
        values = [json.loads(texts[encoding]) for encoding in CHINESE]
        assert values[0] == values[1] == values[2]
    assert texts["gb18030"] == texts["utf-8"]
    assert chinese(texts["gbk"]) == chinese(texts["utf-8"])
    for encoding in ("ascii", "cp437"):  # nothing is dropped: what the terminal lacks stands there as an escape
        undone = re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), texts[encoding])
        assert chinese(html.unescape(undone)) == chinese(texts["utf-8"])


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_refusal_is_readable_in_every_encoding(run: Run, encoding: str) -> None:
    done = run("diagnose", "-", stdin="line:\n  product: 借贝\n".encode(), env={"PYTHONIOENCODING": encoding})
    assert done.returncode == 65
    line = done.stderr.decode(encoding)
    assert len(line.splitlines()) == 1
    assert ("借贝" in line) == (encoding in CHINESE)


@pytest.mark.parametrize("width", [40, 60, 80, 120])
@pytest.mark.parametrize("use", [use for use in USES if use.words[0] in ("diagnose", "explain", "sayings", "next", "stats")], ids=named)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_line_is_wider_than_the_terminal(forks: Forks, tmp_path: Path, use: Use, width: int, lang: str) -> None:
    from rich.cells import cell_len

    done = forks.run(*use.arguments(tmp_path), "--lang", lang, env={"COLUMNS": str(width)})
    assert max(cell_len(line) for line in done.out.decode().splitlines()) <= width


@pytest.mark.parametrize("columns", ["0", "-5", "abc", "1", "9" * 30, "9" * 5000, ""])
def test_a_width_that_makes_no_sense_does_no_harm(run: Run, columns: str) -> None:
    done = run("diagnose", EXAMPLE, env={"COLUMNS": columns, "LINES": columns})
    assert (done.returncode, done.stderr) == (0, b"")
    assert "小额试借" in done.stdout.decode().replace("\n", "").replace(" ", "")


COLORED = [use for use in USES if use.words[0] in ("diagnose", "explain", "sayings")]


@pytest.mark.parametrize("use", COLORED, ids=named)
@pytest.mark.parametrize(
    ("option", "env", "colored"),
    [
        ((), {}, False),
        ((), {"TERM": "xterm-256color", "COLORTERM": "truecolor"}, False),
        ((), {"FORCE_COLOR": "1"}, True),
        ((), {"FORCE_COLOR": ""}, False),
        ((), {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        (("--color", "auto"), {"NO_COLOR": "1"}, False),
        (("--color", "always"), {"NO_COLOR": "1"}, True),
        (("--color", "always"), {"TERM": "dumb"}, True),
        (("--color", "never"), {"FORCE_COLOR": "1"}, False),
    ],
)
def test_colour_follows_the_option_then_the_environment(
    forks: Forks, tmp_path: Path, use: Use, option: tuple[str, ...], env: dict[str, str], colored: bool
) -> None:
    plain = {"NO_COLOR": "", "FORCE_COLOR": "", **env}
    done = forks.run(*use.arguments(tmp_path), *option, env=plain)
    assert done.code == 0
    assert (b"\x1b[" in done.out) == colored
    bare = re.sub(rb"\x1b\[[0-9;]*m", b"", done.out)
    assert b"\x1b" not in bare
    assert bare == forks.run(*use.arguments(tmp_path), env={"NO_COLOR": "1"}).out


@pytest.mark.parametrize("form", ["json", "markdown", "html"])
def test_no_colour_gets_into_a_document(run: Run, tmp_path: Path, form: str) -> None:
    for target in ((), ("-o", str(tmp_path / "x"))):
        done = run("diagnose", EXAMPLE, "--format", form, "--color", "always", *target, env={"FORCE_COLOR": "1"})
        assert b"\x1b" not in done.stdout
    assert b"\x1b" not in (tmp_path / "x").read_bytes()


@pytest.mark.parametrize(
    "arguments",
    [
        ("\x1b[31m",),
        ("diagnose", "--\x1b[31m"),
        ("diagnose", "x", "--top", "\x1b\u202e"),
        ("diagnose", "\x1b\x9b\u202e"),
        ("-\x9b",),
        ("explain", str(EXAMPLE), "\x1b[2J"),
        ("diagnose", str(EXAMPLE), "--rules", "\x1b[2J"),
        ("diagnose", str(EXAMPLE), "-o", "\x1b[2J\u202e/x"),
        ("diagnose", str(EXAMPLE), "--format", "\x1b"),
        ("diagnose", str(EXAMPLE), "--lang", "\u202e"),
        ("sayings", "\x1b[2J\u202e"),
    ],
)
def test_what_stands_on_the_command_line_is_shown_visibly(run: Run, arguments: tuple[str, ...]) -> None:
    done = run(*arguments, env={"PYTHONIOENCODING": "utf-8", "PYTHONUTF8": "1"})
    shown = (done.stdout + done.stderr).decode()
    assert not {"\x1b", "\x9b", "\u202e"} & set(shown), shown
    assert len(shown.splitlines()) <= 5

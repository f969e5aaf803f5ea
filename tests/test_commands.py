"""The real program: what it prints, where it writes, and its exit codes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT, Run

EXAMPLE = ROOT / "tests" / "examples" / "trial-loan.yaml"


def test_json_holds_the_document_of_the_contract(run: Run) -> None:
    done = run("diagnose", EXAMPLE, "--format", "json")
    assert (done.returncode, done.stderr) == (0, b"")
    document = json.loads(done.stdout)
    assert {
        "format_version",
        "tool_version",
        "rules_version",
        "rules_hash",
        "as_of",
        "lang",
        "inconclusive",
        "causes",
        "actions",
        "warnings",
        "notice",
    } <= set(document)
    first = document["causes"][0]
    assert {"id", "family", "title", "summary", "score", "share", "likelihood", "grade", "for", "against", "open", "actions"} <= set(first)
    assert {"id", "bits", "text", "sources"} <= set(first["for"][0])
    assert all({"fact", "could_add", "could_remove"} <= set(one) for cause in document["causes"] for one in cause["open"])
    scores = [cause["score"] for cause in document["causes"]]
    assert scores == sorted(scores, reverse=True)
    assert sum(cause["share"] for cause in document["causes"]) + document["none_share"] == pytest.approx(1, abs=0.01)
    for cause in document["causes"]:
        assert cause["score"] == cause["prior"] + sum(reason["bits"] for reason in cause["for"] + cause["against"])


def test_several_profiles_make_an_array_and_one_an_object(run: Run) -> None:
    assert isinstance(json.loads(run("diagnose", EXAMPLE, EXAMPLE, "--format", "json").stdout), list)
    assert isinstance(json.loads(run("diagnose", EXAMPLE, "--format", "json").stdout), dict)


def test_standard_input_is_read_for_a_dash_as_yaml_and_as_json(run: Run) -> None:
    as_yaml = run(
        "diagnose",
        "-",
        "--as-of",
        "2025-01-01",
        "-q",
        stdin="line: {change: 关闭了}\nperson: {age: 17}\n".replace("关闭了", "closed").encode(),
    )
    as_json = run("diagnose", "-", "--as-of", "2025-01-01", "-q", stdin=b'{"line": {"change": "closed"}, "person": {"age": 17}}')
    assert as_yaml.returncode == as_json.returncode == 0
    assert as_yaml.stdout == as_json.stdout != b""


def test_top_limits_the_causes(run: Run) -> None:
    assert len(json.loads(run("diagnose", EXAMPLE, "--format", "json", "--top", "2").stdout)["causes"]) == 2


def test_quiet_prints_names_and_verbose_prints_every_cause(run: Run) -> None:
    quiet = run("diagnose", EXAMPLE, "-q").stdout.decode()
    assert quiet.splitlines()[0] == "小额试借后立即还清"
    short, full = (run("diagnose", EXAMPLE, *flags).stdout.decode() for flags in ((), ("-v",)))
    assert len(full) > 3 * len(short)
    assert "个可能性较小的原因没有列出" in short
    assert "个可能性较小的原因没有列出" not in full


def test_as_of_on_the_command_line_wins_over_the_profile(run: Run) -> None:
    assert json.loads(run("diagnose", EXAMPLE, "--format", "json", "--as-of", "2025-7-1").stdout)["as_of"] == "2025-07-01"
    assert json.loads(run("diagnose", EXAMPLE, "--format", "json").stdout)["as_of"] == "2025-06-20"


def test_the_same_input_gives_the_same_bytes_whatever_the_hash_seed_locale_and_zone(run: Run) -> None:
    settings = [
        {"PYTHONHASHSEED": "1"},
        {"PYTHONHASHSEED": "2", "LC_ALL": "C", "TZ": "Asia/Shanghai"},
        {"LANG": "zh_CN.GBK", "TZ": "America/New_York"},
    ]
    for form in ("json", "text"):
        outputs = {run("diagnose", EXAMPLE, "--format", form, env={**env, "PYTHONIOENCODING": "utf-8"}).stdout for env in settings}
        assert len(outputs) == 1


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_form_is_read_back_with_nothing_known(run: Run, tmp_path: Path, lang: str) -> None:
    form = tmp_path / "form.yaml"
    assert run("init", form, "--lang", lang).returncode == 0
    assert form.read_text(encoding="utf-8").startswith("# yaml-language-server: $schema=")
    document = json.loads(run("diagnose", form, "--format", "json").stdout)
    assert document["inconclusive"] is True
    assert not any(cause["for"] or cause["against"] for cause in document["causes"])


def test_the_form_never_overwrites_without_being_told(run: Run, tmp_path: Path) -> None:
    form = tmp_path / "form.yaml"
    form.write_text("mine", encoding="utf-8")
    assert run("init", form).returncode == 74
    assert form.read_text(encoding="utf-8") == "mine"
    assert run("init", form, "--force").returncode == 0


def test_version_names_the_tool_the_rules_and_the_format(run: Run) -> None:
    lines = run("--version").stdout.decode().splitlines()
    assert [line.split()[0] for line in lines] == ["jiebei-check", "rules", "format"]


CODES = [
    (("diagnose", str(EXAMPLE)), b"", 0),
    (("diagnose",), b"", 2),
    (("diagnose", "--nonsense"), b"", 2),
    (("nonsense",), b"", 2),
    (("diagnose", str(EXAMPLE), "--format", "pdf"), b"", 2),
    (("diagnose", str(EXAMPLE), "--lang", "fr"), b"", 2),
    (("diagnose", str(EXAMPLE), "--as-of", "soon"), b"", 2),
    (("diagnose", str(EXAMPLE), "--color", "blue"), b"", 2),
    (("diagnose", "-"), b"line: 3\n", 65),
    (("diagnose", "-"), b"", 65),
    (("diagnose", str(EXAMPLE), "--rules", str(ROOT / "tests" / "examples")), b"", 65),
    (("diagnose", "/nowhere.yaml"), b"", 66),
    (("diagnose", str(EXAMPLE), "--rules", "/nowhere"), b"", 66),
    (("diagnose", str(EXAMPLE), "-o", "/nowhere/x.txt"), b"", 74),
    ((), b"", 2),
]


@pytest.mark.parametrize(("arguments", "stdin", "code"), CODES, ids=[f"{code}-{' '.join(arguments)[-30:]}" for arguments, _, code in CODES])
def test_exit_codes_are_those_of_the_table(run: Run, arguments: tuple[str, ...], stdin: bytes, code: int) -> None:
    done = run(*arguments, stdin=stdin)
    assert done.returncode == code, done.stderr.decode()
    assert b"Traceback" not in done.stderr
    if code:
        assert done.stdout == b""
        assert done.stderr.strip()


def test_a_bug_is_one_line_and_the_trace_shows_places_but_no_values() -> None:
    program = (
        "import sys, jiebei_check.inference as i, jiebei_check.commands.diagnose as d\n"
        "def broken(rules, profile): raise RuntimeError('CANARY ' + str(profile.values))\n"
        "d.diagnose = broken\n"
        "from jiebei_check.cli import main\n"
        "sys.exit(main(sys.argv[1:]))"
    )
    for flags in ([], ["--debug"]):
        done = subprocess.run(
            [sys.executable, "-c", program, "diagnose", str(EXAMPLE), *flags],
            capture_output=True,
            check=False,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        assert done.returncode == 70
        assert b"CANARY" not in done.stderr
        assert b"jiebei" not in done.stdout
        assert (len(done.stderr.decode().splitlines()) == 1) == (not flags)


def test_a_reader_that_goes_away_ends_it_with_141() -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-m", "jiebei_check", "diagnose", str(EXAMPLE), "-v"],
        stdout=write,
        stderr=subprocess.PIPE,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    os.close(write)
    assert (done.returncode, done.stderr) == (141, b"")


def test_a_full_disk_ends_it_with_74_and_one_line() -> None:
    if not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full here")
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "jiebei_check", "diagnose", str(EXAMPLE)],
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
    assert done.returncode == 74
    assert len(done.stderr.decode().splitlines()) == 1


def test_ctrl_c_while_reading_ends_it_with_130() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "jiebei_check", "diagnose", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert process.stdin is not None
    process.stdin.write(b"line:\n")
    process.stdin.flush()
    import time

    time.sleep(1.5)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=20)
    assert process.returncode == 130
    assert b"Traceback" not in errors


def test_a_file_is_written_whole_through_a_link_and_never_half(run: Run, tmp_path: Path) -> None:
    real = tmp_path / "real.json"
    real.write_text("old", encoding="utf-8")
    link = tmp_path / "link.json"
    link.symlink_to(real)
    assert run("diagnose", EXAMPLE, "--format", "json", "-o", link).returncode == 0
    assert link.is_symlink()
    assert json.loads(real.read_text(encoding="utf-8"))["causes"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link.json", "real.json"]


@pytest.mark.parametrize("width", [20, 40, 60, 80, 120])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_line_of_a_report_is_wider_than_the_terminal(run: Run, width: int, lang: str) -> None:
    from rich.cells import cell_len

    text = run("diagnose", EXAMPLE, "-v", "--lang", lang, env={"COLUMNS": str(width)}).stdout.decode()
    assert max(cell_len(line) for line in text.splitlines()) <= width


@pytest.mark.parametrize("encoding", ["utf-8", "gbk", "gb18030", "ascii", "cp437"])
@pytest.mark.parametrize("form", ["text", "json"])
def test_every_terminal_encoding_gets_something_it_can_decode(run: Run, encoding: str, form: str) -> None:
    done = run("diagnose", EXAMPLE, "--format", form, env={"PYTHONIOENCODING": encoding})
    assert done.returncode == 0
    text = done.stdout.decode(encoding)
    if encoding in ("utf-8", "gbk", "gb18030"):
        assert "小额试借" in text
        assert "\\u" not in text


def test_no_escape_sequence_goes_into_a_pipe_unless_asked_for(run: Run) -> None:
    assert b"\x1b" not in run("diagnose", EXAMPLE, env={"TERM": "xterm-256color"}).stdout
    assert b"\x1b" in run("diagnose", EXAMPLE, "--color", "always").stdout
    assert b"\x1b" in run("diagnose", EXAMPLE, env={"FORCE_COLOR": "1", "NO_COLOR": ""}).stdout
    assert b"\x1b" not in run("diagnose", EXAMPLE, env={"FORCE_COLOR": "1", "NO_COLOR": "1"}).stdout


@pytest.mark.parametrize(
    ("arguments", "chinese", "english"),
    [
        (("diagnos",), "没有「diagnos」这个命令，是不是想写「diagnose」", 'did you mean "diagnose"'),
        (("diagnose",), "后面还要写 PROFILE...", "PROFILE... is missing"),
        (("diagnose", "--colour", "never", "p.yaml"), "没有「--colour」这个选项，是不是想写「--color」", "there is no option --colour"),
        (("ask", "--max-questions", "many"), "「--max-questions」后面要写整数", "needs a whole number"),
        (("ask", "--max-questions", "0"), "「--max-questions」要在 ≥ 1 之内", "allowed: ≥ 1"),
        (("batch", "p.csv", "--jobs", "65"), "「--jobs」要在 1–64 之内", "allowed: 1–64"),
        (("diagnose", "--top"), "「--top」后面还要写一个值", "--top needs a value"),
        (("ask", "--all=3"), "「--all」后面不用写值", "--all takes no value"),
        (("next", "p.yaml", "q.yaml"), "多写了「q.yaml」", '"q.yaml" is too much'),
    ],
)
def test_a_mistake_in_the_command_line_is_explained_in_the_language_asked_for(
    run: Run, arguments: tuple[str, ...], chinese: str, english: str
) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    said = done.stderr.decode()
    assert chinese in said
    assert "-h" in said.splitlines()[-1]
    assert english in run(arguments[0], "--lang=en", *arguments[1:]).stderr.decode()


def test_columns_are_only_asked_for_where_there_are_columns(run: Run, tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("line.product\njiebei\n", encoding="utf-8")
    done = run("batch", str(tmp_path / "p.csv"), "--fields", "id")
    assert done.returncode == 2
    assert "--fields" in done.stderr.decode()

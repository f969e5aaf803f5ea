"""Markdown and HTML: what a profile carries stays text; and several outputs of one run."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from conftest import ROOT, Run

from jiebei_check.inference import diagnose
from jiebei_check.profile import make_profile
from jiebei_check.render import FORMATS, FULL, QUIET, SHORT, SUFFIXES, Style, renderer
from jiebei_check.render.markdown import code, escape
from jiebei_check.render.markup import Markup, join, tag
from jiebei_check.report import Report, make_report
from jiebei_check.ruleset import RuleSet
from jiebei_check.wording import Wording

EXAMPLE = ROOT / "tests" / "golden" / "trial-loan.yaml"
HOSTILE = (
    "<script>alert(1)</script>",
    "</title><img src=x onerror=alert(1)>",
    '" onclick="alert(1)\' x',
    "<!-- ]]> --> &lt;b&gt; &amp;",
    "[a](javascript:alert(1)) ![b](https://example.com/c.png)",
    "| a | b |\n| --- |",
    "`` ` ``` @everyone #1 **x** _y_ ~~z~~ $1$",
    "\u202etxt.exe\u2066 \x85 \u2028",
)
DATA = {
    "line": {"product": "jiebei", "change": "closed"},
    "account": {"paid_agent": True},
    "borrowing": {"borrowed_to_test": True},
    "repayment": {"overdue_now": False},
}
VOID = {"meta", "link", "br", "img", "hr", "input", "rect", "line", "path"}


class Outline(HTMLParser):
    """What a browser would build: elements with their attributes, text, and whether every element is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.stack: list[str] = []
        self.feed(text)
        self.close()
        assert not self.stack

    def handle_starttag(self, name: str, attributes: list[tuple[str, str | None]]) -> None:
        assert len(dict(attributes)) == len(attributes)
        self.elements.append((name, dict(attributes)))
        if name not in VOID:
            self.stack.append(name)

    def handle_startendtag(self, name: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append((name, dict(attributes)))

    def handle_endtag(self, name: str) -> None:
        assert self.stack.pop() == name

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def make(rules: RuleSet, name: str = "", lang: str = "zh") -> Report:
    profile = make_profile({**DATA, "as_of": "2025-06-20", "id": name}, rules.facts, rules.notation)
    return make_report(rules, diagnose(rules, profile), lang)


def page(rules: RuleSet, *reports: Report, lang: str = "zh", level: int = SHORT, form: str = "html") -> str:
    return renderer(form)(reports, Style(Wording(rules, lang), verbosity=level))


@pytest.mark.parametrize("level", [QUIET, SHORT, FULL])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_hostile_name_changes_nothing_in_the_page_but_its_text(rules: RuleSet, lang: str, level: int) -> None:
    plain = [element for element, _ in Outline(page(rules, make(rules, "x", lang), lang=lang, level=level)).elements]
    for name in HOSTILE:
        outline = Outline(page(rules, make(rules, name, lang), lang=lang, level=level))
        assert [element for element, _ in outline.elements] == plain
        assert not [key for _, attributes in outline.elements for key in attributes if key.startswith("on") or key in ("style", "src")]


@pytest.mark.parametrize("level", [QUIET, SHORT, FULL])
def test_a_page_refers_to_nothing_outside_and_its_policy_allows_its_own_style_only(rules: RuleSet, level: int) -> None:
    text = page(rules, make(rules, "x"), make(rules, "y"), level=level)
    outline = Outline(text)
    assert not {name for name, _ in outline.elements} & {"script", "link", "img", "iframe", "object", "form", "base", "input"}
    addresses = [value for _, attributes in outline.elements for key, value in attributes.items() if key in ("href", "src", "action")]
    assert all(value is not None and value.startswith("#") for value in addresses)
    found = re.search(r"(?s)<style>(.*)</style>", text)
    assert found is not None
    assert not re.search(r"url\(|@import|expression", found[1])
    digest = base64.b64encode(hashlib.sha256(found[1].encode()).digest()).decode()
    policy = next(
        attributes["content"] for name, attributes in outline.elements if attributes.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy is not None
    assert policy.split("; ")[:2] == ["default-src 'none'", f"style-src 'sha256-{digest}'"]
    assert "unsafe" not in policy


@pytest.mark.parametrize("count", [1, 3])
def test_every_link_leads_to_a_place_on_the_page_and_no_place_is_named_twice(rules: RuleSet, count: int) -> None:
    outline = Outline(page(rules, *[make(rules, str(number)) for number in range(count)], level=FULL))
    places = [attributes["id"] for _, attributes in outline.elements if "id" in attributes]
    assert len(places) == len(set(places))
    assert all((attributes["href"] or "")[1:] in places for name, attributes in outline.elements if name == "a")
    named = [attributes["aria-labelledby"] for _, attributes in outline.elements if "aria-labelledby" in attributes]
    assert set(named) <= set(places)


@pytest.mark.parametrize("count", [1, 2])
def test_headings_begin_at_one_and_never_skip_a_level(rules: RuleSet, count: int) -> None:
    outline = Outline(page(rules, *[make(rules, str(number)) for number in range(count)]))
    levels = [int(name[1]) for name, _ in outline.elements if re.fullmatch(r"h[1-6]", name)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(following <= here + 1 for here, following in pairwise(levels))


@pytest.mark.parametrize("form", ["markdown", "html", "text"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_format_says_the_verdict_the_notice_the_alerts_and_what_to_do(rules: RuleSet, form: str, lang: str) -> None:
    report = make(rules, lang=lang)
    text = page(rules, report, lang=lang, form=form)
    if form == "html":
        text = "".join(Outline(text).words)
    text = re.sub(r"\s|[\\>]", "", text)
    wanted = [report.verdict, report.notice, report.actions[0].text, *(one.text for one in report.warnings if one.kind == "alert")]
    assert len(wanted) == 4
    for sentence in wanted:
        assert re.sub(r"\s", "", sentence) in text


def test_no_word_of_the_program_is_missing_in_a_format(rules: RuleSet) -> None:
    for lang in ("zh", "en"):
        for form in FORMATS:
            text = page(rules, make(rules, "x", lang), lang=lang, level=FULL, form=form)
            text = re.sub(r"(?s)<style>.*?</style>", "", text)
            assert not re.search(r"\b(page|report|likelihood|punctuation)\.[a-z_]+", text)


def test_text_is_escaped_where_it_enters_and_markup_is_not_escaped_twice() -> None:
    assert tag("p", "<b>", Markup("<i>x</i>"), title='"&') == '<p title="&quot;&amp;">&lt;b&gt;<i>x</i></p>'
    assert join("a<", Markup("<b>")) == "a&lt;<b>"
    assert tag("p", "\x1b[31m\u202e") == "<p>\\x1b[31m\\u202e</p>"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a * b", r"a \* b"),
        ("<b>&", "&lt;b&gt;&amp;"),
        ("[x](y) | `z` _w_ ~v~ $u$", r"\[x\](y) \| \`z\` \_w\_ \~v\~ \$u\$"),
        ("# no heading", r"\# no heading"),
        ("- no item", r"\- no item"),
        ("1. no item", r"1\. no item"),
        ("2025-06-20", "2025-06-20"),
        ("a\nb", r"a\\nb"),
    ],
)
def test_markdown_reads_as_it_is_written(text: str, expected: str) -> None:
    assert escape(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"), [("a", "`a`"), ("a`b", "``a`b``"), ("`", "`` ` ``"), ("``a", "``` ``a ```"), (" a ", "`  a  `")]
)
def test_a_code_span_is_longer_than_any_run_of_backticks_in_it(text: str, expected: str) -> None:
    assert code(text) == expected


@pytest.mark.parametrize("level", [QUIET, SHORT, FULL])
def test_a_hostile_name_stays_inside_its_code_span(rules: RuleSet, level: int) -> None:
    for name in HOSTILE:
        report = make(rules, name)
        with_name, other = (
            page(rules, report, report, form="markdown", level=level),
            page(rules, make(rules, "x"), make(rules, "x"), form="markdown", level=level),
        )
        assert code(name) in with_name
        assert with_name.replace(code(name), "`x`") == other
        assert with_name.count("\n") == other.count("\n")


def test_one_run_writes_several_files_each_in_the_format_of_its_suffix(run: Run, tmp_path: Path) -> None:
    files = [tmp_path / f"result{suffix}" for suffix in (".html", ".JSON", ".md", ".txt")]
    done = run("diagnose", EXAMPLE, *[word for path in files for word in ("-o", path)])
    assert (done.returncode, done.stdout) == (0, b"")
    html, document, markdown, text = (path.read_text(encoding="utf-8") for path in files)
    assert html.startswith("<!doctype html>")
    assert json.loads(document)["id"] == "试借二百元"
    assert markdown.startswith("# ")
    assert text.encode() == run("diagnose", EXAMPLE).stdout
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(path.name for path in files)


def test_the_formats_named_by_suffixes_exist() -> None:
    assert set(SUFFIXES.values()) == set(FORMATS)


def test_a_chosen_format_goes_to_files_whose_suffix_says_nothing_and_to_standard_output(run: Run, tmp_path: Path) -> None:
    odd, bare, page_file = tmp_path / "a.ticket", tmp_path / "b", tmp_path / "c.html"
    done = run("diagnose", EXAMPLE, "--format", "json", "-o", odd, "-o", bare, "-o", page_file, "-o", "-")
    assert done.returncode == 0
    assert odd.read_bytes() == bare.read_bytes() == done.stdout
    assert json.loads(done.stdout)["lang"] == "zh"
    assert page_file.read_bytes().startswith(b"<!doctype html>")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_suffix_that_says_nothing_is_refused_before_anything_is_written(run: Run, tmp_path: Path, lang: str) -> None:
    done = run("diagnose", EXAMPLE, "--lang", lang, "-o", tmp_path / "a.json", "-o", tmp_path / "a.pdf", "-o", tmp_path / "b.docx")
    assert done.returncode == 2
    assert not list(tmp_path.iterdir())
    lines = done.stderr.decode().splitlines()
    assert len(lines) == 2
    assert ".pdf" in lines[0] and ".html" in lines[0] and "--format" in lines[0]


def test_a_file_that_cannot_be_written_leaves_no_half_file(run: Run, tmp_path: Path) -> None:
    done = run("diagnose", EXAMPLE, "-o", tmp_path / "a.json", "-o", tmp_path / "nowhere" / "b.html")
    assert done.returncode == 74
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]
    assert json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))


def test_a_bad_profile_leaves_the_files_of_an_earlier_run_as_they_were(run: Run, tmp_path: Path) -> None:
    earlier = tmp_path / "a.html"
    earlier.write_text("earlier", encoding="utf-8")
    done = run("diagnose", "-", "-o", earlier, "-o", tmp_path / "b.json", stdin=b"line: {product: nothing}")
    assert done.returncode == 65
    assert earlier.read_text(encoding="utf-8") == "earlier"
    assert [path.name for path in tmp_path.iterdir()] == ["a.html"]

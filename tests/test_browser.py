"""The page in a real browser: a phone's width and a desktop's, light and dark, and on paper.

JIEBEI_CHECK_SHOTS=FOLDER keeps a screenshot of every combination, to be looked at.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import chromium
import pytest
from test_golden import GOLDEN, NAMES

from jiebei_check.inference import diagnose
from jiebei_check.profile import parse_profile
from jiebei_check.render import FULL, SHORT, Style
from jiebei_check.render.html import render
from jiebei_check.report import make_report
from jiebei_check.ruleset import RuleSet
from jiebei_check.wording import Wording

BROWSER = chromium.find()
pytestmark = pytest.mark.skipif(BROWSER is None, reason="there is no Chromium here: apt-get install chromium fonts-noto-cjk")

READABLE, VISIBLE = 4.5, 3.0  # WCAG 2.2, success criteria 1.4.3 (text) and 1.4.11 (pictures)
PHONE, DESKTOP = 390, 1280
MEASURES = Path(__file__).with_name("measures.js").read_text(encoding="utf-8")


class View(NamedTuple):
    """A window: its width, colour scheme, and screen or print."""

    width: int
    scheme: str
    media: str = "screen"


VIEWS = (
    View(PHONE, "light"),
    View(PHONE, "dark"),
    View(DESKTOP, "light"),
    View(DESKTOP, "dark"),
    View(794, "light", "print"),
    View(794, "dark", "print"),
)
PAGES = tuple(f"{name}.{lang}" for name in (*NAMES, "several", "everything") for lang in ("zh", "en"))


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[chromium.Chromium]:
    assert BROWSER is not None
    running = chromium.Chromium(BROWSER, tmp_path_factory.mktemp("browser"))
    yield running
    running.close()


@pytest.fixture(scope="module")
def pages(rules: RuleSet, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    found = {}
    for lang in ("zh", "en"):
        profiles = [parse_profile((GOLDEN / f"{name}.yaml").read_bytes(), rules.facts, rules.notation) for name in NAMES]
        reports = [make_report(rules, diagnose(rules, profile), lang) for profile in profiles]
        sets = {name: ([report], SHORT) for name, report in zip(NAMES, reports, strict=True)}
        sets |= {"several": (reports[:2], SHORT), "everything": ([reports[-1]._replace(causes=reports[-1].causes[-8:])], FULL)}
        for name, (shown, level) in sets.items():
            path = folder / f"{name}.{lang}.html"
            path.write_text(render(shown, Style(Wording(rules, lang), verbosity=level)), encoding="utf-8")
            found[f"{name}.{lang}"] = path
    return found


@pytest.fixture(params=VIEWS, ids=lambda view: f"{view.media}-{view.width}-{view.scheme}")
def view(request: pytest.FixtureRequest, browser: chromium.Chromium) -> View:
    chosen: View = request.param
    browser.look(chosen.width, scheme=chosen.scheme, media=chosen.media)
    return chosen


def measured(browser: chromium.Chromium, function: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = browser.evaluate(f"{MEASURES}; {function}()")
    return found


@pytest.mark.parametrize("page", PAGES)
def test_the_page_fits_is_quiet_and_can_be_read(page: str, view: View, browser: chromium.Chromium, pages: dict[str, Path]) -> None:
    browser.open(pages[page].as_uri())
    if os.environ.get("JIEBEI_CHECK_SHOTS"):
        name = f"{page}-{view.media}-{view.width}-{view.scheme}.png"
        Path(os.environ["JIEBEI_CHECK_SHOTS"], name).write_bytes(browser.screenshot())
    assert measured(browser, "overflowing") == []
    assert browser.requests() == [pages[page].as_uri()]
    assert browser.complaints() == []
    texts = measured(browser, "texts")
    assert len(texts) > 40
    assert [one for one in texts if one["ratio"] < READABLE] == []
    shapes = measured(browser, "shapes")
    assert len(shapes) > 3
    assert [one for one in shapes if one["ratio"] < VISIBLE] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_light_is_light_dark_is_dark_and_paper_is_white(scheme: str, browser: chromium.Chromium, pages: dict[str, Path]) -> None:
    browser.look(DESKTOP, scheme=scheme)
    browser.open(pages["trial-loan.zh"].as_uri())
    level = browser.evaluate(f"{MEASURES}; luminance(ground(document.body))")
    assert level > 0.8 if scheme == "light" else level < 0.05
    browser.look(DESKTOP, scheme=scheme, media="print")
    assert browser.evaluate(f"{MEASURES}; luminance(ground(document.body))") == pytest.approx(1)


@pytest.mark.parametrize("page", PAGES)
def test_nothing_in_the_page_runs(page: str, browser: chromium.Chromium, pages: dict[str, Path]) -> None:
    browser.look(DESKTOP)
    browser.open(pages[page].as_uri())
    assert browser.evaluate("document.querySelectorAll('script, img, iframe, object, link, [onerror], [onclick], [style]').length") == 0
    browser.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=https://example.com/a.png onerror=window.ran=1>')")
    browser.evaluate("document.body.appendChild(Object.assign(document.createElement('script'), {textContent: 'window.ran = 1'}))")
    browser.evaluate("new Promise(done => setTimeout(done, 100))")
    assert browser.evaluate("window.ran === undefined"), "the page's policy stops what does not belong to it"
    assert len(browser.complaints()) >= 2


def test_a_browser_reads_landmarks_headings_and_a_language(browser: chromium.Chromium, pages: dict[str, Path]) -> None:
    browser.look(PHONE)
    for lang, tag in (("zh", "zh-Hans"), ("en", "en")):
        browser.open(pages[f"trial-loan.{lang}"].as_uri())
        assert browser.evaluate("document.documentElement.lang") == tag
        browser.send("Accessibility.enable")
        nodes = browser.send("Accessibility.getFullAXTree")["nodes"]
        roles = [node["role"]["value"] for node in nodes if not node.get("ignored")]
        assert {"banner", "main", "contentinfo", "region", "heading", "list", "link"} <= set(roles)
        assert roles.count("main") == 1
        regions = [node["name"]["value"] for node in nodes if node.get("role", {}).get("value") == "region"]
        assert all(regions)
        assert len(regions) == len(set(regions))


def test_the_picture_of_a_cause_is_as_long_as_its_sum_says(browser: chromium.Chromium, pages: dict[str, Path]) -> None:
    browser.look(DESKTOP)
    for page in PAGES:
        browser.open(pages[page].as_uri())
        cards = measured(browser, "balances")
        assert cards
        scale = {round(side["pixels"] / side["bits"], 1) for card in cards for side in card["sides"] if side["bits"]}
        assert max(scale) - min(scale) < 0.5 or page.startswith("several")  # each report has a scale of its own
        for card in cards:
            assert all((side["pixels"] > 0) == (side["bits"] > 0) for side in card["sides"])


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_paper_shows_what_the_screen_folds_away(lang: str, browser: chromium.Chromium, pages: dict[str, Path]) -> None:
    browser.look(DESKTOP)
    browser.open(pages[f"trial-loan.{lang}"].as_uri())
    folded = "(document.querySelector('details ol').checkVisibility({contentVisibilityAuto: true}) ? 1 : 0)"
    assert browser.evaluate(folded) == 0
    browser.look(794, media="print")
    assert browser.evaluate(folded) == 1
    printed = browser.pdf()
    assert printed.startswith(b"%PDF-")
    assert 2 <= len(re.findall(rb"/Type /Page\b", printed)) <= 8
    if os.environ.get("JIEBEI_CHECK_SHOTS"):
        Path(os.environ["JIEBEI_CHECK_SHOTS"], f"trial-loan.{lang}.pdf").write_bytes(printed)


def test_the_measuring_itself_finds_what_is_wrong(browser: chromium.Chromium, tmp_path: Path) -> None:
    path = tmp_path / "bad.html"
    pale = "<p style='color:#999;background:#fff'>pale</p>"
    wide = "<div style='width:3000px'>wide</div>"
    faint = "<svg><rect width=9 height=9 fill='#eee' class=fill /></svg>"
    noisy = "<script>console.error('x')</script>"
    path.write_text(f"<!doctype html><meta charset=utf-8><body style='background:#fff'>{pale}{wide}{faint}{noisy}", encoding="utf-8")
    browser.look(PHONE)
    browser.open(path.as_uri())
    assert measured(browser, "overflowing")
    assert [one["text"] for one in measured(browser, "texts") if one["ratio"] < READABLE] == ["pale"]
    assert [one for one in measured(browser, "shapes") if one["ratio"] < VISIBLE]
    assert browser.complaints()
    assert json.loads(browser.complaints()[0])

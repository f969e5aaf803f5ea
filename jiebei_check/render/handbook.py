"""Pages of the rules as text, Markdown and one self-contained HTML document."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..handbook import CasePage, Page
from ..phrases import signed
from ..wording import Wording
from .markup import Markup, lines, tag


def as_markdown(pages: Sequence[Page], wording: Wording) -> str:
    """Pages as Markdown, one heading each."""
    return "\n".join(_markdown(page, wording) for page in pages)


def _markdown(page: Page, wording: Wording) -> str:
    word = wording.word
    parts = [
        f"## {page.title}",
        "",
        f"`{page.id}` · {page.family_title} · {page.grade_title} · {word('rules.prior')} {signed(page.prior)}",
        "",
        page.summary,
        "",
    ]
    if page.applies:
        parts += [f"**{word('rules.applies')}** {_cell(page.applies)}", ""]
    parts += [
        f"### {word('rules.evidence')}",
        "",
        f"| {word('rules.bits')} | {word('rules.when')} | {word('rules.because')} | {word('rules.sources')} |",
        "|---:|---|---|---|",
    ]
    parts += [f"| {signed(row.bits)} | {_cell(row.when)} | {_cell(row.because)} | {', '.join(row.sources)} |" for row in page.evidence]
    guides = _guides(page, wording)
    if guides:
        parts += ["", f"### {word('rules.guides')}", "", word("rules.guides_only"), ""]
        parts += [f"- {_cell(guide)}" for guide in guides]
    if page.mistaken_for:
        parts += ["", f"### {word('rules.mistaken_for')}", ""]
        parts += [f"- **{title}** (`{other}`) {_cell(text)}" for other, title, text in page.mistaken_for]
    parts += ["", f"### {word('rules.actions')}", ""]
    parts += [f"{number}. {title} (`{action}`)" for number, (action, title) in enumerate(page.actions, 1)]
    parts += ["", f"### {word('rules.sources')}", ""]
    parts += [f"- `{source}` {_cell(text)}" for source, text in page.sources]
    parts += [
        "",
        f"### {word('rules.cases')}",
        "",
        f"| {word('rules.case')} | {word('rules.given')} | {word('rules.expected')} |",
        "|---|---|---|",
    ]
    parts += [
        f"| {_cell(case.name)} | {_cell(word('punctuation.join').join(case.given))} | {case.expect}{_verdict(case, wording)} |"
        for case in page.cases
    ]
    return "\n".join(parts) + "\n"


def _guides(page: Page, wording: Wording) -> list[str]:
    """What decides only which question is asked first, a line each: how it looks, then how often each sign shows."""
    colon, comma = wording.word("punctuation.colon"), wording.word("punctuation.join")
    looks = [f"{look.label}{colon}{comma.join(' '.join(answer) for answer in look.answers)}" for look in page.looks_like]
    return looks + [f"{sign.when}{colon}{sign.seen} ({sign.piece})" for sign in page.seen]


def _verdict(case: CasePage, wording: Wording) -> str:
    return "" if case.passes else f" ({wording.word('rules.fails')})"


def _cell(text: str) -> str:
    return text.replace("|", r"\|").replace("<", "&lt;").replace("\n", " ")


def as_text(pages: Sequence[Page], wording: Wording, width: int) -> str:
    """Pages for a terminal of ``width`` cells."""
    from .text import wrap  # noqa: PLC0415 - the other formats do without the terminal library

    word = wording.word
    lines: list[str] = []

    def put(text: str, indent: int = 0, mark: str = "") -> None:
        for number, part in enumerate(wrap(text, max(width - indent - len(mark), 16))):
            lines.append(" " * indent + (mark if number == 0 else " " * len(mark)) + part)

    for page in pages:
        if lines:
            lines += ["", "-" * width, ""]
        put(page.title)
        put(f"{page.id} · {page.family_title} · {page.grade_title} · {word('rules.prior')} {signed(page.prior)}")
        lines.append("")
        put(page.summary)
        if page.applies:
            lines.append("")
            put(f"{word('rules.applies')}{word('punctuation.colon')}{page.applies}")
        lines += ["", word("rules.evidence")]
        for row in page.evidence:
            put(row.when, 2, f"{row.bits:+3d}  ")
            put(row.because, 7)
            put(", ".join(row.sources), 7)
        guides = _guides(page, wording)
        if guides:
            lines += ["", word("rules.guides")]
            put(word("rules.guides_only"), 2)
            for guide in guides:
                put(guide, 2, "- ")
        if page.mistaken_for:
            lines += ["", word("rules.mistaken_for")]
            for other, title, text in page.mistaken_for:
                put(f"{title} ({other}){word('punctuation.colon')}{text}", 2, "- ")
        lines += ["", word("rules.actions")]
        for number, (action, title) in enumerate(page.actions, 1):
            put(f"{title} ({action})", 2, f"{number}. ")
        lines += ["", word("rules.sources")]
        for source, text in page.sources:
            put(f"{source}  {text}", 2, "- ")
        lines += ["", word("rules.cases")]
        for case in page.cases:
            put(f"{case.name} → {case.expect}{_verdict(case, wording)}", 2, "- ")
            put(word("punctuation.join").join(case.given), 4)
    return "\n".join(lines) + "\n"


def as_html(pages: Sequence[Page], wording: Wording) -> str:
    """Pages as one self-contained document with a table of contents by family."""
    word = wording.word
    rules = wording.rules
    styles = Path(__file__).with_name("handbook.css").read_text(encoding="utf-8")
    title = wording.text(rules.title)
    contents = []
    for family, name in rules.families.items():
        mine = [page for page in pages if page.family == family]
        if mine:
            items = [
                tag("li", tag("a", page.title, href=f"#{page.id}"), " ", tag("span", page.grade_title, class_="soft")) for page in mine
            ]
            contents += [tag("h3", wording.text(name)), tag("ul", *items)]

    def cells(*texts: str, head: bool = False) -> Markup:
        return tag("tr", *(tag("th", text, scope="col") if head else tag("td", text) for text in texts))

    def article(page: Page) -> Markup:
        weights = [
            tag(
                "tr",
                tag("td", tag("span", f"{signed(row.bits)}", class_="for" if row.bits > 0 else "against"), class_="bits"),
                tag("td", row.when),
                tag("td", row.because),
                tag("td", ", ".join(row.sources)),
            )
            for row in page.evidence
        ]
        heads = cells(word("rules.bits"), word("rules.when"), word("rules.because"), word("rules.sources"), head=True)
        cases = [
            cells(case.name, word("punctuation.join").join(case.given), f"{case.expect}{_verdict(case, wording)}") for case in page.cases
        ]
        guides = _guides(page, wording)
        return lines(
            tag("h2", page.title, id=page.id),
            tag("p", f"{page.id} · {page.family_title} · {page.grade_title} · {word('rules.prior')} {signed(page.prior)}", class_="soft"),
            tag("p", page.summary),
            tag("p", tag("strong", word("rules.applies")), " ", page.applies) if page.applies else Markup(""),
            tag("h3", word("rules.evidence")),
            tag("table", tag("thead", heads), tag("tbody", *weights)),
            lines(
                tag("h3", word("rules.guides")),
                tag("p", word("rules.guides_only"), class_="soft"),
                tag("ul", *(tag("li", guide) for guide in guides)),
            )
            if guides
            else Markup(""),
            lines(
                tag("h3", word("rules.mistaken_for")),
                tag(
                    "ul",
                    *(
                        tag("li", tag("a", title, href=f"#{other}"), word("punctuation.colon"), text)
                        for other, title, text in page.mistaken_for
                    ),
                ),
            )
            if page.mistaken_for
            else Markup(""),
            tag("h3", word("rules.actions")),
            tag("ol", *(tag("li", name) for _, name in page.actions)),
            tag("h3", word("rules.sources")),
            tag("ul", *(tag("li", tag("code", source), " ", text) for source, text in page.sources)),
            tag("h3", word("rules.cases")),
            tag(
                "table",
                tag("thead", cells(word("rules.case"), word("rules.given"), word("rules.expected"), head=True)),
                tag("tbody", *cases),
            ),
        )

    head = lines(
        tag("meta", charset="utf-8"),
        tag("meta", name_="viewport", content="width=device-width, initial-scale=1"),
        tag("title", title),
        tag("style", Markup(styles)),
    )
    nav = tag("nav", *contents, aria_label=word("rules.contents")) if len(pages) > 1 else Markup("")
    body = lines(
        tag("header", tag("h1", title), tag("p", word("rules.version", version=rules.version), class_="soft")),
        nav,
        tag("main", *(tag("article", article(page)) for page in pages)),
        tag("footer", tag("p", wording.text(rules.notice), class_="soft")),
    )
    return lines(Markup("<!doctype html>"), tag("html", tag("head", head), tag("body", body), lang=wording.language)) + "\n"

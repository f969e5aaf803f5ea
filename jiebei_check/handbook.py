"""The rules as documentation: a cause as a page, all causes as a handbook; blocks first, then text, Markdown, HTML or JSON."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from .conditions import All, AnyOf, Condition, In, Not, Range
from .inference import diagnose
from .profile import Profile
from .report import cite
from .rule_reader import PLACEHOLDER
from .ruleset import Cause, Evidence, RuleSet
from .selftest import comes_out
from .values import Fact, Text
from .wording import Wording


class Row(NamedTuple):
    """One outcome of a piece of evidence: what holds, what it weighs in bits, what is said, on which sources it rests."""

    piece: str
    when: str
    bits: int
    because: str
    sources: tuple[str, ...]


class CasePage(NamedTuple):
    """A case with what is known in it, what is expected, and whether it comes out so."""

    name: str
    given: tuple[str, ...]
    expect: str
    passes: bool


class Page(NamedTuple):
    """A cause as a page of documentation, in one language."""

    id: str
    title: str
    family: str
    family_title: str
    grade: str
    grade_title: str
    prior: int
    summary: str
    applies: str
    evidence: tuple[Row, ...]
    mistaken_for: tuple[tuple[str, str, str], ...]
    actions: tuple[tuple[str, str], ...]
    sources: tuple[tuple[str, str], ...]
    cases: tuple[CasePage, ...]


def page_of(wording: Wording, cause: Cause) -> Page:
    """The page of ``cause`` in the language of ``wording``."""
    rules = wording.rules
    cited = dict.fromkeys(source for piece in cause.evidence for source in piece.sources)
    titles = {other.id: wording.text(other.title) for other in rules.causes}
    return Page(
        id=cause.id,
        title=wording.text(cause.title),
        family=cause.family,
        family_title=wording.text(rules.families[cause.family]),
        grade=cause.grade,
        grade_title=wording.text(rules.grades[cause.grade]),
        prior=cause.prior,
        summary=wording.text(cause.summary),
        applies=in_words(wording, cause.applies) if cause.applies is not None else "",
        evidence=tuple(row for piece in cause.evidence for row in _rows(wording, piece)),
        mistaken_for=tuple((other, titles.get(other, other), wording.text(text)) for other, text in cause.mistaken_for.items()),
        actions=tuple((action, wording.text(rules.actions[action].title)) for action in cause.actions),
        sources=tuple((source, f"{cite(wording, rules.sources[source])}{wording.word('punctuation.colon')}{wording.text(rules.sources[source].says)}") for source in cited),
        cases=tuple(_case(wording, cause, number) for number in range(len(cause.tests))),
    )


def _rows(wording: Wording, piece: Evidence) -> Iterable[Row]:
    for step in piece.steps:
        yield Row(piece.id, in_words(wording, step.when), step.bits, with_labels(wording, step.because), piece.sources)
    if piece.otherwise is not None:
        yield Row(piece.id, wording.word("rules.otherwise"), piece.otherwise.bits, with_labels(wording, piece.otherwise.because), piece.sources)


def _case(wording: Wording, cause: Cause, number: int) -> CasePage:
    case = cause.tests[number]
    rules = wording.rules
    given = tuple(f"{wording.text(rules.facts[fact].label)} {_valued(wording, rules.facts[fact], value)}" for fact, value in case.given.items())
    expect = wording.word(f"rules.expect.{case.expect}")
    return CasePage(case.name, given, expect, comes_out(rules, cause.id, case.expect, diagnose(rules, Profile(case.given))))


def with_labels(wording: Wording, text: Text) -> str:
    """A sentence with the labels of its facts in its blanks."""
    facts = wording.rules.facts
    return PLACEHOLDER.sub(lambda blank: f"[{wording.text(facts[blank[1]].label)}]" if blank[1] in facts else blank[0], wording.text(text))


def in_words(wording: Wording, condition: Condition, *, inner: bool = False) -> str:
    """A condition as people read it: labels and answers, at least and at most as signs."""
    rules = wording.rules
    if isinstance(condition, In):
        fact = rules.facts[condition.fact]
        values = wording.word("rules.or").join(_valued(wording, fact, value) for value in condition.values)
        return f"{wording.text(fact.label)} = {values}"
    if isinstance(condition, Range):
        fact = rules.facts[condition.fact]
        low = f"{_valued(wording, fact, condition.low)} {'<' if condition.low_open else '≤'} " if condition.low is not None and condition.high is not None else ""
        if condition.high is not None:
            return f"{low}{wording.text(fact.label)} {'<' if condition.high_open else '≤'} {_valued(wording, fact, condition.high)}"
        return f"{wording.text(fact.label)} {'>' if condition.low_open else '≥'} {_valued(wording, fact, condition.low)}"
    if isinstance(condition, Not):
        return wording.word("rules.not", condition=in_words(wording, condition.part))
    joined = wording.word("rules.and" if isinstance(condition, All) else "rules.or_else").join(
        in_words(wording, part, inner=True) for part in condition.parts
    )
    several = inner and len(condition.parts) > 1 and isinstance(condition, AnyOf)
    return f"({joined})" if several else joined


def _valued(wording: Wording, fact: Fact, value: object) -> str:
    shown = wording.value(fact, value)  # type: ignore[arg-type]  # a value or a bound of the fact
    unit = wording.rules.units.get(fact.unit)
    plain = unit is None or not isinstance(value, (int, float)) or isinstance(value, bool) or "%" in shown
    return shown if plain else f"{shown} {wording.text(unit or {})}"


# --- formats


def as_markdown(pages: Sequence[Page], wording: Wording) -> str:
    """Pages as Markdown, one heading each."""
    return "\n".join(_markdown(page, wording) for page in pages)


def _markdown(page: Page, wording: Wording) -> str:
    word = wording.word
    parts = [f"## {page.title}", "", f"`{page.id}` · {page.family_title} · {page.grade_title} · {word('rules.prior')} {page.prior:+d}", "", page.summary, ""]
    if page.applies:
        parts += [f"**{word('rules.applies')}** {_cell(page.applies)}", ""]
    parts += [f"### {word('rules.evidence')}", "", f"| {word('rules.bits')} | {word('rules.when')} | {word('rules.because')} | {word('rules.sources')} |", "|---:|---|---|---|"]
    parts += [f"| {row.bits:+d} | {_cell(row.when)} | {_cell(row.because)} | {', '.join(row.sources)} |" for row in page.evidence]
    if page.mistaken_for:
        parts += ["", f"### {word('rules.mistaken_for')}", ""]
        parts += [f"- **{title}** (`{other}`) {_cell(text)}" for other, title, text in page.mistaken_for]
    parts += ["", f"### {word('rules.actions')}", ""]
    parts += [f"{number}. {title} (`{action}`)" for number, (action, title) in enumerate(page.actions, 1)]
    parts += ["", f"### {word('rules.sources')}", ""]
    parts += [f"- `{source}` {_cell(text)}" for source, text in page.sources]
    parts += ["", f"### {word('rules.cases')}", "", f"| {word('rules.case')} | {word('rules.given')} | {word('rules.expected')} |", "|---|---|---|"]
    parts += [f"| {_cell(case.name)} | {_cell(word('punctuation.join').join(case.given))} | {case.expect}{_verdict(case, wording)} |" for case in page.cases]
    return "\n".join(parts) + "\n"


def _verdict(case: CasePage, wording: Wording) -> str:
    return "" if case.passes else f" ({wording.word('rules.fails')})"


def _cell(text: str) -> str:
    return text.replace("|", r"\|").replace("<", "&lt;").replace("\n", " ")


def as_text(pages: Sequence[Page], wording: Wording, width: int) -> str:
    """Pages for a terminal of ``width`` cells."""
    from .render.text import wrap  # noqa: PLC0415 - the other formats do without the terminal library

    word = wording.word
    lines: list[str] = []

    def put(text: str, indent: int = 0, mark: str = "") -> None:
        for number, part in enumerate(wrap(text, max(width - indent - len(mark), 16))):
            lines.append(" " * indent + (mark if number == 0 else " " * len(mark)) + part)

    for page in pages:
        if lines:
            lines += ["", "-" * width, ""]
        put(page.title)
        put(f"{page.id} · {page.family_title} · {page.grade_title} · {word('rules.prior')} {page.prior:+d}")
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


_STYLE = """
:root { color-scheme: light dark; --ink: #1b2325; --soft: #4f5b5e; --line: #d5dcd8; --page: #fff; --gain: #0b6a5a; --loss: #9c4418; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e9e7; --soft: #a7b2b2; --line: #333c3e; --page: #121618; --gain: #5cc4ae; --loss: #f0a478; } }
body { margin: 0 auto; padding: 1.5rem 1rem 3rem; max-width: 60rem; background: var(--page); color: var(--ink);
  font: 1rem/1.7 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.2rem; margin-top: 3rem; border-top: 1px solid var(--line); padding-top: 1.5rem; } h3 { font-size: 1rem; }
a { color: inherit; } .soft { color: var(--soft); font-size: .9rem; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; } th, td { border: 1px solid var(--line); padding: .4rem .6rem; text-align: left; vertical-align: top; }
td.bits { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; } .for { color: var(--gain); } .against { color: var(--loss); }
@media print { h2 { break-after: avoid; } tr { break-inside: avoid; } }
"""


def as_html(pages: Sequence[Page], wording: Wording) -> str:
    """Pages as one self-contained document with a table of contents by family."""
    from .render.markup import Markup, lines, tag  # noqa: PLC0415 - the other formats do without

    word = wording.word
    rules: RuleSet = wording.rules
    title = wording.text(rules.title)
    contents = []
    for family, name in rules.families.items():
        mine = [page for page in pages if page.family == family]
        if mine:
            items = [tag("li", tag("a", page.title, href=f"#{page.id}"), " ", tag("span", page.grade_title, class_="soft")) for page in mine]
            contents += [tag("h3", wording.text(name)), tag("ul", *items)]

    def cells(*texts: str, head: bool = False) -> Markup:
        return tag("tr", *(tag("th", text, scope="col") if head else tag("td", text) for text in texts))

    def article(page: Page) -> Markup:
        weights = [
            tag(
                "tr",
                tag("td", tag("span", f"{row.bits:+d}", class_="for" if row.bits > 0 else "against"), class_="bits"),
                tag("td", row.when),
                tag("td", row.because),
                tag("td", ", ".join(row.sources)),
            )
            for row in page.evidence
        ]
        heads = cells(word("rules.bits"), word("rules.when"), word("rules.because"), word("rules.sources"), head=True)
        cases = [cells(case.name, word("punctuation.join").join(case.given), f"{case.expect}{_verdict(case, wording)}") for case in page.cases]
        return lines(
            tag("h2", page.title, id=page.id),
            tag("p", f"{page.id} · {page.family_title} · {page.grade_title} · {word('rules.prior')} {page.prior:+d}", class_="soft"),
            tag("p", page.summary),
            tag("p", tag("strong", word("rules.applies")), " ", page.applies) if page.applies else Markup(""),
            tag("h3", word("rules.evidence")),
            tag("table", tag("thead", heads), tag("tbody", *weights)),
            lines(
                tag("h3", word("rules.mistaken_for")),
                tag("ul", *(tag("li", tag("a", title, href=f"#{other}"), word("punctuation.colon"), text) for other, title, text in page.mistaken_for)),
            )
            if page.mistaken_for
            else Markup(""),
            tag("h3", word("rules.actions")),
            tag("ol", *(tag("li", name) for _, name in page.actions)),
            tag("h3", word("rules.sources")),
            tag("ul", *(tag("li", tag("code", source), " ", text) for source, text in page.sources)),
            tag("h3", word("rules.cases")),
            tag("table", tag("thead", cells(word("rules.case"), word("rules.given"), word("rules.expected"), head=True)), tag("tbody", *cases)),
        )

    head = lines(
        tag("meta", charset="utf-8"),
        tag("meta", name_="viewport", content="width=device-width, initial-scale=1"),
        tag("title", title),
        tag("style", Markup(_STYLE)),
    )
    nav = tag("nav", *contents, aria_label=word("rules.contents")) if len(pages) > 1 else Markup("")
    body = lines(
        tag("header", tag("h1", title), tag("p", word("rules.version", version=rules.version), class_="soft")),
        nav,
        tag("main", *(tag("article", article(page)) for page in pages)),
        tag("footer", tag("p", wording.text(rules.notice), class_="soft")),
    )
    return lines(Markup("<!doctype html>"), tag("html", tag("head", head), tag("body", body), lang=wording.language)) + "\n"

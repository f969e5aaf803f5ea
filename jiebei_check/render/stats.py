"""What many results say together: on the terminal with bars, as JSON, as a table, as a page with charts."""

import json
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from ..report import as_document
from ..stats import Count, Grouping, Missing, Stats
from . import FULL, Style
from .csv import csv_row
from .html import whole_page
from .markup import Markup, lines, tag
from .pictures import share_bar

FORMATS = ("text", "json", "csv", "html")
SUFFIXES = {".txt": "text", ".json": "json", ".csv": "csv", ".html": "html", ".htm": "html"}
_SHORT = 10  # rows of a table that may be long
_CAUSES = 3  # of a group
_Row = TypeVar("_Row")


def render(stats: Stats, style: Style, name: str) -> str:
    """``stats`` in the format of that name."""
    return _RENDERERS[name](stats, style)


def _json(stats: Stats, _style: Style) -> str:
    return json.dumps(as_document(stats), ensure_ascii=False, indent=2) + "\n"


def _csv(stats: Stats, _style: Style) -> str:
    """One long table: which part, what in it, how often; for missing facts the bits as well."""
    rows: list[Sequence[object]] = [("part", "id", "title", "records", "share", "bits")]
    rows.append(("records", "", "", stats.records, "", ""))
    rows.append(("bad", "", "", stats.bad, "", ""))
    rows.append(("inconclusive", *stats.inconclusive, ""))
    for part in ("causes", "families", "likelihoods", "grades", "warnings", "errors"):
        rows += [(part, *count, "") for count in getattr(stats, part)]
    for grouping in stats.groupings:
        for group in grouping.groups:
            rows.append((grouping.fact, group.id, group.title, group.records, group.share, ""))
            rows += [(f"{grouping.fact}={group.id}", *count, "") for count in group.causes]
    rows += [("missing", *missing) for missing in stats.missing]
    return "".join(csv_row(row) for row in rows)


def _parts(stats: Stats, style: Style) -> Iterable[tuple[str, tuple[Count, ...]]]:
    """The tables of counts with their titles, in order."""
    word = style.wording.word
    yield word("stats.causes"), (*stats.causes, stats.inconclusive)
    yield word("stats.families"), stats.families
    yield word("stats.likelihoods"), tuple(count for count in stats.likelihoods if count.records)
    yield word("stats.grades"), tuple(count for count in stats.grades if count.records)
    for grouping in stats.groupings:
        yield word("stats.by", label=grouping.label), _flat(grouping, style)
    yield word("stats.warnings"), stats.warnings
    yield word("stats.errors"), stats.errors


def _flat(grouping: Grouping, style: Style) -> tuple[Count, ...]:
    """Each value with its most frequent causes beside its name."""
    word = style.wording.word
    rows = []
    for group in grouping.groups:
        named = [word("stats.cause", title=cause.title, share=_percent(cause.share)) for cause in group.causes[:_CAUSES]]
        named.append(word("stats.cause", title=word("report.none"), share=_percent(group.inconclusive)))
        title = word("stats.group", title=group.title, causes=word("punctuation.list").join(named))
        rows.append(Count(group.id, title, group.records, group.share))
    return tuple(rows)


def _percent(share: float) -> str:
    return f"{share:.1%}"


def _summary(stats: Stats, style: Style) -> str:
    key = "stats.summary_bad" if stats.bad else "stats.summary"
    return style.wording.word(key, count=f"{stats.records:,}", bad=f"{stats.bad:,}")


def _amount(count: Count) -> str:
    return f"{count.records:,}"


def _helps(missing: Missing, style: Style) -> str:
    return style.wording.word("stats.helps", label=missing.label, count=f"{missing.records:,}", bits=f"{missing.bits:g}")


def _text(stats: Stats, style: Style) -> str:
    from .text import Page  # noqa: PLC0415 - only the terminal needs rich

    page = Page(style)
    word = style.wording.word
    page.line(word("stats.title"), "bold")
    page.line(_summary(stats, style))
    for title, counts in _parts(stats, style):
        if counts and stats.records > stats.bad:
            page.heading(title)
            for count in _shown(counts, style):
                page.bar(f"{count.title} · {_amount(count)}", count.share, "- ")
            _rest(page.line, len(counts), style)
    if stats.missing:
        page.heading(word("stats.missing"))
        for missing in _shown(stats.missing, style):
            page.bar(_helps(missing, style), missing.share, "- ")
        _rest(page.line, len(stats.missing), style)
    return page.text


def _shown(rows: Sequence[_Row], style: Style) -> Sequence[_Row]:
    return rows if style.verbosity == FULL else rows[:_SHORT]


def _rest(line: Callable[[str], None], count: int, style: Style) -> None:
    if style.verbosity != FULL and count > _SHORT:
        line(style.wording.word("stats.more", count=count - _SHORT))


def _html(stats: Stats, style: Style) -> str:
    word = style.wording.word
    parts = [tag("p", _summary(stats, style), class_="lead")]
    for title, counts in _parts(stats, style):
        if counts:
            parts.append(_chart(title, [(count.title, count.share, _amount(count)) for count in counts]))
    if stats.missing:
        parts.append(_chart(word("stats.missing"), [(_helps(missing, style), missing.share, "") for missing in stats.missing]))
    name = word("stats.title")
    body = lines(tag("header", tag("h1", name), class_="page"), tag("main", lines(*parts)))
    return whole_page(name, body, style.wording.language)


def _chart(title: str, rows: Sequence[tuple[str, float, str]]) -> Markup:
    items = [
        tag("li", tag("span", name), share_bar(share), tag("span", f"{_percent(share)} {amount}".strip(), class_="number"))
        for name, share, amount in rows
    ]
    return tag("section", tag("h2", title), tag("ol", lines(*items), class_="overview plain card"))


_RENDERERS: dict[str, Callable[[Stats, Style], str]] = {"text": _text, "json": _json, "csv": _csv, "html": _html}

"""Markdown (GitHub's dialect) to paste into a ticket: nothing that a profile carries becomes markup, a link or a mention."""

import re
from collections.abc import Sequence

from ..decoding import visible
from ..phrases import signed
from ..report import ActionReport, CauseReport, Reason, Report
from . import FULL, QUIET, Style
from .selection import balance, moved_facts, names, percent, shown_causes, strongest_first

_MEANING = re.compile(r"[\\`*_\[\]|~$]")
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})  # a backslash does not stop HTML everywhere
_LIST_START = re.compile(r"^(\s*)(?:([#+=-])|(\d{1,9})([.)]))")
_SHORT_OPEN = 3


def render(reports: Sequence[Report], style: Style) -> str:
    """All reports, a rule between them."""
    if style.verbosity == QUIET:
        return "".join(_quiet(report, style, len(reports) > 1) for report in reports)
    return "\n---\n\n".join(_Page(report, style).written() for report in reports)


def escape(text: str) -> str:
    """``text`` so that it reads as it is written, on a line of its own or inside one or inside a table."""
    plain = _MEANING.sub(r"\\\g<0>", visible(text)).translate(_ENTITIES)
    return _LIST_START.sub(lambda found: f"{found[1]}\\{found[2]}" if found[2] else f"{found[1]}{found[3]}\\{found[4]}", plain)


def code(text: str) -> str:
    """``text`` as a code span (CommonMark 0.31.2, section 6.1): in one, nothing is markup, a mention or an issue number."""
    shown = visible(text)
    fence = "`" * (max((len(run) for run in re.findall("`+", shown)), default=0) + 1)
    pad = " " if shown.startswith("`") or shown.endswith("`") or (shown.startswith(" ") and shown.endswith(" ") and shown.strip()) else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def _quiet(report: Report, style: Style, several: bool) -> str:
    lead = f"{code(report.id)}{style.wording.word('punctuation.colon')}" if several and report.id else ""
    return "".join(f"- {lead}{escape(name)}\n" for name in names(report, style.wording))


class _Page:
    """One report, block by block; blocks are parted by an empty line."""

    def __init__(self, report: Report, style: Style) -> None:
        self.report = report
        self.style = style
        self.word = style.wording.word
        self.full = style.verbosity == FULL
        self.colon = self.word("punctuation.colon")
        self.shown = shown_causes(report, style.verbosity)

    def written(self) -> str:
        blocks = [
            f"# {self.word('report.title')}",
            self.details(),
            self.warnings(),
            f"**{escape(self.report.verdict)}**",
            escape(self.report.hinges),
        ]
        blocks += [f"## {self.word('report.causes')}", self.table(), *map(self.cause, range(1, len(self.shown) + 1), self.shown)]
        rest = len(self.report.causes) - len(self.shown)
        blocks += [self.word("page.not_shown", count=rest) if rest else "", self.actions(), self.sayings(), self.sources()]
        blocks += [f"## {self.word('report.notice')}", escape(self.report.notice)]
        return "\n\n".join(block for block in blocks if block) + "\n"

    def details(self) -> str:
        found = [self.word("report.profile_name", name=code(self.report.id))] if self.report.id else []
        found += [self.word("report.as_of", date=self.report.as_of)] if self.report.as_of else []
        return "\n".join(f"- {one}" for one in found)

    def warnings(self) -> str:
        quoted = [
            f"> **{self.word(f'page.kind_{one.kind}')}**{self.colon}{escape(one.text)}"
            for one in self.report.warnings
            if one.kind != "saying"
        ]
        return "\n>\n".join(quoted)

    def table(self) -> str:
        columns = ("page.rank", "page.cause", "page.likely", "report.share", "report.grade", "report.bits")
        rows = [list(map(self.word, columns)), ["---:", "---", "---", "---:", "---", "---:"]]
        if self.report.inconclusive:
            rows.append(["", self.word("report.none"), "", percent(self.report.none_share, self.style.wording), "", ""])
        rows += [self.row(number, cause) for number, cause in enumerate(self.shown, 1)]
        return "\n".join(f"| {' | '.join(row)} |" for row in rows)

    def row(self, number: int, cause: CauseReport) -> list[str]:
        likelihood = self.word(f"likelihood.{cause.likelihood}")
        share = percent(cause.share, self.style.wording)
        return [str(number), escape(cause.title), likelihood, share, escape(cause.grade_title), signed(cause.score)]

    def cause(self, number: int, cause: CauseReport) -> str:
        sums = balance(cause)
        added = self.word("page.sum", prior=signed(sums.prior), gain=signed(sums.gain), loss=signed(-sums.loss), score=signed(sums.score))
        blocks = [f"### {number}. {escape(cause.title)}", escape(cause.summary) if number == 1 or self.full else ""]
        blocks += [self.reasons("report.for", cause.speaks_for), self.reasons("report.against", cause.against), self.open(cause), added]
        return "\n\n".join(block for block in blocks if block)

    def reasons(self, title: str, reasons: tuple[Reason, ...]) -> str:
        items = [f"- {signed(one.bits)} {escape(one.text)}{self.cited(one.sources)}" for one in strongest_first(reasons)]
        return "\n".join([f"**{self.word(title)}**", "", *items]) if items else ""

    def open(self, cause: CauseReport) -> str:
        items = []
        for one in cause.open if self.full else cause.open[:_SHORT_OPEN]:
            key = "open_item" if one.could_add and one.could_remove else "open_add" if one.could_add else "open_remove"
            items.append("- " + escape(self.word(f"report.{key}", label=one.label, add=one.could_add, remove=one.could_remove)))
        return "\n".join([f"**{self.word('report.open')}**", "", *items]) if items else ""

    def cited(self, sources: tuple[str, ...]) -> str:
        keys = self.word("punctuation.list").join(map(code, sources)) if self.full else ""
        return f"{self.word('punctuation.open')}{keys}{self.word('punctuation.close')}" if keys else ""

    def actions(self) -> str:
        if not self.report.actions:
            return ""
        items = [self.action(number, action) for number, action in enumerate(self.report.actions, 1)]
        return "\n\n".join([f"## {self.word('report.actions')}", "\n".join(items)])

    def action(self, number: int, action: ActionReport) -> str:
        details = [
            ("report.why", action.why),
            ("report.who", action.who),
            ("page.effort", self.word(f"page.effort_{action.effort}")),
            ("report.deadline", action.deadline),
            ("page.look_again", action.look_again),
            ("report.moves", moved_facts(action, self.style.wording)),
        ]
        wanted = details if self.full else details[1:4]
        indent = " " * (len(str(number)) + 2)
        parts = [f"{number}. **{escape(action.title)}**{self.colon}{escape(action.text)}{self.cited(action.sources)}"]
        parts += [f"{indent}- {self.word(key)}{self.colon}{escape(text)}" for key, text in wanted if text]
        return "\n".join(parts)

    def sayings(self) -> str:
        items = [f"- {escape(one.text)}{self.cited(one.sources)}" for one in self.report.warnings if one.kind == "saying"]
        return "\n\n".join([f"## {self.word('report.sayings')}", "\n".join(items)]) if items else ""

    def sources(self) -> str:
        if not (self.full and self.report.sources):
            return ""
        items = [f"- {code(key)} {escape(text)}" for key, text in self.report.sources.items()]
        return "\n\n".join([f"## {self.word('report.sources')}", "\n".join(items)])

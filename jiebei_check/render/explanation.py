"""An explanation on the terminal, and as JSON."""

import json

from ..explanation import ExplanationReport
from ..phrases import signed
from ..report import as_document
from . import Style
from .json import escape_invisible
from .text import Page

FORMATS = ("text", "json")
_SHORT_CHANGES, _SHORT_MISSES = 5, 3


def render(explained: ExplanationReport, style: Style, name: str) -> str:
    """``explained`` in the format of that name."""
    if name == "json":
        return escape_invisible(json.dumps(as_document(explained), ensure_ascii=False, indent=2)) + "\n"
    return _ExplanationPage(style).explanation(explained)


class _ExplanationPage(Page):
    def explanation(self, explained: ExplanationReport) -> str:
        self.line(self.word("explain.title"), "bold")
        if explained.id:
            self.line(self.word("report.profile_name", name=explained.id), "dim")
        if explained.as_of:
            self.line(self.word("report.as_of", date=explained.as_of), "dim")
        self.line()
        self.line(explained.verdict)
        self.line()
        self.line(explained.position, "bold")
        if explained.place is not None:
            self.sum(explained)
            self.compared(explained)
            self.near_misses(explained)
        self.changes(explained)
        self.firmness(explained)
        self.heading(self.word("report.notice"))
        self.line(explained.notice)
        return self.text

    def sum(self, explained: ExplanationReport) -> None:
        self.heading(f"{self.word('explain.sum')}{self.word('punctuation.colon')}{explained.title}")
        rows = [(explained.prior, self.word("explain.prior")), *((reason.bits, reason.text) for reason in explained.sum)]
        for bits, text in rows:
            self.line(text, "green" if bits > 0 else "red" if bits < 0 else "", 2, f"{signed(bits):>3}  ")
        total = signed(explained.score)
        self.line(self.word("explain.total"), "bold", 2, f"{total:>3}= ")
        self.line(self.word("explain.scale"), "dim")
        self.line(self.word("explain.none_score", score=explained.none_score), "dim")
        if self.full:
            for key, text in explained.sources.items():
                self.line(text, "dim", 2, f"{key}  ")

    def compared(self, explained: ExplanationReport) -> None:
        if not explained.compared:
            return
        self.heading(self.word("explain.below" if explained.place == 1 else "explain.ahead"))
        for one in explained.compared:
            key = "below_line" if one.behind > 0 else "level_line" if one.behind == 0 else "ahead_line"
            self.line(self.word(f"explain.{key}", title=one.title, score=signed(one.score), bits=abs(one.behind)), mark="- ")
            self.line(one.text, "", 2)
            if one.tell_apart:
                self.line(f"{self.word('explain.tell_apart')}{self.word('punctuation.colon')}{one.tell_apart}", "dim", 2)

    def near_misses(self, explained: ExplanationReport) -> None:
        if explained.near_misses:
            self.heading(self.word("explain.misses"))
        for miss in explained.near_misses if self.full else explained.near_misses[:_SHORT_MISSES]:
            self.line(miss.text, mark="- ")

    def changes(self, explained: ExplanationReport) -> None:
        goal = "_goal" if explained.goal else ""
        self.heading(self.word("explain.changes_goal" if goal else "explain.changes_first"))
        if not explained.changes:
            self.line(self.word(f"explain.no_changes{goal}"))
        one_each = {change.fact: change for change in reversed(explained.changes)}  # the first of each fact
        shown = explained.changes if self.full else tuple(one_each.values())[: -_SHORT_CHANGES - 1 : -1]
        for change in shown:
            self.line(change.text, mark="- ")
        if len(shown) < len(explained.changes):
            self.line(self.word("explain.changes_more", count=len(explained.changes) - len(shown)), "dim")

    def firmness(self, explained: ExplanationReport) -> None:
        firm = explained.firmness
        self.heading(self.word("explain.firmness"))
        if explained.leader:
            self.line(self.word("explain.margin", bits=firm.margin))
        self.line(self.word("explain.firm_hinges" if firm.hinges else "explain.firm_no_hinge"))
        for hinge in firm.hinges if self.full else firm.hinges[:_SHORT_CHANGES]:
            self.line(hinge.text, mark="- ")
        if not self.full and len(firm.hinges) > _SHORT_CHANGES:
            self.line(self.word("explain.changes_more", count=len(firm.hinges) - _SHORT_CHANGES), "dim")
        self.line(firm.text)

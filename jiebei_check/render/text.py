"""The terminal: Chinese and English at any width. The only module that imports rich."""

from __future__ import annotations

from collections.abc import Sequence
from io import StringIO

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from ..decoding import visible
from ..phrases import signed
from ..report import ActionReport, CauseReport, OpenFact, Reason, Report
from . import FULL, QUIET, Style
from .selection import moved_facts, names, percent, shown_causes

_BAR, _NUMBER, _TITLE = 12, 10, 52  # cells: of a whole bar, of the number before it, of titles where there is room
_SHORT_FOR, _SHORT_AGAINST, _SHORT_OPEN, _SHORT_ACTIONS, _SHORT_SAYINGS = 4, 2, 2, 4, 1
# Punctuation that may not begin or end a line in Chinese typesetting (GB/T 15834-2011, section 5.1)
_NOT_FIRST = "\uff0c\u3002\u3001\uff1b\uff1a\uff1f\uff01\uff09\u300b\u300d\u300f\u201d\u2019%,.;:?!)]}"
_NOT_LAST = "\uff08\u300a\u300c\u300e\u201c\u2018([{"


def render(reports: Sequence[Report], style: Style) -> str:
    """All reports as text, a blank line and a rule between them. No line is wider than ``style.width`` cells."""
    if style.verbosity == QUIET:
        return "".join(_quiet(report, style, len(reports) > 1) for report in reports)
    rule = "\n" + "-" * style.width + "\n\n"
    return rule.join(_ReportPage(style).report(report) for report in reports)


def _quiet(report: Report, style: Style, several: bool) -> str:
    lead = f"{visible(report.id)}{style.wording.word('punctuation.colon')}" if several and report.id else ""
    return "".join(f"{lead}{name}\n" for name in names(report, style.wording))


def wrap(text: str, width: int) -> list[str]:
    """Break ``text`` into lines of at most ``width`` cells: between words, or between Chinese characters."""
    lines: list[str] = []
    line = ""
    room = width
    for piece in _pieces(text):
        size = cell_len(piece)
        if size > room and line:
            lines.append(line.rstrip())
            line, room = "", width
            piece = piece.lstrip()
            size = cell_len(piece)
        while size > width:  # a word longer than the line: an address, a key
            head = next(n for n in range(len(piece), 0, -1) if cell_len(piece[:n]) <= room or n == 1)
            lines.append(line + piece[:head])
            line, piece, room = "", piece[head:], width
            size = cell_len(piece)
        line += piece
        room -= size
    if line.strip() or not lines:
        lines.append(line.rstrip())
    return lines


def _pieces(text: str) -> list[str]:
    """What may not be broken: words with their following blank, single wide characters with their punctuation."""
    pieces: list[str] = []
    for char in text:
        if pieces and (char in _NOT_FIRST or pieces[-1][-1] in _NOT_LAST or char == " " or _joins(pieces[-1][-1], char)):
            pieces[-1] += char
        else:
            pieces.append(char)
    return pieces


def _joins(left: str, right: str) -> bool:
    return left != " " and cell_len(left) == 1 and cell_len(right) == 1


class Page:
    """Text for a terminal, line by line: wrapped to its width, with colour where it is wanted."""

    def __init__(self, style: Style) -> None:
        self.style = style
        self.word = style.wording.word
        self.full = style.verbosity == FULL
        self.width = style.width
        buffer = StringIO()
        self.console = Console(
            file=buffer,
            width=max(style.width, 20) + 2,  # lines are broken here, not by rich
            height=25,  # or rich asks the environment, and breaks on what it may find there
            force_terminal=style.color,
            color_system="standard" if style.color else None,
            no_color=not style.color,
            highlight=False,
            markup=False,
            emoji=False,
            legacy_windows=False,
        )
        self.buffer = buffer

    def line(self, text: str = "", style: str = "", indent: int = 0, mark: str = "") -> None:
        """A paragraph, wrapped; ``mark`` stands before its first line, the rest is aligned behind it."""
        hang = indent + cell_len(mark)
        for number, part in enumerate(wrap(visible(text), max(self.width - hang, 8))):
            lead = " " * indent + mark if number == 0 else " " * hang
            self.console.print(Text.assemble((lead, style if mark else ""), (part, style)), soft_wrap=True)

    def heading(self, text: str) -> None:
        self.line()
        self.line(text, "bold cyan")

    def bar(self, title: str, share: float, mark: str, style: str = "") -> None:
        """A title with its share as a number and a bar: on one line where there is room, else on two.

        The bar comes last and has room for twice its cells: many Chinese terminals draw a block two cells wide (Unicode
        Standard Annex 11, "ambiguous"), and the numbers must stand below each other there too.
        """
        number = percent(share, self.style.wording)
        tail = f"{' ' * (_NUMBER - cell_len(number))}{number}  {'█' * round(share * _BAR)}".rstrip()
        lead = cell_len(mark + title)
        room = min(self.width - _NUMBER - 2 - 2 * _BAR, _TITLE)
        if lead <= room:
            line = Text.assemble((mark + title, style), " " * (room - lead), (tail, "cyan"))
            self.console.print(line, soft_wrap=True)
        else:
            self.line(title, style, mark=mark)
            self.line(tail.strip(), "cyan", cell_len(mark))

    @property
    def text(self) -> str:
        """What has been written so far."""
        return self.buffer.getvalue()


class _ReportPage(Page):
    """One report."""

    def report(self, report: Report) -> str:
        title = self.word("report.title")
        self.line(title, "bold")
        details = [self.word("report.profile_name", name=report.id)] if report.id else []
        details += [self.word("report.as_of", date=report.as_of)] if report.as_of else []
        for detail in details:
            self.line(detail, "dim")
        self.warnings(report)
        self.line()
        self.line(report.verdict, "bold")
        if report.hinges:
            self.line(report.hinges)
        self.causes(report)
        self.actions(report)
        self.sayings(report)
        if self.full and report.sources:
            self.heading(self.word("report.sources"))
            for key, text in report.sources.items():
                self.line(f"{key}  {text}", "dim")
        self.heading(self.word("report.notice"))
        self.line(report.notice)
        return self.text

    def warnings(self, report: Report) -> None:
        """What stands on top: alerts, and answers that do not fit together."""
        urgent = [warning for warning in report.warnings if warning.kind != "saying"]
        if urgent:
            self.heading(self.word("report.warnings"))
        for warning in urgent:
            if warning.kind == "alert":
                self.line(warning.text, "bold red", mark="! ")
            else:
                self.line(self.word("report.contradiction", text=warning.text), mark="- ")

    def sayings(self, report: Report) -> None:
        """Widespread explanations that the profile touches and that were deliberately not counted."""
        sayings = [warning for warning in report.warnings if warning.kind == "saying"]
        if sayings:
            self.heading(self.word("report.sayings"))
        for saying in sayings if self.full else sayings[:_SHORT_SAYINGS]:
            self.line(saying.text, mark="- ")

    def causes(self, report: Report) -> None:
        self.heading(self.word("report.causes"))
        shown = shown_causes(report, self.style.verbosity)
        if report.inconclusive:
            self.line()
            self.bar(self.word("report.none"), report.none_share, "   ")
        for number, cause in enumerate(shown, 1):
            self.cause(number, cause, first=number == 1)
        rest = len(report.causes) - len(shown)
        if rest:
            self.line()
            self.line(self.word("report.more", count=rest), "dim")

    def cause(self, number: int, cause: CauseReport, *, first: bool) -> None:
        self.line()
        self.bar(cause.title, cause.share, f"{number}. ", "bold")
        grade = f"{self.word('report.grade')}{self.word('punctuation.colon')}{cause.grade_title}"
        self.line(
            f"{self.word(f'likelihood.{cause.likelihood}')} · {grade} · {self.word('report.score', score=signed(cause.score))}", "dim", 3
        )
        if first or self.full:
            self.line(cause.summary, "", 3)
        self.reasons(cause.speaks_for, "√ ", "green", _SHORT_FOR)
        self.reasons(cause.against, "× ", "red", _SHORT_AGAINST)
        for one in cause.open if self.full else cause.open[:_SHORT_OPEN]:
            self.line(self._open(one), "yellow", 3, "? ")

    def reasons(self, reasons: tuple[Reason, ...], mark: str, style: str, most: int) -> None:
        ordered = reasons if self.full else sorted(reasons, key=lambda reason: -abs(reason.bits))[:most]
        for reason in ordered:
            self.line(f"{reason.text}{self.word('punctuation.open')}{signed(reason.bits)}{self.word('punctuation.close')}", style, 3, mark)

    def _open(self, one: OpenFact) -> str:
        key = "open_item" if one.could_add and one.could_remove else "open_add" if one.could_add else "open_remove"
        return self.word(f"report.{key}", label=one.label, add=one.could_add, remove=one.could_remove)

    def actions(self, report: Report) -> None:
        if not report.actions:
            return
        self.heading(self.word("report.actions"))
        shown = report.actions if self.full else report.actions[:_SHORT_ACTIONS]
        titles = {cause.id: cause.title for cause in report.causes}
        for number, action in enumerate(shown, 1):
            self.action(number, action, [titles[cause] for cause in action.causes if cause in titles])
        if len(shown) < len(report.actions):
            self.line(self.word("report.more_actions", count=len(report.actions) - len(shown)), "dim")

    def action(self, number: int, action: ActionReport, causes: list[str]) -> None:
        self.line(action.title, "bold", mark=f"{number}. ")
        self.line(action.text, "", 3)
        effort = self.word(f"page.effort_{action.effort}")
        if not self.full:
            self.line(f"{action.who} · {effort}", "dim", 3)
            return
        details = (
            ("report.why", action.why),
            ("report.who", action.who),
            ("page.effort", effort),
            ("report.deadline", action.deadline),
            ("page.look_again", action.look_again),
            ("report.moves", moved_facts(action, self.style.wording)),
            ("report.for_causes", self.word("punctuation.list").join(causes)),
        )
        for key, text in details:
            if text:
                self.line(f"{self.word(key)}{self.word('punctuation.colon')}{text}", "dim", 3)

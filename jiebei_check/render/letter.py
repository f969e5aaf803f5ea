"""A letter as plain text or Markdown. Paragraphs are not wrapped: a letter is pasted into somebody else's form."""

from collections.abc import Iterable

from ..decoding import visible
from ..letter import Letter, Line, Note
from ..wording import Wording

FORMATS = ("text", "markdown")
SUFFIXES = {".md": "markdown", ".markdown": "markdown"}
_MARKDOWN = str.maketrans({mark: f"\\{mark}" for mark in "\\`*_{}[]<>#|"})


def render(letter: Letter, wording: Wording, name: str) -> str:
    """``letter`` in the format of that name; what is not sent stands behind a rule, at the end."""
    page = _Page(letter, wording, markdown=name == "markdown")
    return "\n".join([*page.letter(), "", page.rule(), "", *page.for_the_writer()]) + "\n"


class _Page:
    def __init__(self, letter: Letter, wording: Wording, *, markdown: bool) -> None:
        self.content = letter
        self.markdown = markdown
        self.sent = Wording(wording.rules, letter.language).word
        self.own = wording.word

    def letter(self) -> list[str]:
        letter = self.content
        addressee = Line(f"{self.sent('letter.to')}{self.sent('punctuation.colon')}{letter.addressee.text}", letter.addressee.gloss)
        rows = [*self.heading(letter.title, 1), "", *self.paragraph(addressee), "", *self.paragraph(letter.opening)]
        if letter.happened:
            rows += ["", *self.heading(self.title("happened"), 2), "", *self.numbered(letter.happened)]
        requests = [Line(f"{one.text}{self.cited(one.basis)}", one.gloss) for one in letter.requests]
        rows += ["", *self.heading(self.title("requests"), 2), "", *self.numbered(requests), ""]
        for line in letter.closing:
            rows += [*self.paragraph(line), *([""] if self.markdown else [])]
        rows += ["", *self.heading(self.title("enclosures"), 2), "", *self.numbered(letter.enclosures), ""]
        for line in letter.blanks:
            rows += [*self.paragraph(line), *([""] if self.markdown else [])]
        return rows

    def for_the_writer(self) -> list[str]:
        letter = self.content
        rows = [*self.heading(Line(self.own("letter.for_you"), ""), 1), ""]
        rows += [*self.heading(Line(self.own("letter.limits"), ""), 2), "", *self.noted(letter.limits), ""]
        rows += [*self.heading(Line(self.own("letter.notes"), ""), 2), "", *self.noted(letter.notes), ""]
        rows += [*self.heading(Line(self.own("letter.says"), ""), 2), ""]
        rows += [
            f"- {self.shown(key)} {self.shown(basis.citation)}{self.own('punctuation.colon')}{self.shown(basis.says)}"
            for key, basis in letter.basis.items()
        ]
        return rows

    def title(self, key: str) -> Line:
        return Line(self.sent(f"letter.{key}"), self.own(f"letter.{key}") if self.content.lang != self.content.language else "")

    def cited(self, basis: Iterable[str]) -> str:
        citations = [self.content.citations[source] for source in basis]
        return self.sent("letter.basis", sources=self.sent("punctuation.join").join(citations)) if citations else ""

    def shown(self, text: str) -> str:
        text = visible(text)
        return text.translate(_MARKDOWN) if self.markdown else text

    def heading(self, line: Line, level: int) -> list[str]:
        mark = f"{'#' * level} " if self.markdown else ""
        gloss = f" / {self.shown(line.gloss)}" if line.gloss else ""
        return [f"{mark}{self.shown(line.text)}{gloss}"]

    def paragraph(self, line: Line, indent: str = "", mark: str = "") -> list[str]:
        rows = [f"{indent}{mark}{self.shown(line.text)}"]
        if line.gloss:
            under = indent + " " * len(mark)
            rows += [under.rstrip(), f"{under}> {self.shown(line.gloss)}"] if self.markdown else [f"{under}    ({self.shown(line.gloss)})"]
        return rows

    def numbered(self, lines: Iterable[Line]) -> list[str]:
        return [row for number, line in enumerate(lines, 1) for row in self.paragraph(line, mark=f"{number}. ")]

    def noted(self, notes: Iterable[Note]) -> list[str]:
        opening, closing = self.own("punctuation.open"), self.own("punctuation.close")
        comma = self.own("punctuation.list")
        return [f"- {self.shown(note.text)}" + (f"{opening}{comma.join(note.basis)}{closing}" if note.basis else "") for note in notes]

    def rule(self) -> str:
        return "---" if self.markdown else "-" * 40

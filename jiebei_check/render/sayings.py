"""Sayings and their answers on the terminal."""

from collections.abc import Sequence

from ..sayings import Answer
from . import Style
from .text import Page


def render(answers: Sequence[Answer], word: str, style: Style) -> str:
    """Every answer as a paragraph; a line that says so where there is none for ``word``."""
    page = Page(style)
    if not answers:
        page.line(page.word("sayings.nothing", word=word))
        return page.text
    page.line(page.word("sayings.title"), "bold")
    for answer in answers:
        page.line()
        page.line(answer.saying, "bold", mark="- ")
        page.line(answer.answer, "", 2)
        sources = page.word("punctuation.join").join(answer.sources.values())
        if sources:
            page.line(f"{page.word('report.sources')}{page.word('punctuation.colon')}{sources}", "dim", 2)
    return page.text

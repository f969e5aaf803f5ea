"""An interview on the terminal: lines of a conversation, and the next step as text."""

from collections.abc import Sequence

from ..dialogue import CARE, FAINT, PLAIN, STRONG, Line
from ..interview import Step
from . import Style
from .text import Page

_TONES = {PLAIN: "", STRONG: "bold", FAINT: "dim", CARE: "yellow"}
_RANKED = 3


def lines(said: Sequence[Line], style: Style) -> str:
    """Paragraphs, wrapped to the width of the terminal."""
    page = Page(style)
    for line in said:
        page.line(line.text, _TONES[line.tone], mark=line.mark)
    return page.text


def step_text(step: Step, style: Style) -> str:
    """One step: the question with what may be answered, or that it is time to stop; then who stands first."""
    word = style.wording.word
    page = Page(style)
    if step.question is None:
        page.line(step.says, "bold")
    else:
        question = step.question
        page.line(question.text, "bold")
        page.line(question.hint, "dim")
        if question.sensitive:
            page.line(word("interview.sensitive"), "dim")
        for option in question.choices:
            page.line(option.label, mark=f"  {option.key}  ")
        page.line(question.why, "dim")
        page.line(question.fact + (f" ({question.unit})" if question.unit else ""), "dim")
    page.line()
    if step.inconclusive:
        page.line(word("interview.firm_none"))
    for number, one in enumerate(step.ranking[:_RANKED], 1):
        page.line(f"{one.title} · {word(f'likelihood.{one.likelihood}')}", mark=f"{number}. ")
    return page.text

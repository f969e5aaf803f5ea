"""Widespread explanations that are answered and not counted: looking them up."""

from collections.abc import Mapping
from typing import NamedTuple

from .report import cite
from .ruleset import RuleSet, Saying
from .values import fold
from .wording import Wording


class Answer(NamedTuple):
    """What people say, why it is not counted, and what that rests on: source id -> citation."""

    id: str
    saying: str
    answer: str
    sources: Mapping[str, str]


def answers(rules: RuleSet, word: str | None = None, language: str = "zh") -> tuple[Answer, ...]:
    """The sayings about ``word``, in any language and however it is written; all of them without a word."""
    wording = Wording(rules, language)
    wanted = fold(word) if word else ""
    return tuple(
        Answer(
            saying.id,
            wording.text(saying.saying),
            wording.text(saying.answer),
            {source: cite(wording, rules.sources[source]) for source in saying.sources if source in rules.sources},
        )
        for saying in rules.sayings
        if _is_about(saying, wanted)
    )


def _is_about(saying: Saying, wanted: str) -> bool:
    """Whether the word stands in the saying, its answer or its search words, or a search word stands in what was typed."""
    words = [fold(word) for word in saying.words]
    texts = (saying.id, *map(fold, saying.saying.values()), *map(fold, saying.answer.values()), *words)
    return any(wanted in text for text in texts) or any(word in wanted for word in words if len(word) > 1)

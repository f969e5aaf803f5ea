"""Words for people: values as they are read in a language, texts with their blanks filled, faults as sentences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .decoding import visible
from .errors import Problem
from .ruleset import Language, RuleSet
from .values import Fact, Facts, Text, Value

DEFAULT_LANGUAGE = "zh"
FALLBACK_LANGUAGE = "en"
_MOST_PROBLEMS = 100  # nobody reads further, and a file of another kind has tens of thousands
_LONGEST = 80  # of what was found
_SMALL = 10  # per cent; below it a tenth makes a difference


def text_in(text: Text, language: str) -> str:
    """``text`` in ``language``, or in the best other language that it has."""
    return text.get(language) or text.get(FALLBACK_LANGUAGE) or next(iter(text.values()), "")


class Wording:
    """The words of one language over one rule set."""

    def __init__(self, rules: RuleSet, language: str) -> None:
        self.rules = rules
        self.language = language
        self._words: Mapping[str, str] = rules.languages[language].words
        fallback: Language | None = rules.languages.get(FALLBACK_LANGUAGE)
        self._fallback: Mapping[str, str] = fallback.words if fallback else {}

    def word(self, key: str, **params: object) -> str:
        """A word of the program by dotted key, its blanks filled; the key itself where no language has it."""
        template = self._words.get(key) or self._fallback.get(key) or key
        return template.format_map(_Blanks(params)) if params else template

    def keys(self, prefix: str) -> list[str]:
        """The keys of all words that begin with ``prefix``, in the order of the language file."""
        return [key for key in self._words if key.startswith(prefix)]

    def text(self, text: Text) -> str:
        return text_in(text, self.language)

    def filled(self, text: Text, facts: Facts) -> str:
        """``text`` with every ``{section.fact}`` replaced by that fact's value."""
        sentence = self.text(text)
        if "{" not in sentence:
            return sentence
        pieces = sentence.split("{")
        done = [pieces[0]]
        for piece in pieces[1:]:
            name, _, rest = piece.partition("}")
            fact = self.rules.facts.get(name)
            done.append(self.value(fact, facts.get(name)) + rest if fact else rest)
        return "".join(done)

    def value(self, fact: Fact, value: Value | None) -> str:
        """A value as people read it: ``28,000``, ``65%``, a choice's label."""
        if value is None:
            return self.word("value.unknown")
        if isinstance(value, bool):
            return self.word("value.true" if value else "value.false")
        if isinstance(value, tuple):
            return self.word("punctuation.list").join(self._label(fact, key) for key in value)
        if isinstance(value, str):
            return self._label(fact, value) if fact.choices else value
        if fact.unit == "ratio":
            percent = round(value * 100, 1)
            return f"{percent:.1f}%" if percent < _SMALL and percent % 1 else f"{percent:.0f}%"
        number = f"{round(value, 2):,}"
        return f"{number}%" if fact.unit == "percent_a_year" else number

    def _label(self, fact: Fact, key: str) -> str:
        return next((self.text(choice.label) for choice in fact.choices if choice.key == key), key)

    def problem(self, problem: Problem) -> str:
        """One line: file, line, field, what was found, what is allowed, the word probably meant."""
        colon = self.word("punctuation.colon")
        place = [visible(problem.file)] if problem.file else []
        if problem.line is not None:
            place.append(self.word("problems.at_line", line=problem.line))
        field = visible(problem.field)
        if field:
            place.append(_short(field))
        params = {key: visible(value) for key, value in problem.params.items()}
        blanks = _Blanks({**params, "found": _short(params.get("found", ""))})
        sentence = self._words.get(f"problems.{problem.code}") or self._fallback.get(f"problems.{problem.code}") or problem.code
        sentence = sentence.format_map(blanks)
        if params.get("nearest"):
            sentence += self.word("problems.nearest", nearest=params["nearest"])
        return colon.join([*place, sentence])

    def problems(self, problems: Iterable[Problem]) -> list[str]:
        """A line each; of very many only the first, and how many more there are."""
        found = tuple(problems)
        lines = [self.problem(problem) for problem in found[:_MOST_PROBLEMS]]
        return lines if len(found) <= _MOST_PROBLEMS else [*lines, self.word("problems.more", count=len(found) - _MOST_PROBLEMS)]


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


class _Blanks(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return ""

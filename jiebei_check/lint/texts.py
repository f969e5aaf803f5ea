"""Findings about sentences: what is forbidden, what is left open, which language, which blanks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from statistics import median

from ..conditions import Condition
from ..rule_reader import PLACEHOLDER, Item
from ..ruleset import RuleSet
from .logic import certain
from .registry import ANYTHING, WARNING, Hit, at, finds
from .subject import Subject

TO_DO = "TODO"
_CLAUSE = re.compile("[,.;:!?\uff0c\u3002\uff1b\uff1a\uff01\uff1f\u2026]")
_GAP, _REACH = 20, 48  # Latin letters that * may stand for, and over which a denial reaches; Chinese needs fewer characters
_SHORT, _ALIKE, _UNLIKE = 4, 0.1, 0.5  # shorter sentences say nothing; how like one language and unlike another a sentence is
_BRACE = re.compile(r"[{}]")


@finds("to_do", WARNING, needs=ANYTHING)
def to_do(subject: Subject) -> Iterator[Hit]:
    for _, item, language, sentence in subject.texts:
        if TO_DO in sentence and "words" not in item.path[:1]:
            yield at(item, *_below(item, language))


@finds("forbidden_phrase", needs=ANYTHING)
def forbidden_phrase(subject: Subject) -> Iterator[Hit]:
    for _, item, language, sentence in subject.texts:
        for phrase in subject.rules.forbidden.get(language, ()):
            if phrase.lower() in sentence.lower():
                yield at(item, *_below(item, language), found=phrase)


@finds("promise", needs=ANYTHING)
def promise(subject: Subject) -> Iterator[Hit]:
    """A phrase that promises or advises what must not be, unless its own clause denies it."""
    denials = _lists(subject, "denials")
    phrases = {language: {phrase: _pattern(phrase) for phrase in found} for language, found in _lists(subject, "promises").items()}
    anything = {language: re.compile("|".join(one.pattern for one in found.values())) for language, found in phrases.items() if found}
    for _, item, language, sentence in subject.texts:
        if item.path[-1] in ("saying", "question"):
            continue  # a rumour is quoted as it goes, and a question claims nothing
        said = sentence.lower()
        if language in anything and anything[language].search(said):
            for phrase, pattern in phrases[language].items():
                if _says(said, pattern, denials.get(language, ())):
                    yield at(item, *_below(item, language), found=phrase)


def _pattern(phrase: str) -> re.Pattern[str]:
    """What a phrase of the list matches: * stands for a few words."""
    gap = _GAP if phrase.isascii() else _GAP // 2
    return re.compile(f".{{0,{gap}}}?".join(map(re.escape, phrase.lower().split("*"))))


def _says(sentence: str, pattern: re.Pattern[str], denials: tuple[str, ...]) -> bool:
    """Whether some clause of ``sentence`` matches ``pattern`` without a denial shortly before or inside the match."""
    for clause in _CLAUSE.split(sentence):
        for match in pattern.finditer(clause):
            reach = _REACH if match[0].isascii() else _REACH // 3
            if not any(_word_in(denial, clause[max(0, match.start() - reach) : match.end()]) for denial in denials):
                return True
    return False


def _word_in(word: str, text: str) -> bool:
    return re.search(rf"\b{re.escape(word)}\b", text) is not None if word.isascii() else word in text


@finds("placeholder_not_fixed")
def placeholder_not_fixed(subject: Subject) -> Iterator[Hit]:
    """A blank for a fact that may be unknown when the sentence is shown."""
    for item, known in _conditional(subject):
        for language, sentence in item.data.items() if isinstance(item.data, dict) else ():
            for name in PLACEHOLDER.findall(str(sentence)):
                if name in subject.rules.facts and name not in known:
                    yield at(item, language, found=name)


def _conditional(subject: Subject) -> Iterator[tuple[Item, frozenset[str]]]:
    """Every text that is shown only under a condition, with the facts that are then known."""
    rules = subject.rules
    for cause in rules.causes:
        file = f"causes/{cause.id}.yaml"
        for piece in cause.evidence:
            for number, step in enumerate(piece.steps):
                place = subject.step(cause, piece, number)
                yield subject.item(file, *place.path, "because"), _known(rules, step.when)
            if piece.otherwise:
                known = frozenset.union(*(_known(rules, step.when, truth=False) for step in piece.steps))
                yield subject.item(file, "evidence", piece.id, "otherwise", "because"), known
    for check in rules.checks:
        yield subject.item("checks.yaml", "checks", check.id, "text"), _known(rules, check.when)
    for alert in rules.alerts:
        yield subject.item("alerts.yaml", "alerts", alert.id, "text"), _known(rules, alert.when)


def _known(rules: RuleSet, condition: Condition, *, truth: bool = True) -> frozenset[str]:
    """What is known where ``condition`` is ``truth``, the inputs of derived facts included."""
    found = set(certain(condition, truth))
    waiting = list(found)
    while waiting:
        fact = rules.facts.get(waiting.pop())
        for inner in fact.derived[1] if fact and fact.derived else ():
            if inner not in found:
                found.add(inner)
                waiting.append(inner)
    return frozenset(found)


@finds("stray_placeholder")
def stray_placeholder(subject: Subject) -> Iterator[Hit]:
    """A blank where none can be filled, or a brace without its partner."""
    conditional = {(id(item.document), item.path) for item, _ in _conditional(subject)}
    for file, item, language, sentence in subject.texts:
        if file.startswith(("languages/", "letters/", "passages")):
            continue
        if _BRACE.search(PLACEHOLDER.sub("", sentence)) or (
            PLACEHOLDER.search(sentence) and (id(item.document), item.path) not in conditional
        ):
            yield at(item, *_below(item, language))


@finds("placeholders_differ", WARNING)
def placeholders_differ(subject: Subject) -> Iterator[Hit]:
    """One language names a fact that another leaves out."""
    for item, _ in _conditional(subject):
        sentences = item.data if isinstance(item.data, dict) else {}
        named = {language: frozenset(PLACEHOLDER.findall(str(sentence))) for language, sentence in sentences.items()}
        every = frozenset().union(*named.values()) if named else frozenset()
        for language, names in named.items():
            for name in sorted(every - names):
                yield at(item, language, found=name)


@finds("unit_word", WARNING)
def unit_word(subject: Subject) -> Iterator[Hit]:
    """A number printed with another unit's word behind it."""
    for item, language, name, word, fits in _printed(subject):
        if not fits:
            yield at(item, language, found=word, fact=name, unit=subject.rules.facts[name].unit or "-")


def printed_units(subject: Subject) -> Iterator[tuple[str, str, bool]]:
    """(fact, the unit's word behind it, whether that is a word of its unit) wherever a number is printed with one."""
    for _, _, name, word, fits in _printed(subject):
        yield name, word, fits


def _printed(subject: Subject) -> Iterator[tuple[Item, str, str, str, bool]]:
    notation = subject.rules.notation.suffixes
    all_words = {word for words in notation.values() for word in words}
    for item, _ in _conditional(subject):
        for language, sentence in item.data.items() if isinstance(item.data, dict) else ():
            for name, word in _units_in(str(sentence), all_words):
                fact = subject.rules.facts.get(name)
                if fact is not None and fact.type in ("int", "number"):
                    yield item, language, name, word, word in notation.get(fact.unit, {})


def _units_in(sentence: str, words: set[str]) -> Iterator[tuple[str, str]]:
    for match in re.finditer(r"\{([^{}]*)\}\s*", sentence):
        rest = sentence[match.end() :].lower()
        found = [word for word in words if rest.startswith(word) and not (word.isascii() and rest[len(word) : len(word) + 1].isalpha())]
        if found:
            yield match[1], max(found, key=len)


@finds("wrong_language", WARNING, needs=ANYTHING)
def wrong_language(subject: Subject) -> Iterator[Hit]:
    """A sentence written in the letters of another language: by the share of plain Latin letters, against the usual share."""
    found = []
    shares: dict[str, list[float]] = {}
    for _, item, language, sentence in subject.texts:
        share = _latin(sentence) if len(sentence) >= _SHORT and item.path[:1] != ("words",) else None
        if share is not None:
            shares.setdefault(language, []).append(share)
            found.append((item, language, share))
    usual = {language: median(each) for language, each in shares.items()}
    for item, language, share in found:
        others = [abs(share - usual[other]) for other in usual if other != language]
        if others and min(others) < _ALIKE and abs(share - usual[language]) > _UNLIKE:
            yield at(item, *_below(item, language), found=language)


def _latin(sentence: str) -> float | None:
    words = PLACEHOLDER.sub("", sentence)
    letters = sum(map(str.isalpha, words))
    return sum(map(str.isalpha, words.encode("ascii", "ignore").decode())) / letters if letters else None


@finds("full_stop", WARNING, needs=ANYTHING)
def full_stop(subject: Subject) -> Iterator[Hit]:
    """A reason is an entry of a list and ends without a full stop."""
    for _, item, language, sentence in subject.texts:
        if item.path[-1] == "because" and sentence.rstrip().endswith((".", "\u3002")):
            yield at(item, language)


@finds("quoted_whole", WARNING, needs=ANYTHING)
def quoted_whole(subject: Subject) -> Iterator[Hit]:
    """A whole sentence in full-width quotation marks: meant for YAML, typed with a Chinese keyboard."""
    for _, item, language, sentence in subject.texts:
        if "words" not in item.path[:1] and sentence.startswith("\u201c") and sentence.endswith("\u201d") and sentence.count("\u201c") == 1:
            yield at(item, *_below(item, language))


@finds("text_repeated", WARNING, needs=ANYTHING)
def text_repeated(subject: Subject) -> Iterator[Hit]:
    """The same reason twice in one cause: copied and not changed."""
    seen: dict[tuple[str, str, str], Item] = {}
    for file, item, language, sentence in subject.texts:
        if item.path[-1] == "because":
            key = (file, language, " ".join(sentence.split()))
            if key in seen:
                yield at(item, language, found=".".join(map(str, seen[key].path)))
            seen.setdefault(key, item)


def _lists(subject: Subject, key: str) -> Mapping[str, tuple[str, ...]]:
    data = subject.item("ruleset.yaml", key).data
    return (
        {language: tuple(map(str, words)) for language, words in data.items() if isinstance(words, list)} if isinstance(data, dict) else {}
    )


def _below(item: Item, language: str) -> tuple[str, ...]:
    """The path from a text to its sentence: a word of the program is a sentence itself."""
    return (language,) if isinstance(item.data, dict) else ()

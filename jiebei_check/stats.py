"""What many results say together: how often which cause comes first, and which missing fact would help most."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from .ruleset import RuleSet
from .wording import Wording

FORMAT_VERSION = "1.0"
FIRST = 5  # causes of a result in which missing facts are looked for
_LIKELIHOODS = ("high", "medium", "low")
_GROUPS = 200  # values of a fact that are told apart; more of them are one group
_SHARE_DIGITS = 4
_DAY = len("2000-01-01")
_MONTH = len("2000-01")


class Count(NamedTuple):
    """In how many records something came up, and in what share of those that could be read."""

    id: str
    title: str
    records: int
    share: float


class Group(NamedTuple):
    """The results with one value of a fact: how many, how many of them inconclusive, and their most frequent first causes."""

    id: str
    title: str
    records: int
    share: float
    inconclusive: float
    causes: tuple[Count, ...]


class Grouping(NamedTuple):
    """All results by the values of one fact; dates by month."""

    fact: str
    label: str
    groups: tuple[Group, ...]


class Missing(NamedTuple):
    """A fact that was not known although it could have moved one of the first causes, and by how many bits on average of all results."""

    fact: str
    label: str
    records: int
    share: float
    bits: float


class Stats(NamedTuple):
    """Everything, in the order of the JSON document. ``causes`` are first causes of results that are not inconclusive."""

    format_version: str
    records: int
    bad: int
    inconclusive: Count
    causes: tuple[Count, ...]
    families: tuple[Count, ...]
    likelihoods: tuple[Count, ...]
    grades: tuple[Count, ...]
    groupings: tuple[Grouping, ...]
    missing: tuple[Missing, ...]
    warnings: tuple[Count, ...]
    errors: tuple[Count, ...]


class Tally:
    """Counts results, one after the other; holds counts only."""

    def __init__(self) -> None:
        self.records = self.bad = self.inconclusive = 0
        self.first: Counter[str] = Counter()
        self.likelihoods: Counter[str] = Counter()
        self.grades: Counter[str] = Counter()
        self.warnings: Counter[str] = Counter()
        self.errors: Counter[str] = Counter()
        self.missing: Counter[str] = Counter()
        self.bits: Counter[str] = Counter()
        self.groups: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))

    def add(self, line: Mapping[str, Any]) -> None:
        """Count one result line of a batch. KeyError, TypeError or AttributeError where it is none."""
        if "error" in line:
            self.errors.update({entry["code"] for entry in line["error"]})
            self.records += 1
            self.bad += 1
            return
        causes = line["causes"]
        first = "" if line["inconclusive"] or not causes else causes[0]["id"]
        groups = {fact: _part(value) for fact, value in line.get("facts", {}).items()}
        swings: Counter[str] = Counter()
        for cause in causes[:FIRST]:
            for one in cause["open"]:
                swings[one["fact"]] += one["could_add"] + one["could_remove"]
        warnings = [warning if isinstance(warning, str) else warning["id"] for warning in line["warnings"]]
        if first:
            self.first[first] += 1
            self.likelihoods[causes[0]["likelihood"]] += 1
            self.grades[causes[0]["grade"]] += 1
        self.inconclusive += not first
        self.missing.update(swings.keys())
        self.bits.update(swings)
        self.warnings.update(warnings)
        for fact, value in groups.items():
            table = self.groups[fact]
            table[value if value in table or len(table) < _GROUPS else ""][first] += 1
        self.records += 1


def _part(value: object) -> str:
    """The group of a value: a day belongs to its month."""
    text = str(value)
    return text[:_MONTH] if len(text) == _DAY and text[4::3] == "--" else text


def summarise(rules: RuleSet, lines: Iterable[Mapping[str, Any]], language: str, by: Iterable[str] | None = None) -> Stats:
    """Count ``lines``; ``by`` chooses the facts to group by, by default all that the results repeat."""
    tally = Tally()
    for line in lines:
        tally.add(line)
    return make_stats(rules, tally, language, by)


def make_stats(rules: RuleSet, tally: Tally, language: str, by: Iterable[str] | None = None) -> Stats:
    """The counts of ``tally`` with their titles, most frequent first; ties in the order of the rule set."""
    return _Teller(rules, tally, language).stats(by)


class _Teller:
    def __init__(self, rules: RuleSet, tally: Tally, language: str) -> None:
        self.rules = rules
        self.tally = tally
        self.words = Wording(rules, language)
        self.read = tally.records - tally.bad
        self.titles = {cause.id: self.words.text(cause.title) for cause in rules.causes}
        self.families = {cause.id: cause.family for cause in rules.causes}

    def stats(self, by: Iterable[str] | None) -> Stats:
        tally, word, rules = self.tally, self.words.word, self.rules
        families: Counter[str] = Counter()
        for cause, count in tally.first.items():
            families[self.families.get(cause, "")] += count
        checks = {check.id: self.words.text(check.text) for check in rules.checks}
        alerts = {alert.id: self.words.text(alert.text) for alert in rules.alerts}
        sayings = {saying.id: self.words.text(saying.saying) for saying in rules.sayings}
        return Stats(
            format_version=FORMAT_VERSION,
            records=tally.records,
            bad=tally.bad,
            inconclusive=self.count("", word("report.none"), tally.inconclusive),
            causes=self.counts(tally.first, self.titles),
            families=self.counts(families, {family: self.words.text(title) for family, title in rules.families.items()}),
            likelihoods=tuple(self.count(level, word(f"likelihood.{level}"), tally.likelihoods[level]) for level in _LIKELIHOODS),
            grades=tuple(self.count(grade, self.words.text(title), tally.grades[grade]) for grade, title in rules.grades.items()),
            groupings=tuple(self.grouping(fact) for fact in (tally.groups if by is None else by)),
            missing=self.missing(),
            warnings=self.counts(tally.warnings, checks | alerts | sayings),
            errors=self.counts(tally.errors, {}, of=tally.records),
        )

    def count(self, name: str, title: str, count: int, of: int | None = None) -> Count:
        whole = self.read if of is None else of
        return Count(name, title, count, round(count / whole, _SHARE_DIGITS) if whole else 0.0)

    def counts(self, counter: Counter[str], titles: Mapping[str, str], of: int | None = None) -> tuple[Count, ...]:
        order = {name: place for place, name in enumerate(titles)}
        ranked = sorted(counter.items(), key=lambda pair: (-pair[1], order.get(pair[0], len(order)), pair[0]))
        return tuple(self.count(name, titles.get(name, name), count, of) for name, count in ranked)

    def grouping(self, name: str) -> Grouping:
        fact = self.rules.facts.get(name)
        table = self.tally.groups.get(name, {})
        dated = fact is not None and fact.type == "date"
        ranked = sorted(table.items(), key=lambda pair: (-pair[1].total(), pair[0]))
        if dated:  # the latest month first
            ranked = sorted(table.items(), reverse=True)
        labels = {choice.key: self.words.text(choice.label) for choice in fact.choices} if fact is not None else {}
        return Grouping(
            name,
            self.words.text(fact.label) if fact is not None else name,
            tuple(self.group(value, labels.get(value, value), counter) for value, counter in ranked),
        )

    def group(self, value: str, title: str, counter: Counter[str]) -> Group:
        total = counter.total()
        found = Counter({cause: count for cause, count in counter.items() if cause})
        share = round(counter[""] / total, _SHARE_DIGITS)
        counted = self.count(value, title or self.words.word("stats.rest"), total)
        return Group(*counted, share, self.counts(found, self.titles, of=total))

    def missing(self) -> tuple[Missing, ...]:
        tally = self.tally
        ranked = sorted(tally.bits.items(), key=lambda pair: (-pair[1], pair[0]))
        return tuple(
            Missing(
                name,
                self.words.text(self.rules.facts[name].label) if name in self.rules.facts else name,
                tally.missing[name],
                round(tally.missing[name] / self.read, _SHARE_DIGITS),
                round(bits / self.read, 2),
            )
            for name, bits in ranked
        )

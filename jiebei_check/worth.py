"""What a question is worth: how far its answer is expected to move the ranking, and how likely it is to be known at all.

The gain of a question is the expected divergence, in bits, of the shares after the answer from those before it (D. V. Lindley,
"On a Measure of the Information Provided by an Experiment", 1956). How probable an answer is follows from the rules themselves:
evidence of b bits says that it is 2**b times as frequent with its cause as without it, so without it the answer can hold for no
more than a 2**b-th part of people. What most people answer is a rule's own word (``usual``).

Nothing here decides a result. It decides what to ask first, and when asking further is not worth anybody's time.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from math import log2
from typing import NamedTuple

from .conditions import Condition, In, Range, facts_of, holds, leaves
from .inference import compute, consider
from .profile import Profile
from .ruleset import RuleSet
from .thresholds import bounds_of, conditions_of, derived_from, samples
from .values import Fact, Facts, Value

_KNOWN = {1: 0.7, 2: 0.6, 3: 0.5}  # effort -> how many people can answer at once
_TOPIC = 2.0  # answers (known or not) within a topic that outweigh what the effort alone suggests
_UNUSUAL = 0.1  # people whose answer is not the usual one
_MISSED = 0.4  # what is left of a cause, for planning only, when one of its strong signs has not been found
_STRONG = 4  # bits from which the lack of a sign says something
_EFFORT = 0.15  # how strongly effort counts: a question is worth gain / effort**0.15
_JOINTLY = 3  # the most facts that are asked for the sake of one condition
_NEVER = -99  # bits: an answer with which a cause does not apply


class Piece(NamedTuple):
    """A piece of evidence, by the place of its cause: steps as (condition, bits), and what it counts when all of them fail."""

    cause: int
    steps: tuple[tuple[Condition, int], ...]
    otherwise: int
    most: int
    facts: frozenset[str]


class Outcome(NamedTuple):
    """Answers of one effect: one of them, how many they are, and the bits that they add to causes (by place)."""

    value: Value
    weight: float
    changes: Mapping[int, int]


class Prospect(NamedTuple):
    """A question and what it promises, per effort: ``gain`` in bits, ``shift`` in share of the first place (0..1)."""

    fact: Fact
    gain: float
    shift: float


class Plan:
    """A rule set turned round: from each fact to what it can move. Made once a rule set."""

    def __init__(self, rules: RuleSet) -> None:
        self.rules = rules
        self.pieces: list[Piece] = []
        self.applies: list[Condition | None] = [cause.applies for cause in rules.causes]
        self.inputs = {fact: tuple(_inputs(rules, fact)) for fact in rules.facts}
        self.derived = {fact.id: derived_from(rules, fact.id) for fact in rules.inputs}
        self.moves: dict[str, list[int]] = {fact: [] for fact in rules.facts}
        self.admits: dict[str, list[int]] = {fact: [] for fact in rules.facts}
        self.contradicts: dict[str, list[Condition]] = {fact: [] for fact in rules.facts}
        for place, cause in enumerate(rules.causes):
            if cause.applies is not None:
                for fact in self.needed(cause.applies):
                    self.admits[fact].append(place)
            for evidence in cause.evidence:
                steps = tuple((step.when, step.bits) for step in evidence.steps)
                facts = frozenset(fact for when, _ in steps for fact in self.needed(when))
                for fact in facts:
                    self.moves[fact].append(len(self.pieces))
                otherwise = evidence.otherwise.bits if evidence.otherwise else 0
                self.pieces.append(Piece(place, steps, otherwise, max(bits for _, bits in steps), facts))
        for check in rules.checks:
            for fact in self.needed(check.when):
                self.contradicts[fact].append(check.when)
        conditions = tuple(conditions_of(rules))
        self.bounds = bounds_of(conditions)
        self.partners = {fact.id: self._partners(fact.id) for fact in rules.inputs}
        self._leaves: dict[str, dict[In | Range, None]] = {fact: {} for fact in rules.facts}
        for condition in conditions:
            for leaf in leaves(condition):
                self._leaves[leaf.fact][leaf] = None
        self._samples: dict[str, tuple[Value, ...]] = {}

    def _partners(self, fact: str) -> frozenset[str]:
        """The facts together with which ``fact`` makes a derived one that something is compared with."""
        return frozenset(other for name in self.derived[fact] if self.bounds.get(name) for other in self.inputs[name] if other != fact)

    def needed(self, condition: Condition) -> tuple[str, ...]:
        """The facts that a person must give for ``condition`` to be decided, derived ones resolved."""
        return tuple(dict.fromkeys(name for fact in facts_of(condition) for name in self.inputs[fact]))

    def answers(self, fact: Fact, facts: Facts) -> tuple[Value, ...]:
        """Answers that stand for all others, ``facts`` being known."""
        if fact.type == "choices":
            return tuple((key,) for key in fact.keys)
        if any(name in facts for name in self.partners[fact.id]):
            return samples(self.rules, self.bounds, fact, facts)
        if fact.id not in self._samples:
            unlike = {tuple(holds(leaf, {fact.id: value}) for leaf in self._leaves[fact.id]): value for value in self._all(fact)}
            self._samples[fact.id] = tuple(unlike.values())
        return self._samples[fact.id]

    def _all(self, fact: Fact) -> tuple[Value, ...]:
        return tuple(reversed(samples(self.rules, self.bounds, fact, {})))  # of those alike the smallest is kept


def _inputs(rules: RuleSet, name: str) -> Iterator[str]:
    derived = rules.facts[name].derived
    if derived is None:
        yield name
    else:
        for part in derived[1]:
            yield from _inputs(rules, part)


_latest: list[Plan] = []  # a plan costs some milliseconds, and an interview asks for the same one again and again


def plan_for(rules: RuleSet) -> Plan:
    """The plan of a rule set; the latest one is remembered."""
    if not _latest or _latest[0].rules is not rules:
        _latest[:] = [Plan(rules)]
    return _latest[0]


class Outlook:
    """A profile seen from what may still be asked: scores as they stand, and what each answer would change."""

    def __init__(self, plan: Plan, profile: Profile) -> None:
        rules = plan.rules
        self.plan = plan
        self.declined = profile.declined
        self.facts, found = consider(rules, profile.values)
        self._found = {id(check.when) for check in found}
        self.bits = [_bits(piece, self.facts) for piece in plan.pieces]
        self.admitted = [when is None or holds(when, self.facts) for when in plan.applies]
        self.scores = [cause.prior for cause in rules.causes]
        for piece, bits in zip(plan.pieces, self.bits, strict=True):
            self.scores[piece.cause] += bits
        self.weights = [2.0**score if admitted is not False else 0.0 for score, admitted in zip(self.scores, self.admitted, strict=True)]
        self._discount()
        self.none = 2.0**rules.none_of_these
        self.total = sum(self.weights) + self.none
        self.ordered = sorted(range(len(self.weights)), key=lambda place: -self.weights[place])
        self._chances = self._topics(profile)

    def _discount(self) -> None:
        """A cause one of whose strong signs was asked about and not found is less likely to be found by its other signs."""
        for piece, bits in zip(self.plan.pieces, self.bits, strict=True):
            if bits == 0 and piece.most >= _STRONG and not self.declined.isdisjoint(piece.facts):
                self.weights[piece.cause] *= _MISSED

    def _topics(self, profile: Profile) -> Mapping[str, tuple[int, int]]:
        """How much of each topic was known, of how much that was asked. What is asked of everybody says nothing about a topic."""
        facts = self.plan.rules.facts
        known = Counter(facts[name].section for name in profile.values if name in facts and not is_opening(self.plan, name))
        asked = known + Counter(facts[name].section for name in profile.declined if name in facts)
        return {section: (known[section], asked[section]) for section in asked}

    def chance(self, fact: Fact) -> float:
        """How likely the answer is to be known, from the effort and from what was known of the same topic."""
        known, asked = self._chances.get(fact.section, (0, 0))
        return (_TOPIC * _KNOWN.get(fact.effort, _KNOWN[3]) + known) / (_TOPIC + asked)

    def changes(self, fact: str, value: Value) -> dict[int, int] | None:
        """The bits that an answer adds to each cause that it moves; None where it contradicts what is known."""
        plan = self.plan
        facts = dict(self.facts)
        facts[fact] = value
        for name in plan.derived[fact]:
            derived = plan.rules.facts[name].derived
            assert derived is not None  # it would not be in the table
            left, right = facts.get(derived[1][0]), facts.get(derived[1][1])
            if left is not None and right is not None:
                result = compute(derived[0], left, right)
                if result is not None:
                    facts[name] = result
        for when in plan.contradicts[fact]:
            if id(when) not in self._found and holds(when, facts) is True:
                return None
        moved: dict[int, int] = {}
        for place in plan.moves[fact]:
            piece = plan.pieces[place]
            bits = _bits(piece, facts) - self.bits[place]
            if bits:
                moved[piece.cause] = moved.get(piece.cause, 0) + bits
        for cause in plan.admits[fact]:
            applies = plan.applies[cause]
            if self.admitted[cause] is not False and applies is not None and holds(applies, facts) is False:
                moved[cause] = _NEVER
        return moved

    def outcomes(self, fact: Fact) -> list[Outcome]:
        """What can be answered to the question about ``fact``, answers of one effect together."""
        found: dict[tuple[tuple[int, int], ...], Outcome] = {}
        rare = fact.usual is not None
        for value in self.plan.answers(fact, self.facts):
            changes = self.changes(fact.id, value)
            if changes is None:
                continue
            weight = 1.0 if not rare else 1 - _UNUSUAL if value == fact.usual else _UNUSUAL
            key = tuple(sorted(changes.items()))
            known = found.get(key)
            several = known.weight + weight if known and fact.choices else weight
            found[key] = Outcome(known.value if known else value, max(several, known.weight) if known else several, changes)
        return list(found.values())

    def expect(self, outcomes: list[Outcome]) -> tuple[float, float]:
        """(expected divergence in bits, expected rise of the first place's share) if one of ``outcomes`` is the answer."""
        if len(outcomes) < 2:
            return 0.0, 0.0
        bases = [outcome.weight * 2.0 ** -max(0, *outcome.changes.values()) if outcome.changes else outcome.weight for outcome in outcomes]
        whole = sum(bases)
        bases = [base / whole for base in bases]
        touched = {cause for outcome in outcomes for cause in outcome.changes if self.weights[cause]}
        rest = self.total - sum(self.weights[cause] for cause in touched)
        chances = [rest / self.total * base for base in bases]
        for cause in touched:
            likely = [base * 2.0 ** outcome.changes.get(cause, 0) for base, outcome in zip(bases, outcomes, strict=True)]
            share = self.weights[cause] / self.total / sum(likely)
            chances = [chance + share * one for chance, one in zip(chances, likely, strict=True)]
        gain = shift = 0.0
        for chance, outcome in zip(chances, outcomes, strict=True):
            if outcome.changes:
                divergence, rise = self._after(outcome.changes)
                gain += chance * divergence
                shift += chance * rise
        return gain, shift

    def _after(self, changes: Mapping[int, int]) -> tuple[float, float]:
        """(divergence in bits from the shares of now, how far the new first place stands above the old one)."""
        new = {cause: self.weights[cause] * 2.0**bits for cause, bits in changes.items() if self.weights[cause]}
        rest = self.total - sum(self.weights[cause] for cause in new)
        total = rest + sum(new.values())
        divergence = rest / total * log2(self.total / total) if rest > 0 else 0.0
        divergence += sum(
            weight / total * log2(weight / total * self.total / self.weights[cause]) for cause, weight in new.items() if weight > 0
        )
        first = self.ordered[0]
        held = new.get(first, self.weights[first]) if self.weights[first] > self.none else self.none
        unmoved = next((self.weights[cause] for cause in self.ordered if cause not in new), 0.0)
        return divergence, (max(self.none, unmoved, held, *new.values()) - held) / total


def _bits(piece: Piece, facts: Facts) -> int:
    """What a piece counts: its first step that holds, or ``otherwise`` where all fail. As in :mod:`.inference`."""
    unknown = False
    for when, bits in piece.steps:
        truth = holds(when, facts)
        if truth is True:
            return bits
        unknown = unknown or truth is None
    return 0 if unknown else piece.otherwise


def is_opening(plan: Plan, fact: str) -> bool:
    """Whether a fact decides which causes apply at all, for an eighth of them or more: what happened, and to which product."""
    return len(plan.admits[fact]) * 8 >= len(plan.applies)


def prospects(outlook: Outlook, askable: Collection[Fact]) -> list[Prospect]:
    """What each question promises, best first. A condition over several open facts counts for the cheapest of them."""
    found = [_prospect(outlook, (fact,), outlook.outcomes(fact)) for fact in askable]
    by_id = {fact.id: fact for fact in askable}
    for place, piece in enumerate(outlook.plan.pieces):
        if not outlook.weights[piece.cause]:
            continue
        for when, bits in piece.steps:
            if holds(when, outlook.facts) is not None:
                continue
            missing = [fact for fact in outlook.plan.needed(when) if fact not in outlook.facts]
            if 2 <= len(missing) <= _JOINTLY and all(fact in by_id for fact in missing):
                facts = tuple(sorted((by_id[fact] for fact in missing), key=lambda fact: (fact.effort, fact.order)))
                together = Outcome(True, 1.0, {piece.cause: bits - outlook.bits[place]})
                found.append(_prospect(outlook, facts, [together, Outcome(False, 1.0, {})]))
    return sorted(found, key=lambda prospect: (-prospect.gain, prospect.fact.order))


def _prospect(outlook: Outlook, facts: tuple[Fact, ...], outcomes: list[Outcome]) -> Prospect:
    gain, shift = outlook.expect(outcomes)
    price = min(outlook.chance(fact) for fact in facts) / sum(fact.effort for fact in facts) ** _EFFORT  # who knows one knows the rest
    return Prospect(facts[0], gain * price, shift * price)

"""What a question is worth: how probable it is that its answer puts another cause first.

What is believed of each cause before a question is its weight of evidence, and what rules say of a cause beside what
they weigh: what it usually looks like (``looks_like``), how often each of its strong signs is seen where it is right (``seen``,
the sensitivity of a sign), and what people who have it can tell (:mod:`.told`). A cause whose signs were asked for and not found
is believed less. A part of each belief is left to the evidence alone.

How probable an answer is follows from the rules: a strong sign shows as often as ``seen`` says where its cause is right; other
evidence of b bits says that it is 2**b times as frequent with its cause as without. The result is the first place. So only an
answer that changes the first place is worth anything, and a question is worth the chance of such an answer: the value of
information where being wrong costs the same whichever cause stands first (R. A. Howard, "Information Value Theory", 1966). What
an answer says about the cause beside that counts a little in the order, since it spares questions later: the expected
information gain (D. V. Lindley, "On a Measure of the Information Provided by an Experiment", 1956). Asking ends when no question
is worth its price. The price rises with the fourth power of what was answered or left open: a first few questions are no trouble,
nobody wants to go on for ever, and one who has named nothing by then is not likely to.

Nothing here decides a result. It decides what to ask first, and when asking further is not worth anybody's time.
"""

from collections.abc import Collection, Iterator, Mapping
from math import prod
from typing import NamedTuple

from .conditions import All, AnyOf, Condition, In, Not, Range, facts_of, holds, leaves
from .inference import compute, consider
from .profile import Profile
from .ruleset import RuleSet
from .thresholds import bounds_of, conditions_of, derived_from, samples
from .told import Telling
from .values import Fact, Facts, Value

_STRONG = 4  # bits of a sign without which a cause hardly stands out
_USUALLY, _SELDOM = 0.95, 0.05  # where the rules have no words for it
_TOLD = 0.03  # people who can tell something that has nothing to do with their own cause
_UNUSUAL = 0.1  # people whose answer is not the usual one
_LEAST = 0.02  # what is left of a cause none of whose signs was found
_EFFORT = 0.15  # how strongly effort counts for what is asked first: chance / effort**0.15
_PRIVATE = 1.6  # a question that people are shy of has to promise so much more to be asked before another
_PARTLY = 0.5  # where a sign has several ways to show: half of the ways bring it out in half**0.5 of cases, as they overlap
_TRUST = 0.8  # answers are not independent of one another, as naive Bayes takes them to be: a likelihood counts by this power
_DOUBT = 0.05  # so much of what is believed is the evidence alone: that all else was denied does not yet show a cause, it is asked for
_CURIOUS = 0.2  # what a bit of information about the cause is worth, beside the chance of another first place
_PRICE = 0.0004  # the chance of another first place from which a first question is asked
_PATIENCE = 5.5  # answers after which a question costs twice as much; it rises with their fourth power
_JOINTLY = 3  # the most facts that are asked for the sake of one condition
_NEVER = -99  # bits: an answer with which a cause does not apply


class Piece(NamedTuple):
    """A piece of evidence, by the place of its cause: steps as (condition, bits), and what it counts when all of them fail.

    ``seen`` is how often it holds where its cause is right.
    """

    cause: int
    steps: tuple[tuple[Condition, int], ...]
    otherwise: int
    facts: frozenset[str]
    seen: float


class Outcome(NamedTuple):
    """Answers of one effect: one of them, how many they are, and the bits that they add to causes (by place)."""

    value: Value
    weight: float
    changes: Mapping[int, int]


class Prospect(NamedTuple):
    """A question, the chance that its answer changes the first place, and the effort of all answers that this takes."""

    fact: Fact
    chance: float
    effort: int


class Plan:
    """A rule set turned round: from each fact to what it can move. Made once a rule set."""

    def __init__(self, rules: RuleSet) -> None:
        self.rules = rules
        self.seldom = min(rules.frequencies.values(), default=_SELDOM)
        usually = max(rules.frequencies.values(), default=_USUALLY)
        self.pieces: list[Piece] = []
        self.applies: list[Condition | None] = [cause.applies for cause in rules.causes]
        self.inputs = {fact: tuple(_inputs(rules, fact)) for fact in rules.facts}
        self.derived = {fact.id: derived_from(rules, fact.id) for fact in rules.inputs}
        self.moves: dict[str, list[int]] = {fact: [] for fact in rules.facts}
        self.admits: dict[str, list[int]] = {fact: [] for fact in rules.facts}
        self.contradicts: dict[str, list[Condition]] = {fact: [] for fact in rules.facts}
        self.signs: list[list[int]] = [[] for _ in rules.causes]  # cause -> its strong pieces
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
                if max(bits for _, bits in steps) >= _STRONG:
                    self.signs[place].append(len(self.pieces))
                self.pieces.append(Piece(place, steps, otherwise, facts, evidence.seen or usually))
        for check in rules.checks:
            for fact in self.needed(check.when):
                self.contradicts[fact].append(check.when)
        conditions = tuple(conditions_of(rules))
        self.bounds = bounds_of(conditions)
        self.partners = {fact.id: self._partners(fact.id) for fact in rules.inputs}
        self.looks = self._looks()
        self.telling = Telling(rules)
        self._leaves: dict[str, dict[In | Range, None]] = {fact: {} for fact in rules.facts}
        for condition in conditions:
            for leaf in leaves(condition):
                self._leaves[leaf.fact][leaf] = None
        self._samples: dict[str, tuple[Value, ...]] = {}

    def _looks(self) -> dict[str, list[Mapping[str, float]]]:
        """For each fact and cause, how the answers are shared out where it is right; evenly where the rules do not say."""
        looks: dict[str, list[Mapping[str, float]]] = {}
        for name in dict.fromkeys(name for cause in self.rules.causes for name in cause.looks_like):
            keys = self.rules.facts[name].keys
            looks[name] = []
            for cause in self.rules.causes:
                often = cause.looks_like.get(name, {})
                weights = {key: often.get(key, self.seldom) for key in keys}
                whole = sum(weights.values())
                looks[name].append({key: weight / whole for key, weight in weights.items()})
        return looks

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
            unlike = {self._effect(fact, value): value for value in self._all(fact)}
            self._samples[fact.id] = tuple(unlike.values())
        return self._samples[fact.id]

    def _effect(self, fact: Fact, value: Value) -> tuple[bool | None, ...]:
        return tuple(holds(leaf, {fact.id: value}) for leaf in self._leaves[fact.id])

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
    """A profile seen from what may still be asked: scores as they stand, what is believed, and what each answer would change."""

    def __init__(self, plan: Plan, profile: Profile) -> None:
        rules = plan.rules
        self.plan = plan
        self.facts, found = consider(rules, profile.values)
        self.closed = profile.declined | {fact.id for fact in rules.inputs if fact.id not in self.facts and _is_pointless(fact, self.facts)}
        asked = sum(fact.effort > 0 and (fact.id in profile.values or fact.id in profile.declined) for fact in rules.inputs)
        self.price = _PRICE * (1 + (asked / _PATIENCE) ** 4)
        self._found = {id(check.when) for check in found}
        self.bits = [_bits(piece, self.facts) for piece in plan.pieces]
        self.admitted = [when is None or holds(when, self.facts) for when in plan.applies]
        self.scores = [cause.prior for cause in rules.causes]
        for piece, bits in zip(plan.pieces, self.bits, strict=True):
            self.scores[piece.cause] += bits
        places = (place for place, admitted in enumerate(self.admitted) if admitted is not False)
        self.order = sorted(places, key=lambda place: (-self.scores[place], place))
        self.ways = {sign: self._ways_of(sign, frozenset()) for signs in plan.signs for sign in signs}
        self._shown = [name for name in plan.looks if name in self.facts]
        self.signs = [[sign for sign in signs if not self._is_looks(plan.pieces[sign])] for signs in plan.signs]
        self.beliefs = self._believe(profile)

    def _is_looks(self, piece: Piece) -> bool:
        """Whether a piece says what the known looks say as well, and more finely."""
        return bool(piece.facts) and piece.facts.issubset(self._shown)

    def _ways_of(self, sign: int, without: frozenset[str]) -> float:
        """How much of a sign may still come out: 1 nothing of it was looked at, 0 it cannot come any more (or has come).

        ``without`` are facts taken as not known to the person, beside those that were declined or do not apply.
        """
        if self.bits[sign] >= _STRONG:
            return 0.0
        strong = [when for when, bits in self.plan.pieces[sign].steps if bits >= _STRONG]
        return sum(self._ways(when, without) for when in strong) / len(strong)

    def _ways(self, condition: Condition, without: frozenset[str]) -> float:
        truth = holds(condition, self.facts)
        if truth is not None or isinstance(condition, Not):
            return float(truth is not False)
        if isinstance(condition, All):
            return min(self._ways(part, without) for part in condition.parts)
        if isinstance(condition, AnyOf):
            return sum(self._ways(part, without) for part in condition.parts) / len(condition.parts)
        needed = self.plan.inputs[condition.fact]
        return float(self.closed.isdisjoint(needed) and without.isdisjoint(needed))

    def _believe(self, profile: Profile) -> list[float]:
        """What is believed of each cause, by place; all together 1 (or 0, where none applies)."""
        scores = list(self.scores)
        found = [any(self.bits[sign] >= _STRONG for sign in signs) for signs in self.plan.signs]
        for piece, bits in zip(self.plan.pieces, self.bits, strict=True):
            if self._is_looks(piece):
                scores[piece.cause] -= bits
        weights = [2.0**score if admitted is not False else 0.0 for score, admitted in zip(scores, self.admitted, strict=True)]
        for name in self._shown:
            for place, often in enumerate(self.plan.looks[name]):
                weights[place] *= often[str(self.facts[name])]
        for place, signs in enumerate(self.signs):
            if signs and not found[place]:
                weights[place] *= self._hidden(signs)
        known = {**profile.values, **dict.fromkeys(profile.declined)}
        weights = [weight * likely**_TRUST for weight, likely in zip(weights, self.plan.telling.likelihoods(known), strict=True)]
        plain = [2.0**score if admitted is not False else 0.0 for score, admitted in zip(self.scores, self.admitted, strict=True)]
        pairs = zip(_shares(weights), _shares(plain), strict=True)
        return _shares([(1 - _DOUBT) * learned + _DOUBT * weighed for learned, weighed in pairs])

    def _hidden(self, signs: list[int]) -> float:
        """How often so little of ``signs`` would have been found by now where the cause is right and at least one shows."""
        seen = [self.plan.pieces[sign].seen for sign in signs]
        missed = prod(1 - often * (1 - self.ways[sign]) for sign, often in zip(signs, seen, strict=True))
        return max(missed * self._any_left(signs) / (1 - prod(1 - often for often in seen)), _LEAST)

    def _left(self, sign: int) -> float:
        """How often a sign comes out after all, where its cause is right."""
        seen, ways = self.plan.pieces[sign].seen, self.ways[sign]
        return seen * ways / (1 - seen * (1 - ways))

    def _any_left(self, signs: list[int]) -> float:
        return 1 - prod(1 - self._left(sign) for sign in signs)

    def showing(self, fact: str, cause: int) -> float:
        """How often the answer to ``fact`` brings out a strong sign of ``cause``, where that is right and none was found so far."""
        signs = self.signs[cause]
        best = 0.0
        for sign in signs:
            ways = self.ways[sign]
            if ways and fact in self.plan.pieces[sign].facts:
                best = max(best, self._left(sign) * (1 - self._ways_of(sign, frozenset((fact,))) / ways) ** _PARTLY)
        return min(best / self._any_left(signs), _USUALLY) if best else 0.0

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

    def alike(self, fact: Fact, outcome: Outcome) -> tuple[Value | None, Value | None]:
        """The stretch of numbers or dates around an answer that all change the same; None for an end that is open."""
        values = samples(self.plan.rules, self.plan.bounds, fact, self.facts)
        same = [self.changes(fact.id, value) == outcome.changes for value in values]
        low = high = values.index(outcome.value)
        while low and same[low - 1]:
            low -= 1
        while high + 1 < len(values) and same[high + 1]:
            high += 1
        one = values[low] == values[high]  # 0 is said as 0, not as "at most 0"
        return values[low] if low or one else None, values[high] if high + 1 < len(values) or one else None

    def chance(self, fact: str, outcomes: list[Outcome]) -> float:
        """How probable it is that the answer to ``fact`` puts another cause first."""
        changing = [self._is_overtaken(outcome.changes) for outcome in outcomes]
        if not any(changing):
            return 0.0
        bases = [outcome.weight * 2.0 ** -max(0, *outcome.changes.values()) if outcome.changes else outcome.weight for outcome in outcomes]
        whole = sum(bases)
        bases = [base / whole for base in bases]
        touched = [cause for cause in dict.fromkeys(cause for outcome in outcomes for cause in outcome.changes) if self.beliefs[cause]]
        others = sum(self.beliefs) - sum(self.beliefs[cause] for cause in touched)
        total = others * _TOLD * sum(base for base, changes in zip(bases, changing, strict=True) if changes)
        for cause in touched:
            answers = self._answers(fact, cause, outcomes, bases)
            total += self.beliefs[cause] * sum(answer for answer, changes in zip(answers, changing, strict=True) if changes)
        return total

    def worth(self, prospect: Prospect) -> float:
        """What a question promises beside the effort of answering: another first place, and something about the cause."""
        fact = prospect.fact
        curious: float = _CURIOUS * self.plan.telling.information(fact.id, self.beliefs) / fact.effort**_EFFORT
        chance: float = prospect.chance / prospect.effort**_EFFORT
        return (chance + curious) / (_PRIVATE if fact.sensitive else 1.0)

    def _is_overtaken(self, changes: Mapping[int, int]) -> bool:
        """Whether another cause stands first once ``changes`` have been added to the scores; of equal ones the earlier does."""
        if not self.order:
            return False
        first = self.order[0]
        least = (self.scores[first] + changes.get(first, 0), -first)
        moved = ((self.scores[place] + change, -place) for place, change in changes.items() if self.admitted[place] is not False)
        if any(score > least for score in moved):
            return True
        second = next((place for place in self.order[1:] if place not in changes), None)
        return second is not None and (self.scores[second], -second) > least

    def _answers(self, fact: str, cause: int, outcomes: list[Outcome], bases: list[float]) -> list[float]:
        """How probable each outcome is where ``cause`` is right; what is left to 1 is "don't know"."""
        likely = [base * 2.0 ** outcome.changes.get(cause, 0) for base, outcome in zip(bases, outcomes, strict=True)]
        hits = [outcome.changes.get(cause, 0) >= _STRONG - 1 for outcome in outcomes]
        hit, rest = (sum(one for one, found in zip(likely, hits, strict=True) if found is side) for side in (True, False))
        shows = self.showing(fact, cause) if hit else 0.0
        return [shows * one / hit if found else (1 - shows) * _TOLD * one / (rest or 1.0) for one, found in zip(likely, hits, strict=True)]


def _shares(weights: list[float]) -> list[float]:
    """``weights`` as parts of 1; as they are where all are 0."""
    whole = sum(weights)
    return [weight / whole for weight in weights] if whole else weights


def _bits(piece: Piece, facts: Facts) -> int:
    """What a piece counts: its first step that holds, or ``otherwise`` where all fail. As in :mod:`.inference`."""
    unknown = False
    for when, bits in piece.steps:
        truth = holds(when, facts)
        if truth is True:
            return bits
        unknown = unknown or truth is None
    return 0 if unknown else piece.otherwise


def _is_pointless(fact: Fact, facts: Facts) -> bool:
    """Whether a question certainly does not apply."""
    return fact.ask_if is not None and holds(fact.ask_if, facts) is False  # type: ignore[arg-type]  # the loader made it a condition


def is_opening(plan: Plan, fact: str) -> bool:
    """Whether a fact decides which causes apply at all, for an eighth of them or more: what happened, and to which product."""
    return len(plan.admits[fact]) * 8 >= len(plan.applies)


def prospects(outlook: Outlook, askable: Collection[Fact]) -> list[Prospect]:
    """The questions to ask, best first, as long as one is worth its price; none any more where no chance is.

    A condition over several open facts counts for the cheapest of them.
    """
    found = [Prospect(fact, outlook.chance(fact.id, outlook.outcomes(fact)), fact.effort) for fact in askable]
    by_id = {fact.id: fact for fact in askable}
    for place, piece in enumerate(outlook.plan.pieces):
        if not outlook.beliefs[piece.cause]:
            continue
        for when, bits in piece.steps:
            if holds(when, outlook.facts) is not None:
                continue
            missing = [fact for fact in outlook.plan.needed(when) if fact not in outlook.facts]
            if 2 <= len(missing) <= _JOINTLY and all(fact in by_id for fact in missing):
                facts = sorted((by_id[fact] for fact in missing), key=lambda fact: (fact.effort, fact.order))
                together = Outcome(True, 1.0, {piece.cause: bits - outlook.bits[place]})
                chance = outlook.chance(facts[0].id, [together, Outcome(False, 1.0, {})])
                found.append(Prospect(facts[0], chance, sum(fact.effort for fact in facts)))
    if not any(prospect.chance >= outlook.price for prospect in found):
        return []
    return sorted(found, key=lambda prospect: (-outlook.worth(prospect), prospect.fact.order))

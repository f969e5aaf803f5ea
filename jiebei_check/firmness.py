"""How firm the first place is: which pieces of evidence it hangs on, and whether it survives weights that are a little off.

The *leader* is what stands in first place: the id of a cause, or ``""`` where "none of these" wins (the result is inconclusive).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from .inference import Diagnosis, Piece, Ranked
from .ruleset import RuleSet

NONE = ""


class Hinge(NamedTuple):
    """A counted piece without which the first place changes: the cause it belongs to, and what would then lead."""

    cause: str
    piece: Piece
    leader: str


class Firmness(NamedTuple):
    """How firm the first place is.

    ``hinges`` are the pieces on which it hangs, the heaviest first. ``worst_leader`` stands first where every weight is off by
    one step of the strength words in the most unfavourable way; the first place is steady where that is the leader itself.
    ``margin`` is how many bits the leader lies ahead of the next entry, ``worst_margin`` how many then.
    """

    leader: str
    hinges: tuple[Hinge, ...]
    margin: int
    worst_leader: str
    worst_margin: int

    @property
    def steady(self) -> bool:
        return self.worst_leader == self.leader


def leader_of(rules: RuleSet, scores: Iterable[tuple[str, int]]) -> str:
    """What stands first: the first of the highest scores, or NONE where no score exceeds that of "none of these"."""
    best, leader = rules.none_of_these, NONE
    for cause, score in scores:
        if score > best:
            best, leader = score, cause
    return leader


def leader(diagnosis: Diagnosis) -> str:
    """What stands in first place."""
    return NONE if diagnosis.inconclusive else diagnosis.causes[0].id


def firmness(rules: RuleSet, diagnosis: Diagnosis) -> Firmness:
    """How firm the first place is. Costs a few additions for each cause, so that every report can say it.

    The worst case of "every weight is off by one step, up or down" is computed exactly, not sampled. A weight belongs to one
    piece of one cause, which piece counts does not depend on the weights, and a score is their sum: the leader's score is least
    where all that speaks for it is a step weaker and all that speaks against it a step stronger, every other score greatest where
    it is the other way round, and these choices do not touch one another. One combination is thus the worst against all rivals
    at once, and the leader keeps its place in every combination if and only if it does so in this one. Priors and the entry
    "none of these" stay as they are; a step below the weakest word is not counted at all, there is none above the strongest.
    """
    first = leader(diagnosis)
    by_id = {one.id: one for one in diagnosis.causes}
    ranked = [by_id[cause.id] for cause in rules.causes if cause.id in by_id]  # in the order that resolves ties
    scores = {one.id: one.weighed.score for one in ranked}
    best = rules.none_of_these if first == NONE else scores[first]
    hinges = [
        Hinge(one.id, piece, then)
        for one in ranked
        for piece in (one.weighed.speaks_for if one.id == first else one.weighed.against)
        if (one.id == first or one.weighed.score - piece.bits >= best)  # nobody else can rise above the first
        and (then := leader_of(rules, {**scores, one.id: one.weighed.score - piece.bits}.items())) != first
    ]
    hinges.sort(key=lambda hinge: (hinge.cause != first, -abs(hinge.piece.bits)))
    worst = _worst(rules, ranked, first)
    return Firmness(first, tuple(hinges), _margin(rules, scores, first), leader_of(rules, worst.items()), _margin(rules, worst, first))


def _worst(rules: RuleSet, ranked: Sequence[Ranked], first: str) -> dict[str, int]:
    """The scores with every weight one step off, to the harm of ``first`` and in favour of all others."""
    scale = sorted({0, *rules.bits.values()})
    up = {bits: step_off(bits, scale, up=True) for bits in scale}
    down = {bits: step_off(bits, scale, up=False) for bits in scale}
    worst = {}
    for one in ranked:
        gains, losses = (down, up) if one.id == first else (up, down)
        weighed = one.weighed
        gain = sum([gains[piece.bits] for piece in weighed.speaks_for])
        loss = sum([losses[-piece.bits] for piece in weighed.against])
        worst[one.id] = weighed.cause.prior + gain - loss
    return worst


def step_off(bits: int, scale: Sequence[int], *, up: bool) -> int:
    """A weight without its sign, one step of ``scale`` (ascending, from 0) stronger or weaker; the strongest stays."""
    if up:
        return min((step for step in scale if step > bits), default=bits)
    return max((step for step in scale if step < bits), default=0)


def _margin(rules: RuleSet, scores: Mapping[str, int], first: str) -> int:
    """How far ``first`` lies ahead of the best other entry, in bits; negative where it lies behind."""
    own = rules.none_of_these if first == NONE else scores[first]
    others = [score for cause, score in scores.items() if cause != first]
    return own - max(others if first == NONE else [*others, rules.none_of_these], default=own)

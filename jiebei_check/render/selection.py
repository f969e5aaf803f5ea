"""What of a report is shown, and how its numbers are written: the same in every format for people."""

from typing import NamedTuple

from ..report import ActionReport, CauseReport, Reason, Report
from ..wording import Wording
from . import FULL

_AT_LEAST = 3  # causes shown, even where one alone stands out
LEAST_SHARE = 0.01  # a share below it is not worth a number of its own


class Balance(NamedTuple):
    """The sum behind a cause in bits: ``prior + gain - loss`` is its score."""

    prior: int
    gain: int
    loss: int
    score: int


def shown_causes(report: Report, verbosity: int) -> tuple[CauseReport, ...]:
    """Every cause where everything is wanted; else those that stand out, and three at least."""
    if verbosity == FULL:
        return report.causes
    standing_out = [cause for cause in report.causes if cause.likelihood != "low"]
    return report.causes[: max(_AT_LEAST, len(standing_out))]


def names(report: Report, wording: Wording) -> list[str]:
    """The causes that stand out, or the first; before them "none of these" where nothing can be told."""
    titles = [cause.title for cause in report.causes if cause.likelihood != "low"] or [cause.title for cause in report.causes[:1]]
    return [wording.word("report.none"), *titles] if report.inconclusive else titles


def balance(cause: CauseReport) -> Balance:
    """What speaks for a cause and what against, each added up."""
    return Balance(cause.prior, sum(r.bits for r in cause.speaks_for), -sum(r.bits for r in cause.against), cause.score)


def strongest_first(reasons: tuple[Reason, ...]) -> list[Reason]:
    """Reasons by weight; those of equal weight in the order of the rules."""
    return sorted(reasons, key=lambda reason: -abs(reason.bits))


def percent(share: float, wording: Wording) -> str:
    """A share in whole percent; none is ever written as nothing or as certainty."""
    if share < LEAST_SHARE:
        return wording.word("page.under_one")
    return wording.word("page.nearly_all") if share > 1 - LEAST_SHARE else f"{share:.0%}"


def moved_facts(action: ActionReport, wording: Wording) -> str:
    """What an action can change, by the names of the facts."""
    facts = wording.rules.facts
    return wording.word("punctuation.list").join(wording.text(facts[fact].label) for fact in action.moves if fact in facts)

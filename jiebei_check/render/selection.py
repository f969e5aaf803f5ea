"""What of a report is shown, and how its numbers are written: the same in every format for people."""

from typing import NamedTuple

from ..report import CauseReport, Reason, Report
from ..wording import Wording
from . import FULL

_AT_LEAST = 3  # causes shown, even where one alone stands out
MINUS = "\u2212"


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


def signed(bits: int) -> str:
    """A number with its sign, the minus as wide as the plus: ``+4``, ``−2``, ``0``."""
    return f"+{bits}" if bits > 0 else f"{MINUS}{-bits}" if bits < 0 else "0"


def percent(share: float, wording: Wording) -> str:
    """A share in whole percent; a small one is never written as nothing."""
    return f"{share:.0%}" if share >= 0.01 or not share else wording.word("page.under_one")

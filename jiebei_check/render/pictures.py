"""Shares and balances drawn as SVG inside the page. Sizes are attributes, colours come from the style sheet: no inline style."""

from ..report import CauseReport
from .markup import Markup, tag
from .selection import strongest_first

# The pattern of what speaks against, so that it differs from what speaks for without colour too.
HATCH = tag(
    "svg",
    tag(
        "defs",
        tag(
            "pattern",
            tag("rect", width="6", height="6", class_="hatch-ground"),
            tag("line", x1="1", y1="0", x2="1", y2="6", class_="hatch-line"),
            id="hatch",
            width="6",
            height="6",
            patternUnits="userSpaceOnUse",
            patternTransform="rotate(45)",
        ),
    ),
    class_="defs",
    width="0",
    height="0",
    aria_hidden="true",
)


def share_bar(share: float) -> Markup:
    """A share of 1 as a bar; the number stands beside it, so that it is hidden from screen readers."""
    width = f"{max(share, 0.004):.1%}"
    return _picture("bar", tag("rect", width="100%", height="100%", class_="track"), tag("rect", width=width, height="100%", class_="fill"))


def balance_bar(cause: CauseReport, scale: int) -> Markup:
    """Pieces of evidence as blocks to either side of the middle, as long as their bits; ``scale`` bits reach the edge."""
    blocks = [tag("rect", width="100%", height="100%", class_="track")]
    right = left = 50.0
    for reason in strongest_first(cause.speaks_for):
        width = 50 * reason.bits / scale
        blocks.append(tag("rect", x=f"{right:.2f}%", width=f"{width:.2f}%", height="100%", class_="gain"))
        right += width
    for reason in strongest_first(cause.against):
        width = -50 * reason.bits / scale
        left -= width
        blocks.append(tag("rect", x=f"{left:.2f}%", width=f"{width:.2f}%", height="100%", class_="loss", fill="url(#hatch)"))
    blocks.append(tag("line", x1="50%", x2="50%", y1="0", y2="100%", class_="middle"))
    return _picture("scales", *blocks)


def _picture(kind: str, *shapes: Markup) -> Markup:
    return tag("svg", *shapes, class_=kind, aria_hidden="true", focusable="false")

"""Formats: one file each, every one a function from reports to a string. A registry; modules load when they are used."""

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import NamedTuple

from ..report import Report
from ..wording import Wording

FORMATS = ("text", "json", "markdown", "html")
SUFFIXES = {".txt": "text", ".json": "json", ".md": "markdown", ".markdown": "markdown", ".html": "html", ".htm": "html"}
QUIET, SHORT, FULL = 0, 1, 2


class Style(NamedTuple):
    """How to render: terminal width in cells, colour or not, how much (QUIET, SHORT, FULL), and the program's words."""

    wording: Wording
    width: int = 80
    color: bool = False
    verbosity: int = SHORT


Renderer = Callable[[Sequence[Report], Style], str]


def renderer(name: str) -> Renderer:
    """The function that renders reports in the format of that name; KeyError where there is none."""
    if name not in FORMATS:
        raise KeyError(name)
    render: Renderer = import_module(f".{name}", __name__).render
    return render

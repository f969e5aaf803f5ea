"""``--version``: the tool, the rule set and the output format, each with a version of its own."""

from __future__ import annotations

from .. import __version__


def version_lines() -> str:
    from ..report import FORMAT_VERSION  # noqa: PLC0415
    from ..rulebook import bundled_version  # noqa: PLC0415

    return f"jiebei-check {__version__}\nrules {bundled_version()}\nformat {FORMAT_VERSION}\n"

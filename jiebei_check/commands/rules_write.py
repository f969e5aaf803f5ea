"""``rules new``, ``rules schema`` and ``rules diff``: writing rules, and seeing what a change does."""

from __future__ import annotations

import typer


def register(group: typer.Typer) -> None:
    del group

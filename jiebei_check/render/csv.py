"""Rows of a table for spreadsheet programs, one line each, that nothing in them can turn into a formula."""

import re
from collections.abc import Sequence

from ..decoding import visible

BOM = "\ufeff"  # by which spreadsheet programs tell UTF-8; in files, not in pipes
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")  # the last four: full-width, which count in East Asia
_NUMBER = re.compile(r"-?\d+(\.\d+)?(e-?\d+)?", re.ASCII)
_QUOTED = re.compile("[,;\"'\t]")


def csv_row(cells: Sequence[object]) -> str:
    """One row with its end; a cell that a spreadsheet would take for a formula begins with an apostrophe."""
    return ",".join(map(_cell, cells)) + "\r\n"


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    text = visible(" ".join(str(value).split()))
    if text.lstrip("'\" ").startswith(_FORMULA) and not _NUMBER.fullmatch(text):
        text = f"'{text}"
    return f'"{text.replace(chr(34), chr(34) * 2)}"' if _QUOTED.search(text) else text

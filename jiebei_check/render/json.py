"""JSON: one report as an object, several as an array. The document is the report itself."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from ..report import Report, as_document
from . import Style

_NOT_PLAIN = re.compile(r"[^\n -~\u3000-\u9fff\uff01-\uff5e]")  # most text needs no look at each character


def render(reports: Sequence[Report], style: Style) -> str:  # noqa: ARG001 - every renderer has the same signature
    """UTF-8 JSON, one entry or one cause a line, the same bytes for the same reports. What cannot be seen is escaped."""
    documents = [_lines(as_document(report)) for report in reports]
    text = documents[0] if len(documents) == 1 else "[\n" + ",\n".join(documents) + "\n]"
    return escape_invisible(text) + "\n"


def _lines(entries: dict[str, object]) -> str:
    """An object with an entry a line, and lists with an item a line: readable, and four times as fast as ``indent``."""
    encode = json.JSONEncoder(ensure_ascii=False).encode
    written = []
    for key, value in entries.items():
        items = ",\n".join(f"    {encode(item)}" for item in value) if isinstance(value, list) else ""
        written.append(f"  {encode(key)}: " + (f"[\n{items}\n  ]" if items else encode(value)))
    return "{\n" + ",\n".join(written) + "\n}"


def escape_invisible(text: str) -> str:
    """``text``, which is JSON, with every control, format and surrogate character escaped: the same value, safe to look at."""
    if text.replace("\n", "").isprintable():
        return text
    return _NOT_PLAIN.sub(lambda found: found[0] if found[0].isprintable() else json.dumps(found[0])[1:-1], text)

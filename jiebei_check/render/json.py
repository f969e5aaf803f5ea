"""JSON: one report as an object, several as an array. The document is the report itself."""

from __future__ import annotations

import json
from collections.abc import Sequence

from ..report import Report, document
from . import Style


def render(reports: Sequence[Report], style: Style) -> str:
    """UTF-8 JSON, indented by two, the same bytes for the same reports. A lone surrogate is escaped."""
    documents = [document(report) for report in reports]
    text = json.dumps(documents[0] if len(documents) == 1 else documents, ensure_ascii=False, indent=2)
    return text.encode("utf-8", "backslashreplace").decode("utf-8") + "\n"

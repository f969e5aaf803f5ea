"""Why was my credit line cut? Ranks the likely causes from what a person knows, with what speaks for and against each.

>>> from jiebei_check import load_rules, make_profile, diagnose, make_report
>>> rules = load_rules()
>>> profile = make_profile({"line": {"product": "jiebei", "change": "closed"}}, rules.facts, rules.notation)
>>> report = make_report(rules, diagnose(rules, profile), "en")
>>> report.inconclusive
True

Everything is a frozen value and every function is pure, except :func:`load_rules`, which reads files. Names are imported
when they are first used, so that a program pays only for what it needs.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .batch import Result, diagnose_batch
    from .errors import CheckError, DataError, Problem, ReadError, UsageError, WriteError
    from .inference import Diagnosis, diagnose
    from .interview import Question, Step, next_question
    from .profile import Profile, make_profile, parse_profile
    from .report import Report, as_document, make_report
    from .rulebook import load_rules
    from .ruleset import RuleSet

__version__ = "0.1.0"

_HOME = {
    "Result": "batch",
    "diagnose_batch": "batch",
    "CheckError": "errors",
    "DataError": "errors",
    "Problem": "errors",
    "ReadError": "errors",
    "UsageError": "errors",
    "WriteError": "errors",
    "Diagnosis": "inference",
    "diagnose": "inference",
    "Question": "interview",
    "Step": "interview",
    "next_question": "interview",
    "Profile": "profile",
    "make_profile": "profile",
    "parse_profile": "profile",
    "Report": "report",
    "as_document": "report",
    "make_report": "report",
    "load_rules": "rulebook",
    "RuleSet": "ruleset",
}

__all__ = [
    "CheckError",
    "DataError",
    "Diagnosis",
    "Problem",
    "Profile",
    "Question",
    "ReadError",
    "Report",
    "Result",
    "RuleSet",
    "Step",
    "UsageError",
    "WriteError",
    "__version__",
    "as_document",
    "diagnose",
    "diagnose_batch",
    "load_rules",
    "make_profile",
    "make_report",
    "next_question",
    "parse_profile",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f".{_HOME[name]}", __name__), name)
    raise AttributeError(name)

"""`rules lint`: what is wrong with a rule set, all at once, with file, line and what to do.

Each kind of finding is one function in a registry (:mod:`.registry`) with a code and a severity; its sentence and its
explanation are in the language files. Faults of the loader are findings as well, under codes of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..errors import Problem
from ..loader import Loaded, build
from . import cases, conditions, evidence, references, texts, vocabulary, words
from .registry import CHECKS, ERROR, WARNING, Finding, run
from .subject import Subject

__all__ = ["CHECKS", "ERROR", "WARNING", "Finding", "lint", "lint_loaded"]

_MODULES = (references, vocabulary, conditions, evidence, texts, words, cases)  # loaded for what they register


def lint(files: Mapping[str, bytes], name: Callable[[str], str] = str) -> tuple[Finding, ...]:
    """Every finding in ``files`` (relative POSIX path -> content), by file and line; ``name`` as for the loader."""
    return lint_loaded(build(files, "", name))


def lint_loaded(loaded: Loaded) -> tuple[Finding, ...]:
    """As :func:`lint`, for what was already read."""
    found = [_of_problem(problem) for problem in loaded.problems]
    if loaded.draft is not None:
        found += run(Subject(loaded, loaded.draft))
    unique = {(one.file, one.line or 0, one.code, one.field, tuple(one.params.items())): one for one in found}
    return tuple(unique[key] for key in sorted(unique))


def _of_problem(problem: Problem) -> Finding:
    return Finding(problem.code, ERROR, problem.file, problem.line, problem.field, problem.params)

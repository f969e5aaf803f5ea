"""What can go wrong, as values.

A :class:`Problem` names a place and a code; the sentence a person reads is made from the code in the reader's
language (``rules/languages``), so that nothing below the command line has to know one.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

EXIT_OK = 0
EXIT_FINDINGS = 1  # only `rules lint` and `rules test`
EXIT_USAGE = 2
EXIT_POLICY = 3  # only `--fail-on`
EXIT_PARTIAL = 4  # only `batch`: done, some records bad
EXIT_DATA = 65
EXIT_READ = 66
EXIT_BUG = 70
EXIT_WRITE = 74
EXIT_HUNG_UP = 129  # the terminal is gone (SIGHUP)
EXIT_INTERRUPTED = 130
EXIT_READER_GONE = 141
EXIT_TERMINATED = 143  # asked to end (SIGTERM)


class Problem(NamedTuple):
    """One fault in something from outside.

    ``file`` is the name as the caller gave it, ``line`` counts from 1 (None where there is no line), ``field`` is a
    dotted path or empty. ``params`` fill the sentence that the language file has for ``code``.
    """

    code: str
    file: str = ""
    line: int | None = None
    field: str = ""
    params: Mapping[str, str] = {}


class CheckError(Exception):
    """The tool's own error type: every fault in input, files or arguments, all of them at once."""

    exit_code = EXIT_DATA

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{p.file}:{p.line or ''}: {p.field} {p.code}" for p in self.problems))


class DataError(CheckError):
    """A profile or a rule set that cannot be used as it is (exit 65)."""


class ReadError(CheckError):
    """A file or stream that cannot be read (exit 66)."""

    exit_code = EXIT_READ


class WriteError(CheckError):
    """A file or stream that cannot be written (exit 74)."""

    exit_code = EXIT_WRITE


class UsageError(CheckError):
    """A command line that asks for something that does not exist (exit 2)."""

    exit_code = EXIT_USAGE


class Refused(Exception):
    """A single value that is not understood; raised by :mod:`jiebei_check.values`, located by its caller."""

    def __init__(self, code: str, **params: str) -> None:
        self.code = code
        self.params = params
        super().__init__(code)

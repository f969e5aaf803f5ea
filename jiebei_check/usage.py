"""What is wrong with a command line, as problems.

The library that reads the command line says it in English only. Its sentences are recognised here; its classes of errors are
not part of what it promises. One that is not recognised is shown as it is.
"""

import re
from typing import NamedTuple

from .errors import Problem


class _Saying(NamedTuple):
    """A sentence of the library, what it is about as groups ``found`` and ``allowed``, and the code of a problem."""

    pattern: re.Pattern[str]
    code: str


_SAYINGS = [
    _Saying(re.compile(pattern, re.DOTALL), code)
    for pattern, code in (
        (r"No such command '(?P<found>.*?)'\.", "no_such_command"),
        (r"No such option: (?P<found>\S+)", "no_such_option"),
        (r"Option '(?P<found>.*?)' requires an argument", "option_needs_value"),
        (r"Option '(?P<found>.*?)' does not take a value", "option_takes_no_value"),
        (r"Got unexpected extra argument\S* \((?P<found>.*)\)", "extra_arguments"),
        (r"Missing argument '(?P<found>.*?)'", "missing_argument"),
        (r"Invalid value for '(?P<found>[^']*)': .* is not in the range (?P<allowed>\S+)\.", "option_out_of_range"),
        (r"Invalid value for '(?P<found>[^']*)': .* is not a valid int", "option_no_number"),
    )
]
_MEANT = re.compile(r"Did you mean '?(?P<one>[^' ?]+)|Possible options: (?P<several>[^)]+)")


def usage_problem(sentence: str) -> Problem | None:
    """The problem that the library states in ``sentence``; None where it is not known."""
    for saying in _SAYINGS:
        if found := saying.pattern.match(sentence):
            params = {key: value.replace("<=x<=", "\u2013").replace("x>=", "\u2265 ") for key, value in found.groupdict().items()}
            if meant := _MEANT.search(sentence, found.end()):
                params["nearest"] = meant["one"] or meant["several"]
            return Problem(saying.code, params=params)
    return None

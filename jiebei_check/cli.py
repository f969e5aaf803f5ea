"""The command line. Each command is parse, one call, print, exit code; each lives in a file of its own under ``commands``.

Only the module of the command that is named is loaded, so that a start costs no more than it must.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Sequence
from importlib import import_module
from itertools import pairwise
from typing import Annotated

import typer

from .decoding import visible
from .errors import (
    EXIT_BUG,
    EXIT_HUNG_UP,
    EXIT_INTERRUPTED,
    EXIT_READER_GONE,
    EXIT_TERMINATED,
    EXIT_USAGE,
    EXIT_WRITE,
    CheckError,
    Problem,
    WriteError,
)
from .output import ReaderGone, cannot_write, silence, write_stderr, write_stdout

COMMANDS = ("ask", "next", "diagnose", "explain", "letter", "init", "schema", "sayings", "batch", "stats", "rules")
_ALONE = frozenset(("--version", "--debug", "--help", "-h"))  # options without a command; others are those of the interview
_UsageError: type[Exception] = typer.BadParameter.__mro__[1]


def build(names: Sequence[str]) -> typer.Typer:
    """The application with the commands of those names."""
    app = typer.Typer(
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        no_args_is_help=False,
        invoke_without_command=True,
        context_settings={"help_option_names": ["-h", "--help"]},
        help="额度为什么变了：把可能的原因、依据和可做的事列给你看。不联网，不留记录。\n\n"
        "Why a line was cut: likely causes, evidence, what to do. Offline.",
    )
    app.callback(invoke_without_command=True)(_top)
    for name in names:
        import_module(f".commands.{name.replace('-', '_')}", __package__).register(app)
    return app


def _show_version(wanted: bool) -> None:
    if wanted:
        from .commands.version import version_lines  # noqa: PLC0415

        write_stdout(version_lines())
        raise typer.Exit


def _top(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", callback=_show_version, is_eager=True, help="版本 / Versions.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="程序出错时显示位置 / Show where a bug is.")] = False,
) -> int | None:
    if context.invoked_subcommand is None:
        from .commands.ask import ask_here  # noqa: PLC0415

        return ask_here()
    return None


def needed(arguments: Sequence[str]) -> Sequence[str]:
    """The commands to load for these arguments: the one that is named, or all of them (for help and for mistakes)."""
    first = next((word for word in arguments if not word.startswith("-")), None)
    if first in COMMANDS:
        return (first,)
    only_options = first is None and set(arguments) <= {"--version", "--debug"}
    return () if only_options else COMMANDS


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code. Nothing but KeyboardInterrupt inside the interpreter's own code and
    :class:`Ended` escape.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in words
    words = [word for word in words if word != "--debug"]
    if words and words[0].startswith("-") and _ALONE.isdisjoint(words):
        words.insert(0, "ask")
    try:
        app = build(needed(words))
        gc.freeze()
        gc.enable()
        result = app(words, prog_name="jiebei-check", standalone_mode=False)
    except ReaderGone:
        return EXIT_READER_GONE
    except CheckError as error:
        return _explain(error, words)
    except (KeyboardInterrupt, typer.Abort):
        write_stderr("\n")
        return EXIT_INTERRUPTED
    except _UsageError as error:
        _show_usage(error, words)
        return EXIT_USAGE
    except SystemExit:  # the command line library, writing its help to a reader that is gone
        return EXIT_READER_GONE
    except OSError as error:  # our own reading and writing raises CheckError: this was the library, writing its help
        return _explain(WriteError([cannot_write("stdout", error)]), words)
    except Exception as error:  # noqa: BLE001 - the last line of defence: one line, never a trace with somebody's data
        return _confess(error, words, debug)
    return result if isinstance(result, int) else 0


def _show_usage(error: Exception, words: Sequence[str]) -> None:
    from io import StringIO  # noqa: PLC0415 - only mistakes need it

    from .usage import usage_problem  # noqa: PLC0415 - likewise

    problem = usage_problem(error.format_message())  # type: ignore[attr-defined]  # _UsageError has it
    if problem is not None:
        command = " ".join(("jiebei-check", *words[:1])) if words[:1] and words[0] in COMMANDS else "jiebei-check"
        problems = (problem, Problem("see_help", params={"found": f"{command} -h"}))
        write_stderr("".join(f"{line}\n" for line in explain_problems(problems, language(words))))
        return
    text = StringIO()
    error.show(text)  # type: ignore[attr-defined]  # _UsageError has it
    write_stderr("".join(f"{visible(line)}\n" for line in text.getvalue().splitlines()))


def language(words: Sequence[str]) -> str:
    """The language asked for on the command line, for errors that arise before it has been parsed."""
    for here, following in pairwise([*words, ""]):
        value = here.partition("=")[2] if here.startswith("--lang=") else following if here == "--lang" else ""
        if value:
            return value
    return "zh"


def _explain(error: CheckError, words: Sequence[str]) -> int:
    write_stderr("".join(f"{line}\n" for line in explain_problems(error.problems, language(words))))
    return error.exit_code


def explain_problems(problems: Sequence[Problem], lang: str) -> list[str]:
    """Faults as lines, in the words of the bundled rules (a private rule set may be what is broken)."""
    from .rulebook import load_rules  # noqa: PLC0415
    from .wording import DEFAULT_LANGUAGE, Wording  # noqa: PLC0415

    try:
        rules = load_rules()
    except CheckError:
        return [f"{p.file}:{p.line or 0}: {p.field}: {p.code} {dict(p.params)}" for p in problems]
    return Wording(rules, lang if lang in rules.languages else DEFAULT_LANGUAGE).problems(problems)


def _confess(error: Exception, words: Sequence[str], debug: bool) -> int:
    for line in explain_problems([Problem("bug", params={"found": type(error).__name__})], language(words)):
        write_stderr(f"{line}\n")
    if debug:
        trace = error.__traceback__
        while trace is not None:  # places only: a message may hold somebody's values
            code = trace.tb_frame.f_code
            write_stderr(f"  {os.path.basename(code.co_filename)}:{trace.tb_lineno} {code.co_name}\n")
            trace = trace.tb_next
    return EXIT_BUG


class Ended(BaseException):
    """The system asks this program to end; what is half-written is removed on the way out."""


def _end(number: int, _frame: object) -> None:
    signal.signal(number, signal.SIG_IGN)
    raise Ended(EXIT_TERMINATED if number == signal.SIGTERM else EXIT_HUNG_UP)


def run() -> None:
    """The entry point of the installed command."""
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _end)
    try:
        code = main()
        if sys.stdout is not None:
            sys.stdout.flush()
    except Ended as end:
        silence()  # whoever reads our output may have stopped: the last flush must not wait for them
        code = end.args[0]
    except KeyboardInterrupt:
        silence()
        code = EXIT_INTERRUPTED
    except OSError:
        silence()
        code = EXIT_WRITE
    sys.exit(code)

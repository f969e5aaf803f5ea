"""``jiebei-check ask``, and ``jiebei-check`` alone: an interview on the terminal that ends in the report."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from shlex import quote
from typing import Annotated

import typer

from ..errors import EXIT_OK, Problem, UsageError, WriteError
from ..output import require_writable, write_file, write_stdout
from ..profile import Profile
from ..ruleset import RuleSet
from ..wording import DEFAULT_LANGUAGE, Wording
from . import common

_LONGEST = 4096  # bytes of one typed line


def register(app: typer.Typer) -> None:
    app.command("ask")(ask_command)


def ask_command(
    source: Annotated[str | None, typer.Option("--from", help="接着这份档案问 / Go on from this profile.", metavar="PROFILE")] = None,
    save: Annotated[str | None, typer.Option("--save", help="把回答存成文件 / Save the answers.", metavar="FILE")] = None,
    everything: Annotated[bool, typer.Option("--all", help="按顺序全部问一遍 / Ask everything, in order.")] = False,
    most: Annotated[int | None, typer.Option("--max-questions", min=1, help="最多问几题 / At most so many.", metavar="N")] = None,
    lang: common.Lang = DEFAULT_LANGUAGE,
    as_of: common.AsOf = None,
    rules_folder: common.Rules = None,
    verbose: common.Verbose = False,
    color: common.Color = "auto",
) -> int:
    """一问一答，找出可能的原因 / Answer a few questions, get the likely causes."""
    require_terminal()
    if source == "-":
        raise UsageError([Problem("from_terminal", field="--from -")])
    if save == "-":
        raise WriteError([Problem("no_file_name", save)])
    if save is not None:
        save = os.path.expanduser(save)
        require_writable(save)  # before anything is asked: nobody wants to answer for nothing
    colored = common.wants_color(color)
    rules = common.choose_rules(rules_folder, lang)
    day = common.today(rules, as_of)
    profile, original = Profile({"as_of": day} if "as_of" in rules.facts else {}), ""
    if source is not None:
        from ..decoding import decode  # noqa: PLC0415 - only for an interview that goes on from a file

        data = common.read_input(source)
        profile = common.read_profile(rules, source, day, override=as_of is not None)
        original = decode(data, source)
    return _Session(rules, lang, colored, verbose).hold(profile, original, save, everything=everything, most=most)


def ask_here() -> int:
    """The interview as ``jiebei-check`` alone starts it."""
    require_terminal()
    return ask_command()


def require_terminal() -> None:
    """UsageError where there is nobody to talk to."""
    try:
        talking = sys.stdin is not None and sys.stdin.isatty() and sys.stdout is not None and sys.stdout.isatty()
    except ValueError:  # closed
        talking = False
    if not talking:
        raise UsageError([Problem("no_terminal")])


class _Session:
    """A terminal, a language, and the interview in it."""

    def __init__(self, rules: RuleSet, lang: str, color: bool, verbose: bool) -> None:
        from ..render import FULL, SHORT, Style  # noqa: PLC0415 - not before it is known that there is a terminal

        self.rules = rules
        self.lang = lang
        self.style = Style(Wording(rules, lang), common.terminal_width(), color, FULL if verbose else SHORT)

    def hold(self, profile: Profile, original: str, save: str | None, *, everything: bool, most: int | None) -> int:
        from ..dialogue import Dialogue, Voice  # noqa: PLC0415
        from ..inference import diagnose  # noqa: PLC0415
        from ..render import renderer  # noqa: PLC0415
        from ..report import make_report  # noqa: PLC0415

        dialogue = Dialogue(self.rules, self.lang, Voice(self.say, hear), everything=everything, most=most)
        try:
            held = dialogue.hold(profile)
        except KeyboardInterrupt:
            write_stdout("\n")
            self.tell("interrupted")
            raise
        write_stdout("\n" + renderer("text")([make_report(self.rules, diagnose(self.rules, held.profile), self.lang)], self.style))
        if held.changed or save is not None:
            try:
                return self.offer(held.profile, original, save, silent=held.cut_off)
            except KeyboardInterrupt:
                write_stdout("\n")
                self.tell("not_saved")
                raise
        return EXIT_OK

    def say(self, lines: Sequence[object]) -> None:
        from ..render.interview import lines as shown  # noqa: PLC0415

        self.style = self.style._replace(width=common.terminal_width())  # a window may change its width at any time
        write_stdout(shown(lines, self.style))  # type: ignore[arg-type]  # lines of the dialogue

    def tell(self, key: str, **params: object) -> None:
        from ..dialogue import Line  # noqa: PLC0415

        self.say([Line(self.style.wording.word(f"interview.{key}", **params))])

    def offer(self, profile: Profile, original: str, save: str | None, *, silent: bool) -> int:
        """Save to the file named, or to one that the person names; an existing file only once that has been agreed to."""
        from ..profile_text import profile_text  # noqa: PLC0415

        text = profile_text(self.rules, profile, self.lang, original)
        name = save
        if name is None:
            if silent:
                return EXIT_OK
            write_stdout("\n")
            self.tell("save_offer")
            name = self.name()
        code = EXIT_OK
        while name:
            exists = _exists(name)
            agreed = not exists
            if exists and silent:
                raise WriteError([Problem("exists_unasked", name)])
            if exists:
                self.tell("save_exists", name=name)
                agreed = self.agrees()
            if agreed:
                try:
                    write_file(name, text, overwrite=exists, private=True)
                except WriteError as error:
                    if silent:
                        raise
                    code = EXIT_OK if save is None else error.exit_code  # a script that asked for the file learns that there is none
                    self.say_problems(error)
                else:
                    self.tell("saved", name=name, path=quote(name))
                    return EXIT_OK
            self.tell("save_elsewhere")
            name = self.name()
        self.tell("not_saved")
        return code

    def say_problems(self, error: WriteError) -> None:
        from ..dialogue import CARE, Line  # noqa: PLC0415

        self.say([Line(sentence, CARE) for sentence in self.style.wording.problems(error.problems)])

    def name(self) -> str:
        """The file that the person names; empty for none."""
        from ..spoken import file_named  # noqa: PLC0415
        from ..tongue import tongue_of  # noqa: PLC0415

        while (name := file_named(hear() or "", tongue_of(self.rules))) is None:
            self.tell("save_name")
        return os.path.expanduser(name)

    def agrees(self) -> bool:
        from ..spoken import is_yes  # noqa: PLC0415
        from ..tongue import tongue_of  # noqa: PLC0415

        return is_yes(hear() or "", tongue_of(self.rules))


def _exists(name: str) -> bool:
    """Whether there is something to overwrite; a folder is refused with its reason, and no question is asked about it."""
    try:
        return os.path.lexists(name) and not os.path.isdir(name)
    except ValueError:  # no name that a file can have: writing says so
        return False


def hear() -> str | None:
    """One typed line, without its end; None where no more will come."""
    write_stdout("> ")
    data = sys.stdin.buffer.readline(_LONGEST)
    if not data:
        write_stdout("\n")
        return None
    for encoding in ("utf-8", "gb18030"):
        try:
            return data.decode(encoding).rstrip("\r\n")
        except UnicodeDecodeError:
            continue
    return data.decode("utf-8", "replace").rstrip("\r\n")

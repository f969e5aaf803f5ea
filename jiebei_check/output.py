"""Writing, so that nothing is left half-written: a file is whole under its name or not there; a terminal gets what it can show."""

from __future__ import annotations

import errno
import os
import stat
import sys
from typing import Any, TextIO

from .errors import Problem, WriteError


class ReaderGone(Exception):
    """Whoever read our output has gone away (exit 141)."""


def write_stdout(text: str) -> None:
    """Print ``text``; characters that the terminal's encoding lacks are written as escapes, never dropped."""
    _write(sys.stdout, text)


def write_stderr(text: str) -> None:
    """Print ``text`` on standard error; a closed one is no reason to fail."""
    try:
        _write(sys.stderr, text)
    except (ReaderGone, WriteError):
        return


def _write(stream: TextIO | Any, text: str) -> None:
    if stream is None:
        raise WriteError([Problem("cannot_write", "stdout", params={"found": os.strerror(errno.EBADF)})])
    encoding = getattr(stream, "encoding", None) or "utf-8"
    try:
        binary = getattr(stream, "buffer", None)
        data = text.encode(encoding, "backslashreplace")
        if binary is None:
            stream.write(data.decode(encoding))
        else:
            binary.write(data)
        stream.flush()
    except (BrokenPipeError, ConnectionResetError):
        silence(stream)
        raise ReaderGone from None
    except (OSError, ValueError) as error:
        silence(stream)
        raise WriteError([cannot_write("stdout", error)]) from None


def silence(stream: object = None) -> None:
    """Point standard output (or error, where that is ``stream``) at nothing, so that the interpreter's last flush cannot fail or wait."""
    try:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 2 if stream is not None and stream is sys.stderr else 1)
        os.close(null)
    except OSError:
        return


def write_file(path: str, text: str, *, mode: int = 0o666, overwrite: bool = True) -> None:
    """Write ``text`` as UTF-8 to ``path``, whole or not at all. A symbolic link is followed, its target replaced.

    Raises WriteError; with ``overwrite=False`` also where the file exists.
    """
    write_bytes(path, text.encode("utf-8", "backslashreplace"), mode=mode, overwrite=overwrite)


def write_bytes(path: str, data: bytes, *, mode: int = 0o666, overwrite: bool = True) -> None:
    """As :func:`write_file`, for bytes."""
    target = os.path.realpath(path)
    draft = ""
    try:
        exists = os.path.lexists(path)
        if exists and not overwrite:
            raise WriteError([Problem("exists", path)])
        old = os.stat(target) if os.path.exists(target) else None
        if old is not None and not stat.S_ISREG(old.st_mode):
            with open(path, "wb") as device:  # a device or a pipe has no "whole or not at all"
                device.write(data)
            return
        if old is not None:  # what its owner hid from others stays hidden
            mode = stat.S_IMODE(old.st_mode)
        draft = os.path.join(os.path.dirname(target), f".jiebei-check.{os.urandom(6).hex()}.part")  # short, whatever the target is called
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode)
        with open(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(handle)
        os.replace(draft, target)
        draft = ""
    except (BrokenPipeError, ConnectionResetError):
        raise ReaderGone from None
    except (OSError, ValueError) as error:
        raise WriteError([cannot_write(path, error)]) from None
    finally:
        if draft:
            _remove(draft)


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        return


def cannot_write(name: str, error: BaseException) -> Problem:
    """What went wrong in writing, as a problem."""
    number = getattr(error, "errno", None)
    if number == errno.ENOSPC:
        return Problem("disk_full", name)
    return Problem("cannot_write", name, params={"found": os.strerror(number) if number else "closed"})

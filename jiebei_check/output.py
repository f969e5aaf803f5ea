"""Writing, so that nothing is left half-written: a file is whole under its name or not there; a terminal gets what it can show."""

from __future__ import annotations

import codecs
import errno
import os
import stat
import sys
from collections.abc import Mapping
from typing import Any, TextIO

from .errors import Problem, WriteError

# Signs of our own that old encodings lack (GBK has no minus sign), and what is put in their place there
_PLAIN = {"\u2212": "-", "\u2013": "-", "\u2014": "-", "\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u2026": "...",
    "\u00d7": "x", "\u221a": "v", "\u2588": "#", "\u00b7": "-", "\u00a0": " "}  # fmt: skip
_CODES = {
    errno.ENOENT: "no_folder",
    errno.ENOTDIR: "no_folder",
    errno.EISDIR: "target_is_folder",
    errno.EACCES: "no_write_permission",
    errno.EPERM: "no_write_permission",
    errno.EROFS: "no_write_permission",
    errno.ENAMETOOLONG: "name_too_long",
}


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
        data = _encode(text, encoding)
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


def _encode(text: str, encoding: str) -> bytes:
    """``text`` in ``encoding``; what that lacks as a plain sign or an escape, in JSON and HTML as one that means the same."""
    try:
        return text.encode(encoding)
    except UnicodeEncodeError:
        codecs.register_error("jiebei-check.text", lambda error: _instead(error, _PLAIN))
        codecs.register_error("jiebei-check.json", lambda error: _instead(error, {}))
        kind = "jiebei-check.json" if text.startswith(("{", "[")) else "jiebei-check.text"
        return text.encode(encoding, "xmlcharrefreplace" if text.startswith("<!doctype html") else kind)


def _instead(error: UnicodeError, plain: Mapping[str, str]) -> tuple[str, int]:
    assert isinstance(error, UnicodeEncodeError)
    found = error.object[error.start : error.end]
    return "".join(plain.get(char) or _escaped(char) for char in found), error.end


def _escaped(char: str) -> str:
    units = char.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[place : place + 4]}" for place in range(0, len(units), 4))


def silence(stream: object = None) -> None:
    """Point standard output (or error, where that is ``stream``) at nothing, so that the interpreter's last flush cannot fail or wait."""
    try:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 2 if stream is not None and stream is sys.stderr else 1)
        os.close(null)
    except OSError:
        return


def write_file(path: str, text: str, *, mode: int = 0o666, overwrite: bool = True, private: bool = False) -> None:
    """Write ``text`` as UTF-8 to ``path``, whole or not at all. A symbolic link is followed, its target replaced.

    A file that exists keeps its mode, unless what is written is ``private``: then only its owner may read it from now on. Raises
    WriteError; with ``overwrite=False`` also where the file exists.
    """
    write_bytes(path, text.encode("utf-8", "backslashreplace"), mode=0o600 if private else mode, overwrite=overwrite, private=private)


def write_bytes(path: str, data: bytes, *, mode: int = 0o666, overwrite: bool = True, private: bool = False) -> None:
    """As :func:`write_file`, for bytes."""
    draft = ""
    try:
        target = os.path.realpath(path)
        exists = os.path.lexists(path)
        if os.path.isdir(path):
            raise IsADirectoryError(errno.EISDIR, "")
        if exists and not overwrite:
            raise WriteError([Problem("exists", path)])
        old = os.stat(target) if os.path.exists(target) else None
        if old is not None and not stat.S_ISREG(old.st_mode):
            with open(path, "wb") as device:  # a device or a pipe has no "whole or not at all"
                device.write(data)
            return
        if old is not None and not private:  # what its owner hid from others stays hidden
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
        return Problem("disk_full_stream" if name == "stdout" else "disk_full", name)
    if name != "stdout" and number in _CODES:
        return Problem(_CODES[number], name)
    if isinstance(error, ValueError) and name != "stdout":
        return Problem("no_file_name", name)
    return Problem("cannot_write", name, params={"found": os.strerror(number) if number else "closed"})


def require_writable(path: str) -> None:
    """WriteError where it can be told beforehand that no file can be written to ``path``."""
    try:
        folder = os.path.dirname(os.path.realpath(path)) if path else ""
        is_folder = os.path.isdir(path)
    except ValueError as error:  # no name that a file can have
        raise WriteError([cannot_write(path, error)]) from None
    if is_folder:
        number = errno.EISDIR
    elif not os.path.isdir(folder):
        number = errno.ENOENT
    elif not os.access(folder, os.W_OK):
        number = errno.EACCES
    else:
        return
    raise WriteError([cannot_write(path, OSError(number, ""))])

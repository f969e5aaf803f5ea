"""Long output, written as it is made: to standard output, or to a file that gets its name when it is whole.

While it is being written, the file is called ``NAME.part``. Whatever ends the run early leaves it there, under that name;
the next run takes its whole lines over and goes on behind them.
"""

import contextlib
import os
import stat
import sys
from collections.abc import Sequence

from .errors import Problem, UsageError, WriteError
from .output import ReaderGone, cannot_write, silence

PART = ".part"
_BLOCK = 1 << 20
_PIECES = 1024  # as many as any system writes at once


class Sink:
    """Where output goes. ``keep`` whole lines of an earlier, unfinished run are taken over."""

    def __init__(self, path: str | None, keep: int = 0, heading: int = 0) -> None:
        """``keep`` lines behind ``heading`` ones that belong to no record."""
        self._path = path
        self._heading = heading
        self._target = os.path.realpath(path) if path is not None else ""
        self._part = ""
        self.resumed = False  # whether lines of an earlier run stand before ours
        self._handle = self._open(keep)

    @property
    def unfinished(self) -> str:
        """The name of the file that holds what has been written so far, if it is not the final one."""
        return f"{self._path}{PART}" if self._part else ""

    def write(self, pieces: Sequence[bytes]) -> None:
        """Write all of ``pieces``, one behind the other. WriteError or ReaderGone where that fails."""
        try:
            for start in range(0, len(pieces), _PIECES):
                self._write(pieces[start : start + _PIECES])
        except (BrokenPipeError, ConnectionResetError):
            silence()
            raise ReaderGone from None
        except OSError as error:
            if not self._path:
                silence()
            raise WriteError([cannot_write(self._path or "stdout", error)]) from None

    def _write(self, pieces: Sequence[bytes]) -> None:
        written = os.writev(self._handle, pieces) if hasattr(os, "writev") else 0
        if written < sum(map(len, pieces)):
            rest = memoryview(b"".join(pieces))[written:]
            while rest:
                rest = rest[os.write(self._handle, rest) :]

    def finish(self) -> None:
        """Everything is written: give the file its name."""
        if self._path is None:
            return
        try:
            if self._part:
                os.fsync(self._handle)
            os.close(self._handle)
            if self._part:
                os.replace(self._part, self._target)
        except OSError as error:
            raise WriteError([cannot_write(self._path, error)]) from None

    def abandon(self, *, empty: bool) -> None:
        """Nothing more comes; a part that holds nothing is removed."""
        if self._path is not None:
            with contextlib.suppress(OSError):
                os.close(self._handle)
                if self._part and empty:
                    os.unlink(self._part)

    def _open(self, keep: int) -> int:
        if self._path is None:
            if sys.stdout is None:
                raise WriteError([cannot_write("stdout", ValueError())])
            sys.stdout.flush()
            return sys.stdout.fileno()
        try:
            mode = 0o666
            if os.path.exists(self._target):
                old = os.stat(self._target)
                if not stat.S_ISREG(old.st_mode):  # a device or a pipe is written as it is
                    return os.open(self._path, os.O_WRONLY)
                mode = stat.S_IMODE(old.st_mode)
            self._part = f"{self._target}{PART}"
            if keep and not os.path.exists(self._part) and os.path.exists(self._target):
                raise UsageError([Problem("nothing_unfinished", self._path or "", field="--skip", params={"found": self.unfinished})])
            flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
            handle = os.open(self._part, flags, mode)
            if not _locked(handle, self._part):
                os.close(handle)
                raise UsageError([Problem("part_in_use", self.unfinished, field="-o")])
            kept, size = _lines(handle, keep + self._heading if keep else 0)
            if 0 < kept < keep + self._heading:
                os.close(handle)
                found = str(max(kept - self._heading, 0))
                raise UsageError([Problem("part_shorter", self.unfinished, field="--skip", params={"found": found})])
            self.resumed = kept > 0
            os.ftruncate(handle, size)
            os.lseek(handle, size, os.SEEK_SET)
        except OSError as error:
            raise WriteError([cannot_write(self._path, error)]) from None
        return handle


def _locked(handle: int, path: str) -> bool:
    """Whether the file is ours alone until it is closed: two runs into one file would spoil each other's lines."""
    try:
        import fcntl  # noqa: PLC0415 - not on every system
    except ImportError:
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks
        return True
    try:
        return os.path.samestat(os.fstat(handle), os.stat(path))
    except OSError:  # the other run has just given it its final name
        return False


def _lines(handle: int, wanted: int) -> tuple[int, int]:
    """How many of the ``wanted`` whole lines a file begins with, and how long those are."""
    found = size = 0
    while found < wanted and (block := os.read(handle, _BLOCK)):
        place = -1
        while found < wanted and (place := block.find(b"\n", place + 1)) >= 0:
            found += 1
            end = size + place + 1
        size = end if found == wanted else size + len(block)
        last = end if found else 0
    return (found, last) if found else (0, 0)

"""The real program in a real pseudo-terminal: what it writes, and keys for it."""

from __future__ import annotations

import codecs
import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path
from types import TracebackType

from conftest import ROOT
from rich.cells import cell_len

PROMPT = "> "
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


class Terminal:
    """A program in a window of so many columns; used in a ``with`` statement."""

    def __init__(self, *arguments: str, columns: int = 80, cwd: Path | None = None, env: dict[str, str] | None = None) -> None:
        self.columns = columns
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        surroundings = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm", "COLUMNS": str(columns), **(env or {})}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "jiebei_check", *arguments],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=surroundings,
            cwd=cwd,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509 - no threads here; Ctrl-C must be a signal
        )
        os.close(slave)
        self.seen = ""
        self._unread = ""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self.master)

    def _read(self, patience: float) -> bool:
        """Take in what has been written, waiting for it a while; False where nothing will be any more."""
        ready, _, _ = select.select([self.master], [], [], patience)
        if not ready:
            return True
        try:
            data = os.read(self.master, 65536)
        except OSError:  # the other side is closed
            return False
        self._unread = _COLOUR.sub("", self._unread + self._decoder.decode(data)).replace("\r\n", "\n")
        return bool(data)

    def until(self, text: str, patience: float = 30) -> str:
        """Wait for ``text``; what was written since the last wait, up to and with it, without colours."""
        end = time.monotonic() + patience
        while text not in self._unread:
            if not self._read(0.2) or time.monotonic() > end:
                raise AssertionError(f"{text!r} did not come; the screen: {self.seen}{self._unread}")
        fresh, _, self._unread = self._unread.partition(text)
        self.seen += fresh + text
        return fresh + text

    def type(self, line: str, until: str = f"\n{PROMPT}") -> str:
        """Type a line and Enter, then wait for the next prompt (or for other text)."""
        self.keys(line + "\n")
        return self.until(until)

    def keys(self, keys: str) -> None:
        os.write(self.master, keys.encode())

    def finish(self, patience: float = 30) -> int:
        """Wait for the end; its exit code."""
        end = time.monotonic() + patience
        while self._read(0.1) and time.monotonic() < end:
            continue
        self.seen, self._unread = self.seen + self._unread, ""
        return self.process.wait(timeout=10)

    def too_wide(self) -> list[str]:
        """Lines that do not fit the window."""
        return [line for line in self.seen.split("\n") if cell_len(line) > self.columns]

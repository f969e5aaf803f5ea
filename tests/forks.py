"""Many runs of the program under limits, cheaply: one process loads it, and a child of that process runs each command line.

As a script it is that process: requests come as lines of JSON on standard input, outcomes go as lines of JSON to standard output.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import IO, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
MB = 1 << 20


class Outcome(NamedTuple):
    """``code`` is negative for a signal; ``seconds`` is CPU time; ``peak`` the resident memory in bytes."""

    code: int
    out: bytes
    err: bytes
    seconds: float
    peak: int


class Forks:
    """The process that holds the loaded program. Linux only."""

    def __init__(self, env: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={"PYTHONPATH": str(ROOT), **os.environ, **env}
        )

    def run(
        self,
        *arguments: object,
        stdin: bytes | str = b"",
        memory: int = 300 * MB,
        seconds: float = 2,
        encoding: str = "utf-8",
        env: dict[str, str] | None = None,
    ) -> Outcome:
        """Run one command line. ``stdin`` is content or the path of a file; ``encoding`` is that of the terminal.

        Killed at ``memory``, or when thrice ``seconds`` of CPU time are over.
        """
        request = {
            "arguments": list(map(str, arguments)),
            "path": stdin if isinstance(stdin, str) else None,
            "stdin": "" if isinstance(stdin, str) else base64.b64encode(stdin).decode(),
            "memory": memory,
            "seconds": seconds,
            "encoding": encoding,
            "env": env or {},
        }
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(request).encode() + b"\n")
        self.process.stdin.flush()
        row = json.loads(self.process.stdout.readline())
        return Outcome(row["code"], base64.b64decode(row["out"]), base64.b64decode(row["err"]), row["seconds"], row["peak"])

    def close(self) -> None:
        self.process.communicate()


def _child(request: dict[str, object], stdin: IO[bytes], out: IO[bytes], err: IO[bytes]) -> None:
    import resource

    for place, file in enumerate((stdin, out, err)):
        os.dup2(file.fileno(), place)
    seconds = float(str(request["seconds"]))
    resource.setrlimit(resource.RLIMIT_DATA, (int(str(request["memory"])),) * 2)
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds * 3) + 1, int(seconds * 3) + 2))
    os.environ.update(request["env"])  # type: ignore[call-overload]  # a mapping of texts
    encoding = str(request["encoding"])
    sys.stdin = open(0, encoding=encoding, closefd=False)  # noqa: SIM115 - they live as long as the process
    sys.stdout = open(1, "w", encoding=encoding, closefd=False)  # noqa: SIM115 - likewise
    sys.stderr = open(2, "w", encoding=encoding, closefd=False)  # noqa: SIM115 - likewise
    from jiebei_check.cli import main

    code = 70
    try:
        code = main(request["arguments"])  # type: ignore[arg-type]  # a list of text
    except BaseException as error:  # noqa: BLE001 - the outcome is what is tested
        err.write(f"Traceback: {error!r}".encode())
    finally:
        os._exit(code)


def _serve() -> None:
    import gc
    import importlib
    import pkgutil
    from functools import cache

    import jiebei_check
    from jiebei_check import rulebook

    left_out = {"__main__", "batch", "batch_forms", "bulk", "cut", "flags", "parts", "quantise", "reading", "rows"}
    for module in pkgutil.walk_packages(jiebei_check.__path__, "jiebei_check."):
        if module.name.removeprefix("jiebei_check.") not in left_out:  # it would run the program; they load what only a batch needs
            importlib.import_module(module.name)
    jiebei_check.load_rules()
    rulebook._recall = cache(rulebook._recall)  # they are handed down to the children
    jiebei_check.load_rules()
    gc.freeze()  # the children do not copy what they only look at
    for line in sys.stdin.buffer:
        request = json.loads(line)
        with tempfile.TemporaryFile() as stdin, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            if request["path"]:
                given: IO[bytes] = open(request["path"], "rb", buffering=0)  # noqa: SIM115 - closed with the process
            else:
                stdin.write(base64.b64decode(request["stdin"]))
                stdin.seek(0)
                given = stdin
            pid = os.fork()
            if pid == 0:
                _child(request, given, out, err)
            deadline = time.monotonic() + 60
            while True:
                found, status, usage = os.wait4(pid, os.WNOHANG)
                if found:
                    break
                if time.monotonic() > deadline:
                    os.kill(pid, 9)
                time.sleep(0.001)
            texts = []
            for file in (out, err):
                file.seek(0)
                texts.append(base64.b64encode(file.read()).decode())
        row = {
            "code": os.waitstatus_to_exitcode(status),
            "out": texts[0],
            "err": texts[1],
            "seconds": usage.ru_utime + usage.ru_stime,
            "peak": usage.ru_maxrss * 1024,
        }
        sys.stdout.write(json.dumps(row) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _serve()

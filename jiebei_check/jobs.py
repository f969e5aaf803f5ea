"""Work on several processors: chunks of records out, chunks of output back, in order.

Every chunk goes to the next worker in turn and every answer is awaited in the same turn, so that the order is that of the
input whatever the speed of each. What a worker is told is small and can be pickled, so that it may be started in any way.
"""

import contextlib
import multiprocessing
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from multiprocessing.connection import Connection
from queue import SimpleQueue
from typing import Any, NamedTuple

from .errors import CheckError

_AHEAD = 2  # chunks that a worker is given before its first answer is awaited


class Answer(NamedTuple):
    """What became of one chunk of records."""

    data: bytes
    records: int
    bad: int
    met: bool  # whether one of the results is what was asked to fail on


Work = Callable[[Sequence[Any]], Answer]
Make = Callable[[Any], Work]  # from what a worker is told to what it does


def work_through(make: Make, told: Any, chunks: Iterable[Sequence[Any]], jobs: int) -> Iterator[Answer]:
    """The answers to ``chunks`` in order, from ``jobs`` processes (from this one, if that is 1)."""
    if jobs == 1:
        yield from map(make(told), chunks)
        return
    workers = [_Worker(make, told) for _ in range(jobs)]
    try:
        awaited: deque[_Worker] = deque()
        for number, chunk in enumerate(chunks):
            worker = workers[number % jobs]
            worker.give(chunk)
            awaited.append(worker)
            if len(awaited) >= _AHEAD * jobs:
                yield awaited.popleft().answer()
        while awaited:
            yield awaited.popleft().answer()
    finally:
        for worker in workers:
            worker.stop()


class WorkerLost(Exception):
    """A worker ended before its work was done."""


class _Worker:
    def __init__(self, make: Make, told: Any) -> None:
        # fork shares the rules that are loaded; elsewhere they are handed over
        context: Any = multiprocessing.get_context("fork" if sys.platform.startswith("linux") else "spawn")
        self._connection, far = context.Pipe()
        self._process = context.Process(target=_serve, args=(far, make, told), daemon=True)
        self._process.start()
        far.close()

    def give(self, chunk: Sequence[Any]) -> None:
        try:
            self._connection.send(chunk)
        except OSError:
            raise WorkerLost from None

    def answer(self) -> Answer:
        try:
            data = self._connection.recv_bytes()
            rest = self._connection.recv()
        except (OSError, EOFError):
            raise WorkerLost from None
        if len(rest) == len(("kind", "problems")):
            kind, problems = rest
            raise WorkerLost(kind) if isinstance(kind, str) else kind(problems)
        return Answer(data, *rest)

    def stop(self) -> None:
        self._connection.close()
        self._process.terminate()
        self._process.join()


def _serve(connection: Connection, make: Make, told: Any) -> None:
    """What a worker does until nobody speaks to it any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started us decides
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    chunks: SimpleQueue[Sequence[Any] | None] = SimpleQueue()
    threading.Thread(target=_listen, args=(connection, chunks), daemon=True).start()
    work = make(told)
    with contextlib.suppress(OSError):
        while (chunk := chunks.get()) is not None:
            data = b""
            rest: tuple[Any, ...]
            try:
                data, *counts = work(chunk)
                rest = tuple(counts)
            except CheckError as error:
                rest = (type(error), error.problems)
            except Exception as error:  # noqa: BLE001 - told to whoever started us; a trace might hold somebody's data
                rest = (type(error).__name__, ())
            connection.send_bytes(data)
            connection.send(rest)


def _listen(connection: Connection, chunks: "SimpleQueue[Sequence[Any] | None]") -> None:
    """Take in chunks at once: while we wait to be listened to, nobody has to wait for us."""
    try:
        while True:
            chunks.put(connection.recv())
    except (OSError, EOFError):
        chunks.put(None)

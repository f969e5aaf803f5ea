"""Work on several processors: chunks of records out, chunks of output written, in order.

Every chunk goes to the next worker in turn, and output is written in the same turns, so that its order is that of the input
whatever the speed of each. Where a worker can share our open file it writes for itself when its turn comes; elsewhere it
hands its output over. What a worker is told can be pickled, so that it may be started in any way.
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
from .output import ReaderGone
from .records import Chunk

_AHEAD = 3  # chunks that a worker is given before its first answer is awaited
_FORK = sys.platform.startswith("linux")  # shares the rules that are loaded, and the file that is open
_WRITE = "write"  # said to a worker whose turn it is


class Answer(NamedTuple):
    """What became of one chunk of records."""

    records: int
    bad: int
    met: bool  # whether one of the results is what was asked to fail on


Output = Sequence[bytes]  # in pieces, since some hundred lines in one would be copied for nothing
Work = Callable[[Chunk], tuple[Output, Answer]]
Make = Callable[[Any], Work]  # from what a worker is told to what it does
Write = Callable[[Output], None]


def work_through(make: Make, told: Any, chunks: Iterable[Chunk], jobs: int, write: Write) -> Iterator[Answer]:
    """Work on ``chunks`` in ``jobs`` processes (in this one, if that is 1); an answer comes when its output is written."""
    work = make(told) if jobs == 1 or _FORK else None
    if jobs == 1:
        assert work is not None
        for chunk in chunks:
            data, answer = work(chunk)
            write(data)
            yield answer
        return
    workers: list[_Worker] = []
    try:
        for _ in range(jobs):
            workers.append(_Worker(work, make, told, write, [worker.connection for worker in workers]))
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
    """A worker as whoever started it sees it."""

    def __init__(self, work: Work | None, make: Make, told: Any, write: Write, others: Sequence[Connection]) -> None:
        context: Any = multiprocessing.get_context("fork" if _FORK else "spawn")
        self._write = write
        self.connection, far = context.Pipe()
        inherited = [*others, self.connection]
        arguments = (far, inherited, work, make, told, write) if _FORK else (far, (), None, make, told, None)
        self._process = context.Process(target=_serve, args=arguments, daemon=True)
        self._process.start()
        far.close()
        self._answers: deque[Answer] = deque()
        self._outputs: deque[Output] = deque()

    def give(self, chunk: Chunk) -> None:
        try:
            self.connection.send(chunk)
        except OSError:
            raise WorkerLost from None

    def answer(self) -> Answer:
        """The next answer, its output written."""
        while not self._answers:
            self._hear()
        try:
            self.connection.send(_WRITE)
        except OSError:
            raise WorkerLost from None
        while not self._outputs:
            self._hear()
        self._write(self._outputs.popleft())
        return self._answers.popleft()

    def _hear(self) -> None:
        try:
            heard = self.connection.recv()
        except (OSError, EOFError):
            raise WorkerLost from None
        if isinstance(heard, Answer):
            self._answers.append(heard)
        elif isinstance(heard, list):
            self._outputs.append(heard)
        else:
            kind, problems = heard
            raise WorkerLost(kind) if isinstance(kind, str) else kind(problems) if problems else kind()

    def stop(self) -> None:
        self.connection.close()
        self._process.terminate()
        self._process.join()


def _serve(connection: Connection, inherited: Iterable[Connection], work: Work | None, make: Make, told: Any, write: Write | None) -> None:
    """What a worker does until nobody speaks to it any more."""
    for other in inherited:
        other.close()  # else it would never hear that whoever started it is gone
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started us decides
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    post = _Post(connection, write)
    threading.Thread(target=post.listen, daemon=True).start()
    with contextlib.suppress(OSError):
        try:
            work = work or make(told)
            while (chunk := post.chunks.get()) is not None:
                post.tell(*work(chunk))
        except Exception as error:  # noqa: BLE001 - told to whoever started us; a trace might hold somebody's data
            post.fail(error)
            post.ended.wait()


class _Post:
    """A worker's side of the talk: chunks are taken in, and output is written, while the work goes on."""

    def __init__(self, connection: Connection, write: Write | None) -> None:
        self.chunks: SimpleQueue[Any] = SimpleQueue()
        self.ended = threading.Event()
        self._connection, self._write = connection, write
        self._outputs: deque[Output] = deque()
        self._speaking = threading.Lock()

    def listen(self) -> None:
        try:
            while True:
                heard = self._connection.recv()
                if heard == _WRITE:
                    self._deliver(self._outputs.popleft())
                else:
                    self.chunks.put(heard)
        except (OSError, EOFError):
            self.ended.set()
            self.chunks.put(None)

    def tell(self, output: Output, answer: Answer) -> None:
        self._outputs.append(output)
        self._say(answer)

    def fail(self, error: Exception) -> None:
        if isinstance(error, CheckError):
            self._say((type(error), error.problems))
        else:
            self._say((ReaderGone, ()) if isinstance(error, ReaderGone) else (type(error).__name__, ()))

    def _deliver(self, output: Output) -> None:
        if self._write is None:
            self._say(list(output))
            return
        try:
            self._write(output)
        except (CheckError, ReaderGone) as error:
            self.fail(error)
        else:
            self._say([])

    def _say(self, what: Any) -> None:
        with self._speaking:
            self._connection.send(what)

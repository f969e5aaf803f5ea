"""A headless Chromium, driven over the DevTools protocol by a pair of pipes: no web socket, no port, no dependency.

https://chromedevtools.github.io/devtools-protocol/ ; with ``--remote-debugging-pipe`` the browser reads commands on file
descriptor 3 and writes answers and events on 4, each a JSON object that ends with a NUL byte.
"""

from __future__ import annotations

import base64
import contextlib
import fcntl
import json
import os
import select
import shutil
import time
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--hide-scrollbars",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--remote-debugging-pipe",
)
_PATIENCE = 60.0  # seconds for one answer: the machine may be busy


def find() -> str | None:
    """The path of a browser, or None."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


class Chromium:
    """One browser with one page. ``events`` collects what the page reported since it was last emptied."""

    def __init__(self, program: str, home: Path) -> None:
        self.events: list[dict[str, Any]] = []
        self._buffer = b""
        self._last = 0
        commands, self._to = (_high(end) for end in os.pipe())
        self._from, answers = (_high(end) for end in os.pipe())
        null = _high(os.open(os.devnull, os.O_RDWR))
        actions = [(os.POSIX_SPAWN_DUP2, old, new) for old, new in ((null, 0), (null, 1), (null, 2), (commands, 3), (answers, 4))]
        words = [program, *_FLAGS, f"--user-data-dir={home}", "about:blank"]
        self._process = os.posix_spawn(program, words, dict(os.environ), file_actions=actions)
        for end in (commands, answers, null):
            os.close(end)
        self._session = ""
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network", "Security"):
            self.send(f"{domain}.enable")

    def close(self) -> None:
        with contextlib.suppress(OSError, TimeoutError, EOFError):
            self._session = ""
            self.send("Browser.close")
        os.close(self._to)
        os.close(self._from)
        os.waitpid(self._process, 0)

    def send(self, method: str, **params: Any) -> dict[str, Any]:
        """The answer to one command; what else arrives meanwhile is kept in ``events``."""
        self._last += 1
        message: dict[str, Any] = {"id": self._last, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + _PATIENCE
        while True:
            answer = self._receive(deadline)
            if answer.get("id") != self._last:
                self.events.append(answer)
            elif "error" in answer:
                raise RuntimeError(f"{method}: {answer['error']}")
            else:
                result: dict[str, Any] = answer["result"]
                return result

    def _receive(self, deadline: float) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._from], [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                raise TimeoutError("the browser does not answer")
            data = os.read(self._from, 1 << 16)
            if not data:
                raise EOFError("the browser has gone")
            self._buffer += data
        message, _, self._buffer = self._buffer.partition(b"\0")
        decoded: dict[str, Any] = json.loads(message)
        return decoded

    def open(self, address: str) -> None:
        """Load a page and wait until it has been laid out and painted."""
        self.events.clear()
        self.send("Page.navigate", url=address)
        deadline = time.monotonic() + _PATIENCE
        while not any(event.get("method") == "Page.loadEventFired" for event in self.events):
            self.events.append(self._receive(deadline))
        self.settle()

    def settle(self) -> None:
        """Wait until what was asked for has been laid out and painted."""
        self.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def look(self, width: int, height: int = 900, *, scheme: str = "light", media: str = "screen") -> None:
        """Emulate a window of that size in CSS pixels, a colour scheme, and screen or print."""
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=2, mobile=width < 600)
        self.send("Emulation.setEmulatedMedia", media=media, features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.settle()

    def evaluate(self, script: str) -> Any:
        answer = self.send("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(str(answer["exceptionDetails"]))
        return answer["result"].get("value")

    def screenshot(self) -> bytes:
        """The whole page as PNG."""
        return base64.b64decode(self.send("Page.captureScreenshot", captureBeyondViewport=True, format="png")["data"])

    def pdf(self) -> bytes:
        """The page as it would be printed."""
        return base64.b64decode(self.send("Page.printToPDF", preferCSSPageSize=True)["data"])

    def requests(self) -> list[str]:
        """Addresses that the page asked for."""
        found = [event["params"]["request"]["url"] for event in self.events if event.get("method") == "Network.requestWillBeSent"]
        return [str(address) for address in found]

    def complaints(self) -> list[str]:
        """What the console would show: log entries, calls of console, uncaught errors."""
        methods = ("Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown")
        return [json.dumps(event["params"]) for event in self.events if event.get("method") in methods]


def _high(descriptor: int) -> int:
    """The descriptor moved above those that the browser is given."""
    moved = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, 10)
    os.close(descriptor)
    return moved

"""A real browser for pages: headless Chromium, driven by the DevTools protocol over a pair of pipes.

Pipes need no port and no library: a message is JSON and ends with a zero byte. The browser has a profile of its own in
a temporary folder, and is ended with its whole process group.
"""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Self

import pytest

MISSING = "Chromium is not installed (on Debian: apt-get install chromium)"
PATIENCE = 60
FLAGS = (
    "--headless=new",
    "--remote-debugging-pipe",
    "--no-sandbox",  # tests may run as root; the pages are our own
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-extensions",
    "--hide-scrollbars",
    "--no-first-run",
)
# The browser reads from descriptor 3 and writes to 4; ours may have these numbers, so they are moved away first.
LAUNCH = """
import fcntl, os, sys
reads, writes = (fcntl.fcntl(int(each), fcntl.F_DUPFD, 10) for each in sys.argv[1:3])
os.dup2(reads, 3), os.dup2(writes, 4)
os.execv(sys.argv[3], sys.argv[3:])
"""


def program() -> str:
    """The path of chromium; skips the test where there is none."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.skip(MISSING)
    return found


class Browser:
    """A running browser; a context manager."""

    def __init__(self) -> None:
        path = program()
        self._folder = tempfile.TemporaryDirectory(prefix="pgwright-chromium-", ignore_cleanup_errors=True)
        child_reads, self._writes = os.pipe()
        self._reads, child_writes = os.pipe()
        command = [sys.executable, "-c", LAUNCH, str(child_reads), str(child_writes)]
        self._process = subprocess.Popen(
            [*command, path, *FLAGS, f"--user-data-dir={self._folder.name}"],
            pass_fds=(child_reads, child_writes),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "HOME": self._folder.name},
            start_new_session=True,
        )
        os.close(child_reads)
        os.close(child_writes)
        self._buffer = b""
        self._number = 0
        self.events: list[dict[str, Any]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._writes)  # the end of its input ends it
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        os.close(self._reads)
        self._folder.cleanup()

    def call(self, method: str, session: str = "", **parameters: Any) -> Any:
        """Asks for something and returns the answer; what happens meanwhile is kept in `events`."""
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        os.write(self._writes, json.dumps(message).encode() + b"\0")
        until = time.monotonic() + PATIENCE
        while True:
            answer = self._read(until)
            if answer.get("id") == self._number:
                assert "error" not in answer, f"{method}: {answer['error']}"
                return answer["result"]
            self.events.append(answer)

    def event(self, method: str, session: str) -> None:
        """Waits for an event of a page."""
        until = time.monotonic() + PATIENCE
        while not any(each.get("method") == method and each.get("sessionId") == session for each in self.events):
            self.events.append(self._read(until))

    def _read(self, until: float) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._reads], [], [], max(until - time.monotonic(), 0))
            assert ready, f"the browser said nothing for {PATIENCE} seconds"
            more = os.read(self._reads, 1 << 20)
            assert more, "the browser has ended"
            self._buffer += more
        message, _, self._buffer = self._buffer.partition(b"\0")
        return dict(json.loads(message))

    def open(self, file: Path, *, width: int = 1280, dark: bool = False, script: bool = True) -> Page:
        """A page that has been loaded."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = Page(self, session)
        for domain in ("Page", "Runtime", "Log", "Network"):
            page.call(f"{domain}.enable")
        page.call("Emulation.setScriptExecutionDisabled", value=not script)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        page.call("Emulation.setEmulatedMedia", features=[scheme])
        page.resize(width)
        page.call("Page.navigate", url=file.resolve().as_uri())
        self.event("Page.loadEventFired", session)
        return page


class Page:
    """A page of the browser."""

    def __init__(self, browser: Browser, session: str) -> None:
        self._browser = browser
        self._session = session

    def call(self, method: str, **parameters: Any) -> Any:
        """Asks for something of this page."""
        return self._browser.call(method, self._session, **parameters)

    def resize(self, width: int) -> None:
        """Makes the window as wide."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)

    def ask(self, expression: str) -> Any:
        """The value of a JavaScript expression; a policy of the page does not keep this from running."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def press(self, key: str) -> None:
        """A key, pressed and released."""
        for kind in ("rawKeyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=_CODES[key])

    def text(self) -> str:
        """All text of the page that its layout holds, also behind what is folded."""
        return str(self.ask("document.body.textContent"))

    def picture(self) -> bytes:
        """What is to be seen now, as PNG."""
        return base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"])

    def complaints(self) -> list[str]:
        """What the page said on the console, and every error, with what was refused by its policy."""
        said = ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded", "Page.javascriptDialogOpening")
        return [json.dumps(each["params"]) for each in self._events() if each["method"] in said]

    def requests(self) -> list[str]:
        """The addresses that the page asked for."""
        sent = [each for each in self._events() if each["method"] == "Network.requestWillBeSent"]
        return [str(each["params"]["request"]["url"]) for each in sent]

    def _events(self) -> list[dict[str, Any]]:
        self.ask("1")  # what was under way has arrived when this is answered
        return [each for each in self._browser.events if each.get("sessionId") == self._session and "method" in each]


_CODES = {"ArrowDown": 40, "ArrowUp": 38}

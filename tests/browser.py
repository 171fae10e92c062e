"""Chromium without a screen, led by its own protocol: opens a page, and tells what stands there and what went wrong."""

import base64
import json
import os
import shutil
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
PATIENCE = 60


def find_program():
    """The browser on this machine; the test is skipped by name where there is none, unless ATTUNE_REQUIRE_CHROMIUM=1."""
    pytest.importorskip("websockets.sync.client", reason="websockets is not installed")
    found = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if found is None:
        missing = "there is no chromium program; on Debian: apt-get install chromium"
        pytest.fail(missing) if os.environ.get("ATTUNE_REQUIRE_CHROMIUM") == "1" else pytest.skip(missing)
    return found


@contextmanager
def opened_browser(width=1280, height=900, dark=False):
    """A browser with one empty page and a profile that is thrown away."""
    from websockets.sync.client import connect

    program = find_program()
    with tempfile.TemporaryDirectory(prefix="attune-chromium-", ignore_cleanup_errors=True) as profile:
        command = [
            program, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
            "--disable-background-networking", "--no-proxy-server", "--remote-debugging-port=0",
            f"--user-data-dir={profile}", f"--window-size={width},{height}", "about:blank",
        ]  # fmt: skip
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                port, path = _wait(lambda: _lines(Path(profile) / "DevToolsActivePort"))
                with connect(f"ws://127.0.0.1:{port}{path}", max_size=None, proxy=None) as socket:
                    browser = Browser(socket)
                    browser.call("Emulation.setEmulatedMedia", features=[
                        {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])  # fmt: skip
                    yield browser
            finally:
                process.kill()


def _lines(path):
    lines = path.read_text().split() if path.exists() else []
    return lines if len(lines) == 2 else None


def _wait(found, what="the browser did not start"):
    end = time.monotonic() + PATIENCE
    while not (value := found()):
        assert time.monotonic() < end, what
        time.sleep(0.05)
    return value


class Browser:
    """One page. ``errors`` is what its console and its network have complained of since the last ``go``."""

    def __init__(self, socket):
        self._socket = socket
        self._number = 0
        self._session = None
        self.errors = []
        self._loads = 0
        (target,) = [one for one in self.call("Target.getTargets")["targetInfos"] if one["type"] == "page"]
        attached = self.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def call(self, method, **params):
        """One command of the protocol, and its answer; what the page says meanwhile is noted."""
        self._number += 1
        told = {"id": self._number, "method": method, "params": params}
        self._socket.send(json.dumps(told | ({"sessionId": self._session} if self._session else {})))
        while True:
            message = json.loads(self._socket.recv(timeout=PATIENCE))
            if message.get("id") == self._number:
                if "error" in message and method == "Runtime.evaluate":
                    return {"result": {}}  # the page has just gone: whoever waits asks the next one
                assert "error" not in message, (method, message)
                return message["result"]
            self._note(message)

    def _note(self, message):
        said = message.get("params", {})
        match message.get("method"):
            case "Page.loadEventFired":
                self._loads += 1
            case "Runtime.exceptionThrown":
                self.errors.append(said["exceptionDetails"]["text"])
            case "Log.entryAdded" if said["entry"]["level"] in ("error", "warning"):
                self.errors.append(f"{said['entry']['text']} {said['entry'].get('url', '')}")
            case "Runtime.consoleAPICalled" if said["type"] in ("error", "warning", "assert"):
                self.errors.append(" ".join(str(one.get("value", "")) for one in said["args"]))
            case "Network.loadingFailed" if not said.get("canceled"):
                self.errors.append(f"{said['errorText']} {said['type']}")

    def go(self, url, found="document.readyState === 'complete'"):
        """Opens an address and waits until an expression is true."""
        self.errors.clear()
        before = self._loads
        self.call("Page.navigate", url=url)
        _wait(lambda: self.ask("true") and self._loads > before, url)
        self.wait(found)

    def wait(self, expression):
        """Waits until an expression is true."""
        _wait(lambda: self.ask(f"!!({expression})"), expression)

    def ask(self, expression):
        """The value of an expression in the page."""
        return self.call("Runtime.evaluate", expression=expression, returnByValue=True)["result"].get("value")

    def picture(self, path, whole=True):
        """Writes what is to be seen into a PNG file."""
        self.call("Emulation.setScrollbarsHidden", hidden=True)
        taken = self.call("Page.captureScreenshot", captureBeyondViewport=whole)
        Path(path).write_bytes(base64.b64decode(taken["data"]))

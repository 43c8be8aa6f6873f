"""A real Chromium without a window, told what to do over its own protocol: pages, keys, widths, print, and what its console said."""

import base64
import json
import shutil
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run", "--remote-debugging-port=0")  # fmt: skip
KEYS = {"Tab": 9, "Enter": 13, " ": 32, "ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40, "Home": 36, "End": 35}  # fmt: skip
PATIENCE_S = 30


class Browser:
    """One tab."""

    def __init__(self, address):
        from websocket import create_connection

        self._socket = create_connection(address, timeout=PATIENCE_S, suppress_origin=True)
        self._n, self.console, self._loaded = 0, [], False
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.ask(f"{domain}.enable")

    def ask(self, method, **values):
        self._n += 1
        self._socket.send(json.dumps({"id": self._n, "method": method, "params": values}))
        while True:
            told = json.loads(self._socket.recv())
            if told.get("id") == self._n:
                assert "error" not in told, told
                return told["result"]
            self._note(told)

    def _note(self, told):
        what, values = told.get("method"), told.get("params", {})
        if what == "Page.loadEventFired":
            self._loaded = True
        elif what == "Log.entryAdded":
            self.console.append(values["entry"]["text"])
        elif what == "Runtime.exceptionThrown":
            self.console.append(str(values["exceptionDetails"].get("exception", values)))
        elif what == "Runtime.consoleAPICalled":
            self.console.append(str(values["args"]))
        elif what == "Network.requestWillBeSent":
            address = values["request"]["url"]
            if not address.startswith(("file:", "data:", "about:")):
                self.console.append(f"asked the network for {address}")

    def open(self, path, *, width=1400, height=900, script=True):
        self.size(width, height)
        self.ask("Emulation.setScriptExecutionDisabled", value=not script)
        self._loaded = False
        self.ask("Page.navigate", url=path if isinstance(path, str) else path.as_uri())
        end = time.monotonic() + PATIENCE_S
        while not self._loaded and time.monotonic() < end:
            self._note(json.loads(self._socket.recv()))
        return self

    def size(self, width, height=900):
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 700)  # fmt: skip

    def __call__(self, expression):
        """Return what an expression is in the page."""
        told = self.ask("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)  # fmt: skip
        assert "exceptionDetails" not in told, told["exceptionDetails"]
        return told["result"].get("value")

    def press(self, *keys):
        for key in keys:
            code = KEYS[key]
            text = {"text": "\r" if key == "Enter" else key} if key in {"Enter", " "} else {}
            common = {"key": key, "code": "Space" if key == " " else key, "windowsVirtualKeyCode": code}  # fmt: skip
            self.ask("Input.dispatchKeyEvent", type="keyDown", **common, **text)
            self.ask("Input.dispatchKeyEvent", type="keyUp", **common)

    def type(self, text):
        self.ask("Input.insertText", text=text)

    def picture(self, path, *, whole=True):
        done = self.ask("Page.captureScreenshot", format="png", captureBeyondViewport=whole, **self._clip(whole))  # fmt: skip
        Path(path).write_bytes(base64.b64decode(done["data"]))

    def _clip(self, whole):
        if not whole:
            return {}
        size = self.ask("Page.getLayoutMetrics")["cssContentSize"]
        return {"clip": {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}}  # fmt: skip

    def printed(self, path):
        done = self.ask("Page.printToPDF", printBackground=True, preferCSSPageSize=True)
        Path(path).write_bytes(base64.b64decode(done["data"]))

    def close(self):
        self._socket.close()


@contextmanager
def browsing(folder):
    """Give a tab of a browser of its own, which ends with it; skips where there is none."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("needs Debian's chromium")
    profile = folder / "profile"
    process = subprocess.Popen(
        [chromium, *FLAGS, f"--user-data-dir={profile}", "about:blank"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        tab = Browser(_address(profile, process))
        try:
            yield tab
        finally:
            tab.close()
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE_S)


def _address(profile, process):
    """Where the first tab listens: the browser writes its port into its profile."""
    from urllib.request import urlopen

    told, end = profile / "DevToolsActivePort", time.monotonic() + PATIENCE_S
    while time.monotonic() < end and process.poll() is None:
        if told.is_file() and (lines := told.read_text().splitlines()):
            with urlopen(f"http://127.0.0.1:{lines[0]}/json/list") as answer:
                tabs = [one for one in json.load(answer) if one["type"] == "page"]
            if tabs:
                return tabs[0]["webSocketDebuggerUrl"]
        time.sleep(0.05)
    pytest.skip("chromium does not start here")

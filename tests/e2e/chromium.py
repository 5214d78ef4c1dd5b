"""A headless Chromium driven through its DevTools protocol: as much of it as the page tests need."""

import base64
import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self

import websockets.sync.client as websocket

BINARY = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--no-proxy-server"),
    *(
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-extensions",
    ),
    *("--remote-debugging-port=0", "--hide-scrollbars", "--lang=vi"),
    # Without it Chromium drops the keys that come after a page has loaded and before it is first painted.
    "--allow-pre-commit-input",
]
CODES = {"Backspace": 8, "Tab": 9, "Enter": 13, "Escape": 27}
"""Windows' codes: without them Chromium tells the page of a key, and does nothing itself."""
AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
PATIENCE_S = 60.0
ANSWER_S = 10.0
"""A question that a page lost while it was replaced by the next is asked again after so long."""


class ScriptFailed(Exception):
    """A script in the page threw, or there was no page to ask."""


class Page:
    """One tab."""

    def __init__(self, socket: websocket.ClientConnection) -> None:
        self._socket = socket
        self._number = 0
        self.complaints: list[str] = []
        """Errors, failed requests and policy violations that the page reported."""

    def call(self, method: str, **parameters: Any) -> Any:
        """One protocol command and its result; raises ScriptFailed, TimeoutError."""
        return self._ask(method, parameters, PATIENCE_S)

    def _ask(self, method: str, parameters: dict[str, Any], within_s: float) -> Any:
        self._number += 1
        self._socket.send(json.dumps({"id": self._number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self._socket.recv(timeout=within_s))
            if message.get("id") == self._number:
                if "error" in message:
                    raise ScriptFailed(message["error"]["message"])
                return message["result"]
            self._note(message)

    def start(self) -> Self:
        """Switch on what the tests listen to."""
        for domain in ("Page", "Runtime", "Log"):
            self.call(f"{domain}.enable")
        # Without it no window has the focus, and no field ever hears of it.
        self.call("Emulation.setFocusEmulationEnabled", enabled=True)
        return self

    def resize(self, width: int, height: int, *, mobile: bool = False) -> None:
        """Set the size of the window in CSS pixels."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile}
        self.call("Emulation.setDeviceMetricsOverride", **size)

    def go(self, url: str) -> None:
        """Open an address and wait until it has loaded."""
        self.evaluate("window.left = true")
        self.call("Page.navigate", url=url)
        self.until("!window.left && document.readyState === 'complete'")

    def evaluate(self, script: str, within_s: float = PATIENCE_S) -> Any:
        """The value of an expression in the page; raises ScriptFailed, TimeoutError."""
        asked = {"expression": script, "returnByValue": True, "awaitPromise": True}
        result = self._ask("Runtime.evaluate", asked, within_s)
        if "exceptionDetails" in result:
            raise ScriptFailed(str(result["exceptionDetails"]))
        return result["result"].get("value")

    def until(self, condition: str, timeout_s: float = PATIENCE_S) -> None:
        """Wait until an expression is true; raises TimeoutError that names it."""
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            # Between two documents there is none to ask, and the old one may take a question with it.
            with suppress(ScriptFailed, TimeoutError):
                if self.evaluate(condition, ANSWER_S):
                    return
            time.sleep(0.05)
        raise TimeoutError(f"never true: {condition}")

    def press(self, key: str, *, control: bool = False, shift: bool = False, alt: bool = False) -> None:
        """Press and release a key."""
        held = {"modifiers": alt + 2 * control + 8 * shift}
        text = {"text": key} if len(key) == 1 and not control and not alt else {}
        if key == "Enter" and not control:
            text = {"text": "\r"}
        if key in CODES:
            held["windowsVirtualKeyCode"] = CODES[key]
        self.call("Input.dispatchKeyEvent", type="keyDown", key=key, **text, **held)
        self.call("Input.dispatchKeyEvent", type="keyUp", key=key, **held)

    def type(self, text: str) -> None:
        """Put text in where the cursor is, as an input method does."""
        self.call("Input.insertText", text=text)

    def choose_file(self, selector: str, file: Path) -> None:
        """Answer the dialog of a file box, as the system would; the box must have the focus."""
        assert self.evaluate(f"document.activeElement.matches({json.dumps(selector)})")
        root = self.call("DOM.getDocument")["root"]["nodeId"]
        node = self.call("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]
        self.call("DOM.setFileInputFiles", nodeId=node, files=[str(file)])

    def slow(self, *, latency_ms: float, bytes_per_second: float) -> None:
        """Make the network a weak one."""
        self.call("Network.enable")
        speed = {"downloadThroughput": bytes_per_second, "uploadThroughput": bytes_per_second}
        self.call("Network.emulateNetworkConditions", offline=False, latency=latency_ms, **speed)

    def sign_in(self, base_url: str, username: str, password: str) -> None:
        """Fill in the form as an officer would."""
        self.go(f"{base_url}/login")
        for name, value in (("username", username), ("password", password)):
            self.evaluate(f"document.querySelector('[name={name}]').value = {json.dumps(value)}")
        self.evaluate("document.querySelector('.login-card form').requestSubmit()")
        self.until("location.pathname === '/' && document.readyState === 'complete'")

    def offline(self, cut: bool) -> None:
        """Cut the network, or mend it."""
        self.call("Network.enable")
        self.call(
            "Network.emulateNetworkConditions",
            offline=cut,
            latency=0,
            downloadThroughput=-1,
            uploadThroughput=-1,
        )

    def violations(self) -> list[str]:
        """What axe finds against WCAG 2.2 AA: rule, meaning, places."""
        self.evaluate(AXE.read_text(encoding="utf-8") + "; true")
        tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
        options = json.dumps({"runOnly": {"type": "tag", "values": tags}, "resultTypes": ["violations"]})
        found: list[str] = self.evaluate(
            f"axe.run(document, {options}).then((found) => found.violations.map((one) =>"
            " `${one.id}: ${one.help}: ${one.nodes.map((node) => node.target.join(' ')).join(', ')}`))"
        )
        return found

    def screenshot(self, file: Path) -> None:
        """Write what is visible as PNG."""
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"]))

    def _note(self, message: dict[str, Any]) -> None:
        parameters = message.get("params", {})
        if message.get("method") == "Log.entryAdded" and parameters["entry"]["level"] == "error":
            entry = parameters["entry"]
            self.complaints.append(f"{entry['text']} {entry.get('url', '')}")
        elif message.get("method") == "Runtime.exceptionThrown":
            self.complaints.append(str(parameters["exceptionDetails"]))


class Browser:
    """A running browser, whose pages know nothing of one another."""

    def __init__(self, socket: websocket.ClientConnection, authority: str) -> None:
        self._own = Page(socket)
        self._authority = authority

    @contextmanager
    def page(self) -> Iterator[Page]:
        """A fresh page with cookies and stores of its own."""
        profile = self._own.call("Target.createBrowserContext")["browserContextId"]
        try:
            made = self._own.call("Target.createTarget", url="about:blank", browserContextId=profile)
            address = f"ws://{self._authority}/devtools/page/{made['targetId']}"
            with websocket.connect(address, max_size=2**26, proxy=None) as socket:
                yield Page(socket).start()
        finally:
            self._own.call("Target.disposeBrowserContext", browserContextId=profile)


@contextmanager
def browser(folder: Path) -> Iterator[Page]:
    """A fresh browser with one page; its profile lies in `folder`."""
    with started(folder) as opened, opened.page() as page:
        yield page


@contextmanager
def started(folder: Path) -> Iterator[Browser]:
    """A fresh browser for any number of pages; its profile lies in `folder`."""
    if BINARY is None:
        raise FileNotFoundError("chromium")
    process = subprocess.Popen(
        [BINARY, *FLAGS, f"--user-data-dir={folder}", "about:blank"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        authority, path = _address(folder / "DevToolsActivePort", process)
        with websocket.connect(f"ws://{authority}{path}", max_size=2**26, proxy=None) as socket:
            yield Browser(socket, authority)
    finally:
        process.terminate()
        process.wait()


def _address(port_file: Path, process: "subprocess.Popen[bytes]") -> tuple[str, str]:
    """Host with port, and the path of the browser's own socket."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"chromium ended with status {process.returncode}")
        with suppress(OSError, ValueError):
            port, path = port_file.read_text().split()
            return f"127.0.0.1:{port}", path
        time.sleep(0.1)
    raise TimeoutError("chromium does not answer")

"""Debian's Chromium over its DevTools protocol: what a page asks for, says and shows."""

from __future__ import annotations

import asyncio
import base64
import json
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.request import urlopen


@dataclass
class Seen:
    """What happened while a page was open."""

    requests: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    value: Any = None
    picture: bytes = b""

    def strangers(self, host: str) -> list[str]:
        """Return the addresses asked for that are not at `host`."""
        own = (f"http://{host}", f"ws://{host}", "data:", "blob:", "about:")
        return [url for url in self.requests if not url.startswith(own)]


def visit(url: str, until: str, *, dark: bool = False, seconds: float = 60.0) -> Seen:
    """Open `url` in a fresh browser, wait until the expression `until` holds, and look."""
    profile = tempfile.mkdtemp(prefix="chromium-")
    browser = subprocess.Popen(
        [
            shutil.which("chromium") or "chromium",
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--remote-debugging-port=0",
            f"--user-data-dir={profile}",
            "--window-size=1280,1000",
            "about:blank",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        port = _port(Path(profile, "DevToolsActivePort"))
        with urlopen(f"http://127.0.0.1:{port}/json/list") as answer:
            pages = [each for each in json.load(answer) if each["type"] == "page"]
        address = pages[0]["webSocketDebuggerUrl"]
        return asyncio.run(_look(address, url, until, dark, seconds))
    finally:
        browser.terminate()
        browser.wait(20)
        shutil.rmtree(profile, ignore_errors=True)


def _port(file: Path) -> str:
    end = time.monotonic() + 30
    while not file.exists() or not file.read_text().strip():
        assert time.monotonic() < end, "Chromium did not start"
        time.sleep(0.1)
    return file.read_text().splitlines()[0]


async def _look(address: str, url: str, until: str, dark: bool, seconds: float) -> Seen:
    from tornado.websocket import websocket_connect

    seen = Seen()
    socket = await websocket_connect(address, max_message_size=1 << 28)
    answers: dict[int, asyncio.Future[Any]] = {}

    async def listen() -> None:
        while (text := await socket.read_message()) is not None:
            message = json.loads(text)
            if "id" in message:
                answers.pop(message["id"]).set_result(message.get("result", message))
            else:
                _note(seen, message["method"], message["params"])

    async def call(method: str, **params: Any) -> Any:
        number = call.count = call.count + 1  # type: ignore[attr-defined]
        # The answer may be there before the sending is done.
        answer = answers[number] = asyncio.get_running_loop().create_future()
        await socket.write_message(json.dumps({"id": number, "method": method, "params": params}))
        return await asyncio.wait_for(answer, 60)

    call.count = 0  # type: ignore[attr-defined]
    listener = asyncio.ensure_future(listen())
    for domain in ("Network", "Runtime", "Page", "Log"):
        await call(f"{domain}.enable")
    theme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
    await call("Emulation.setEmulatedMedia", features=[theme])
    await call("Page.navigate", url=url)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        result = await call("Runtime.evaluate", expression=until, returnByValue=True)
        seen.value = result.get("result", {}).get("value")
        if seen.value:
            break
        await asyncio.sleep(0.25)
    await asyncio.sleep(0.5)
    seen.picture = base64.b64decode((await call("Page.captureScreenshot"))["data"])
    await call("Page.navigate", url="about:blank")
    listener.cancel()
    socket.close()
    return seen


def _note(seen: Seen, method: str, params: dict[str, Any]) -> None:
    if method == "Network.requestWillBeSent":
        seen.requests.append(params["request"]["url"])
    elif method == "Network.webSocketCreated":
        seen.requests.append(params["url"])
    elif method == "Runtime.exceptionThrown":
        details = params["exceptionDetails"]
        seen.problems.append(details.get("exception", {}).get("description", details["text"]))
    elif method == "Runtime.consoleAPICalled" and params["type"] == "error":
        seen.problems.append(" ".join(str(each.get("value", each)) for each in params["args"]))
    elif method == "Log.entryAdded" and params["entry"]["level"] == "error":
        seen.problems.append(f"{params['entry']['text']} {params['entry'].get('url', '')}")

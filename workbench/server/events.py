"""Server-sent events: a browser waits here and is told when the workspace changed.

One watcher serves every browser of the server. It sleeps until the metadata says that something was
committed, in this process or in another, so that nothing is polled.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator

from jupyter_server.base.handlers import APIHandler
from tornado import web
from tornado.iostream import StreamClosedError

from workbench.metadata import Metadata
from workbench.server.handlers import current_metadata

#: Seconds of silence after which a comment is sent: proxies keep the line, a dead one is noticed.
HEARTBEAT = 20.0


class Changes:
    """Fans the workspace's changes out to its subscribers, and watches only while there are any."""

    def __init__(self, metadata: Metadata) -> None:
        self._metadata = metadata
        self._subscribers: set[asyncio.Event] = set()
        self._watcher: asyncio.Task[None] | None = None

    @contextlib.contextmanager
    def subscribe(self) -> Iterator[asyncio.Event]:
        """Yield an event that each change sets; several before it is cleared count as one."""
        changed = asyncio.Event()
        self._subscribers.add(changed)
        if self._watcher is None or self._watcher.done():
            self._watcher = asyncio.ensure_future(self._watch())
        try:
            yield changed
        finally:
            self._subscribers.discard(changed)
            if not self._subscribers and self._watcher is not None:
                self._watcher.cancel()
                self._watcher = None

    async def _watch(self) -> None:
        async for _ in self._metadata.changes.watch():
            for changed in self._subscribers:
                changed.set()


class Events(APIHandler):
    """`GET events`: a stream that says `{"changed": true}` whenever records changed."""

    # A page that only listens must not keep an idle server from being culled.
    _track_activity = False

    def initialize(self) -> None:
        """Prepare to be told that the browser left."""
        self._closed = asyncio.Event()

    @web.authenticated
    async def get(self) -> None:
        """Stream until the browser leaves."""
        metadata = await current_metadata()
        changes: Changes = self.settings.setdefault("workbench_changes", Changes(metadata))
        self.set_header("Content-Type", "text/event-stream")
        self.set_header("Cache-Control", "no-store")
        self.set_header("X-Accel-Buffering", "no")
        with changes.subscribe() as changed, contextlib.suppress(StreamClosedError):
            await self._send('data: {"connected": true}\n\n')
            while not self._closed.is_set():
                if await self._first(changed):
                    changed.clear()
                    await self._send('data: {"changed": true}\n\n')
                elif not self._closed.is_set():
                    await self._send(": still here\n\n")

    def on_connection_close(self) -> None:
        """Wake the loop so that it ends."""
        self._closed.set()
        super().on_connection_close()

    async def _send(self, text: str) -> None:
        self.write(text)
        await self.flush()

    async def _first(self, changed: asyncio.Event) -> bool:
        """Wait for a change, the browser's leave or the heartbeat; return whether it changed."""
        waits = [asyncio.ensure_future(event.wait()) for event in (changed, self._closed)]
        try:
            await asyncio.wait(waits, timeout=HEARTBEAT, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        return changed.is_set() and not self._closed.is_set()

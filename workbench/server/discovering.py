"""The routes of features that are found: what takes long says how far it is, line by line.

A long answer is JSON a line: `{"done", "of"}` while it goes on, at last `{"found"}` or
`{"failed"}`.
A browser that leaves ends the work at its next step. Few run at once; others wait for their turn.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from tornado import web
from tornado.iostream import StreamClosedError

from workbench.core import errors
from workbench.server.features import discovery
from workbench.server.handlers import JsonErrors, off_loop

#: Other requests are answered from other threads.
_AT_ONCE = 2
#: How often a browser is told how far it is, in seconds.
_BETWEEN = 0.25

_threads = ThreadPoolExecutor(_AT_ONCE, "workbench-discovery")


class Left(Exception):
    """Raised within work that nobody waits for any more."""


class LongWork(JsonErrors):
    """Does something in a thread, and says how far it is until it is done."""

    work: Callable[[Mapping[str, Any], discovery.Told], dict[str, Any]]

    def initialize(self) -> None:
        """Prepare to be told that the browser left."""
        self._left = threading.Event()

    @web.authenticated
    async def post(self) -> None:
        """Work, and stream how far it is."""
        wanted = self.body()
        self.set_header("Content-Type", "application/x-ndjson")
        self.set_header("Cache-Control", "no-store")
        self.set_header("X-Accel-Buffering", "no")
        reached: dict[str, int] = {}

        def told(done: int, of: int) -> None:
            if self._left.is_set():
                raise Left
            reached.update(done=done, of=of)

        def work() -> dict[str, Any]:
            if self._left.is_set():
                raise Left
            reached.update(done=0, of=0)
            return type(self).work(wanted, told)

        future = _threads.submit(work)
        try:
            await self._follow(future, reached)
        except StreamClosedError:
            self._left.set()

    async def _follow(self, future: Future[dict[str, Any]], reached: dict[str, int]) -> None:
        waited = asyncio.wrap_future(future)
        said: dict[str, int] | None = None
        while not (await asyncio.wait([waited], timeout=_BETWEEN))[0]:
            if reached != said:
                said = dict(reached)
                await self._say(said or {"waits": True})
        try:
            last = {"found": waited.result()}
        except errors.WorkbenchError as error:
            last = {"failed": {"message": error.message, "hint": error.hint}}
        except Left:
            return
        await self._say(last)

    async def _say(self, line: Mapping[str, object]) -> None:
        self.write(json.dumps(line) + "\n")
        await self.flush()

    def on_connection_close(self) -> None:
        """Let the work end at its next step."""
        self._left.set()
        super().on_connection_close()


class FromCell(JsonErrors):
    """`POST features/from-cell {"source", "before", "name", "keys", "frames"}`: the view."""

    @web.authenticated
    async def post(self) -> None:
        """Read a cell."""
        self.finish(json.dumps(await off_loop(discovery.from_cell, self.body())))


class Proving(LongWork):
    """`POST features/prove`, asked as `features/from-cell` is: the proof and the price."""

    work = staticmethod(discovery.prove)


class Related(JsonErrors):
    """`POST features/related {"spine", "label", "time"}`: which datasets share a key with it."""

    @web.authenticated
    async def post(self) -> None:
        """List datasets."""
        self.finish(json.dumps(await off_loop(discovery.related, self.body())))


class Discovering(LongWork):
    """`POST features/discover {"spine", "label", "time", "datasets"}`: candidates, ranked."""

    work = staticmethod(discovery.discover)


class Accepting(JsonErrors):
    """`POST features/accept {"search", "features"}`: the code that defines what was found."""

    @web.authenticated
    async def post(self) -> None:
        """Write code."""
        self.finish(json.dumps(await off_loop(discovery.accepted, self.body())))


ROUTES = (
    (r"features/from-cell", FromCell),
    (r"features/prove", Proving),
    (r"features/related", Related),
    (r"features/discover", Discovering),
    (r"features/accept", Accepting),
)

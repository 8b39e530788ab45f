"""The REST routes: each parses, calls one function off the event loop, and renders JSON."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from jupyter_server.base.handlers import APIHandler
from tornado import web

from workbench import workspace
from workbench.core import errors
from workbench.metadata import Metadata
from workbench.server import (
    actions,
    curves,
    lineage,
    listing,
    media,
    pages,
    schema_edits,
    statistics,
)
from workbench.server.datasets import comparing
from workbench.server.datasets.parts import dataset_record
from workbench.server.features import catalogue, preview, why

_T = TypeVar("_T")

#: The status that answers each kind of error; the first that fits counts.
STATUS: tuple[tuple[type[errors.WorkbenchError], int], ...] = (
    (errors.NotFound, 404),
    (errors.InvalidInput, 400),
    (errors.Conflict, 409),
    (errors.GateFailed, 409),
    (errors.Unavailable, 503),
    (errors.StorageFull, 507),
    (errors.WorkbenchError, 500),
)


async def off_loop(function: Callable[..., _T], *arguments: object) -> _T:
    """Call a function in a thread, so that the server goes on answering others."""
    return await asyncio.to_thread(function, *arguments)


async def current_metadata() -> Metadata:
    """Return the workspace's metadata; the first call may migrate it, so it runs in a thread."""
    return (await off_loop(workspace.current)).metadata


class JsonErrors(APIHandler):
    """Answers an error with `{"message", "hint"}` and the status that fits it."""

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Render the error that ended the request."""
        error = kwargs.get("exc_info", (None, None, None))[1]
        reply: dict[str, object] = {"message": "the server failed; its log says why", "hint": None}
        if isinstance(error, errors.WorkbenchError):
            status_code = next(status for kind, status in STATUS if isinstance(error, kind))
            self.set_status(status_code)
            reply = {"message": error.message, "hint": error.hint}
        elif isinstance(error, web.HTTPError):
            reply["message"] = error.log_message or self._reason
        self.finish(json.dumps(reply))

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        """Log what was not foreseen with its traceback; what was, in one line."""
        if isinstance(value, errors.WorkbenchError):
            self.log.info("workbench: %s", value)
        else:
            super().log_exception(typ, value, tb)

    def body(self) -> dict[str, Any]:
        """Return the request's JSON object.

        Raises
        ------
        InvalidInput
            If the body is something else.
        """
        try:
            parsed = json.loads(self.request.body or b"{}")
        except ValueError as error:
            raise errors.InvalidInput(
                "the request's body is not JSON", hint='send {"name": value}'
            ) from error
        if not isinstance(parsed, dict):
            raise errors.InvalidInput(
                "the request's body is no object", hint='send {"name": value}'
            )
        return parsed

    def whole_number(self, name: str, default: int) -> int:
        """Return a query argument that is a whole number, 0 or more."""
        text = self.get_query_argument(name, str(default))
        if not text.isdecimal():
            raise errors.InvalidInput(
                f"{name}={text!r} is not a whole number", hint=f"send {name}={default}"
            )
        return int(text)


class Records(JsonErrors):
    """`GET records?kind=&q=&limit=`: what exists, newest use first, and how many of each kind."""

    @web.authenticated
    async def get(self) -> None:
        """List records."""
        kind = self.get_query_argument("kind", "") or None
        query = self.get_query_argument("q", "")
        limit = self.whole_number("limit", 10_000)
        self.finish(json.dumps(await off_loop(listing.records, kind, query, limit)))


class Record(JsonErrors):
    """`GET records/{id}`: one record's page."""

    @web.authenticated
    async def get(self, identifier: str) -> None:
        """Show a record."""
        self.finish(json.dumps(await off_loop(pages.page, identifier)))


class Experiment(JsonErrors):
    """`GET experiments/{name}`: an experiment's runs side by side."""

    @web.authenticated
    async def get(self, name: str) -> None:
        """Compare runs."""
        self.finish(
            json.dumps(await off_loop(curves.experiment, name, self.whole_number("limit", 200)))
        )


class RunMetrics(JsonErrors):
    """`GET runs/{id}/metrics?since=`: a run's curves, thinned; `since` is a step."""

    @web.authenticated
    async def get(self, identifier: str) -> None:
        """Read curves."""
        self.finish(
            json.dumps(await off_loop(curves.run_curves, identifier, self.whole_number("since", 0)))
        )


class LineageOf(JsonErrors):
    """`GET lineage/{id}?direction=both|upstream|downstream`: the graph around a record."""

    @web.authenticated
    async def get(self, identifier: str) -> None:
        """Read the graph."""
        direction = self.get_query_argument("direction", "both")
        self.finish(json.dumps(await off_loop(lineage.graph, identifier, direction)))


class BlobBytes(JsonErrors):
    """`GET blobs/{digest}`: a stored picture; anything else is a file to save, never a page."""

    @web.authenticated
    async def get(self, digest: str) -> None:
        """Send a blob's bytes."""
        blob = await off_loop(media.read, digest)
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Content-Security-Policy", "default-src 'none'; sandbox")
        self.set_header("Cache-Control", "private, max-age=31536000, immutable")
        if not blob.is_picture:
            self.set_header("Content-Disposition", f'attachment; filename="{digest[:12]}"')
        self.finish(blob.content, set_content_type=blob.content_type)


class Alias(JsonErrors):
    """`POST records/{id}/alias {"alias": name}`: makes an alias point at this version."""

    @web.authenticated
    async def post(self, identifier: str) -> None:
        """Set an alias."""
        self.finish(
            json.dumps(await off_loop(actions.set_alias, identifier, self.body().get("alias")))
        )


class OneAlias(JsonErrors):
    """`DELETE records/{id}/alias/{alias}`: takes an alias from this version."""

    @web.authenticated
    async def delete(self, identifier: str, alias: str) -> None:
        """Remove an alias."""
        self.finish(json.dumps(await off_loop(actions.delete_alias, identifier, alias)))


class Part(JsonErrors):
    """`GET records/{id}/parts/{part}`: one part of a page that is read piece by piece."""

    @web.authenticated
    async def get(self, identifier: str, name: str) -> None:
        """Read a part."""
        self.finish(json.dumps(await off_loop(pages.part, identifier, name)))


class Features(JsonErrors):
    """`GET features`: every view and service, with what they are searched and filtered by."""

    @web.authenticated
    async def get(self) -> None:
        """List views and services."""
        self.finish(json.dumps(await off_loop(catalogue.catalogue)))


class FeaturesPreview(JsonErrors):
    """`POST features/preview {"spine", "features", "time", "label"}`: what a join would find."""

    @web.authenticated
    async def post(self) -> None:
        """Join some rows."""
        self.finish(json.dumps(await off_loop(preview.preview, self.body())))


class WhyValue(JsonErrors):
    """`GET records/{id}/why?row=&feature=`: why a training set holds a value."""

    @web.authenticated
    async def get(self, identifier: str) -> None:
        """Explain a value."""
        row = self.whole_number("row", 0)
        feature = self.get_query_argument("feature", "")
        self.finish(json.dumps(await off_loop(_explained, identifier, row, feature)))


def _explained(identifier: str, row: int, feature: str) -> dict[str, Any]:
    return why.explained(dataset_record(identifier), row, feature)


class Comparison(JsonErrors):
    """`GET records/{id}/compared/{other}`: what changed from the other version to this one."""

    @web.authenticated
    async def get(self, identifier: str, other: str) -> None:
        """Compare two versions."""
        self.finish(json.dumps(await off_loop(comparing.compare, other, identifier)))


class SchemaEdits(JsonErrors):
    """`POST schemas/{id}/edits {"edits", "name", "save"}`: checks edits, or saves them."""

    @web.authenticated
    async def post(self, identifier: str) -> None:
        """Check or save."""
        body = self.body()
        save = body.get("save") is True
        edits, name = body.get("edits"), body.get("name")
        function = partial(schema_edits.edit, save=save)
        self.finish(json.dumps(await off_loop(function, identifier, edits, name)))


class ChosenStatistics(JsonErrors):
    """`GET statistics/{id}?against=`: recorded statistics, and others laid over them."""

    @web.authenticated
    async def get(self, identifier: str) -> None:
        """Read statistics."""
        against = self.get_query_argument("against", "") or None
        self.finish(json.dumps(await off_loop(statistics.chosen, identifier, against)))


class ScheduleRun(JsonErrors):
    """`POST schedules/{name}/run`: runs a scheduled notebook now."""

    @web.authenticated
    async def post(self, name: str) -> None:
        """Start the job and answer at once."""
        self.set_status(202)
        self.finish(json.dumps(await off_loop(actions.run_schedule, name)))

"""Files beyond this machine, through fsspec: short waits, and errors that say what to do."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from workbench.core.errors import Conflict, InvalidInput, NotFound, Unavailable

_CONNECT, _READ = 5, 30  # seconds to wait for a connection, and for the next bytes
_TRIES = 2
_EXTRAS = {"s3": "jupyter-workbench[s3]", "s3a": "jupyter-workbench[s3]", "gs": "gcsfs"}
_OF_BUCKETS = ("s3", "s3a", "gs")
_STAMPS = ("size", "ETag", "etag", "LastModified", "mtime", "updated", "created", "last_modified")


def open_filesystem(url: str, options: Mapping[str, Any]) -> tuple[Any, str]:
    """Return the fsspec file system of a URL, and the path in it.

    Raises
    ------
    InvalidInput
        If nothing speaks the URL's protocol, or it names no bucket.
    Unavailable
        If the package that speaks it is not installed, or its host does not answer.
    """
    import fsspec

    protocol, _, rest = url.partition("://")
    if protocol in _OF_BUCKETS and not rest.partition("/")[0]:
        raise InvalidInput(
            f"{url!r} names no bucket", hint=f"write {protocol}://bucket/folder or a file in it"
        )
    try:
        with remote_errors(url):  # some connect at once
            system, path = fsspec.core.url_to_fs(url, **{**_patience(protocol), **options})
    except ImportError as error:
        package = _EXTRAS.get(protocol)
        hint = f"pip install '{package}'" if package else "install the package that it names"
        raise Unavailable(f"{url!r} cannot be opened: {error}", hint=hint) from error
    except ValueError as error:
        raise InvalidInput(
            f"{url!r} cannot be opened: {error}", hint="check the address"
        ) from error
    if hasattr(system, "retries"):
        system.retries = _TRIES
    return system, path


def _patience(protocol: str) -> dict[str, Any]:
    if protocol in ("s3", "s3a"):
        waits = {"connect_timeout": _CONNECT, "read_timeout": _READ}
        return {"config_kwargs": {**waits, "retries": {"max_attempts": _TRIES}}}
    if protocol in ("http", "https"):
        from aiohttp import ClientTimeout

        limits = ClientTimeout(total=None, sock_connect=_CONNECT, sock_read=_READ)
        return {"client_kwargs": {"timeout": limits}}
    return {}


def stamp_of(system: Any, path: str) -> tuple[object, ...]:
    """Return what changes when a file does: its size, and its tag or time."""
    system.invalidate_cache(path)
    facts = system.info(path)
    return tuple(str(facts[name]) for name in _STAMPS if facts.get(name) is not None)


@contextmanager
def remote_errors(url: str) -> Iterator[None]:
    """Turn what a file system raises into errors that name the place and say what to do.

    Raises
    ------
    NotFound
        If there is no such file, bucket or host.
    Unavailable
        If access is refused, credentials are missing, or nothing answers in time.
    """
    try:
        yield
    except _failures() as error:
        raise _explained(url, error) from error


def _failures() -> tuple[type[Exception], ...]:
    """Return the errors of the file systems that are loaded, which need not be installed."""
    found: list[type[Exception]] = [OSError]
    if "botocore" in sys.modules:
        from botocore.exceptions import (  # type: ignore[import-untyped]
            BotoCoreError,
            ClientError,
        )

        found += [BotoCoreError, ClientError]
    if "aiohttp" in sys.modules:
        from aiohttp import ClientError as HttpError

        found.append(HttpError)
    return tuple(found)


def _explained(url: str, error: Exception) -> Exception:
    protocol, _, rest = url.partition("://")
    place = f"the bucket {rest.partition('/')[0]!r}" if protocol in _OF_BUCKETS else "it"
    words = {type(each).__name__ for each in (error, error.__cause__) if each is not None}
    if words & {"NoCredentialsError", "PartialCredentialsError"}:
        return Unavailable(
            f"{url!r} cannot be read: there are no credentials for {place}",
            hint="set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or, if anybody may read it, "
            'storage_options={"anon": True}',
        )
    if "PermissionError" in words or getattr(error, "status", None) in (401, 403):
        return Unavailable(
            f"{url!r} cannot be read: {place} refuses these credentials ({error})",
            hint="they were revoked, have expired or may not read it: set new ones, "
            "or ask for the right to read",
        )
    if "FileExpired" in words:
        return changed(url)
    silent = any("Connect" in word or "Timeout" in word or "DNS" in word for word in words)
    if isinstance(error, FileNotFoundError) and not silent:
        return NotFound(f"there is no file {url!r}", hint="check the address, letter by letter")
    return Unavailable(
        f"{url!r} cannot be read: {error.__cause__ or str(error) or 'no answer in time'}",
        hint="check the address and the network, then read it again",
    )


def changed(name: str) -> Exception:
    """Return the error for a file that is not what it was."""
    return Conflict(
        f"{name!r} changed while it was read",
        hint="let whatever writes it come to an end, then read it again",
    )

"""A file of lines in pieces of whole rows, worked on in several threads, in order."""

from __future__ import annotations

import os
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from workbench.core.errors import InvalidInput

#: Bytes of a chunk, about; larger ones are not faster and need more memory.
SIZE = 4 << 20
#: Bytes of a row, at most.
LONGEST = 64 << 20

_QUOTED = re.compile(rb'(?:\A|(?<=[,;|\t\r\n]))"[^"]*(?:""[^"]*)*("|\Z)')
_MARK = b"\xef\xbb\xbf"

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Chunk:
    """Whole rows of a file; `closed` is False for a last row whose quote never ends."""

    content: bytes
    closed: bool = True


def chunks_of(file: Any, name: str, *, quotes: bool = False, size: int = 0) -> Iterator[Chunk]:
    """Yield a file as chunks that end where rows end.

    Parameters
    ----------
    file : binary file
    name : str
        For errors.
    quotes : bool
        Whether a line break within quotes does not end a row.
    size : int
        Bytes of a chunk, about.

    Raises
    ------
    InvalidInput
        If a row is longer than `LONGEST`, or the file is in UTF-16.
    """
    rest = b""
    first = True
    while content := file.read(size or SIZE):
        if first:
            content = _unmarked(content, name)
            first = False
        rest += content
        end = row_end(rest) if quotes else rest.rfind(b"\n") + 1
        if end:
            yield Chunk(rest[:end])
            rest = rest[end:]
        elif len(rest) > LONGEST:
            start = rest[:40].decode("utf-8", "backslashreplace")
            raise InvalidInput(
                f"{name!r} has a row of over {LONGEST >> 20} MB, starting {start!r}",
                hint="a quote is opened there and never closed, or it is no file of lines",
            )
    if quotes and rest.count(b'"') % 2 and not _closed(rest):
        yield Chunk(rest, closed=False)
    elif rest:
        yield Chunk(rest)


def _unmarked(content: bytes, name: str) -> bytes:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InvalidInput(
            f"{name!r} is in UTF-16", hint="read it first: pd.read_csv(path, encoding='utf-16')"
        )
    return content.removeprefix(_MARK)


def row_end(content: bytes) -> int:
    r"""Return where the last whole row ends: after its line break, outside quotes.

    Examples
    --------
    >>> row_end(b'a,"b\nc"\nd'), row_end(b'a,"b\nc')
    (8, 0)
    """
    end = content.rfind(b"\n") + 1
    if content.count(b'"', 0, end) % 2 == 0:
        return end
    last = position = 0
    for quoted in _QUOTED.finditer(content):
        last = content.rfind(b"\n", position, quoted.start()) + 1 or last
        position = quoted.end()
        if not quoted.group(1):
            return last
    return content.rfind(b"\n", position) + 1 or last


def _closed(content: bytes) -> bool:
    return all(quoted.group(1) for quoted in _QUOTED.finditer(content))


def in_threads(work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """Yield what `work` makes of each item, in order; a few are worked on at a time."""
    threads = min(8, os.cpu_count() or 1)
    waiting: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        for item in items:
            waiting.append(pool.submit(work, item))
            if len(waiting) > threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()

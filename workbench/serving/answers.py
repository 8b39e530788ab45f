"""What goes back over HTTP, whichever server carries it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Answer:
    """A status, a body, and what the body is."""

    status: int
    body: bytes
    content_type: str = "application/json"

"""What goes back over HTTP, whichever server carries it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Answer:
    """A status, a body, and what the body is.

    Attributes
    ----------
    request_id : str
        Goes back as the header ``x-request-id``: what is logged bears it, and events that happen
        later are told with it.
    """

    status: int
    body: bytes
    content_type: str = "application/json"
    request_id: str = ""

    @property
    def headers(self) -> dict[str, str]:
        """What goes back beside the content's type and length."""
        return {"x-request-id": self.request_id} if self.request_id else {}

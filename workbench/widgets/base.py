"""What every widget has: a module, a style sheet, data, and a still picture beside it."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar

import anywidget
import traitlets

from workbench.core.errors import Unavailable
from workbench.widgets.drawing import png

_STATIC = Path(__file__).parent / "static"


class Widget(anywidget.AnyWidget):
    """A widget drawn by ``static/<module>.js``.

    Its MIME bundle also has ``image/png`` and ``text/plain``. JupyterLab takes the picture where it
    does not run the widget: in a notebook that is not trusted.

    Attributes
    ----------
    data : dict
        What is drawn, as JSON.
    """

    module: ClassVar[str]

    _esm = traitlets.Unicode().tag(sync=True)
    _css = traitlets.Unicode().tag(sync=True)
    data = traitlets.Dict().tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        self._opened: list[Callable[[str], None]] = []
        self.on_msg(self._received)

    @traitlets.default("_esm")
    def _default_esm(self) -> str:
        return _static(f"{self.module}.js")

    @traitlets.default("_css")
    def _default_css(self) -> str:
        return _static("widgets.css")

    def on_open(self, action: Callable[[str], None]) -> None:
        """Call `action` with a record's id when one is opened; JupyterLab shows its page itself."""
        self._opened.append(action)

    def svg(self) -> str:
        """Return the still picture as SVG."""
        raise NotImplementedError

    def text(self) -> str:
        """Return the sentence that stands where there are no pictures."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return self.text()

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        bundle = super()._repr_mimebundle_(**kwargs)
        content, metadata = bundle if bundle is not None else ({}, {})
        image, width = png(self.svg())
        content |= {"text/plain": self.text(), "image/png": image}
        return content, {**metadata, "image/png": {"width": width}}

    def _received(self, _widget: object, message: object, _buffers: object) -> None:
        if not isinstance(message, dict):
            return
        if message.get("type") == "open" and isinstance(message.get("id"), str):
            for action in self._opened:
                action(message["id"])
        self._act(message)

    def _act(self, message: dict[str, Any]) -> None:
        """Do what else the widget's buttons ask for."""


@lru_cache
def _static(name: str) -> str:
    try:
        return (_STATIC / name).read_text("utf-8")
    except FileNotFoundError as error:
        raise Unavailable(
            f"the widgets' file {name!r} is not built",
            hint="run `npm ci && npm run build` in extensions/, or install the wheel",
        ) from error

"""`SchemaWidget`: a schema as a table to edit, with the code of the edits."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from workbench.core.errors import InvalidInput, WorkbenchError
from workbench.widgets import schema_picture
from workbench.widgets.base import Widget
from workbench.widgets.schema_data import apply, schema_data

if TYPE_CHECKING:
    from workbench.data.schemas import Schema
    from workbench.data.validation import Anomalies


class SchemaWidget(Widget):
    """What is expected of each column, edited in place; *Save* records the next version.

    Parameters
    ----------
    schema : Schema
    anomalies : Anomalies, optional
        What validation found, shown beside the columns; a proposed edit can be accepted.

    Attributes
    ----------
    schema : Schema
        As it was given, or as it was saved last.

    Examples
    --------
    >>> from workbench.data.schemas import Schema
    >>> SchemaWidget(Schema.from_text('feature { name: "delay" type: FLOAT }'))
    Schema: 1 columns, 0 anomalies
    """

    module: ClassVar[str] = "schema"

    def __init__(self, schema: Schema, anomalies: Anomalies | None = None) -> None:
        super().__init__(data=schema_data(schema, anomalies))
        self.schema = schema
        self._saved: list[Callable[[Schema], None]] = []

    def on_save(self, action: Callable[[Schema], None]) -> None:
        """Call `action` with each version that is saved."""
        self._saved.append(action)

    def svg(self) -> str:
        """Return the still picture as SVG."""
        return schema_picture.draw(self.data)

    def text(self) -> str:
        """Return one line: of what, how many columns and anomalies."""
        name = f" {self.data['ref']}" if self.data["ref"] else ""
        columns, found = len(self.data["columns"]), len(self.data["anomalies"])
        return f"Schema{name}: {columns:,} columns, {found:,} anomalies"

    def _act(self, message: dict[str, Any]) -> None:
        edits = message.get("edits")
        if not isinstance(edits, list):
            return
        if message.get("type") == "check":
            self.send({"type": "checked", "errors": self._errors(edits)})
        elif message.get("type") == "save":
            self._save(edits, message.get("name"))

    def _errors(self, edits: list[dict[str, Any]]) -> dict[str, str]:
        """Return what is wrong with each column's edit."""
        errors = {}
        for edit in edits:
            try:
                apply(self.schema, [edit])
            except InvalidInput as error:
                errors[str(edit.get("column"))] = str(error)
        return errors

    def _save(self, edits: list[dict[str, Any]], name: Any) -> None:
        try:
            saved = apply(self.schema, edits).save(name or None)
        except WorkbenchError as error:
            self.send({"type": "refused", "message": str(error)})
            return
        self.schema = saved
        # Whether the rows are as this version says is not known before they are validated again.
        self.data = schema_data(saved)
        self.send({"type": "saved", "ref": saved.artifact.ref if saved.artifact else ""})
        for action in self._saved:
            action(saved)

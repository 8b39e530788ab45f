"""Edits of a schema as they come from its page: checked, or saved as the next version."""

from __future__ import annotations

from typing import Any

from workbench import workspace
from workbench.core.errors import InvalidInput, NotFound
from workbench.server.tables import link


def edit(identifier: str, edits: object, name: object, *, save: bool) -> dict[str, Any]:
    """Return what is wrong with each column's edit; or the record that was saved.

    Parameters
    ----------
    identifier : str
        The id of the schema that is edited.
    edits : list
        As `workbench.widgets.schema_data.apply` takes them.
    name : str or None
        What it is saved as; as before if None.
    save : bool

    Raises
    ------
    NotFound
        If there is no such schema.
    InvalidInput
        If the edits cannot be saved.
    """
    from workbench.data.schemas import load_schema
    from workbench.widgets.schema_data import apply

    artifact = workspace.current().metadata.find_artifact(identifier)
    if artifact is None or artifact.kind != "schema":
        raise NotFound(f"no schema has the id {identifier!r}", hint="wb.infer_schema makes one")
    if not isinstance(edits, list) or not all(isinstance(each, dict) for each in edits):
        raise InvalidInput("the edits are no list", hint='send {"edits": [{"column": …}]}')
    schema = load_schema(artifact)
    if save:
        saved = apply(schema, edits).save(str(name) if name else None)
        made = saved.artifact or artifact
        return {"saved": link(made.ref, made.id)}
    errors = {}
    for each in edits:
        try:
            apply(schema, [each])
        except InvalidInput as error:
            errors[str(each.get("column"))] = str(error)
    return {"errors": errors}

"""Schemas as records: each version of one is an artifact."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from workbench import workspace
from workbench.core.errors import InvalidInput
from workbench.data.schemas.schema import Schema

if TYPE_CHECKING:
    from workbench.metadata import Artifact

KIND = "schema"


def record_schema(proto: Any, name: str, reads: Sequence[Artifact], **facts: object) -> Schema:
    """Record a schema as the next version of `name`."""
    place = workspace.current()
    with place.metadata.record("infer_schema", name, reads=reads, properties=facts) as step:
        blob = place.blobs.put_bytes(proto.SerializeToString(deterministic=True))
        properties = {"columns": [each.name for each in proto.feature], **facts}
        artifact = step.write(KIND, name, digest=blob.digest, size=blob.size, properties=properties)
    return Schema(proto, artifact)


def schema(reference: str) -> Schema:
    """Return a schema by its reference.

    Parameters
    ----------
    reference : str
        ``name`` (the newest version), ``name@version`` or ``name@alias``.

    Raises
    ------
    NotFound
        If there is none; the hint offers near names.
    """
    return load_schema(workspace.current().metadata.artifact(KIND, reference))


def load_schema(artifact: Artifact) -> Schema:
    """Return the schema that an artifact of that kind holds."""
    from tensorflow_metadata.proto.v0 import schema_pb2

    if artifact.kind != KIND or artifact.digest is None:
        raise InvalidInput(f"{artifact.ref} is a {artifact.kind}, not a schema")
    content = workspace.current().blobs.read(artifact.digest)
    return Schema(schema_pb2.Schema.FromString(content), artifact)

"""What a dataset's columns should be: tensorflow_metadata's ``Schema``, edited, versioned."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from workbench import workspace
from workbench.core.errors import InvalidInput, near

if TYPE_CHECKING:
    from workbench.metadata import Artifact

KIND = "schema"


class Schema:
    """The expected columns: type, presence, values or range, environments, drift thresholds.

    Parameters
    ----------
    proto : tensorflow_metadata.proto.v0.schema_pb2.Schema
        Copied.
    artifact : Artifact, optional
        The record that holds exactly this.
    base : Artifact, optional
        The record that this was edited from.
    """

    def __init__(
        self, proto: Any, artifact: Artifact | None = None, base: Artifact | None = None
    ) -> None:
        self._proto = _copy(proto)
        self.artifact = artifact
        self.base = base

    def to_proto(self) -> Any:
        """Return a copy of the proto; `Schema(proto)` takes one that was edited."""
        return _copy(self._proto)

    @property
    def columns(self) -> tuple[str, ...]:
        """The expected columns, in order."""
        return tuple(each.name for each in self._proto.feature)

    def values(self, column: str) -> tuple[str, ...] | None:
        """Return the texts that a column may hold, or None if any."""
        feature = self._feature(self._proto, column)
        domain = domain_of(self._proto, feature)
        return None if domain is None else tuple(domain.value)

    def edit(
        self,
        column: str,
        *,
        values: Sequence[str] | None = None,
        minimum: float | None = None,
        maximum: float | None = None,
        present: float | None = None,
        tolerate: float | None = None,
        drift: float | None = None,
        skew: float | None = None,
        environments: Sequence[str] | None = None,
    ) -> Schema:
        """Return a schema with one column's expectations changed.

        Parameters
        ----------
        column : str
        values : sequence of str, optional
            The texts that it may hold.
        minimum, maximum : float, optional
            The range of a number.
        present : float, optional
            The least share of rows that have a value, from 0 to 1.
        tolerate : float, optional
            The share of values that may lie outside `values`, from 0 to 1.
        drift, skew : float, optional
            The most that it may differ from the baseline, or from what is served: L-infinity of
            texts, Jensen-Shannon divergence of numbers.
        environments : sequence of str, optional
            Where the column is expected; elsewhere it may be absent.

        Raises
        ------
        InvalidInput
            If there is no such column, or the expectation does not fit its type.
        """
        from tensorflow_metadata.proto.v0 import schema_pb2

        proto = self.to_proto()
        feature = self._feature(proto, column)
        text = feature.type == schema_pb2.BYTES
        if values is not None:
            if not text:
                raise InvalidInput(f"{column!r} holds numbers", hint="give minimum= or maximum=")
            feature.string_domain.name = column
            feature.string_domain.value[:] = list(dict.fromkeys(values))
        for bound, value in (("min", minimum), ("max", maximum)):
            if value is not None:
                _set_bound(feature, column, bound, value)
        if present is not None:
            feature.presence.min_fraction = _share(present, "present")
        if tolerate is not None:
            mass = 1.0 - _share(tolerate, "tolerate")
            feature.distribution_constraints.min_domain_mass = mass
        for comparator, threshold in (
            (feature.drift_comparator, drift),
            (feature.skew_comparator, skew),
        ):
            if threshold is not None and text:
                comparator.infinity_norm.threshold = threshold
            elif threshold is not None:
                comparator.jensen_shannon_divergence.threshold = threshold
        if environments is not None:
            known = dict.fromkeys([*proto.default_environment, *environments])
            proto.default_environment[:] = list(known)
            feature.not_in_environment[:] = [each for each in known if each not in environments]
        return Schema(proto, base=self.artifact or self.base)

    def save(self, name: str | None = None) -> Schema:
        """Record this as the next version of a schema, and return it.

        Parameters
        ----------
        name : str, optional
            That of the schema it was edited from, when not given.
        """
        base = self.artifact or self.base
        if name is None and base is None:
            raise InvalidInput("a schema without a name", hint="give one: save('flights')")
        return record_schema(
            self._proto,
            name or str(base and base.name),
            [base] if base is not None else [],
            edited=True,
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Schema) and self._proto == other._proto

    __hash__ = None  # type: ignore[assignment]  # the proto is not hashable

    def __repr__(self) -> str:
        name = f" {self.artifact.ref}" if self.artifact is not None else ""
        return f"<Schema{name}: {len(self.columns)} columns>"

    def _repr_html_(self) -> str:
        rows = "".join(
            "<tr>"
            + "".join(f"<td style='text-align:left'>{html.escape(cell)}</td>" for cell in cells)
            + "</tr>"
            for cells in (self._cells(feature) for feature in self._proto.feature)
        )
        heads = "".join(
            f"<th style='text-align:left'>{head}</th>"
            for head in ("Column", "Type", "Present", "Values", "Not in")
        )
        return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"

    def _cells(self, feature: Any) -> tuple[str, ...]:
        values = self.values(feature.name)
        shown = "" if values is None else ", ".join(values[:8]) + ", …" * (len(values) > 8)
        low, high = bounds_of(feature)
        if low is not None or high is not None:
            shown = f"{'' if low is None else low} – {'' if high is None else high}"
        share = feature.presence.min_fraction
        present = "always" if share == 1 else f"at least {share:.0%}" if share else "sometimes"
        return (
            feature.name,
            type_of(feature),
            present,
            shown,
            ", ".join(feature.not_in_environment),
        )

    def _feature(self, proto: Any, column: str) -> Any:
        for feature in proto.feature:
            if feature.name == column:
                return feature
        raise InvalidInput(f"the schema has no column {column!r}", hint=near(column, self.columns))


def record_schema(proto: Any, name: str, reads: Sequence[Artifact], **facts: object) -> Schema:
    """Record a schema as the next version of `name`."""
    place = workspace.current()
    with place.metadata.record("infer_schema", name, reads=reads, properties=facts) as step:
        blob = place.blobs.put_bytes(proto.SerializeToString(deterministic=True))
        properties = {"columns": [each.name for each in proto.feature], **facts}
        artifact = step.write(KIND, name, digest=blob.digest, size=blob.size, properties=properties)
    return Schema(proto, artifact)


def load_schema(artifact: Artifact) -> Schema:
    """Return the schema that an artifact of that kind holds."""
    from tensorflow_metadata.proto.v0 import schema_pb2

    if artifact.kind != KIND or artifact.digest is None:
        raise InvalidInput(f"{artifact.ref} is a {artifact.kind}, not a schema")
    content = workspace.current().blobs.read(artifact.digest)
    return Schema(schema_pb2.Schema.FromString(content), artifact)


def domain_of(proto: Any, feature: Any) -> Any | None:
    """Return the string domain of a feature, its own or a shared one, or None."""
    if feature.WhichOneof("domain_info") == "string_domain":
        return feature.string_domain
    if feature.WhichOneof("domain_info") == "domain":
        return next((each for each in proto.string_domain if each.name == feature.domain), None)
    return None


def bounds_of(feature: Any) -> tuple[float | None, float | None]:
    """Return the least and the greatest number that a feature may hold, None where open."""
    which = feature.WhichOneof("domain_info")
    if which not in ("int_domain", "float_domain"):
        return None, None
    domain = getattr(feature, which)
    low = domain.min if domain.HasField("min") else None
    high = domain.max if domain.HasField("max") else None
    return low, high


def type_of(feature: Any) -> str:
    """Return a feature's type as statistics name it; an unknown one is empty."""
    which = feature.WhichOneof("domain_info")
    if which == "bool_domain":
        return "BOOL"
    if which == "time_domain":
        return "TIME"
    return {1: "STRING", 2: "INT", 3: "FLOAT"}.get(feature.type, "")


def _set_bound(feature: Any, column: str, bound: str, value: float) -> None:
    from tensorflow_metadata.proto.v0 import schema_pb2

    if type_of(feature) not in ("INT", "FLOAT"):
        kind = type_of(feature) or "nothing yet"
        raise InvalidInput(f"{column!r} holds {kind}, which has no range", hint="give values=")
    if feature.type == schema_pb2.INT:
        setattr(feature.int_domain, bound, int(value))
    else:
        setattr(feature.float_domain, bound, value)


def _share(value: float, what: str) -> float:
    if not 0 <= value <= 1:
        raise InvalidInput(f"{what}={value!r} is no share", hint="give a number from 0 to 1")
    return float(value)


def _copy(proto: Any) -> Any:
    copied = type(proto)()
    copied.CopyFrom(proto)
    return copied

"""What a dataset's columns should be: tensorflow_metadata's ``Schema``, edited, compared, kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Unpack

from workbench.core.errors import InvalidInput, near
from workbench.data.schemas import editing, showing
from workbench.data.schemas.constraints import (
    Constraint,
    as_constraint,
    read_constraints,
    write_constraints,
)
from workbench.data.schemas.difference import SchemaDiff, difference
from workbench.data.schemas.expectations import Expectations, fill, set_thresholds
from workbench.data.schemas.features import domain_of, find, is_passive, walk

if TYPE_CHECKING:
    import pandas as pd

    from workbench.metadata import Artifact


class Schema:
    """The expected columns: type, presence, values or range, environments, drift thresholds.

    Nothing of the message is lost: what this class has no word for is kept as it is.

    Parameters
    ----------
    proto : tensorflow_metadata.proto.v0.schema_pb2.Schema
        Copied.
    artifact : Artifact, optional
        The record that holds exactly this.
    base : Artifact, optional
        The record that this was edited from.

    Examples
    --------
    >>> schema = Schema.from_text('feature { name: "delay" type: FLOAT }')
    >>> stricter = schema.edit("delay", minimum=-120, drift=0.1).constrain("delay < 1440")
    >>> print(schema.diff(stricter).changes[1])
    delay: minimum set to -120.0
    """

    def __init__(
        self, proto: Any, artifact: Artifact | None = None, base: Artifact | None = None
    ) -> None:
        self._proto = _copy(proto)
        self.artifact = artifact
        self.base = base

    @classmethod
    def from_text(cls, text: str) -> Schema:
        """Return the schema in a text-format message, as in TFX's ``schema.pbtxt``.

        Raises
        ------
        InvalidInput
            If it is none.
        """
        # What extra_metadata holds can be read only where its type is known.
        from google.protobuf import struct_pb2 as _  # noqa: F401
        from google.protobuf import text_format
        from tensorflow_metadata.proto.v0 import schema_pb2

        try:
            return cls(text_format.Parse(text, schema_pb2.Schema()))
        except text_format.ParseError as error:
            raise InvalidInput(
                f"the text is no schema: {error}", hint="give what schema.to_text() returns"
            ) from error

    def to_text(self) -> str:
        """Return the message in text format, as TFX's ``schema.pbtxt`` holds it."""
        from google.protobuf import text_format

        return str(text_format.MessageToString(self._proto))

    def to_proto(self) -> Any:
        """Return a copy of the proto; `Schema(proto)` takes one that was edited."""
        return _copy(self._proto)

    @property
    def columns(self) -> tuple[str, ...]:
        """The expected columns, in order."""
        return tuple(each.name for each in self._proto.feature)

    @property
    def constraints(self) -> tuple[Constraint, ...]:
        """What is demanded beyond TFDV's schema."""
        return read_constraints(self._proto)

    def values(self, column: str) -> tuple[str, ...] | None:
        """Return the texts that a column may hold, or None if any."""
        domain = domain_of(self._proto, self._feature(self._proto, column))
        return None if domain is None else tuple(domain.value)

    def diff(self, other: Schema) -> SchemaDiff:
        """Return what was changed to make this schema the other."""
        return difference(self._proto, other._proto)

    def edit(self, column: str, **changes: Unpack[Expectations]) -> Schema:
        """Return a schema with one column's expectations changed.

        Parameters
        ----------
        column : str
            One inside a struct by its path: ``address.city``.
        **changes
            As `Expectations` says: ``values``, ``minimum``, ``maximum``, ``present``, ``tolerate``,
            ``drift``, ``skew``, ``environments``, ``lengths``, ``unique``, ``stage`` and more. None
            takes an expectation back.

        Raises
        ------
        InvalidInput
            If there is no such column or expectation, or it does not fit the column's type.
        """
        proto = self.to_proto()
        editing.edit_feature(proto, self._feature(proto, column), column, changes)
        return self._edited(proto)

    def add(self, column: str, **changes: Unpack[Expectations]) -> Schema:
        """Return a schema that also expects this column; at least its type is said."""
        if find(self._proto, column) is not None:
            raise InvalidInput(f"the schema has a column {column!r}", hint="edit it")
        if "type" not in changes:
            raise InvalidInput(f"{column!r} has no type", hint="say type='INT'")
        proto = self.to_proto()
        editing.edit_feature(proto, proto.feature.add(name=column), column, changes)
        return self._edited(proto)

    def remove(self, column: str) -> Schema:
        """Return a schema that does not know this column."""
        proto = self.to_proto()
        feature = self._feature(proto, column)
        holders = [proto, *(each.struct_domain for _, each in walk(proto))]
        for holder in holders:
            for place, each in enumerate(holder.feature):
                if each is feature:
                    del holder.feature[place]
                    return self._edited(proto)
        return self._edited(proto)

    def thresholds(
        self,
        *,
        drift: float | Mapping[str, float] | None = None,
        skew: float | Mapping[str, float] | None = None,
    ) -> Schema:
        """Return a schema in which every column that has no threshold yet has this one.

        Parameters
        ----------
        drift, skew : float or mapping, optional
            Of texts the L-infinity distance, of numbers the Jensen-Shannon divergence; 0.1 is a
            common choice for both.
        """
        proto = self.to_proto()
        for _, feature in walk(proto):
            for comparator, given in (("drift", drift), ("skew", skew)):
                set_before = feature.HasField(f"{comparator}_comparator")
                if given is not None and not set_before and not is_passive(feature):
                    set_thresholds(feature, comparator, given)
        return self._edited(proto)

    def expect_rows(
        self,
        *,
        at_least: int | None = None,
        at_most: int | None = None,
        against_span: tuple[float | None, float | None] | None = None,
        against_version: tuple[float | None, float | None] | None = None,
    ) -> Schema:
        """Return a schema that says how many rows there should be.

        Parameters
        ----------
        at_least, at_most : int, optional
        against_span, against_version : (float, float), optional
            The least and the greatest ratio to the rows of the baseline, or of the version before;
            None where open.
        """
        proto = self.to_proto()
        held = proto.dataset_constraints
        if at_least is not None:
            held.min_examples_count = at_least
        if at_most is not None:
            held.max_examples_count = at_most
        for field, ratio in (("drift", against_span), ("version", against_version)):
            comparator = getattr(held, f"num_examples_{field}_comparator")
            for bound, value in zip(("min", "max"), ratio or (None, None), strict=True):
                if value is not None:
                    setattr(comparator, f"{bound}_fraction_threshold", value)
        return self._edited(proto)

    def environments(self, *names: str) -> Schema:
        """Return a schema in which columns belong to these environments, unless they say else."""
        proto = self.to_proto()
        proto.default_environment[:] = list(dict.fromkeys(names))
        return self._edited(proto)

    def add_domain(self, name: str, values: Sequence[str]) -> Schema:
        """Return a schema with texts that columns can share; an earlier set is replaced."""
        proto = self.to_proto()
        domain = next((each for each in proto.string_domain if each.name == name), None)
        domain = proto.string_domain.add(name=name) if domain is None else domain
        domain.value[:] = list(dict.fromkeys(values))
        return self._edited(proto)

    def add_sparse(
        self, name: str, *, value: str, index: Sequence[str], stage: str | None = None
    ) -> Schema:
        """Return a schema in which list columns form a sparse one.

        Parameters
        ----------
        name : str
        value : str
            The column of the values.
        index : sequence of str
            The columns of their places, as many values each.
        stage : str, optional
        """
        proto = self.to_proto()
        sparse = proto.sparse_feature.add(name=name)
        sparse.value_feature.name = value
        for each in index:
            sparse.index_feature.add(name=each)
        if stage is not None:
            sparse.lifecycle_stage = editing.stage_of(stage)
        return self._edited(proto)

    def add_weighted(
        self, name: str, *, value: str, weight: str, stage: str | None = None
    ) -> Schema:
        """Return a schema in which one column weighs the values of another."""
        proto = self.to_proto()
        weighted = proto.weighted_feature.add(name=name)
        weighted.feature.step.append(value)
        weighted.weight_feature.step.append(weight)
        if stage is not None:
            weighted.lifecycle_stage = editing.stage_of(stage)
        return self._edited(proto)

    def merge(self, fields: Mapping[str, Any]) -> Schema:
        """Return a schema with fields of the message set by their names, as in its JSON."""
        proto = self.to_proto()
        fill(proto, fields, "fields")
        return self._edited(proto)

    def constrain(self, *constraints: Constraint | str) -> Schema:
        """Return a schema that also demands these; a string is a condition in SQL.

        Parameters
        ----------
        *constraints : Expression, Freshness, RowCount, Reference or str
            One that is demanded already is not said twice.
        """
        added = [as_constraint(each) for each in constraints]
        return self._constrained(dict.fromkeys([*self.constraints, *added]))

    def release(self, *constraints: Constraint | str) -> Schema:
        """Return a schema that no longer demands these."""
        gone = [as_constraint(each) for each in constraints]
        for each in gone:
            if each not in self.constraints:
                known = [known.title for known in self.constraints]
                raise InvalidInput(
                    f"the schema does not demand {each.title!r}", hint=near(each.title, known)
                )
        return self._constrained(each for each in self.constraints if each not in gone)

    def save(self, name: str | None = None) -> Schema:
        """Record this as the next version of a schema, and return it.

        Parameters
        ----------
        name : str, optional
            That of the schema it was edited from, when not given.
        """
        from workbench.data.schemas.records import record_schema

        base = self.artifact or self.base
        if name is None and base is None:
            raise InvalidInput("a schema without a name", hint="give one: save('flights')")
        return record_schema(
            self._proto,
            name or str(base and base.name),
            [base] if base is not None else [],
            edited=True,
        )

    def to_pandas(self) -> pd.DataFrame:
        """Return a row a column, as a person reads it."""
        import pandas as pd

        return pd.DataFrame(showing.rows_of(self._proto)).set_index("Column")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Schema) and self._proto == other._proto

    __hash__ = None  # type: ignore[assignment]  # the proto is not hashable

    def __repr__(self) -> str:
        name = f" {self.artifact.ref}" if self.artifact is not None else ""
        return f"<Schema{name}: {len(self.columns)} columns>"

    def _repr_html_(self) -> str:
        return showing.table_of(self._proto)

    def _constrained(self, constraints: Iterable[Constraint]) -> Schema:
        proto = self.to_proto()
        write_constraints(proto, constraints)
        return self._edited(proto)

    def _edited(self, proto: Any) -> Schema:
        return Schema(proto, base=self.artifact or self.base)

    def _feature(self, proto: Any, column: str) -> Any:
        feature = find(proto, column)
        if feature is None:
            known = [".".join(path) for path, _ in walk(proto)]
            raise InvalidInput(f"the schema has no column {column!r}", hint=near(column, known))
        return feature


def _copy(proto: Any) -> Any:
    copied = type(proto)()
    copied.CopyFrom(proto)
    return copied

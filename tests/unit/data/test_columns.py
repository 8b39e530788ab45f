"""A type's name says all of it."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.core.errors import InvalidInput
from workbench.data.columns import arrow_type, type_name

PLAIN = [
    *(pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint8(), pa.uint64()),
    *(pa.float32(), pa.float64(), pa.string(), pa.bool_(), pa.date32(), pa.binary()),
    *(pa.timestamp("us", tz="UTC"), pa.decimal128(10, 2), pa.decimal256(60, -3)),
]
NAMES = st.text("abc_", min_size=1, max_size=3)
TYPES = st.recursive(
    st.sampled_from(PLAIN),
    lambda inner: (
        inner.map(lambda kind: pa.list_(pa.field("element", kind)))
        | st.lists(st.tuples(NAMES, inner), min_size=1, max_size=3).map(pa.struct)
    ),
    max_leaves=6,
)


@given(TYPES)
def test_a_type_is_known_by_its_name(kind: pa.DataType) -> None:
    assert arrow_type(type_name(kind)) == kind


def test_what_is_no_type_is_named() -> None:
    with pytest.raises(InvalidInput, match="'numbers' is no type of a column"):
        arrow_type("numbers")

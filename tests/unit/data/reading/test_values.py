import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.data.reading.values import cast_values, text_as


@settings(max_examples=50)
@given(st.lists(st.none() | st.sampled_from(["1", " 2 ", "x", "", "99999999999999999999"])))
def test_what_can_be_cast_is_and_the_rest_is_pointed_at(words):
    values, wrong = cast_values(pa.array(words, pa.string()), text_as(pa.int64()))
    numbers = {"1": 1, " 2 ": 2}
    assert values.to_pylist() == [numbers.get(word or "") for word in words]
    assert wrong.tolist() == [
        place for place, word in enumerate(words) if word is not None and word not in numbers
    ]


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("517.0", pa.int64(), 517),
        ("9007199254740993", pa.int64(), 2**53 + 1),
        ("TRUE", pa.bool_(), True),
        ("0", pa.bool_(), False),
        ("é", pa.binary(), "é".encode()),
    ],
)
def test_text_is_read_as_the_type_asked_for(text, kind, value):
    assert cast_values(pa.array([text]), text_as(kind))[0].to_pylist() == [value]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("1.5", pa.int64()),
        ("9007199254740993.0", pa.int64()),
        ("yes", pa.bool_()),
        ("2013-02-30", pa.date32()),
    ],
)
def test_text_that_is_no_such_value_is_refused(text, kind):
    assert cast_values(pa.array([text]), text_as(kind))[1].tolist() == [0]

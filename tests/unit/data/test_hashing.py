import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.data.column_hashing import text_hashes
from workbench.data.hashing import number_hashes


@given(st.lists(st.text() | st.text(min_size=20, max_size=60), min_size=1), st.data())
def test_a_text_has_one_hash_wherever_it_lies_and_whatever_its_type(texts, data):
    start = data.draw(st.integers(0, len(texts) - 1))
    whole = text_hashes(pa.array(texts, pa.string())).tolist()
    assert text_hashes(pa.array(texts, pa.string())[start:]).tolist() == whole[start:]
    assert text_hashes(pa.array(texts, pa.large_string())).tolist() == whole
    as_bytes = pa.array([text.encode() for text in texts])
    assert text_hashes(as_bytes).tolist() == whole
    assert len(set(whole)) == len(set(texts))


def test_ends_and_zeros_tell_texts_apart():
    texts = [b"", b"\0", b"\0\0", b"\0" * 8, b"\0" * 9, b"12345678", b"12345678\0", b"123456780"]
    assert len(set(text_hashes(pa.array(texts)).tolist())) == len(texts)


def test_a_hundred_thousand_names_meet_nowhere():
    names = pa.array([f"N{number:05}" for number in range(100_000)])
    assert len(np.unique(text_hashes(names))) == 100_000


@pytest.mark.parametrize("values", [[0, 1, -1, 2**62], [0.5, 1.5, -0.5], [2**64 - 1, 2**63]])
def test_numbers_differ(values):
    assert len(set(number_hashes(np.array(values)).tolist())) == len(values)


def test_hashes_never_change_since_sketches_are_kept():
    assert number_hashes(np.array([1, -1])).tolist() == [
        10451216379200822465,
        16490336266968443936,
    ]
    assert text_hashes(pa.array(["UA", "a longer name"])).tolist() == [
        795836431655644990,
        7149983999227822516,
    ]

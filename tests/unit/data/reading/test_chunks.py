import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.core.errors import InvalidInput
from workbench.data.reading import chunks
from workbench.data.reading.chunks import chunks_of, in_threads, row_end


@settings(max_examples=50)
@given(st.lists(st.text('ab,"\n', max_size=12), max_size=12), st.integers(1, 40))
def test_chunks_add_up_to_the_file_and_end_where_rows_do(values, size):
    rows = [('"' + each.replace('"', '""') + '",x\n').encode() for each in values]
    content = b"".join(rows)
    found = list(chunks_of(io.BytesIO(content), "f.csv", quotes=True, size=size))
    assert b"".join(each.content for each in found) == content
    ends = {len(b"".join(rows[:count])) for count in range(len(rows) + 1)}
    position = 0
    for each in found:
        position += len(each.content)
        assert each.closed
        assert position in ends


def test_a_quote_within_a_value_opens_nothing():
    assert row_end(b'5" pipe,1\n6,2\n7') == 14


def test_a_quote_that_never_ends_is_told():
    last = list(chunks_of(io.BytesIO(b'a,b\n1,"x\n2,y\n'), "f.csv", quotes=True))[-1]
    assert not last.closed


def test_a_row_without_end_is_an_error_before_it_fills_the_memory(monkeypatch):
    monkeypatch.setattr(chunks, "LONGEST", 1000)
    with pytest.raises(InvalidInput, match=r"a row of over 0 MB.*never closed"):
        list(chunks_of(io.BytesIO(b'a,"' + b"x\n" * 2000), "f.csv", quotes=True, size=100))


def test_threads_keep_the_order():
    assert list(in_threads(lambda each: each * 2, range(100))) == list(range(0, 200, 2))

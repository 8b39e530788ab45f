import pytest

from workbench.core.errors import InvalidInput
from workbench.data.reading import BadRow, BadRows
from workbench.data.reading.bad_rows import SCHEMA, shown

BAD = BadRow("f.csv", 17, "delay", "soon", "is no number")


def test_a_bad_row_is_an_error_that_names_it():
    with pytest.raises(
        InvalidInput, match=r"'f.csv', column 'delay', row 17: is no number: 'soon'"
    ):
        BadRows().add(BAD)


def test_set_aside_rows_are_a_table():
    bad = BadRows("set_aside")
    bad.add(BAD)
    assert bad.to_arrow().schema == SCHEMA
    assert bad.to_arrow().to_pylist()[0]["row"] == 17
    bad.clear()
    assert len(bad) == 0


def test_a_number_is_the_most_that_are_set_aside():
    bad = BadRows(1)
    bad.add(BAD)
    with pytest.raises(InvalidInput, match="row 17"):
        bad.add(BAD)


@pytest.mark.parametrize("policy", ["skip", -1, True, 1.5])
def test_an_unknown_policy_is_named(policy):
    with pytest.raises(InvalidInput, match=r"is no policy; write \"error\", \"set_aside\""):
        BadRows(policy)


def test_a_long_value_is_cut_and_bytes_are_shown_as_they_are():
    assert len(shown("x" * 5000)) == 1000
    assert shown(b"caf\xe9") == "caf\\xe9"

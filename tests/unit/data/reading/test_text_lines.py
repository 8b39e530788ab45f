import pytest

from workbench.core.errors import InvalidInput


@pytest.mark.usefixtures("small_chunks")
def test_a_line_is_a_row_with_its_number(written, read):
    lines = [f"line {number}" for number in range(50)] + ["", "<b>延误</b>"]
    table, _ = read(written("f.log", "\n".join(lines)))
    assert table.column("text").to_pylist() == lines
    assert table.column("line").to_pylist() == list(range(1, 53))


def test_line_breaks_of_windows_belong_to_no_line(written, read):
    assert read(written("f.txt", "a\r\nb\r\n"))[0].column("text").to_pylist() == ["a", "b"]


def test_an_empty_file_has_no_rows(written, read):
    assert read(written("f.txt", ""))[0].num_rows == 0


def test_a_line_that_is_no_utf8_is_an_error_or_set_aside(written, read):
    path = written("f.txt", b"a\n\xff\nc\n")
    with pytest.raises(InvalidInput, match=r"'f.txt', column 'text', row 2: is no UTF-8"):
        read(path)
    table, bad = read(path, bad_rows="set_aside")
    assert table.to_pylist() == [{"line": 1, "text": "a"}, {"line": 3, "text": "c"}]
    assert bad[0]["row"] == 2

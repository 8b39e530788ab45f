import pyarrow as pa
import pytest

from workbench.data.reading import chunks, open_rows


@pytest.fixture
def written(tmp_path):
    """Write a file; returns a function of a name and its content, giving the path."""

    def write(name, content):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


@pytest.fixture
def small_chunks(monkeypatch):
    """Read files in many chunks of a few rows."""
    monkeypatch.setattr(chunks, "SIZE", 64)


@pytest.fixture
def read():
    """Read a source; returns a function that gives its table and its bad rows."""

    def all_of(source, types=None, **options):
        rows = open_rows(source, types, **options)
        table = pa.concat_tables([rows.schema.empty_table(), *rows.tables()])
        return table, rows.bad.to_arrow().to_pylist()

    return all_of

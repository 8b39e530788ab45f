"""Reading a notebook, and what its parameters may be."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from workbench.core.errors import InvalidInput, NotFound
from workbench.jobs.notebooks import bind_parameters, declared_parameters, read_notebook


def with_parameters(source):
    cell = new_code_cell(source, metadata={"tags": ["parameters"]})
    return new_notebook(cells=[new_code_cell("before = 1"), cell, new_code_cell("after = 1")])


@pytest.fixture
def saved(tmp_path):
    def save(node):
        path = tmp_path / "retrain.ipynb"
        nbformat.write(node, path)
        return read_notebook(path)

    return save


def test_every_way_to_assign_declares_a_parameter():
    source = (
        "a = 1\nb: int | None = None  # how many\nc = d = {\n  'x': 1,\n}\ne, f = 1, 2\nprint(a)"
    )
    assert declared_parameters(with_parameters(source)) == ("a", "b", "c", "d", "e", "f")


def test_a_cell_with_a_magic_is_read_line_by_line():
    assert declared_parameters(with_parameters("%matplotlib inline\na = 1")) == ("a",)


def test_no_tagged_cell_means_no_parameters():
    assert declared_parameters(new_notebook(cells=[new_code_cell("a = 1")])) == ()


def test_an_undeclared_parameter_gets_the_nearest_name(saved):
    notebook = saved(with_parameters("epochs = 3\nname = 'delay'"))
    with pytest.raises(InvalidInput, match="no parameter 'epoch'; did you mean 'epochs'"):
        bind_parameters(notebook, {"epoch": 1})


def test_a_notebook_without_parameters_says_how_to_have_some(saved):
    with pytest.raises(InvalidInput, match="tag the cell"):
        bind_parameters(saved(new_notebook()), {"epochs": 1})


def test_values_become_plain(saved):
    notebook = saved(with_parameters("a = b = c = d = None"))
    given = {
        "a": Path("/data"),
        "b": datetime(2013, 9, 1, tzinfo=UTC),
        "c": (np.float32(0.5), np.int64(3)),
        "d": {"x": [True, None]},
    }
    assert bind_parameters(notebook, given) == {
        "a": "/data",
        "b": "2013-09-01T00:00:00+00:00",
        "c": [0.5, 3],
        "d": {"x": [True, None]},
    }


def test_a_value_that_no_cell_can_hold_is_refused(saved):
    with pytest.raises(InvalidInput, match="'a' is a object"):
        bind_parameters(saved(with_parameters("a = 1")), {"a": object()})


def test_a_missing_file_names_its_neighbours(saved, tmp_path):
    saved(new_notebook())
    with pytest.raises(NotFound, match=r"did you mean 'retrain\.ipynb'"):
        read_notebook(tmp_path / "retrian.ipynb")


@pytest.mark.parametrize("content", [b"", b"print(1)", b"[]", b"{}", b"\xff\xfe", b'{"cells": 3}'])
def test_what_is_no_notebook_is_refused(tmp_path, content):
    path = tmp_path / "odd.ipynb"
    path.write_bytes(content)
    with pytest.raises(InvalidInput, match="not a notebook"):
        read_notebook(path)


def test_a_folder_is_refused(tmp_path):
    with pytest.raises(InvalidInput, match="is a folder"):
        read_notebook(tmp_path)

"""What an executed notebook drew, kept for the job's page."""

import base64
import struct

import nbformat
import pytest

from workbench.jobs.pictures import keep_pictures
from workbench.storage import BlobStore


def png(width, mark=b""):
    return b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\rIHDR" + struct.pack(">II", width, 10) + mark


def cell(*contents, metadata=None):
    outputs = [
        nbformat.v4.new_output("display_data", {"image/png": each}, metadata=metadata or {})
        for each in contents
    ]
    return nbformat.v4.new_code_cell("draw()", outputs=outputs)


@pytest.fixture
def kept(tmp_path):
    def keep(*cells):
        path = tmp_path / "executed.ipynb"
        nbformat.write(nbformat.v4.new_notebook(cells=list(cells)), path)
        blobs = BlobStore(str(tmp_path / "blobs"), tmp_path / "cache")
        return [(each, blobs.read(each["digest"])) for each in keep_pictures(path, blobs)]

    return keep


def coded(content):
    return base64.b64encode(content).decode()


def test_pictures_come_in_order_under_the_heading_above_them(kept):
    first, second, third = kept(
        cell(coded(png(40, b"a"))),
        nbformat.v4.new_markdown_cell("## Über <b>Flüge</b>\nA sentence."),
        cell(coded(png(40, b"b")), coded(png(40, b"c"))),
    )
    assert [each[0]["title"] for each in (first, second, third)] == ["", *["Über <b>Flüge</b>"] * 2]
    assert [each[1][-1:] for each in (first, second, third)] == [b"a", b"b", b"c"]


@pytest.mark.parametrize(
    ("metadata", "scale"),
    [
        ({"image/png": {"width": 200}}, 2.0),
        ({"width": 400}, 1.0),
        ({"width": 0}, 1.0),
        ({"width": "wide"}, 1.0),
        ({}, 1.0),
    ],
)
def test_a_picture_that_says_its_width_tells_its_scale(kept, metadata, scale):
    ((picture, _),) = kept(cell(coded(png(400)), metadata=metadata))
    assert picture["scale"] == scale


def test_what_is_no_picture_is_left_out_and_many_are_cut(kept):
    assert kept(cell("!")) == []
    assert kept(cell()) == []
    assert len(kept(cell(*(coded(png(number + 1)) for number in range(30))))) == 12

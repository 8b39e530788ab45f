import io

import pytest
from PIL import Image

from workbench.core.errors import InvalidInput, NotFound
from workbench.data.columns import columns_of
from workbench.data.reading import Images


def picture(kind="PNG", size=(4, 3)):
    content = io.BytesIO()
    Image.new("RGB", size, "red").save(content, kind)
    return content.getvalue()


@pytest.fixture
def folder(written, tmp_path):
    written("images/a.png", picture())
    written("images/b.jpg", picture("JPEG", (64, 32)))
    written("images/notes.txt", "no image")
    return tmp_path / "images"


def test_a_manifest_says_what_images_show(folder, written, read):
    manifest = written("labels.csv", "file,label\nb.jpg,dog\na.png,cat\n")
    table, _ = read(Images(folder, manifest))
    assert {each.name: each.type for each in columns_of(table.schema)} == {
        "file": "string",
        "label": "string",
        "image": "binary",
        "width": "int32",
        "height": "int32",
        "format": "string",
    }
    first = table.to_pylist()[0]
    assert first.pop("image") == (folder / "b.jpg").read_bytes()
    assert first == {"file": "b.jpg", "label": "dog", "width": 64, "height": 32, "format": "JPEG"}


def test_without_a_manifest_folders_are_classes(written, tmp_path, read):
    for name in ("dogs/2.png", "cats/1.png"):
        written(name, picture())
    table, _ = read(Images(tmp_path))
    assert table.select(["path", "label"]).to_pylist() == [
        {"path": "cats/1.png", "label": "cats"},
        {"path": "dogs/2.png", "label": "dogs"},
    ]


def test_images_side_by_side_have_no_class(folder, read):
    assert read(Images(str(folder)))[0].column("path").to_pylist() == ["a.png", "b.jpg"]
    assert "label" not in read(Images(folder))[0].column_names


def test_images_that_cannot_be_read_are_errors_or_set_aside(folder, written, read):
    for name in ("a.png", "b.jpg"):
        (folder / f"cut.{name}").write_bytes((folder / name).read_bytes()[:-20])
    lines = ["b.jpg", "cut.b.jpg", "cut.a.png", "notes.txt", "none.png"]
    manifest = written("m.jsonl", "".join(f'{{"path": "{each}"}}\n' for each in lines))
    with pytest.raises(InvalidInput, match=r"'m.jsonl', column 'path', row 2: is no image.*cut.b"):
        read(Images(folder, manifest))
    table, bad = read(Images(folder, manifest), bad_rows="set_aside")
    assert table.column("path").to_pylist() == ["b.jpg"]
    assert [each["row"] for each in bad] == [2, 3, 4, 5]
    assert bad[-1]["reason"] == "there is no such image"


@pytest.mark.parametrize(
    ("heading", "options", "error", "says"),
    [
        ("name", {}, InvalidInput, "no column 'path' or 'file'.*one of 'name'"),
        ("name", {"path": "nam"}, InvalidInput, "no column 'nam'"),
        ("path,image", {}, InvalidInput, "already has a column 'image'"),
        ("path,width", {}, InvalidInput, "already has a column 'width'"),
    ],
)
def test_a_manifest_that_does_not_fit_says_why(
    folder, written, read, heading, options, error, says
):
    manifest = written("m.csv", f"{heading}\n{'a.png,' * heading.count(',')}a.png\n")
    with pytest.raises(error, match=says):
        read(Images(folder, manifest, **options))


def test_a_folder_that_is_not_there_or_empty_is_named(tmp_path, read):
    with pytest.raises(NotFound, match="no folder"):
        read(Images(tmp_path / "none"))
    with pytest.raises(NotFound, match="holds no images"):
        read(Images(tmp_path))

import io

import pyarrow as pa
from PIL import Image

from workbench.data.statistics.describing import describe
from workbench.data.statistics.partials_of import Looks


def picture(width, height, mode="RGB", kind="PNG"):
    content = io.BytesIO()
    Image.new(mode, (width, height)).save(content, kind)
    return content.getvalue()


def described(values, kind, images=False):
    return describe("x", pa.chunked_array([pa.array(values, kind)]), None, Looks(images=images))


def test_bytes_that_begin_as_images_are_looked_into():
    values = [picture(30, 40), picture(50, 60, "L", "JPEG"), None, picture(30, 40)[:12]]
    found = described(values, pa.binary())
    assert (found.type, found.count, found.unique) == ("BYTES", 3, 3)
    assert found.images.formats == {"PNG": 1, "JPEG": 1}
    assert found.images.modes == {"RGB": 1, "L": 1}
    assert found.images.unreadable == 1
    assert (found.images.widths[0], found.images.widths[-1]) == (30.0, 50.0)
    assert (found.images.heights[0], found.images.heights[-1]) == (40.0, 60.0)
    assert found.images.max_bytes == max(map(len, values[:2]))


def test_other_bytes_are_not_unless_they_are_few():
    few = described([picture(3, 4), picture(3, 4), b"other"], pa.binary())
    assert (few.images.formats, few.images.unreadable) == ({"PNG": 2}, 1)
    found = described([b"\x00\x01", b"\x00"], pa.binary())
    assert found.images is None
    assert (found.avg_length, found.min_length, found.max_length) == (1.5, 1, 2)


def test_names_of_files_are_followed_where_asked_for(tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(picture(3, 4))
    found = described([str(path), str(tmp_path / "gone.png")], pa.string(), images=True)
    assert (found.images.formats, found.images.unreadable) == ({"PNG": 1}, 1)
    assert found.images.max_bytes == path.stat().st_size
    assert found.type == "STRING"

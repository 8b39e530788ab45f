"""Versions: named, told apart, carried elsewhere, let go."""

import os
import time
from datetime import timedelta

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from workbench.core.errors import Conflict, InvalidInput, NotFound
from workbench.data.datasets import dataset, kept
from workbench.data.datasets.exchange import import_dataset
from workbench.data.datasets.ingest import ingest
from workbench.data.datasets.retention import collect, expire

BEFORE = {"id": [1, 2, 3, 4], "x": [1.0, None, 3.0, 4.0], "y": ["a", "b", "c", "d"]}
AFTER = {"id": [2, 3, 4, 5], "x": [None, 3.5, 4.0, 5.0], "z": [True] * 4}


class TestTags:
    def test_a_tag_names_a_version_and_moves(self):
        first = ingest(pa.table(BEFORE), name="tagged").tag("gold")
        assert (first.tags, dataset("tagged@gold")) == (("gold",), first)
        second = ingest(pa.table(BEFORE), name="tagged").tag("gold")
        assert dataset("tagged@gold").ref == second.ref
        assert second.untag("gold").tags == ()
        with pytest.raises(NotFound):
            dataset("tagged@gold")


class TestDiff:
    @pytest.fixture
    def changed(self, here):
        first = ingest(pa.table(BEFORE), name="changed", key="id")
        return first.diff(ingest(pa.table(AFTER), name="changed", key="id"))

    def test_rows_are_told_apart_by_key(self, changed):
        counts = (changed.added, changed.removed, changed.changed, changed.unchanged)
        assert counts == (1, 1, 1, 2)
        assert changed.changed_columns == {"x": 1}
        assert changed.key == ("id",)

    def test_columns_that_came_went_and_changed_type(self, changed):
        assert [each.name for each in changed.columns_added] == ["z"]
        assert [each.name for each in changed.columns_removed] == ["y"]
        whole = ingest(pa.table({"id": [1], "x": [1]}), name="retyped")
        retyped = changed.a.diff(whole, "id").columns_retyped
        assert [(each.type, other.type) for each, other in retyped] == [("float64", "int64")]

    def test_the_rows_can_be_looked_at(self, changed):
        assert changed.added_rows()["id"].tolist() == [5]
        assert changed.removed_rows()["id"].tolist() == [1]
        rows = changed.changed_rows()
        assert rows[("id", "key")].tolist() == [3]
        assert rows[("x", "before")].tolist() == [3.0]
        assert rows[("x", "after")].tolist() == [3.5]
        assert changed.drift()["x"].column == "x"

    def test_without_a_key_whole_rows_come_and_go(self):
        first = ingest(pa.table({"x": [1, 1, 2]}), name="bag")
        bag = first.diff(ingest(pa.table({"x": [1, 2, 3]}), name="bag"))
        assert (bag.added, bag.removed, bag.changed, bag.unchanged) == (1, 1, 0, 2)
        assert bag.added_rows()["x"].tolist() == [3]

    def test_shared_files_are_not_read(self, here):
        first = ingest(pa.table(BEFORE), name="grown", key="id", span="1")
        more = {"id": [9], "x": [1.0], "y": ["e"]}
        second = ingest(pa.table(more), name="grown", span="2", append=True)
        shared = here.blobs.local_path(first.files[0].digest)
        hidden = shared.with_name("hidden")
        shared.rename(hidden)
        grown = first.diff(second)
        hidden.rename(shared)
        assert (grown.added, grown.removed, grown.unchanged) == (1, 0, 4)

    def test_names_that_sql_would_trip_over(self):
        name = 'a "b" <script>; 延误'
        first = ingest(pa.table({"present": [1, 2], name: ["x", "y"]}), name="names")
        second = ingest(pa.table({"present": [1, 2], name: ["x", "z"]}), name="names")
        found = first.diff(second, "present")
        assert found.changed_columns == {name: 1}
        assert "<script>" not in found._repr_html_()

    @pytest.mark.parametrize("names", [("a", "A"), ("A", "a"), ("a_1", "A_1"), ("ß", "SS")])
    def test_names_that_differ_in_case_only(self, names):
        one, other = names
        first = ingest(pa.table({"id": [1, 2], one: [5, 6], other: [7, 7]}), name="case", key="id")
        second = ingest(pa.table({"id": [1, 2], one: [5, 6], other: [8, 9]}), name="case", key="id")
        found = first.diff(second)
        assert (found.changed, found.changed_columns) == (2, {other: 2})
        rows = found.changed_rows()
        assert rows[(other, "before")].tolist() == [7, 7]
        assert sorted(rows[(other, "after")]) == [8, 9]
        by_one = first.diff(second, key=one)
        assert (by_one.changed, by_one.changed_columns) == (2, {other: 2})
        by_other = second.diff(ingest(pa.table({other: [9], one: [6]}), name="case"), key=other)
        assert (by_other.removed, by_other.unchanged) == (1, 1)
        removed = by_other.removed_rows()
        assert (removed[one].tolist(), removed[other].tolist()) == ([5], [8])
        with pytest.raises(InvalidInput, match=f"{other}=7 names 2 rows"):
            first.diff(second, key=other)

    def test_whole_rows_whose_names_differ_in_case_only(self):
        first = ingest(pa.table({"a": [1, 2], "A": [3, 4]}), name="bag of case")
        bag = first.diff(ingest(pa.table({"a": [1, 2], "A": [3, 5]}), name="bag of case"))
        assert (bag.added, bag.removed, bag.unchanged) == (1, 1, 1)
        assert bag.added_rows().to_dict("list") == {"a": [2], "A": [5]}

    def test_fields_of_structs_that_differ_in_case_only(self):
        grown = [
            ingest(
                pa.table({"id": [1], "s": [{"a": 1, "A": 2}]}), name="fields", key="id", span="1"
            ),
            ingest(
                pa.table({"id": [2], "s": [{"a": 1, "A": 2}]}), name="fields", span="2", append=True
            ),
        ]
        found = grown[0].diff(grown[1])
        assert (found.added, found.removed, found.unchanged) == (1, 0, 1)
        assert grown[1].diff(grown[1]).unchanged == 2

    def test_a_key_that_names_several_rows_is_refused(self):
        double = ingest(pa.table({"id": [1, 1]}), name="double")
        other = ingest(pa.table({"id": [1, 2]}), name="double")
        with pytest.raises(InvalidInput, match="id=1 names 2 rows of double@1"):
            double.diff(other, "id")
        with pytest.raises(InvalidInput, match="no shared column 'idd'"):
            double.diff(other, "idd")


class TestExchange:
    @pytest.fixture
    def folder(self, here, tmp_path):
        made = ingest(
            pa.table({"id": [1, 2, 3], "part": ["a", "b", "a"]}),
            name="carried",
            key="id",
            split="part",
            span="<first> 延误",
        )
        return made.export(tmp_path / "out")

    def test_a_folder_comes_back_as_the_same_version(self, folder):
        back = import_dataset(folder, name="again")
        here = dataset("carried")
        assert (back.ref, back.files, back.key, back.splits) == (
            "again@1",
            here.files,
            ("id",),
            {"a": 2, "b": 1},
        )
        assert back.to_arrow().equals(here.to_arrow())

    def test_any_parquet_reader_reads_it(self, folder):
        files = sorted((folder / "data").iterdir())
        assert sum(pq.read_table(path).num_rows for path in files) == 3

    def test_a_folder_with_something_in_it_is_left_alone(self, folder):
        with pytest.raises(Conflict, match="holds something already"):
            dataset("carried").export(folder)

    def test_a_place_that_cannot_be_written_is_named(self, folder, tmp_path):
        data = dataset("carried")
        (tmp_path / "file").write_text("no folder")
        for place in (tmp_path / "file" / "out", "/proc/out"):
            with pytest.raises(InvalidInput, match=rf"the folder '{place}' cannot be written: \w+"):
                data.export(place)

    def test_the_folder_it_is_called_in_can_be_named(self, folder, tmp_path, monkeypatch):
        (tmp_path / "empty").mkdir()
        monkeypatch.chdir(tmp_path / "empty")
        assert import_dataset(dataset("carried").export("."), name="here").rows == 3
        assert sorted(each.name for each in tmp_path.iterdir()) == ["empty", "out"]

    def test_a_damaged_file_is_named_and_nothing_is_taken(self, folder, here):
        path = sorted((folder / "data").iterdir())[0]
        path.write_bytes(path.read_bytes()[:-1])
        with pytest.raises(InvalidInput, match="is not what was exported"):
            import_dataset(folder, name="damaged")
        assert here.metadata.versions("dataset", "damaged") == []

    def test_a_folder_that_points_outside_is_refused(self, folder, tmp_path):
        said = (folder / "dataset.json").read_text()
        name = sorted((folder / "data").iterdir())[0].name
        (folder / "dataset.json").write_text(said.replace(f"data/{name}", "../secret"))
        (tmp_path / "secret").write_text("x")
        with pytest.raises(InvalidInput, match="outside the exported folder"):
            import_dataset(folder)

    def test_a_folder_of_a_newer_format_is_refused(self, folder):
        said = (folder / "dataset.json").read_text()
        (folder / "dataset.json").write_text(said.replace('"format": 1', '"format": 2', 1))
        with pytest.raises(InvalidInput, match="exported in format 2"):
            import_dataset(folder)

    def test_another_folder_is_no_dataset(self, tmp_path):
        with pytest.raises(NotFound, match=r"holds no dataset\.json"):
            import_dataset(tmp_path)


def age(here, by=timedelta(days=2)):
    then = time.time() - by.total_seconds()
    for each in here.blobs.stored():
        os.utime(here.blobs.local_path(each.digest), (then, then))


class TestRetention:
    def versions(self, name, count):
        """Make versions whose files no other test's share."""
        return [ingest(pa.table({"x": [n], "y": [name]}), name=name) for n in range(count)]

    def test_old_versions_go_and_the_newest_stay(self):
        self.versions("old", 4)
        found = expire("old", keep=2)
        assert found.gone == ("old@2", "old@1")
        assert dataset("old").ref == "old@4"
        with pytest.raises(NotFound):
            dataset("old@1")

    def test_a_version_with_a_tag_or_a_user_stays_and_it_says_why(self, here):
        first, second, *_ = self.versions("used", 5)
        first.tag("gold")
        with here.metadata.record("train", "delay", reads=[second.artifact]) as step:
            step.write("model", "delay")
        with here.metadata.record("statistics", "used", reads=[dataset("used@3").artifact]) as step:
            step.write("statistics", "used")
        found = expire("used", keep=1, dry_run=True)
        assert found.kept["used@1"] == "tagged gold"
        assert found.kept["used@2"] == "used by delay@1"
        assert found.gone == ("used@4", "used@3")
        assert expire("used", keep=1, older_than=timedelta(days=1)).gone == ()

    def test_bytes_that_no_record_refers_to_are_collected(self, here):
        first, second = self.versions("bytes", 2)
        (file,) = first.files
        model = here.blobs.put_bytes(b"a model")
        with here.metadata.record("train", "kept") as step:
            step.write("model", "kept", properties={"weights": [{"digest": model.digest}]})
        stray = here.blobs.put_bytes(b"left by a crash")
        expire("bytes", keep=1)
        age(here)
        counted = collect(dry_run=True)
        found = collect()
        assert (found.removed, found.freed) == (counted.removed, counted.freed)
        assert not here.blobs.exists(stray.digest)
        assert not here.blobs.exists(file.digest)
        assert here.blobs.read(model.digest) == b"a model"
        assert second.to_arrow().num_rows == 1

    def test_files_that_a_live_version_shares_stay(self, here):
        ingest(pa.table({"x": [1]}), name="shared", span="1")
        ingest(pa.table({"x": [2]}), name="shared", span="2", append=True)
        expire("shared", keep=1)
        age(here)
        collect()
        assert dataset("shared").to_arrow().column("x").to_pylist() == [1, 2]

    def test_what_was_stored_again_meanwhile_stays(self, here):
        blob = here.blobs.put_bytes(b"wanted again")
        age(here)
        here.blobs.put_bytes(b"wanted again")
        collect()
        assert here.blobs.exists(blob.digest)

    def test_what_was_worked_out_of_files_is_forgotten_when_nobody_asks(self):
        key: dict[str, object] = {"made": "something", "of": "a file"}
        assert kept.kept(key, lambda: b"worked out") == b"worked out"
        assert kept.forget(timedelta(days=1))[0] == 0
        assert kept.forget(timedelta(days=-1))[0] > 0
        assert not kept.holds(key)

    def test_too_short_a_grace_is_refused(self):
        with pytest.raises(InvalidInput, match="under an hour"):
            collect(grace=timedelta(minutes=1))
        with pytest.raises(InvalidInput, match="would let go of all"):
            expire("old", keep=0)

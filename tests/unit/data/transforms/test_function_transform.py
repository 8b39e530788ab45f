"""A function over columns gives the same bits for a batch, for its rows, and when reloaded."""

import pickle

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import workbench as wb
from tests.unit.data.transforms.everything import ROWS, everything, row, table_of
from workbench.core.errors import InvalidInput
from workbench.data import transforms as t
from workbench.data.transforms.transform import Transform

SETTINGS = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def assert_same_bits(first, second):
    assert list(first) == list(second)
    for name, values in first.items():
        one, two = np.asarray(values), np.asarray(second[name])
        assert (one.dtype, one.shape) == (two.dtype, two.shape), name
        assert one.tobytes() == two.tobytes(), (name, one, two)


@SETTINGS
@given(st.lists(row, max_size=10), st.lists(row, min_size=1, max_size=10))
def test_a_batch_and_its_rows_give_the_same_bits(fitted, applied):
    transform = Transform(everything).fit(table_of([*ROWS, *fitted]))
    batch = transform.apply(table_of(applied))
    assert_same_bits(batch, transform.apply(applied))
    first = {name: values[0] for name, values in batch.items()}
    assert_same_bits(first, transform.apply_row(applied[0]))
    again = Transform.from_json(pickle.loads(pickle.dumps(transform)).to_json())
    assert again == transform
    assert_same_bits(batch, again.apply(table_of(applied)))


def test_pieces_of_any_size_give_what_all_rows_give():
    rows = [{**ROWS[0], "x": float(place), "word": f"w{place % 7}"} for place in range(100)]
    transform = Transform(everything).fit(table_of(rows))
    pieces = list(transform.apply_batches(table_of(rows), rows=17))
    assert [len(each["x" if "x" in each else "number"]) for each in pieces] == [17] * 5 + [15]
    joined = {name: np.concatenate([each[name] for each in pieces]) for name in pieces[0]}
    assert_same_bits(joined, transform.apply(table_of(rows)))


def test_no_rows_have_the_same_shape_as_some():
    transform = Transform(everything).fit(table_of(ROWS))
    some, none = transform.apply(table_of(ROWS)), transform.apply(table_of([]))
    assert {name: (each.dtype, each.shape[1:]) for name, each in some.items()} == {
        name: (each.dtype, each.shape[1:]) for name, each in none.items()
    }
    assert_same_bits(none, transform.apply([]))


def test_numbers_are_single_precision_and_codes_64_bits():
    frame = pd.DataFrame({"x": [1.0, np.nan, np.inf, 1e300], "c": ["a", "b", "a", None]})
    result = Transform(
        lambda c: {"x": c["x"], "c": t.vocabulary(c["c"]), "big": c["x"] * 1e30}
    ).fit(frame)
    arrays = result.apply(frame)
    assert [each.dtype.name for each in arrays.values()] == ["float32", "int64", "float32"]
    largest = float(np.finfo(np.float32).max)
    assert np.array_equal(arrays["x"], [1, np.nan, np.nan, largest], equal_nan=True)
    assert arrays["c"].tolist() == [1, 2, 1, 0]


def test_it_says_what_it_reads_and_gives():
    transform = Transform(
        lambda c: {
            "numeric": t.concat(t.z_score(c["a"]), t.hour(c["at"])),
            "categorical": t.concat(
                t.vocabulary(c["w"], oov_buckets=2), t.bucketize_at(c["b"], [0])
            ),
        }
    )
    assert (transform.columns, transform.numeric) == (("a", "at", "w", "b"), ("a", "b"))
    assert not transform.fitted
    frame = pd.DataFrame({"a": [1.0], "b": [2.0], "w": ["x"], "at": ["2013-01-01T05:00:00Z"]})
    assert transform.fit(frame).fitted
    assert (transform.width, transform.sizes) == (2, (4, 3))
    assert transform.apply_row({"a": 1, "b": 0, "w": "y", "at": "2013-01-01"})["numeric"][1] == 0
    assert repr(transform) == "Transform(a, at, w, b → numeric, categorical)"


def test_equal_expressions_are_computed_once_and_the_graph_can_be_read():
    transform = Transform(lambda c: {"a": t.z_score(c["x"]), "b": t.z_score(c["x"]) > 1})
    assert repr(transform.graph).splitlines() == [
        "%0 = number(column='x')",
        "%1 = moments(%0)",
        "%2 = z_score(%0, %1)  → a",
        "%3 = constant(value=1.0)",
        "%4 = less(%3, %2)  → b",
    ]


def test_analyzers_are_fitted_in_as_few_passes_as_they_depend_on_one_another():
    graph = Transform(
        lambda c: {"a": t.z_score(t.log(t.impute(c["x"]))), "b": t.min_max(c["y"])}
    ).graph
    by_pass = [[graph.nodes[place].op for place in layer] for layer in graph.layers]
    assert by_pass == [["moments", "extremes"], ["moments"]]


def test_an_output_says_its_columns_and_what_was_done():
    graph = Transform(
        lambda c: {"e": t.target_encode(c["carrier"], c["late"]), "l": t.log(c["far"]) / c["near"]}
    ).graph
    assert graph.lineage("e") == {"carrier": "target_mean", "late": "fitted on"}
    assert graph.lineage("l") == {"far": "log, divide", "near": "divide"}
    assert graph.columns == ("carrier", "far", "near")
    assert graph.fitted_columns == ("carrier", "late", "far", "near")


def test_the_named_columns_are_the_same_function_bit_for_bit():
    rows = [{**ROWS[0], "x": 0.1 * place, "word": "abc"[place % 3]} for place in range(50)]
    table = table_of([*rows, *ROWS])
    named = Transform(["x", "y", "flag"], ["word", "n"]).fit(table)
    assert_same_bits(named.apply(table), named.as_function().apply(table))
    assert named.graph.lineage("categorical") == {
        "word": "vocabulary, stack_codes",
        "n": "vocabulary, stack_codes",
    }


def test_a_function_and_named_columns_are_one_class():
    assert isinstance(wb.Transform(["x"]), wb.Transform)
    assert isinstance(wb.Transform(lambda c: {"x": c["x"]}), wb.Transform)
    assert wb.Transform(["x"]) != wb.Transform(lambda c: {"x": c["x"]})


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (lambda c: None, "function returned None; return a dict of outputs"),
        (lambda c: {}, "function returned {}"),
        (lambda c: {"x": 5}, "the output 'x' is 5, not an expression"),
        (lambda c: {3: c["x"]}, "an output is named 3"),
        (lambda c: {"x": t.lower(c["x"])}, "'x' is text; make codes of it: vocabulary"),
        (lambda c: {"x": t.split(c["x"])}, "'x' is a list of tokens; .*tf_idf"),
        (lambda c: {"x": t.mean(c["x"])}, "'x' comes from no column"),
        (lambda c: {"x": c["x"] if c["x"] > 1 else c["y"]}, "not true or false .*where"),
        (lambda c: {"x": c["x"] + "a"}, "'a' cannot stand among columns"),
        (lambda c: {"x": c["x"] + float("nan")}, "nan cannot stand among columns"),
        (lambda c: {"x": t.log(t.lower(c["x"]))}, r"lower\(.*\) is text, where a number"),
        (lambda c: {"x": t.hour(t.log(c["x"]))}, "is a number, where a time is needed"),
        (lambda c: {"x": t.one_hot(c["x"])}, "where a code is needed; make codes by vocabulary"),
        (lambda c: {"x": t.one_hot(t.to_int(c["x"]))}, "of to_code have no bound"),
        (lambda c: {"x": c["x"] ** 2.5}, "a power of 2.5"),
        (lambda c: {"x": t.hour(c["x"], "Mars/Base")}, "no time zone 'Mars/Base'"),
        (lambda c: {"x": t.bucketize_at(c["x"], [2, 1])}, r"edges \[2, 1\]"),
        (lambda c: {"x": t.clip(c["x"], 2, 1)}, "a clip from 2 to 1"),
        (lambda c: {"x": t.pca([c["x"]], 2)}, "2 components of 1 columns"),
        (lambda c: {"x": t.vocabulary(c["x"], min_count=0)}, "min_count=0"),
        (lambda c: {"x": t.impute(c["x"], "mode")}, "by cannot be 'mode'"),
        (lambda c: {"x": t.target_encode(c["x"], c["y"], folds=1)}, "1 folds"),
        (lambda c: {"x": c[3]}, "a column named 3"),
        (lambda c: {"x": sum(c["x"])}, "cannot be walked through"),
    ],
)
def test_a_function_that_cannot_be_traced_says_why(function, says):
    with pytest.raises(InvalidInput, match=says):
        Transform(function)


FRAME = pd.DataFrame({"delay": [1.0, 2.0], "carrier": ["UA", "AA"], "empty": [None, None]})
FRAME["at"] = pd.to_datetime(["2013-01-01", "2013-01-02"], utc=True)


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (lambda c: {"x": t.z_score(c["dealy"])}, "no such column 'dealy'; did you mean 'delay'"),
        (lambda c: {"x": t.z_score(c["carrier"])}, "'UA' in 'carrier' is not a number"),
        (
            lambda c: {"x": t.vocabulary(c["at"])},
            r"Timestamp.*|datetime.* in 'at' is not a category",
        ),
        (
            lambda c: {"x": t.hour(c["carrier"]) - t.mean(t.hour(c["carrier"]))},
            "'UA' is not a time",
        ),
        (lambda c: {"x": t.tf_idf(c["carrier"])}, "'UA' in 'carrier' is not a list of tokens"),
        (lambda c: {"x": t.z_score(c["empty"])}, "column 'empty' has no values to fit on"),
        (lambda c: {"x": t.vocabulary(c["empty"])}, "column 'empty' has no values to fit on"),
        (
            lambda c: {"x": t.pca([c["empty"], c["delay"]], 1)},
            "columns empty, delay have no values to fit on",
        ),
    ],
)
def test_columns_that_cannot_be_fitted_are_named(function, says):
    with pytest.raises(InvalidInput, match=says):
        Transform(function).fit(FRAME)


def test_a_row_that_lacks_a_column_or_holds_something_else_is_refused():
    transform = Transform(lambda c: {"x": t.z_score(c["delay"]), "h": t.hour(c["at"])}).fit(FRAME)
    with pytest.raises(InvalidInput, match="the row has no 'at'"):
        transform.apply_row({"delay": 1})
    with pytest.raises(InvalidInput, match="'far' in 'delay' is not a number"):
        transform.apply_row({"delay": "far", "at": None})
    with pytest.raises(InvalidInput, match="'noon' is not a time"):
        transform.apply_row({"delay": 1, "at": "noon"})


def test_misuse_is_said():
    transform = Transform(lambda c: {"x": t.z_score(c["delay"])})
    with pytest.raises(InvalidInput, match="not fitted"):
        transform.apply_row({"delay": 1})
    with pytest.raises(InvalidInput, match="not fitted"):
        transform.apply(FRAME)
    with pytest.raises(InvalidInput, match="not fitted"):
        transform.to_json()
    with pytest.raises(InvalidInput, match="no rows to fit on"):
        transform.fit(FRAME.head(0))
    with pytest.raises(InvalidInput, match=r"'teleport'.*newer version"):
        Transform.from_json(
            '{"format": 2, "graph": {"nodes": [["teleport", [], {}]], "outputs": {}}}'
        )
    with pytest.raises(InvalidInput, match="no saved transform"):
        Transform.from_json(transform.definition().replace("null", "{}"))


def test_what_needs_no_rows_needs_no_fit():
    transform = Transform(lambda c: {"x": c["x"] * 2})
    assert transform.fitted
    assert transform.apply(pa.table({"x": [1, 2]}))["x"].tolist() == [2, 4]

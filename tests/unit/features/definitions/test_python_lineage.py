"""What a function reads of its frames: never less than it does."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from workbench.features.definitions.python_lineage import columns_read

YEAR = "year"
WEIGHTS = {"seats": 2.0}
COLUMNS = ("tailnum", "year", "seats", "ssn")


def older(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[frame[YEAR] < 2000]


def subscript(planes):
    return planes.assign(age=2013 - planes["year"])[["tailnum", "age"]]


def attribute(planes):
    return planes[planes.year > 2000].groupby("tailnum", as_index=False).seats.mean()


def queried(planes):
    return planes.query("`year` > 2000 and seats < 10")[["tailnum"]]


def constant(planes):
    return planes.groupby("tailnum")[[*WEIGHTS]].sum()


def helped(planes):
    return older(planes)[["tailnum"]]


def merged(planes, flights):
    return planes.merge(flights, on="tailnum").groupby("year").dep.mean().reset_index()


def every_name(planes):
    return planes[[each for each in planes.columns if each != "year"]]


def put_together(planes):
    return planes[["tailnum"]].assign(a=planes["ye" + "ar"], b=planes[f"{'s'}sn"])


def given_away(planes):
    return pd.DataFrame(np.asarray(planes), columns=["tailnum", "b", "c", "d"])


def aliased(planes):
    rows = planes.sort_values("year").copy()
    return rows.drop_duplicates()[["tailnum"]]


def looped(planes):
    made = []
    for _, row in planes.iterrows():
        made.append({"tailnum": row.iloc[0]})
    return pd.DataFrame(made)


def one_column_away(planes):
    year = planes["year"]
    return planes[["tailnum"]].assign(age=np.abs(year))


def nothing(planes):
    return planes


@pytest.mark.parametrize(
    ("function", "read"),
    [
        (subscript, ("tailnum", "year")),
        (attribute, ("tailnum", "year", "seats")),
        (queried, ("tailnum", "year", "seats")),
        (constant, ("tailnum", "seats")),
        (one_column_away, ("tailnum", "year")),
        (helped, COLUMNS),  # it gives the frame away whole
        (every_name, COLUMNS),
        (put_together, COLUMNS),
        (given_away, COLUMNS),
        (aliased, COLUMNS),
        (looped, COLUMNS),
        (nothing, COLUMNS),
        (lambda planes: planes[["tailnum", "seats"]], ("tailnum", "seats")),
    ],
)
def test_a_function_reads_what_it_names_or_everything(
    function: Callable[..., pd.DataFrame], read: tuple[str, ...]
) -> None:
    assert columns_read(function, {"planes": COLUMNS})["planes"] == read
    frame = pd.DataFrame(
        {
            "tailnum": ["N1", "N2", "N1"],
            "year": [1999, 2003, 2004],
            "seats": [4, 150, 8],
            "ssn": ["a", "b", "c"],
        }
    )
    without = function(frame[list(read)])
    pd.testing.assert_frame_equal(without, function(frame)[list(without)])


def test_a_join_names_its_columns() -> None:
    found = columns_read(
        merged, {"planes": COLUMNS, "flights": ("tailnum", "dep", "arr", "carrier")}
    )
    assert found == {"planes": ("tailnum", "year"), "flights": ("tailnum", "dep")}

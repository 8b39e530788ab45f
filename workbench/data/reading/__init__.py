"""Any source becomes Arrow rows: `files` opens what lies in files, `conversion` settles types."""

from workbench.data.reading.bad_rows import BadRow, BadRows, Policy
from workbench.data.reading.conversion import TYPES
from workbench.data.reading.opening import SourceTable, open_rows, read_source, rows_of
from workbench.data.reading.rows import Rows

__all__ = [
    "TYPES",
    "BadRow",
    "BadRows",
    "Policy",
    "Rows",
    "SourceTable",
    "open_rows",
    "read_source",
    "rows_of",
]

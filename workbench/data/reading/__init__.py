"""Any source becomes Arrow rows: `files` opens what lies in files, `conversion` settles types."""

from workbench.data.reading.bad_rows import BadRow, BadRows, Policy
from workbench.data.reading.conversion import TYPES, SourceTable, mixed, read_source
from workbench.data.reading.opening import open_rows, rows_of
from workbench.data.reading.rows import Rows

__all__ = [
    "TYPES",
    "BadRow",
    "BadRows",
    "Policy",
    "Rows",
    "SourceTable",
    "mixed",
    "open_rows",
    "read_source",
    "rows_of",
]

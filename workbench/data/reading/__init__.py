"""Any source becomes Arrow rows, table by table.

`opening` finds the reader: `frames`, `files` (which `locations` finds, and `csv_files`,
`json_lines`, `parquet_files`, `tfrecords` or `text_lines` reads), `queries` or `images`. A reader
gives `blocks` of numbered rows, `conversion` settles their types, and `bad_rows` keeps what is
wrong.
"""

from workbench.data.reading.bad_rows import BadRow, BadRows, Policy
from workbench.data.reading.conversion import TYPES
from workbench.data.reading.images import Images
from workbench.data.reading.opening import SourceTable, open_rows, read_source, rows_of
from workbench.data.reading.queries import Query
from workbench.data.reading.rows import Rows

__all__ = [
    "TYPES",
    "BadRow",
    "BadRows",
    "Images",
    "Policy",
    "Query",
    "Rows",
    "SourceTable",
    "open_rows",
    "read_source",
    "rows_of",
]

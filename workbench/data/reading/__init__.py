"""Any source becomes Arrow rows: `files` opens what lies in files, `conversion` settles types."""

from workbench.data.reading.conversion import TYPES, SourceTable, mixed, read_source

__all__ = ["TYPES", "SourceTable", "mixed", "read_source"]

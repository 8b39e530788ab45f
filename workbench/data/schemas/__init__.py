"""What some rows' columns should be: found by `inference`, edited and versioned in `schema`."""

from workbench.data.schemas.schema import (
    KIND,
    Schema,
    bounds_of,
    domain_of,
    load_schema,
    record_schema,
    type_of,
)

__all__ = [
    "KIND",
    "Schema",
    "bounds_of",
    "domain_of",
    "load_schema",
    "record_schema",
    "type_of",
]

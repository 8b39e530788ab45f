"""What some rows' columns should be.

`inference` finds a schema in statistics. `schema` is one: `expectations` are what a person changes,
`editing` changes them, `constraints` are what TFDV's schema has no field for, `difference` compares
two, `showing` draws one. `features` reads the message, `records` keeps it as a version.
"""

from workbench.data.schemas.constraints import (
    Constraint,
    Expression,
    Freshness,
    Reference,
    RowCount,
)
from workbench.data.schemas.difference import Change, SchemaDiff
from workbench.data.schemas.expectations import Expectations
from workbench.data.schemas.features import bounds_of, domain_of, type_of
from workbench.data.schemas.records import KIND, load_schema, record_schema
from workbench.data.schemas.schema import Schema

__all__ = [
    "KIND",
    "Change",
    "Constraint",
    "Expectations",
    "Expression",
    "Freshness",
    "Reference",
    "RowCount",
    "Schema",
    "SchemaDiff",
    "bounds_of",
    "domain_of",
    "load_schema",
    "record_schema",
    "type_of",
]

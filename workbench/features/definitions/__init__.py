"""What a feature is: entities, views and services, recorded as versions.

`entities` and `aggregations` are what a definition is made of; `sources` turns a dataset, SQL or a
function into rows, `sql_lineage` says which columns those came from, and `registration` records the
result as one of the records in `views`. `on_demand` records a function over a request and other
features: `programs` keeps it as text, `computed` is the record and `computing` runs it.
`selections` turns what a caller names into views and columns.
"""

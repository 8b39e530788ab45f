"""What a feature is: entities, views and services, recorded as versions.

`entities` and `aggregations` are what a definition is made of; `sources` turns a dataset, SQL or a
function into rows, `sql_lineage` says which columns those came from, and `registration` records the
result as one of the records in `views`. `selections` turns what a caller names into views and
columns.
"""

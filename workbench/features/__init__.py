"""Features: one definition, correct in time, the same offline and online.

In the order data passes through: `entities` and `definitions` say what a feature is; `sources`
turns a dataset, SQL or a function into rows, `sql_lineage` says which columns they came from and
`registration` records the view; `known_rows` works out from when each row was known,
`point_in_time` joins those rows to a spine and `training_sets` stores the result as a dataset;
`materialization` carries the latest known rows into an online store (`stores`), which `online`
reads by key. `selections` turns what a caller names into views and columns.
"""

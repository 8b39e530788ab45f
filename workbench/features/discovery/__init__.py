"""Features found: in datasets related to what is to be guessed, and in a cell's code.

`relations` says how rows of other datasets belong to the rows of a spine, `own_rows` which of them
would tell their own label; `synthesis` works out what could be aggregated of them and joins all of
it to a sample as it was known; `ranking` says what each is worth, and `candidates` are what
results.

`from_cell` takes a definition out of a cell: `pandas_cells` (with `pandas_values` and
`expressions`) and `sql_cells` (with `sql_rows`) read it into `readings`, with `frames` that the
cells before it name; `proving` shows that it gives the same online and offline, and what it costs.

`writing` turns what either found into the code that defines a view.
"""

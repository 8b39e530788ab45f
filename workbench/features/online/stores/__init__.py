"""Online stores: the latest known row of each key, by table.

`store` is the protocol and `open_store`; `encoding` is what keys and rows are as bytes, and `state`
what is kept of a table as a whole, both alike on every backend. Those are `sqlite`, which reads
many tables by `sqlite_states`, and `redis`, with its `commands` and `leases`. `following` writes on
to the tables of precomputed services. Nothing here needs pandas, DuckDB or metadata.
"""

"""Online stores: the latest known row of each key, by table.

`store` is the protocol and `open_store`; `encoding` is what keys and rows are as bytes, alike on
every backend; `sqlite`, which reads many tables by `sqlite_states`, and `redis` are the backends.
Nothing here needs pandas, DuckDB or metadata.
"""

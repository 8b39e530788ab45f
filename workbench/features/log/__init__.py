"""What was served, and what became of it.

`segments` are files that one process appends to and that a kill leaves readable; `journal` fills
them beside the requests, never in their way; `rolling` turns those that are full into Parquet.
`served` says what a served request is as a record and reads the log back; `events` keeps what
happened afterwards, found by the same id. `predictions` is the log of deployments, lines of JSON.
"""

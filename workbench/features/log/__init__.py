"""What was served, and what became of it.

`segments` are files that one process appends to and that a kill leaves readable; `journal` fills
them beside the requests, never in their way; `rolling` turns those that are full into Parquet, and
`reading` gives tables of both. `served` is the log of a feature service and `served_records` what
it keeps of a request; `predictions` is the log of a deployment, in lines of JSON. `events` keeps
what happened afterwards, found by the same ids, with `event_records` and `event_writing`. Records
of both are made bytes by `packing`.
"""

"""Features as they are now, by key.

`materialization` carries the latest known rows into a store (`stores`): `passes` say which rows it
lacks, `rows` makes bytes of them, and `carrying` writes those. `pushing` writes rows into it
directly; rows of views that aggregate events are tiles, which `windowed` makes and adds to.

`plans` compiles what to read, `compiled` keeps that ready, `fetching` follows a plan in one round
trip, `decoders` turn rows into features with their statuses, and `reading` asks as a notebook does.
`precomputing` puts a service's views together in one row an entity, and `precomputed` reads it.
`freshness` says what is there since when, and `pruning` drops what nothing reads.

`skew` says how what was served differs from what training sets hold; `comparing` puts the two side
by side.
"""

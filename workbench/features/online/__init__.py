"""Features as they are now, by key.

`materialization` carries the latest known rows into a store (`stores`), and `pushing` writes rows
into it directly; rows of views that aggregate events are tiles, which `windowed` makes and adds
to. `plans` compiles what to read, `fetching` follows a plan in one round trip,
`decoders` turn rows into features with their statuses, and `reading` asks as a notebook does.

`skew` says how what was served differs from what training sets hold; `comparing` puts the two side
by side.
"""

"""Who uses which features, what is true of them, and what they cost.

All of it is read off the lineage that every step leaves behind: `catalogue` finds views by words,
`impact` says what breaks without a column, `tags` follow values from raw columns to endpoints (and
`permits` keeps what they forbid from being deployed), `usage` counts who uses a feature, `unused`
lists what nobody does with its cost, and `removal` takes a view away. `places` reads a reference to
a record or one of its columns, and `reads` counts what the logs say was served.
"""

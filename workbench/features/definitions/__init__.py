"""What a feature is: entities, views and services, recorded as versions.

`entities`, `aggregations`, `names` and `owners` are what a definition is made of. `relations` are
the datasets and views that it reads by name, `sources` turns it into rows, and `sql_lineage`,
`sql_uses` and `python_lineage` say which columns those came from. `registration` is what users
call; `checking` makes a declared view of rows and words, `recording` one of the records in `views`
(`kinds` names those), and `refreshing` does so over newer data. `on_demand` records a function over
a request and other features: `programs` keeps it as text, `computed` is the record and `computing`
runs it, on `values` of the declared types. `selections` turns what a caller names into views and
columns. `dependants` follows a column to all that was made of it, and `versions` says what a
changed definition touches and refuses one that would break it.
"""

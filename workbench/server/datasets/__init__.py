"""A dataset's page: what it shows at once, and the parts that are read when somebody looks.

`recorded` finds what belongs to a dataset: statistics, validations, a schema. `page` puts its head
together. Each part has a file: `columns`, `spans`, `versions`, `schemas`, `anomalies`, `users` and
`bad_rows`; `parts` knows them by name. `comparing` holds one version against another.
"""

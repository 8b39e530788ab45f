"""From a source anyone has to data that can be trusted.

In the order data passes through: `reading` and `files` turn a source into one Arrow table, `times`
and `splits` order it, `ingest` stores it (by `writing`) as a version, which `datasets` reads back.
`sources` opens any of them by column; `counting`, `describing` and `statistics` say what is in it,
`inference` and `schema` what should be, `validation` (by `checks`) where the two differ, `drift`
(by `profiles`) how two tables do. `transform` (by `fitting`) makes numbers of it for a model.
`samples` brings the flights of 2013.
"""

"""From a source anyone has to data that can be trusted.

In the order data passes through: `reading` turns files and frames into one Arrow table, `times` and
`splits` order it, `ingest` stores it as a version, `datasets` reads versions back; `counting` and
`statistics` say what is in it, `schema` what should be, `validation` where the two differ, `drift`
how two tables do; `transform` makes it numbers for a model. `samples` brings the flights of 2013.
"""

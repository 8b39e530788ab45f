"""From a source anyone has to data that can be trusted.

In the order data passes through: `reading` turns any source into Arrow rows, `datasets` splits and
stores them as a version, `statistics` says what is in it, `schemas` what should be, `validation`
where the two differ, `drift` how two tables do, `transforms` makes numbers of it for a model.
`columns`, `times` and `scalars` say what a column, a time and a value are; `samples` brings the
flights of 2013.
"""

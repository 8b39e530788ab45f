"""Features as they were known: training sets.

`known_rows` works out from when each row of a view was known and `cache` keeps the result;
`point_in_time` joins those rows to a spine and `training_sets` stores what results as a dataset.
"""

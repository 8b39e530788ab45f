"""Features as they were known: training sets.

`known_rows` works out from when each row of a view was known, by `keys`; `known_writing` does so
for rows beyond memory, with what `spilling` puts aside, and `cache` keeps the file. `known_files`
finds in it what a key's values were at an instant, and `windowed` what windows over its events
held; `point_in_time` asks that for each row of a spine. `spines` reads those, and `horizon` sets
rows aside whose label is not known yet; `streamed` goes through them piece by piece, and `ray` has
a cluster join the pieces; `joined_rows` puts the result together, with what is computed
`on_demand`, `label_counts` counts its labels, and `training_sets` stores it as a dataset.

`why` explains one of its values: `asked_values` finds it, `evidence` reads all rows of its key from
the source, `judging` says what became of each, and `reasons` tells it. `leakage` counts where a
join by event time says something else, by `comparing` both, and what that is worth for a label, by
`worth`, on a `sampling` of the rows.

`from_log` makes a training set of what was `logged` instead; `late_labels` finds the labels of its
rows.
"""

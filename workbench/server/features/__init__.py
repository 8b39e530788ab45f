"""Features in the lab: the catalogue, a view's page, and the builder of training sets.

`catalogue` lists views and services with what people look for them by. `page` puts the head of a
view's page together; each part has a file: `definition`, `through_time`, `freshness` and `online`;
`parts` knows them by name. `preview` shows the builder what a training set would hold, from
a `sampling` of the spine as it is `joined`, with a `drawing` of how; `why` explains a value of one
that was made. `discovery` reads features out of a cell, and finds them in related datasets.
`records` says which records can be read as views, and `writing` the code that stands for one.
"""

"""Events put together over sliding windows, by one rule offline and online.

An event with time *e*, known from *v*, counts in a window of length *w* at the instants from *v* on
and before the end of its tile plus *w*. `layout` says which tiles a view's features need and
`values` how values are held in them.

Online, `partials` are what is known of a tile's values, `tiles` the state of one key, `results`
what a request wants of it and `packed` its bytes, which `readers` say how to read without unpacking
the tiles; `waiting` events follow those in the bytes until they are packed again. `batches` makes
the tiles of many keys at once.
Offline, `offline` answers for many instants at once: `columns` holds the values, `passes` says
which events count when as ranges of arrays, `ranges` puts those together, and `lives` answers what
no range does.
"""

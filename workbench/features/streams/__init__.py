"""Keeping views up to date from events as they come.

Messages come from `sources`; `events` makes events of them and `watermarks` says which are late.
`targets` works out the rows that events change, `checkpoints` keeps what follows from them, and
`processing` is the step that does all that; `recording` carries the same events into a dataset.
`starting` says whether a stream may begin and `status` how it is doing; `running` runs it until
it `ends`, and `stream` is what asks for one.
"""

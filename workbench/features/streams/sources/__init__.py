"""Where events come from: an ordered place to read on from, by address.

`source` is the protocol and `open_source`; `files`, `redis` and `kafka` are the adapters. None of
them knows views: an event is still text here.
"""

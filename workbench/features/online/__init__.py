"""Features as they are now, by key.

`materialization` carries the latest known rows into a store (`stores`), and `pushing` writes rows
into it directly; `plans` compiles what to read, and `reading` reads it, as a request does.
"""

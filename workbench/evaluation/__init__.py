"""Judging a model: figures with their intervals, by slice, against a baseline, through gates.

metrics (a figure) → bootstrap (how far it may be off) → slices (which rows) → gates (is it enough)
→ evaluate (all of it, recorded) → pictures, page (drawn, shown). `baselines`
trains what to compare with.
"""

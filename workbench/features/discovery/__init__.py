"""Features found: in datasets related to what is to be guessed, and in a cell's code.

`relations` says how rows of other datasets belong to the rows of a spine; `synthesis` works out
what could be aggregated of them and joins all of it to a sample as it was known; `ranking` says
what each is worth, and `candidates` are what results. `writing` turns one into the code that
defines its view.
"""

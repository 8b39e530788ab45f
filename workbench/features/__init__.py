"""Features: one definition, correct in time, the same offline and online.

In the order data passes through: `definitions` say what a feature is and where its rows come from;
`windows` aggregates events; `offline` joins what was known to a spine and stores training sets;
`online` carries the latest known rows into a store and reads them by key; `streams` keeps windows
up to date from events as they come; `log` keeps what was served and joins the labels that arrive
later; `governance` follows tags, use and cost along the lineage; `discovery` finds features in code
and in related datasets.
"""

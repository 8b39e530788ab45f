"""What every room stands on, and nothing that knows about machine learning.

errors → ids, clock, references, colours, formats, html_tables, json_values → settings → files,
sqlite, daemons → plugins. Each module stands alone; there is no order of data through them.
"""

"""SQL as text: parsed, placed, quoted, taken apart and put together, without a server.

The room knows PostgreSQL's grammar and the comments and calls that pgwright adds to it. It refuses
to know what exists: whether a column, a type or a function is there is the catalog's to say.
"""

"""A private server filled with the schema and the statistics of a database, and with none of its rows.

The planner sees nothing of a table but its definition, its statistics and the size of its file. A clone that has all
three plans as the source does, and on it everything may be tried: real indexes of every access method, settings, other
statements. The source is read only: its catalogs, pg_stats and file sizes; it needs no extension and no superuser.

What this room refuses to do: it runs no statement of anybody on the clone, because there are no rows to run it on, and
it sends nothing anywhere. The statistics hold sample values of the columns: a clone lives on this machine, below a
folder that only its owner enters, and goes away with the command.
"""

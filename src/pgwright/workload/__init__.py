"""Statements that people run: from pg_stat_statements, from a server's log in any form, from a `.sql` file.

`read` opens any of them and gives one value, a `Workload`; `take` and `delta` tell what ran between two moments. The
room reads and adds up. It judges nothing, and whether a table that a statement names exists is not its business.
"""

"""Understands what a server does with a query, and names what would cure it.

`query_plan` reads what EXPLAIN writes, `accounting` says where the time went, `signs` are the patterns that have a
cure, one file each, and `diagnosis` puts them together. Nothing in here changes a database: a cure is SQL for the
engine or for a person.
"""

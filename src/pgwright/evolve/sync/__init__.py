"""The text of what keeps an old and a new column in step: trigger functions, triggers and the in-sync check.

Pure functions from links to SQL. Nothing here talks to a server and nothing decides when a statement runs; that
is `execute`'s. The rules are law 2 of ARCHITECTURE.md: the data decides which side a statement wrote.
"""

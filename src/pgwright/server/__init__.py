"""Finds, starts and stops a private PostgreSQL of any supported major.

The servers are for demonstrations, clones and tests: they listen on this machine only, belong to one process
and go away with it. This room never touches a server that it did not start, and speaks no SQL.
"""

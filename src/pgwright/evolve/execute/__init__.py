"""Runs plans: journal, lease, lock guard, sync, backfill, verify, resume and rollback. The only room that changes a
database. It prints nothing, asks nothing and never reads a migration file: what it runs is in the journal.
"""

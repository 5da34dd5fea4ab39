"""Drops an index concurrently (`concurrent.py` runs it)."""

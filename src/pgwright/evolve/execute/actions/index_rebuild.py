"""Builds an index again, concurrently (`concurrent.py` runs it)."""

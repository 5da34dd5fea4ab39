"""Builds, concurrently, the indexes of partitions that have come since the plan (`concurrent.py` runs it)."""

from __future__ import annotations

from .index_build import failed

__all__ = ["failed"]

"""The queries of this room, read once."""

from __future__ import annotations

from ...base import queries

query = queries.beside(__file__)

"""What a database is, as frozen values: read once in one transaction, then passed around and compared.

It reads catalogs, never the rows of users' tables, and it changes nothing. It knows nothing of migrations.
"""

from __future__ import annotations

from .reader import read

__all__ = ["read"]

"""The role that everything on a clone belongs to, and what it may do to the catalog although it is no superuser."""

from __future__ import annotations

from collections.abc import Mapping

import psycopg

from ..connect.session import Connection
from ..sql import quote
from ._query import query

OWNER = "pgwright"


def create(admin: Connection) -> None:
    """Makes the role, in any database."""
    admin.execute(f"CREATE ROLE {OWNER} LOGIN NOSUPERUSER".encode())


def help_out(admin: Connection) -> None:
    """Makes the functions in the database of `admin`, and lets the role use them."""
    admin.execute(query("helpers"))
    admin.execute(f"GRANT USAGE ON SCHEMA pgwright TO {OWNER}".encode())


def configure(admin: Connection, database: str, settings: Mapping[str, str]) -> None:
    """Gives every session of the database what steers the planner at the source. What this major does not know, or
    knows no longer, stays away."""
    for name, value in settings.items():
        try:
            with admin.transaction():
                admin.execute("SELECT pg_catalog.set_config(%s, %s, false)", [name, value])
                admin.execute(f"ALTER DATABASE {quote.ident(database)} SET {quote.ident(name)} FROM CURRENT".encode())
        except (
            psycopg.errors.UndefinedObject,
            psycopg.errors.InvalidParameterValue,
            psycopg.errors.CantChangeRuntimeParam,
        ):
            continue

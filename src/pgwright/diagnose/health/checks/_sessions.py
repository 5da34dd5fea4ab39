"""Sessions of clients as findings name them, and how they are ended."""

from __future__ import annotations

from ....activity.blockers import without_literals
from ....sql.quote import ident
from ._seen import Row


def named(row: Row) -> str:
    """The object of a finding: `pid 4711 (shop)`, the user behind the number."""
    return f"pid {row['pid']} ({row['user']})" if row["user"] else f"pid {row['pid']}"


def running(row: Row, word: str = "running") -> str:
    """What it runs, or ran last, without the literals: a sentence after a space, empty where it is hidden."""
    query = without_literals(row["query"] or "")
    application = f" Application {row['application']}." if row["application"] else ""
    return f"{application} It is {word}: {query}" if query else application


def ended(row: Row) -> str:
    """The statement that ends the session."""
    return f"SELECT pg_terminate_backend({row['pid']});"


def cancelled(row: Row) -> str:
    """The statement that cancels what it runs."""
    return f"SELECT pg_cancel_backend({row['pid']});"


def limited(row: Row, setting: str, value: str) -> str:
    """The statement that keeps the role from doing it again, a line of its own; empty where the role is hidden."""
    return f"\nALTER ROLE {ident(row['user'])} SET {setting} = '{value}';" if row["user"] else ""

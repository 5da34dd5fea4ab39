"""Statements that make again, from its own definition, what is bound to a column by number.

A view, a policy or a trigger keeps the number of a column and not its name. To bind it to another column, the
columns exchange names and the definition, read before, is run again: nothing is rewritten as text, and the server
itself resolves every name. Owner, rights and comments stay, because nothing is dropped that has any; what has to be
dropped (constraint triggers, statistics objects) gets them back.

Refuses nothing itself: what cannot be made again in place is listed by `unmovable`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg

from ..sql.quote import ident, literal
from . import aliases
from .statements import statement

Connection = psycopg.Connection[tuple[Any, ...]]
Row = tuple[Any, ...]
_LISTS = frozenset({"view", "rule", "policy", "function"})  # definitions that may read tables under alias lists
STATES = {"D": "DISABLE", "R": "ENABLE REPLICA", "A": "ENABLE ALWAYS"}


@dataclass(frozen=True, kw_only=True)
class Bound:
    """One object: its `kind` and `name` for people, the `relation` (oid) that is locked when it is made again (0:
    none), and the `statements` that do it while the other column has the name that the definition says; `select` is
    that definition of a view."""

    kind: str
    name: str
    relation: int
    statements: tuple[str, ...]
    select: str = ""


def bound_to(
    connection: Connection, parts: Sequence[int], names: tuple[str, str], trigger: Callable[[str], str] = str
) -> tuple[Bound, ...]:
    """What is bound to column `names[0]` of the tables `parts`, to be bound to `names[1]`. The session's search_path
    must be empty, when this is read and when the statements run. `trigger` may change the definitions of triggers."""
    leaving, taking = names
    major = connection.info.server_version // 10000
    rows = connection.execute(
        statement("redefine", major).encode(), {"parts": list(parts), "column": leaving}
    ).fetchall()
    changed = [(*row[:5], trigger(row[5]), row[6]) if row[0] == "trigger" else row for row in rows]
    places = _places(connection, parts) if any(row[0] in _LISTS for row in rows) else {}
    found = []
    for row in changed:
        select = aliases.exchanged(row[5], places, leaving, taking) if row[0] == "view" else ""
        statements = _MAKE[row[0]]((*row[:5], select, row[6]) if select else row)
        if row[0] in _LISTS and not select:
            statements = [aliases.exchanged(each, places, leaving, taking) for each in statements]
        found.append(Bound(kind=row[0], name=_shown(row), relation=row[2], statements=tuple(statements), select=select))
    return tuple(found)


@contextmanager
def empty_path(connection: Connection) -> Iterator[str]:
    """A transaction for reading with an empty search_path; gives the session's own."""
    row = connection.execute("SELECT pg_catalog.current_setting('search_path')").fetchone()
    assert row is not None
    with connection.transaction(force_rollback=True):
        connection.execute("SET LOCAL search_path = ''")
        yield str(row[0])


def _places(connection: Connection, parts: Sequence[int]) -> dict[tuple[str, str], list[str]]:
    """The live columns of each table, in order, by (schema, name)."""
    rows = connection.execute(
        "SELECT n.nspname, c.relname, pg_catalog.array_agg(a.attname::text ORDER BY a.attnum) "
        "FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
        "JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped "
        "WHERE c.oid = ANY(%s::oid[]) GROUP BY 1, 2",
        (list(parts),),
    ).fetchall()
    return {(schema, name): columns for schema, name, columns in rows}


def unmovable(bound: Sequence[Bound]) -> tuple[Bound, ...]:
    """Those of `bound` that cannot be made again where they stand."""
    return tuple(each for each in bound if not each.statements)


def _shown(row: Row) -> str:
    kind, _, _, relation, name, *_ = row
    return (
        relation if kind in ("view", "materialized view", "function", "statistics") else f"{ident(name)} on {relation}"
    )


def _view(row: Row) -> list[str]:
    # OR REPLACE takes away the options that are not said again (14 to 18).
    options = f" WITH ({', '.join(row[6])})" if row[6] else ""
    if row[3].startswith("pg_temp"):
        return []
    return [f"CREATE OR REPLACE VIEW {row[3]}{options} AS {row[5].rstrip().removesuffix(';')}"]


def _rule(row: Row) -> list[str]:
    return ["CREATE OR REPLACE RULE" + row[5].removeprefix("CREATE RULE").rstrip().removesuffix(";")]


def _policy(row: Row) -> list[str]:
    using, check = row[6]
    text = f"ALTER POLICY {ident(row[4])} ON {row[3]}"
    text += f" USING ({using})" if using is not None else ""
    return [text + (f" WITH CHECK ({check})" if check is not None else "")]


def _trigger(row: Row) -> list[str]:
    """CREATE OR REPLACE sets the state of the trigger, and of its clones on partitions, to ORIGIN (14 to 18)."""
    relation, name, definition, facts = row[3], ident(row[4]), row[5], row[6]
    found = ["CREATE OR REPLACE TRIGGER" + definition.removeprefix("CREATE TRIGGER")]
    if facts["constraint"]:
        found = [f"DROP TRIGGER {name} ON {relation}", definition]
        if facts["comment"] is not None:
            found.append(f"COMMENT ON TRIGGER {name} ON {relation} IS {literal(facts['comment'])}")
    found += [
        f"ALTER TABLE ONLY {table} {STATES[state]} TRIGGER {ident(trigger)}"
        for table, trigger, state in facts["states"]
        if state in STATES
    ]
    return found


def _publication(row: Row) -> list[str]:
    columns = f" ({', '.join(map(ident, row[6]))})" if row[6] else ""
    condition = f" WHERE ({row[5]})" if row[5] is not None else ""
    head = f"ALTER PUBLICATION {ident(row[4])}"
    return [f"{head} DROP TABLE ONLY {row[3]}", f"{head} ADD TABLE ONLY {row[3]}{columns}{condition}"]


def _statistics(row: Row) -> list[str]:
    owner, target, comment = row[6]
    found = [f"DROP STATISTICS {row[3]}", row[5], f"ALTER STATISTICS {row[3]} OWNER TO {owner}"]
    if target is not None:
        found.append(f"ALTER STATISTICS {row[3]} SET STATISTICS {target}")
    if comment is not None:
        found.append(f"COMMENT ON STATISTICS {row[3]} IS {literal(comment)}")
    return found


def _function(row: Row) -> list[str]:
    return [row[5].rstrip()]


def _nothing(_: Row) -> list[str]:
    return []


_MAKE = {
    "view": _view,
    "rule": _rule,
    "policy": _policy,
    "trigger": _trigger,
    "publication": _publication,
    "statistics": _statistics,
    "function": _function,
    "materialized view": _nothing,
}

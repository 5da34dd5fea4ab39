"""Indexes of partitioned tables, put together from the partitions that there are now.

PostgreSQL builds no partitioned index concurrently. So each leaf gets its own, concurrently; every partitioned level
gets an empty one; and each is attached to the one above, which makes the topmost valid.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import psycopg

from ...sql.index import elsewhere, in_tablespace
from ...sql.quote import ident
from ..sync.naming import hidden_name

Connection = psycopg.Connection[tuple[Any, ...]]

_TREE = """
WITH RECURSIVE tree (oid, parent) AS (
    SELECT c.oid, NULL::oid FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
    WHERE i.indrelid = %s AND c.relname = %s
    UNION ALL
    SELECT h.inhrelid, h.inhparent FROM pg_catalog.pg_inherits h JOIN tree ON h.inhparent = tree.oid
)
SELECT c.oid::bigint, i.indrelid::bigint, n.nspname, c.relname, c.relkind = 'I', tree.parent::bigint,
       pg_catalog.pg_get_indexdef(c.oid), s.spcname
FROM tree JOIN pg_catalog.pg_class c ON c.oid = tree.oid JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_tablespace s ON s.oid = c.reltablespace
"""
_TWIN = """
SELECT h.inhparent IS NOT NULL FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
LEFT JOIN pg_catalog.pg_inherits h ON h.inhrelid = c.oid WHERE i.indrelid = %s AND c.relname = %s
"""


@dataclass(frozen=True, kw_only=True)
class Branch:
    """One index of the tree: the name of its copy, and whether that is there (`attached`: to the copy above)."""

    oid: int
    relation: int
    schema: str
    name: str
    partitioned: bool
    parent: int | None
    definition: str
    tablespace: str | None
    hidden: str
    there: bool
    attached: bool

    @property
    def copy(self) -> str:
        """The quoted, qualified name of the copy."""
        return f"{ident(self.schema)}.{ident(self.hidden)}"


def branches(connection: Connection, parameters: Mapping[str, Any]) -> list[Branch]:
    """The index trees of the step, as they are now: `tops` are (relation, index name)."""
    found = []
    link, tag = parameters["link"]["id"], parameters["tag"]
    for relation, index in parameters["tops"]:
        for oid, table, schema, name, partitioned, parent, definition, tablespace in connection.execute(
            _TREE, (relation, index)
        ).fetchall():
            hidden = hidden_name(f"{link}_{name}", tag)
            twin = connection.execute(_TWIN, (table, hidden)).fetchone()
            found.append(
                Branch(
                    oid=oid,
                    relation=table,
                    schema=schema,
                    name=name,
                    partitioned=partitioned,
                    parent=parent,
                    definition=definition,
                    tablespace=tablespace,
                    hidden=hidden,
                    there=twin is not None,
                    attached=bool(twin and twin[0]),
                )
            )
    return found


def definition(branch: Branch, parameters: Mapping[str, Any], *, concurrently: bool) -> str:
    """CREATE INDEX of the copy. A column in the definition is called by one of `names`."""
    return elsewhere(
        branch.definition,
        names=parameters["names"],
        to=parameters["column"],
        name=branch.hidden,
        concurrently=concurrently,
    )


def attach(connection: Connection, parameters: Mapping[str, Any]) -> list[str]:
    """Statements that make the empty index of each level and attach what is not attached."""
    found = branches(connection, parameters)
    by_oid = {each.oid: each for each in found}
    statements = [
        in_tablespace(definition(each, parameters, concurrently=False), each.tablespace)
        for each in found
        if each.partitioned and not each.there
    ]
    return statements + [
        f"ALTER INDEX {by_oid[each.parent].copy} ATTACH PARTITION {each.copy}"
        for each in found
        if each.parent is not None and not each.attached
    ]

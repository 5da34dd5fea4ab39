"""Indexes of partitioned tables, put together from the partitions that there are now.

PostgreSQL builds no partitioned index concurrently. So each leaf gets its own, concurrently; every partitioned level
gets an empty one; and each is attached to the one above, which makes the topmost valid. Two things are built so: the
like of an index that is there, on another column (`tops`), and an index from its definition (`tree`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import psycopg

from ...base.name import RelationName
from ...sql.index import alike, built, elsewhere, in_tablespace, same
from ...sql.quote import ident
from ..operations import _names
from ..sync.naming import hidden_name
from . import index_saved

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
# Partitions that are foreign tables have no indexes.
_TABLES = """
WITH RECURSIVE tree (oid, parent, depth) AS (
    SELECT %s::oid, NULL::oid, 0
    UNION ALL
    SELECT h.inhrelid, h.inhparent, depth + 1 FROM pg_catalog.pg_inherits h JOIN tree ON h.inhparent = tree.oid
)
SELECT c.oid::bigint, tree.parent::bigint, n.nspname, c.relname, c.relkind = 'p'
FROM tree JOIN pg_catalog.pg_class c ON c.oid = tree.oid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') ORDER BY depth, c.oid
"""
_INDEXES = """
SELECT i.indrelid::bigint, i.indexrelid::bigint, c.relname, i.indisvalid, h.inhparent::bigint,
       pg_catalog.pg_get_indexdef(c.oid)
FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
LEFT JOIN pg_catalog.pg_inherits h ON h.inhrelid = c.oid
WHERE i.indrelid = ANY (%s::oid[]) ORDER BY c.oid
"""


@dataclass(frozen=True, kw_only=True)
class Branch:
    """One index of the tree. `node` is what `parent` of others refers to. `statement` makes it: of a leaf
    concurrently, of a partitioned level empty. `there` tells that it is built, `attached` that it belongs to the one
    above. `of` is the index that it is the like of, "" for none."""

    node: int
    parent: int | None
    relation: int
    schema: str
    name: str
    partitioned: bool
    statement: str
    there: bool
    attached: bool
    of: str = ""
    kept: bool = False

    @property
    def sql(self) -> str:
        """Its quoted, qualified name."""
        return f"{ident(self.schema)}.{ident(self.name)}"


def branches(connection: Connection, parameters: Mapping[str, Any]) -> list[Branch]:
    """The index trees of the step, as they are now, each branch after its parent."""
    if "tops" in parameters:
        return _copies(connection, parameters)
    return _Planned(connection, parameters).branches() if parameters.get("tree") else []


def attach(
    connection: Connection, parameters: Mapping[str, Any], *, levels: bool = False
) -> tuple[list[str], list[RelationName]]:
    """Statements that make the empty index of each level and attach what is not attached, and the names of the indexes
    that this locks; with `levels` of partitioned tables only. Indexes in `kept` stay for themselves."""
    found = branches(connection, parameters)
    by_node = {each.node: each for each in found}
    statements = [each.statement for each in found if each.partitioned and not each.there]
    apart = [
        (by_node[each.parent], each)
        for each in found
        if each.parent is not None and not each.attached and not each.kept and (each.partitioned or not levels)
    ]
    statements += [f"ALTER INDEX {above.sql} ATTACH PARTITION {each.sql}" for above, each in apart]
    return statements, [RelationName(each.schema, each.name) for _, each in apart if each.there]


def _copies(connection: Connection, parameters: Mapping[str, Any]) -> list[Branch]:
    """The likes of the indexes `tops`, (relation, index name), on another column."""
    found = []
    link, tag = parameters["link"]["id"], parameters["tag"]
    for relation, index in parameters["tops"]:
        for oid, table, schema, name, partitioned, parent, definition, tablespace in connection.execute(
            _TREE, (relation, index)
        ).fetchall():
            hidden = hidden_name(f"{link}_{name}", tag)
            twin = connection.execute(_TWIN, (table, hidden)).fetchone()
            statement = elsewhere(
                definition,
                names=parameters["names"],
                to=parameters["column"],
                name=hidden,
                concurrently=not partitioned,
            )
            found.append(
                Branch(
                    node=oid,
                    parent=parent,
                    relation=table,
                    schema=schema,
                    name=hidden,
                    partitioned=partitioned,
                    # A leaf gets the tablespace of its original when it is built.
                    statement=in_tablespace(statement, tablespace) if partitioned else statement,
                    there=twin is not None,
                    attached=bool(twin and twin[0]),
                    of=name,
                )
            )
    return found


class _Planned:
    """An index from its definition, on the table `relation` and all its partitions. `tree` has its `name`, `unique`,
    `body` and `tablespace`, the `names` of the partitions that the plan knew (by oid), `columns` and `hidden` for the
    names of the others, and `bodies` where partitions differ. An index of a partition that PostgreSQL would take for
    its share is taken."""

    def __init__(self, connection: Connection, parameters: Mapping[str, Any]) -> None:
        self.tree: Mapping[str, Any] = parameters["tree"]
        self.kept = {(int(oid), name) for oid, name in parameters.get("kept", ())}
        with index_saved.qualifying(connection):
            self.tables = connection.execute(_TABLES, (parameters["relation"],)).fetchall()
            oids = [row[0] for row in self.tables]
            self.indexes = connection.execute(_INDEXES, (oids,)).fetchall()
        self.taken = _taken(connection, {row[2] for row in self.tables})

    def branches(self) -> list[Branch]:
        """Each level's index, from the top."""
        found: list[Branch] = []
        known: dict[int, int | None] = {}  # table → oid of its index
        for table, parent, schema, name, partitioned in self.tables:
            above = known.get(parent) if parent is not None else None
            wanted = self._name(table, RelationName(schema, name))
            there, index = self._found(table, wanted, above, is_part=parent is not None)
            known[table] = index
            body, tablespace = self.tree.get("bodies", {}).get(str(table), (self.tree["body"], self.tree["tablespace"]))
            statement = built(
                body,
                table=RelationName(schema, name),
                name=wanted,
                unique=self.tree["unique"],
                concurrently=not partitioned,
                only=partitioned,
                tablespace=tablespace,
            )
            found.append(
                Branch(
                    node=table,
                    parent=parent,
                    relation=table,
                    schema=schema,
                    name=there[0] if there else wanted,
                    partitioned=partitioned,
                    statement=statement,
                    there=there is not None,
                    attached=above is not None and there is not None and there[1] == above,
                    kept=there is not None and (table, there[0]) in self.kept,
                )
            )
        return found

    def _name(self, table: int, relation: RelationName) -> str:
        """As planned; for a partition that has come since as PostgreSQL would choose it."""
        planned: str | None = self.tree["names"].get(str(table))
        if planned is not None:
            return planned
        chosen = _names.child_name(relation.name, self.tree["columns"], self.taken.get(relation.schema, set()))
        hidden = self.tree.get("hidden", "")
        return hidden_name(f"{hidden}_{chosen}", "new") if hidden else chosen

    def _found(
        self, table: int, name: str, above: int | None, *, is_part: bool
    ) -> tuple[tuple[str, int | None] | None, int | None]:
        """(name, parent) and oid of the index that serves: attached already, of the right name, or one that
        PostgreSQL would take."""
        of = [row[1:] for row in self.indexes if row[0] == table]
        for oid, found, valid, parent, definition in of:
            mine = parent is not None and parent == above
            named = found == name and parent is None and same(definition, self._definition(table))
            if mine or (named and (valid or self._is_level(table))):
                return (found, parent), oid
        for oid, found, valid, parent, definition in of:
            if valid and parent is None and found != name and is_part and alike(definition, self._loose()):
                return (found, parent), oid
        return None, None

    def _is_level(self, table: int) -> bool:
        return any(row[0] == table and row[4] for row in self.tables)

    def _definition(self, table: int) -> str:
        body, _ = self.tree.get("bodies", {}).get(str(table), (self.tree["body"], None))
        return built(body, table=RelationName("s", "t"), name="i", unique=self.tree["unique"])

    def _loose(self) -> str:
        return built(self.tree["body"], table=RelationName("s", "t"), name="i", unique=self.tree["unique"])


def _taken(connection: Connection, schemas: Collection[str]) -> dict[str, set[str]]:
    rows = connection.execute(
        "SELECT n.nspname, c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n "
        "ON n.oid = c.relnamespace WHERE n.nspname = ANY(%s)",
        (list(schemas),),
    ).fetchall()
    found: dict[str, set[str]] = {}
    for schema, name in rows:
        found.setdefault(schema, set()).add(name)
    return found

"""Asks the server about a CREATE INDEX before it is run: is it right, how is it defined, how are its columns called?

The index is made on an empty temporary copy of the table, in a transaction that is rolled back; the table itself is
never touched. So what PostgreSQL would refuse is refused with its own words, and names are those that it chooses.
Needs the TEMPORARY privilege on the database.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..base.errors import Refused
from ..base.name import RelationName
from ..sql import parse
from ..sql.index import built
from ..sql.parse import Node
from ..sql.quote import ident
from .probe import script
from .values import Catalog, Column

if TYPE_CHECKING:
    import psycopg

    Connection = psycopg.Connection[tuple[Any, ...]]

TABLE = RelationName("pg_temp", "pgwright_probe")
INDEX = "pgwright_probe_index"
_NOT_OURS = ("08", "53", "57", "58")
"""SQLSTATE classes that say nothing about the index."""
_SETTINGS = (
    "SELECT set_config('search_path', 'pg_catalog, pg_temp', true), set_config('lock_timeout', '2s', true), "
    "set_config('statement_timeout', '10s', true), set_config('client_min_messages', 'error', true)"
)
_READ = f"""
SELECT pg_catalog.pg_get_indexdef(i.indexrelid),
       ARRAY (SELECT a.attname::text FROM pg_catalog.pg_attribute a WHERE a.attrelid = i.indexrelid ORDER BY a.attnum)
FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
WHERE c.relnamespace = pg_catalog.pg_my_temp_schema() AND c.relname = '{INDEX}'
"""


@dataclass(frozen=True, kw_only=True)
class IndexFacts:
    """What the server says of an index. `body` is its definition behind USING, as deparsed with an empty search_path;
    `columns` how its own columns are called, which is what its name is made of. `error` is None, or the server's
    message, with `hint`; then the rest says nothing."""

    body: str = ""
    unique: bool = False
    columns: tuple[str, ...] = ()
    error: str | None = None
    hint: str = ""

    def definition(self, table: RelationName, name: str) -> str:
        """The definition of the index on another table, as `pg_get_indexdef` would say it."""
        return built(self.body, table=table, name=name, unique=self.unique)


def probe_index(
    connection: Connection,
    catalog: Catalog,
    table_oid: int,
    columns: Mapping[str, str | Column],
    statement: Node,
    partition_key: str | None = None,
    *,
    extensions: Sequence[str] = (),
) -> IndexFacts:
    """The facts about `statement`, an IndexStmt over `columns` (name → name in the catalog, or a Column that does not
    exist yet) of the table; `partition_key` makes the copy a partitioned table, and `extensions` are statements of the
    same plan that make extensions: the operator class may be theirs. Raises Refused when the role may not
    make temporary tables, and translated errors of the server that are not about the index."""
    import psycopg

    from ..connect.translation import translate

    table = catalog.tables[table_oid]
    copy = {name: table.column(each) if isinstance(each, str) else each for name, each in columns.items()}
    with connection.transaction(force_rollback=True):
        path = ", ".join(ident(schema) for schema in (*catalog.search_path, "pg_temp"))
        try:
            script(connection, _SETTINGS, _copy(copy, partition_key), f"SET LOCAL search_path = {path}")
        except psycopg.errors.InsufficientPrivilege as error:
            grant = f"GRANT TEMPORARY ON DATABASE {ident(catalog.database)} TO {ident(catalog.role)};"
            raise Refused(
                f"an index cannot be tried on an empty temporary copy of {table.name}: {error.diag.message_primary}",
                hint=grant,
            ) from error
        _make(connection, extensions)
        made = parse.deparse_statement(_on_copy(statement))
        try:
            *_, row = script(connection, made, "SET LOCAL search_path = pg_catalog, pg_temp", _READ)
        except psycopg.Error as error:
            if error.sqlstate is None or error.sqlstate[:2] in _NOT_OURS or error.sqlstate == "55P03":
                raise translate(error, doing=f"trying the index on a copy of {table.name}") from error
            said = ": ".join(filter(None, (error.diag.message_primary, error.diag.message_detail)))
            return IndexFacts(error=said.replace(TABLE.name, table.name.name), hint=error.diag.message_hint or "")
        assert row is not None, "the index was made in this transaction"
        # The names before USING are our own, so this is the first one in the text.
        head, _, body = row[0].partition(" USING ")
        return IndexFacts(body=body, unique=head.startswith("CREATE UNIQUE "), columns=tuple(row[1]))


def _make(connection: Connection, extensions: Sequence[str]) -> None:
    """Makes them for this transaction, one by one; of one that cannot be made the step that wants it will tell."""
    import psycopg

    for each in extensions:
        try:
            with connection.transaction():
                script(connection, each)
        except psycopg.Error:
            if connection.closed:
                raise


def _copy(columns: Mapping[str, Column | None], partition_key: str | None) -> str:
    parts = [f"{ident(name)} {each.type}{_collation(each)}" for name, each in columns.items() if each is not None]
    key = f" PARTITION BY {partition_key}" if partition_key else ""
    return f"CREATE TEMPORARY TABLE {TABLE.name} ({', '.join(parts)}){key}"


def _collation(column: Column) -> str:
    return f" COLLATE {column.collation}" if column.collation is not None else ""


def _on_copy(statement: Node) -> Node:
    """The statement for the copy: plain, under our name, and its columns without the name of the table."""
    node = type(statement)()
    node.CopyFrom(statement)
    node.idxname, node.concurrent, node.if_not_exists = INDEX, False, False
    node.relation.catalogname, node.relation.schemaname, node.relation.relname = "", TABLE.schema, TABLE.name
    node.relation.inh = True
    for each in parse.walk(node):
        if parse.kind_of(each) == "ColumnRef" and len(each.fields) > 1 and each.fields[-1].HasField("string"):
            del each.fields[:-1]
    return node

"""CREATE INDEX and ADD CONSTRAINT as the server deparses them, written again for another column or table."""

from __future__ import annotations

from collections.abc import Collection

from . import parse


def elsewhere(definition: str, *, names: Collection[str], to: str, name: str, concurrently: bool) -> str:
    """The definition with column `to` in place of those in `names`, called `name`. Everything else stays: order,
    opclass, collation, INCLUDE, predicate, parameters. Raises MigrationFileError for an expression that cannot be
    written again faithfully."""
    node = parse.parse(definition)[0].node
    node.idxname = name
    node.concurrent = concurrently
    for each in (*node.index_params, *node.index_including_params):
        if each.index_elem.name in names:
            each.index_elem.name = to
    rename_references(node, names, to)
    return parse.deparse_statement(node)


def in_tablespace(definition: str, tablespace: str | None) -> str:
    """The CREATE INDEX with TABLESPACE, which the server leaves out; the text itself for the default one (None)."""
    if tablespace is None:
        return definition
    node = parse.parse(definition)[0].node
    node.table_space = tablespace
    return parse.deparse_statement(node)


def on_table(statement: str, schema: str, name: str) -> str:
    """The statement, an ALTER TABLE, for another table."""
    node = parse.parse(statement)[0].node
    node.relation.schemaname, node.relation.relname = schema, name
    return parse.deparse_statement(node)


def unconditional(definition: str, table: str) -> str:
    """The CREATE INDEX on a temporary table, without its predicate: an ON CONFLICT that means the index finds it there
    even where its own predicate has `$1` for a constant."""
    node = parse.parse(definition)[0].node
    node.relation.schemaname, node.relation.relname, node.idxname = "pg_temp", table, ""
    node.ClearField("where_clause")
    return parse.deparse_statement(node)


def rename_references(node: parse.Node, names: Collection[str], to: str) -> None:
    """Renames the column references below `node`, in place."""
    for each in parse.walk(node):
        if parse.kind_of(each) != "ColumnRef":
            continue
        last = each.fields[-1]
        if last.HasField("string") and last.string.sval in names:
            last.string.sval = to

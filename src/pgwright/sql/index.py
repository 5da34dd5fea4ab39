"""CREATE INDEX and ADD CONSTRAINT as the server deparses them, written again for another column or table."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from ..base.name import RelationName
from . import parse
from .quote import ident, qualified


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


def built(
    body: str,
    *,
    table: RelationName,
    name: str,
    unique: bool = False,
    concurrently: bool = False,
    only: bool = False,
    tablespace: str | None = None,
) -> str:
    """CREATE INDEX `name` on `table` from `body`, what the server's definition of an index says behind USING."""
    words = ("CREATE", *(("UNIQUE",) if unique else ()), "INDEX", *(("CONCURRENTLY",) if concurrently else ()))
    text = f"{' '.join(words)} {ident(name)} ON {'ONLY ' if only else ''}{qualified(table)} USING {body}"
    return in_tablespace(text, tablespace)


def columns_of(definition: str) -> tuple[str, ...]:
    """The columns that an index reads anywhere, as its definition names them, in order of first use."""
    node = parse.parse(definition)[0].node
    found = [each.index_elem.name for each in (*node.index_params, *node.index_including_params)]
    found += [each.fields[-1].string.sval for each in parse.walk(node) if parse.kind_of(each) == "ColumnRef"]
    return tuple(dict.fromkeys(name for name in found if name))


def renamed(definition: str, names: Mapping[str, str]) -> str:
    """The definition with its columns called otherwise, all at once; the text itself where none is among `names`."""
    if not set(columns_of(definition)) & set(names):
        return definition
    node = parse.parse(definition)[0].node
    for each in (*node.index_params, *node.index_including_params):
        each.index_elem.name = names.get(each.index_elem.name, each.index_elem.name)
    for each in parse.walk(node):
        if parse.kind_of(each) == "ColumnRef" and each.fields[-1].string.sval in names:
            each.fields[-1].string.sval = names[each.fields[-1].string.sval]
    return parse.deparse_statement(node)


def same(one: str, other: str) -> bool:
    """Whether two definitions say the same of an index, whatever its name, table and tablespace."""
    return _meaning(one, loose=False) == _meaning(other, loose=False)


def alike(one: str, other: str) -> bool:
    """Whether PostgreSQL takes one index for a partition's share of the other: order, storage parameters and the
    operator class's own parameters do not count (CompareIndexInfo, 14 to 18)."""
    return _meaning(one, loose=True) == _meaning(other, loose=True)


def _meaning(definition: str, *, loose: bool) -> list[str]:
    node = parse.parse(definition)[0].node
    for place in (
        "idxname",
        "relation",
        "table_space",
        "concurrent",
        "if_not_exists",
        *(("options",) if loose else ()),
    ):
        node.ClearField(place)
    for each in (*node.index_params, *node.index_including_params):
        each.index_elem.ClearField("indexcolname")
        for place in ("ordering", "nulls_ordering") if loose else ():
            each.index_elem.ClearField(place)
    return list(parse.words(node))

"""Which operation an action belongs to, by its key and by what the relation is that it speaks of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from functools import cache

from ...base import registry
from ...base.name import RelationName
from ...catalog.values import Catalog
from ...sql import parse
from ...sql.actions import Action
from ...sql.parse import Node

KIND = "evolve.operations"
_CREATES = {"CreateStmt": "relation", "CreateTableAsStmt": "into"}


@cache
def owners() -> dict[str, str]:
    """Which operation owns which action key; "*" owns the rest. Raises ValueError when two claim one key."""
    found: dict[str, str] = {}
    for name in registry.names(KIND):
        for key in registry.load(KIND, name).RECOGNISES:
            if key in found:
                raise ValueError(f"{key} is claimed by {found[key]} and {name}")
            found[key] = name
    return found


def owner(key: str) -> str:
    """The operation that owns the action `key`."""
    return owners().get(key, owners()["*"])


def owner_of(action: Action, catalog: Catalog, created: Collection[RelationName]) -> str:
    """The operation that owns `action`. Operations are about tables: the same words about a view, a sequence, an index
    or a foreign table belong to the one that owns the rest, and so do those about nothing (IF EXISTS)."""
    name = owner(action.key)
    if name in ("drop_index", "reindex"):
        return owners()["*"] if _is_of_view(action, catalog) else name
    if name == "rename_column" or action.statement.kind not in ("AlterTableStmt", "IndexStmt", "RenameStmt"):
        return name
    relation = action.statement.node.relation
    oid = catalog.find(relation.relname, relation.schemaname or None)
    table = catalog.tables.get(oid) if oid is not None else None
    if table is not None:
        return name if table.kind != "f" else owners()["*"]
    if oid is not None:
        return owners()["*"]
    skips = bool(getattr(action.statement.node, "missing_ok", False))
    return owners()["*"] if skips and not _is_created(relation, catalog, created) else name


def _is_of_view(action: Action, catalog: Catalog) -> bool:
    """Whether the action is about an index of a materialized view, or about all of one."""
    node = action.statement.node
    names = [[each.string.sval for each in parse.unwrap(item).items] for item in getattr(node, "objects", ())]
    if hasattr(node, "relation"):
        names.append([*([node.relation.schemaname] if node.relation.schemaname else []), node.relation.relname])
    oids = {catalog.find(each[-1], each[-2] if len(each) > 1 else None) for each in names if each[-1]}
    views = {oid for view in catalog.views.values() for oid in (view.oid, *(index.oid for index in view.indexes))}
    return bool(oids & views)


def is_fresh(action: Action, catalog: Catalog, created: Collection[RelationName]) -> bool:
    """Whether the action changes a table that does not exist yet, because the same plan creates it."""
    if action.statement.kind not in ("AlterTableStmt", "IndexStmt", "RenameStmt"):
        return False
    relation = action.statement.node.relation
    return catalog.find(relation.relname, relation.schemaname or None) is None and _is_created(
        relation, catalog, created
    )


def created_by(action: Action, catalog: Catalog) -> RelationName | None:
    """The table that the action creates."""
    field = _CREATES.get(action.key)
    if field is None:
        return None
    node = getattr(action.node, field)
    relation = node.rel if field == "into" else node
    return RelationName(relation.schemaname or next(iter(catalog.search_path), "public"), relation.relname)


def crowded(actions: Iterable[Action], catalog: Catalog) -> frozenset[int]:
    """The tables that several of the actions name."""
    counts = Counter(oid for action in actions for oid in set(_named(action, catalog)))
    return frozenset(oid for oid, count in counts.items() if count > 1)


def _named(action: Action, catalog: Catalog) -> Iterator[int]:
    for node in parse.walk(action.statement.node):
        if parse.kind_of(node) == "RangeVar":
            oid = catalog.find(node.relname, node.schemaname or None)
            if oid is not None:
                yield oid


def _is_created(relation: Node, catalog: Catalog, created: Collection[RelationName]) -> bool:
    schemas = (relation.schemaname,) if relation.schemaname else catalog.search_path or ("public",)
    return any(RelationName(schema, relation.relname) in created for schema in schemas)

"""Which operation an action belongs to, by its key and by what the relation is that it speaks of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache

from ...base import registry
from ...base.name import RelationName
from ...catalog.values import Catalog
from ...sql import parse
from ...sql.actions import OF_VIEW, Action
from ...sql.parse import Node
from ...sql.things import statements_of
from ..locks.scene import Scene
from ..operations._operation import SIGN

KIND = "evolve.operations"
_CREATES = {"CreateStmt": "relation", "CreateTableAsStmt": "into", "CreateTableAsStmt.OBJECT_MATVIEW": "into"}
_MAKES = {**_CREATES, "ViewStmt": "view", "CompositeTypeStmt": "typevar", "CreateSeqStmt": "sequence"}


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
    name = "rename_index" if _is_index_as_table(action, catalog) else owner(action.key)
    if name in ("drop_index", "reindex", "rename_index"):
        return owners()["*"] if _is_of_view(action, catalog) else name
    special = _special(action, catalog)
    if special is not None:
        return special
    if name == "rename_column" or action.statement.kind not in ("AlterTableStmt", "IndexStmt", "RenameStmt"):
        return name
    relation = action.statement.node.relation
    oid = catalog.find(relation.relname, relation.schemaname or None)
    table = catalog.tables.get(oid) if oid is not None else None
    if table is not None:
        return name if table.kind != "f" else owners()["*"]
    if oid is not None:
        # A view of ours has the name of a table: its operation says what to do first.
        view = catalog.views.get(oid)
        return name if view is not None and (view.comment or "").startswith(SIGN) else owners()["*"]
    skips = bool(getattr(action.statement.node, "missing_ok", False))
    return owners()["*"] if skips and created_as(relation, catalog, created) is None else name


def _is_index_as_table(action: Action, catalog: Catalog) -> bool:
    """ALTER TABLE … RENAME TO of an index, which PostgreSQL takes for ALTER INDEX under a stronger lock."""
    if action.key != "RenameStmt.OBJECT_TABLE":
        return False
    relation = action.node.relation
    oid = catalog.find(relation.relname, relation.schemaname or None)
    if oid is None or oid in catalog.tables or oid in catalog.views:
        return False
    return Scene(catalog).table_of_index(oid) is not None


_OF_VIEWS = ("AT_ChangeOwner", "AT_ColumnDefault", "AT_ResetRelOptions", "AT_SetRelOptions")


def _special(action: Action, catalog: Catalog) -> str | None:
    """The operation for what shares the words of tables and is none: the attributes of a type, what views and sequences
    have, and the indexes of a materialized view that the same file makes anew."""
    node = action.statement.node
    if action.statement.kind == "AlterTableStmt" and parse.enum_value(node, "objtype") == "OBJECT_TYPE":
        return "alter_type"
    if action.statement.kind == "RenameStmt" and not action.key.endswith(("OBJECT_COLUMN", "OBJECT_TABCONSTRAINT")):
        return owner(action.key) if owner(action.key) in ("rename_object", "alter_type") else None
    if action.statement.kind == "AlterTableStmt":
        oid = catalog.find(node.relation.relname, node.relation.schemaname or None) or 0
        subtype = parse.enum_value(action.node, "subtype")
        if action.key == OF_VIEW or (oid in catalog.views and catalog.views[oid].kind == "v" and subtype in _OF_VIEWS):
            return "alter_view"
        foreign = oid in catalog.tables and catalog.tables[oid].kind == "f"
        if subtype == "AT_ChangeOwner" and (oid in catalog.views or oid in catalog.sequences or foreign):
            return "change_object_owner"
    if action.statement.kind == "IndexStmt":
        view = catalog.views.get(catalog.find(node.relation.relname, node.relation.schemaname or None) or 0)
        source = action.statement.source
        if (
            view is not None
            and view.kind == "m"
            and any(
                each.kind == "CreateTableAsStmt"
                and each.node.into.rel.relname == node.relation.relname
                and each.start < action.statement.start
                for each in statements_of(source.text, source.file)
            )
        ):
            return "create_materialized_view"
    return None


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
    missing = catalog.find(relation.relname, relation.schemaname or None) is None
    return missing and created_as(relation, catalog, created) is not None


def follow(action: Action, catalog: Catalog, created: set[RelationName], made: set[RelationName]) -> None:
    """Keeps `created`, the tables that the plan has created so far, by the names that they have after the action, and
    `made`, all relations that it has."""
    field = _MAKES.get(action.key)
    if field is not None:
        node = getattr(action.node, field)
        relation = node.rel if field == "into" else node
        name = RelationName(relation.schemaname or next(iter(catalog.search_path), "public"), relation.relname)
        made.add(name)
        if action.key in _CREATES:
            created.add(name)
    elif action.key == "RenameStmt.OBJECT_TABLE":
        before = created_as(action.node.relation, catalog, created)
        if before is not None and catalog.find(before.name, action.node.relation.schemaname or None) is None:
            created.remove(before)
            created.add(RelationName(before.schema, action.node.newname))
            made.add(RelationName(before.schema, action.node.newname))


def created_as(relation: Node, catalog: Catalog, created: Collection[RelationName]) -> RelationName | None:
    """The table that the plan has created under the name that `relation` says."""
    schemas = (relation.schemaname,) if relation.schemaname else catalog.search_path or ("public",)
    names = (RelationName(schema, relation.relname) for schema in schemas)
    return next((name for name in names if name in created), None)


def type_by(action: Action, catalog: Catalog) -> tuple[RelationName, bool] | None:
    """The type that the action creates, and whether a column of it rewrites its table when it is added."""
    node = action.node
    if action.key in ("CreateEnumStmt", "CreateRangeStmt"):
        names = [part.string.sval for part in node.type_name]
    elif action.key == "CreateDomainStmt":
        names = [part.string.sval for part in node.domainname]
    elif action.key == "CompositeTypeStmt":
        names = [part for part in (node.typevar.schemaname, node.typevar.relname) if part]
    else:
        return None
    schema = names[-2] if len(names) > 1 else next(iter(catalog.search_path), "public")
    return RelationName(schema, names[-1]), action.key == "CreateDomainStmt" and len(node.constraints) > 0


def crowded(actions: Iterable[Action], catalog: Catalog) -> frozenset[int]:
    """The tables that several of the actions name, by the name that they have or by the one that they are given."""
    listed = list(actions)
    given = {
        action.node.newname: oid
        for action in listed
        if action.key == "RenameStmt.OBJECT_TABLE"
        and (oid := catalog.find(action.node.relation.relname, action.node.relation.schemaname or None)) is not None
    }
    counts = Counter(oid for action in listed for oid in set(_named(action, catalog, given)))
    return frozenset(oid for oid, count in counts.items() if count > 1)


def _named(action: Action, catalog: Catalog, given: Mapping[str, int]) -> Iterator[int]:
    names = [
        (node.relname, node.schemaname)
        for node in parse.walk(action.statement.node)
        if parse.kind_of(node) == "RangeVar"
    ]
    for name, schema in (*names, *_listed(action)):
        oid = catalog.find(name, schema or None)
        oid = given.get(name) if oid is None else oid
        if oid is not None:
            yield oid


def _listed(action: Action) -> Iterator[tuple[str, str]]:
    """The relations that DROP and COMMENT name, which the grammar has as lists of strings."""
    node = action.statement.node
    if action.key == "DropStmt.OBJECT_TABLE":
        objects, ends = [parse.unwrap(each) for each in node.objects], 0
    elif action.key == "CommentStmt":
        objects = [parse.unwrap(node.object)]
        ends = 0 if parse.enum_value(node, "objtype") in ("OBJECT_TABLE", "OBJECT_VIEW", "OBJECT_MATVIEW") else 1
    else:
        return
    for each in objects:
        if parse.kind_of(each) == "List":
            parts = [part.string.sval for part in each.items if part.HasField("string")]
            parts = parts[: len(parts) - ends]
            if parts:
                yield parts[-1], parts[-2] if len(parts) > 1 else ""

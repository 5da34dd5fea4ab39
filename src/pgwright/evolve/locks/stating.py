"""Situations of all statements but ALTER TABLE."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ...sql import parse
from ...sql.parse import Node
from .known import WITHOUT_RELATIONS
from .scene import Scene, Situation, some, strings, strings_of

Found = list[Situation] | None


def state(scene: Scene, key: str, node: Node) -> Found:
    """The situations of a statement that is no ALTER TABLE; None where nobody has measured it."""
    if key in WITHOUT_RELATIONS:
        return []
    if key.startswith("RenameStmt."):
        return _rename(scene, key, node)
    describe = _STATEMENTS.get(key.partition(".")[0])
    return describe(scene, node) if describe is not None else None


def _create(scene: Scene, node: Node) -> Found:
    situations = []
    partition = node.HasField("partbound")
    for relation in map(parse.unwrap, node.inh_relations):
        parent = scene.oid(relation)
        name = "CreateStmt partition" if partition else "CreateStmt inherits"
        parts = {"parent": some(parent), "default": scene.default_partition(parent) if partition else ()}
        situations.append(Situation(name, parts))
        if partition and (table := scene.table(parent)) is not None:
            situations += _references(scene.referenced(table.constraints))
    for child in parse.walk(node):
        if parse.kind_of(child) == "Constraint" and parse.enum_value(child, "contype") == "CONSTR_FOREIGN":
            situations += _references(scene.family(child.pktable))
        elif parse.kind_of(child) == "TableLikeClause":
            situations.append(Situation("CreateStmt like", {"source": some(scene.oid(child.relation))}))
    return situations


def _references(oids: tuple[int, ...]) -> list[Situation]:
    return [Situation("CreateStmt references", {"referenced": oids})] if oids else []


def _create_as(scene: Scene, node: Node) -> Found:
    return [Situation("CreateTableAsStmt", {"source": scene.sources(parse.unwrap(node.query))})]


def _index(scene: Scene, node: Node) -> Found:
    oids = scene.family(node.relation)
    table = scene.table(scene.oid(node.relation))
    if node.concurrent:
        return [Situation("IndexStmt concurrently", {"target": oids})]
    alone = table is not None and table.kind == "p" and not node.relation.inh
    return [Situation("IndexStmt only" if alone else "IndexStmt", {"target": oids})]


def _reindex(scene: Scene, node: Node) -> Found:
    kind = parse.enum_value(node, "kind")
    if kind not in ("REINDEX_OBJECT_INDEX", "REINDEX_OBJECT_TABLE"):
        return None
    oid = scene.oid(node.relation)
    table = scene.table_of_index(oid) if kind == "REINDEX_OBJECT_INDEX" else oid
    concurrent = any(parse.unwrap(item).defname == "concurrently" for item in node.params)
    return [Situation("ReindexStmt" + (" concurrently" if concurrent else ""), {"target": scene.descendants(table)})]


_ON_A_TABLE = {"OBJECT_TRIGGER", "OBJECT_RULE", "OBJECT_POLICY"}
_KINDS = """
    AGGREGATE CAST COLLATION CONVERSION DOMAIN EVENT_TRIGGER EXTENSION FDW FOREIGN_SERVER FUNCTION OPCLASS OPERATOR
    OPFAMILY PROCEDURE PUBLICATION ROUTINE SCHEMA TSCONFIGURATION TSDICTIONARY TSPARSER TSTEMPLATE TYPE
"""
_WITHOUT_RELATION = {f"OBJECT_{name}" for name in _KINDS.split()}


def _drop(scene: Scene, node: Node) -> Found:
    kind = parse.enum_value(node, "remove_type")
    cascade = parse.enum_value(node, "behavior") == "DROP_CASCADE"
    objects = [parse.unwrap(item) for item in node.objects]
    if kind == "OBJECT_TABLE":
        return [_drop_table(scene, scene.named(strings(each)), cascade=cascade) for each in objects]
    if cascade:
        return None
    if kind in _WITHOUT_RELATION:
        return []
    names = [strings(each) for each in objects]
    if kind == "OBJECT_INDEX":
        name = "DropStmt index" + (" concurrently" if node.concurrent else "")
        return [Situation(name, {"target": some(scene.table_of_index(scene.named(each)))}) for each in names]
    if kind in _ON_A_TABLE:
        name = f"DropStmt {kind.removeprefix('OBJECT_').lower()}"
        tables = [scene.named(each[:-1]) for each in names]
        below = kind == "OBJECT_TRIGGER"
        return [Situation(name, {"target": scene.descendants(oid) if below else some(oid)}) for oid in tables]
    if kind == "OBJECT_STATISTIC_EXT":
        return [Situation("DropStmt statistics", {"target": _with_statistics(scene, each)}) for each in names]
    if kind in ("OBJECT_VIEW", "OBJECT_MATVIEW", "OBJECT_SEQUENCE", "OBJECT_FOREIGN_TABLE"):
        return [Situation("DropStmt dropped", {"dropped": some(scene.named(each))}) for each in names]
    return None


def _drop_table(scene: Scene, oid: int | None, *, cascade: bool) -> Situation:
    first = scene.table(oid)
    tables = scene.descendants(oid) if cascade or (first is not None and first.kind == "p") else some(oid)
    found = [table for each in tables if (table := scene.table(each)) is not None]
    views = [view.oid for view in scene.catalog.views.values() if any(read in tables for read, _ in view.reads)]
    parts = {
        "dropped": (*tables, *scene.sequences(tables), *(views if cascade else ())),
        "referenced": tuple(x for x in scene.referenced(c for t in found for c in t.constraints) if x not in tables),
        "parent": tuple(parent for table in found if table.partition_bound for parent in table.parents),
        "referencing": scene.referencing(tables) if cascade else (),
    }
    return Situation("DropStmt table", parts)


def _with_statistics(scene: Scene, names: Sequence[str]) -> tuple[int, ...]:
    return tuple(
        table.oid
        for table in scene.catalog.tables.values()
        if any(s.name.name == names[-1] and (len(names) == 1 or s.name.schema == names[0]) for s in table.statistics)
    )


def _truncate(scene: Scene, node: Node) -> Found:
    tables = [oid for relation in node.relations for oid in scene.family(parse.unwrap(relation))]
    cascade = parse.enum_value(node, "behavior") == "DROP_CASCADE"
    reached = tuple(tables) + (scene.all_referencing(tables) if cascade else ())
    if node.restart_seqs and (sequences := scene.sequences(reached)):
        return [Situation("TruncateStmt restart identity", {"target": reached, "sequences": sequences})]
    return [Situation("TruncateStmt", {"target": reached})]


def _on_family(name: str) -> Callable[[Scene, Node], Found]:
    """A statement that does one thing to a table and to what is below it."""
    return lambda scene, node: [Situation(name, {"target": scene.family(node.relation)})]


def _on_one(name: str, field: str) -> Callable[[Scene, Node], Found]:
    """A statement that does one thing to the table in its field `field` alone."""
    return lambda scene, node: [Situation(name, {"target": some(scene.oid(getattr(node, field)))})]


def _statistics(scene: Scene, node: Node) -> Found:
    oids = tuple(oid for relation in node.relations for oid in some(scene.oid(parse.unwrap(relation))))
    return [Situation("CreateStatsStmt", {"target": oids})]


_COMMENTED = {
    "OBJECT_TABLE",
    "OBJECT_COLUMN",
    "OBJECT_VIEW",
    "OBJECT_MATVIEW",
    "OBJECT_FOREIGN_TABLE",
    "OBJECT_SEQUENCE",
}


def _comment(scene: Scene, node: Node) -> Found:
    kind = parse.enum_value(node, "objtype")
    thing = parse.unwrap(node.object)
    if kind in _COMMENTED:
        names = strings(thing)
        return [
            Situation("CommentStmt", {"target": some(scene.named(names[:-1] if kind == "OBJECT_COLUMN" else names))})
        ]
    if kind == "OBJECT_TABCONSTRAINT" or kind in _ON_A_TABLE:
        return [Situation("CommentStmt on a part", {"target": some(scene.named(strings(thing)[:-1]))})]
    return []


def _grant(scene: Scene, node: Node) -> Found:
    if parse.enum_value(node, "objtype") not in ("OBJECT_TABLE", "OBJECT_SEQUENCE", "OBJECT_COLUMN"):
        return []
    if parse.enum_value(node, "targtype") != "ACL_TARGET_OBJECT":
        return []  # ALL TABLES IN SCHEMA locks none of them, by measurement
    oids = tuple(oid for each in map(parse.unwrap, node.objects) for oid in some(scene.oid(each)))
    return [Situation("GrantStmt", {"target": oids})]


def _refresh(scene: Scene, node: Node) -> Found:
    oid = scene.oid(node.relation)
    view = scene.catalog.views.get(oid) if oid is not None else None
    sources = scene.read_by(read for read, _ in view.reads) if view else ()
    name = "RefreshMatViewStmt" + (" concurrently" if node.concurrent else " without data" if node.skip_data else "")
    return [Situation(name, {"target": some(oid), "source": () if node.skip_data else sources})]


def _view(scene: Scene, node: Node) -> Found:
    return [Situation("ViewStmt", {"target": some(scene.oid(node.view)), "source": scene.sources(node.query)})]


def _owned_by(scene: Scene, node: Node) -> tuple[int, ...]:
    for option in map(parse.unwrap, node.options):
        names = strings(parse.unwrap(option.arg)) if option.defname == "owned_by" else []
        if len(names) > 1:
            return some(scene.named(names[:-1]))
    return ()


def _create_sequence(scene: Scene, node: Node) -> Found:
    return [Situation("CreateSeqStmt", {"owner": _owned_by(scene, node)})]


def _alter_sequence(scene: Scene, node: Node) -> Found:
    return [Situation("AlterSeqStmt", {"target": some(scene.oid(node.sequence)), "owner": _owned_by(scene, node)})]


_DOMAIN = {"V": " validate", "O": " not null"}
_DOMAIN_ALONE = {"T", "N", "X"}  # SET or DROP DEFAULT, DROP NOT NULL, DROP CONSTRAINT


def _domain(scene: Scene, node: Node) -> Found:
    users = scene.users_of_type([parse.unwrap(part).sval for part in node.type_name])
    if node.subtype == "C":
        valid = not parse.unwrap(getattr(node, "def")).skip_validation
        return [Situation("AlterDomainStmt check", {"target": users})] if valid else []
    if node.subtype in _DOMAIN_ALONE and parse.enum_value(node, "behavior") != "DROP_CASCADE":
        return [Situation("AlterDomainStmt", {"target": users})]
    if node.subtype in _DOMAIN:
        return [Situation("AlterDomainStmt" + _DOMAIN[node.subtype], {"target": users})]
    return None


def _publication(scene: Scene, node: Node) -> Found:
    relations = [each.pubtable.relation for each in map(parse.unwrap, node.pubobjects) if each.HasField("pubtable")]
    oids = [oid for relation in relations for oid in scene.family(relation)]
    if parse.kind_of(node) == "AlterPublicationStmt" and parse.enum_value(node, "action") == "AP_SetObjects":
        tables = scene.catalog.tables.values()
        oids += [t.oid for t in tables if t.oid not in oids and any(p.name == node.pubname for p in t.publications)]
    return [Situation("CreatePublicationStmt", {"target": tuple(oids)})] if oids else []


_WITH_RELATION = ("OBJECT_TABLE", "OBJECT_VIEW", "OBJECT_MATVIEW", "OBJECT_SEQUENCE")


def _schema_of(scene: Scene, node: Node) -> Found:
    kind = parse.enum_value(node, "object_type")
    if kind not in _WITH_RELATION:
        return [] if kind in _WITHOUT_RELATION | {"OBJECT_STATISTIC_EXT"} else None
    oids = some(scene.oid(node.relation))
    return [Situation("AlterObjectSchemaStmt", {"target": oids, "sequences": scene.sequences(oids)})]


def _create_schema(_scene: Scene, node: Node) -> Found:
    return None if node.schema_elts else []


def _lock(scene: Scene, node: Node) -> Found:
    named = [oid for relation in node.relations for oid in scene.family(parse.unwrap(relation))]
    oids = tuple(oid for each in named for oid in (scene.read_by([each]) if each in scene.catalog.views else (each,)))
    return [Situation(f"LockStmt {node.mode}", {"target": oids})]


def _vacuum(scene: Scene, node: Node) -> Found:
    if node.is_vacuumcmd or not node.rels:
        return None
    oids = tuple(oid for each in node.rels for oid in scene.family(parse.unwrap(each).relation))
    return [Situation("VacuumStmt analyze", {"target": oids})]


def _change(scene: Scene, node: Node) -> Found:
    target = scene.family(node.relation)
    if any(oid in scene.catalog.views for oid in target):
        target = scene.read_by(target)
    kind = parse.kind_of(node)
    tables = [table for oid in target if (table := scene.table(oid)) is not None]
    parts = {
        "target": target,
        "locked" if _locks_rows(node) else "source": scene.sources(node),
        # The triggers of foreign keys look at the other side.
        "referenced": () if kind == "DeleteStmt" else scene.referenced(c for t in tables for c in t.constraints),
        "referencing": () if kind == "InsertStmt" else scene.all_referencing(target),
    }
    seen: set[int] = set()
    for part, oids in parts.items():
        parts[part] = tuple(oid for oid in oids if oid not in seen)
        seen |= set(oids)
    return [Situation("InsertStmt" if kind == "InsertStmt" else "UpdateStmt", parts)]


def _select(scene: Scene, node: Node) -> Found:
    if node.HasField("into_clause"):
        return [Situation("CreateTableAsStmt", {"source": scene.sources(node)})]
    return [Situation("SelectStmt", {"locked" if _locks_rows(node) else "source": scene.sources(node)})]


def _locks_rows(node: Node) -> bool:
    return any(parse.kind_of(child) == "LockingClause" for child in parse.walk(node))


_RENAMED_WHOLE = {"OBJECT_TABLE", "OBJECT_VIEW", "OBJECT_MATVIEW", "OBJECT_SEQUENCE", "OBJECT_FOREIGN_TABLE"}
_RENAMED_PART = {"OBJECT_COLUMN", "OBJECT_TABCONSTRAINT", "OBJECT_TRIGGER", "OBJECT_POLICY", "OBJECT_RULE"}


def _rename(scene: Scene, key: str, node: Node) -> Found:
    kind = key.removeprefix("RenameStmt.")
    oid = scene.oid(node.relation) if node.HasField("relation") else None
    table = scene.table_of_index(oid)
    if kind == "OBJECT_INDEX" or (kind in _RENAMED_WHOLE and table is not None):
        return [
            Situation("RenameStmt index" if kind == "OBJECT_INDEX" else "RenameStmt as a table", {"table": some(table)})
        ]
    if kind in _RENAMED_WHOLE:
        return [Situation("RenameStmt relation", {"target": some(oid)})]
    if kind in _RENAMED_PART:
        return [Situation("RenameStmt part", {"target": scene.family(node.relation)})]
    if kind == "OBJECT_ATTRIBUTE":
        users = scene.made_of([name for name in (node.relation.schemaname, node.relation.relname) if name])
        return [Situation("RenameStmt attribute", {"target": users})]
    if kind == "OBJECT_STATISTIC_EXT" or kind in _WITHOUT_RELATION:
        return []
    return None


def _alter_statistics(scene: Scene, node: Node) -> Found:
    return [Situation("AlterStatsStmt", {"target": _with_statistics(scene, strings_of(node.defnames))})]


def _owner(_scene: Scene, node: Node) -> Found:
    kind = parse.enum_value(node, "object_type")
    return [] if kind in _WITHOUT_RELATION or kind == "OBJECT_STATISTIC_EXT" else None


_STATEMENTS: dict[str, Callable[[Scene, Node], Found]] = {
    "AlterDomainStmt": _domain,
    "AlterOwnerStmt": _owner,
    "AlterObjectSchemaStmt": _schema_of,
    "AlterPolicyStmt": _on_one("AlterPolicyStmt", "table"),
    "AlterPublicationStmt": _publication,
    "AlterSeqStmt": _alter_sequence,
    "AlterStatsStmt": _alter_statistics,
    "ClusterStmt": _on_family("ClusterStmt"),
    "CommentStmt": _comment,
    "CreateForeignTableStmt": lambda scene, node: _create(scene, node.base_stmt),
    "CreatePolicyStmt": _on_one("CreatePolicyStmt", "table"),
    "CreatePublicationStmt": _publication,
    "CreateSchemaStmt": _create_schema,
    "CreateSeqStmt": _create_sequence,
    "CreateStatsStmt": _statistics,
    "CreateStmt": _create,
    "CreateTableAsStmt": _create_as,
    "CreateTrigStmt": _on_family("CreateTrigStmt"),
    "DeleteStmt": _change,
    "DropStmt": _drop,
    "GrantStmt": _grant,
    "IndexStmt": _index,
    "InsertStmt": _change,
    "LockStmt": _lock,
    "MergeStmt": _change,
    "RefreshMatViewStmt": _refresh,
    "ReindexStmt": _reindex,
    "RuleStmt": _on_one("RuleStmt", "relation"),
    "SelectStmt": _select,
    "TruncateStmt": _truncate,
    "UpdateStmt": _change,
    "VacuumStmt": _vacuum,
    "ViewStmt": _view,
}

"""Situations of ALTER TABLE, one subcommand at a time; ALTER INDEX, VIEW, SEQUENCE and TYPE share its node."""

from __future__ import annotations

from collections.abc import Callable

from ...sql import parse
from ...sql.parse import Node
from .known import SERIAL, TYPES
from .scene import Parts, Scene, Situation, some

KEY = "AlterTableStmt."

_ALONE = {
    "AT_ChangeOwner",
    "AT_SetRelOptions",
    "AT_ResetRelOptions",
    "AT_ReplicaIdentity",
    "AT_EnableRowSecurity",
    "AT_DisableRowSecurity",
    "AT_ForceRowSecurity",
    "AT_NoForceRowSecurity",
    "AT_ClusterOn",
    "AT_DropCluster",
    "AT_SetLogged",
    "AT_SetUnLogged",
    "AT_SetAccessMethod",
    "AT_AddInherit",
    "AT_DropInherit",
    "AT_AddOf",
    "AT_DropOf",
    "AT_SetOptions",
    "AT_ResetOptions",
}
"""Subcommands that do not go down to descendants (tablecmds.c, ATPrepCmd)."""

_OF_A_TYPE = {"AT_AddColumn", "AT_DropColumn", "AT_AlterColumnType"}


def alter(scene: Scene, command: Node, statement: Node) -> list[Situation] | None:
    """The situations of one subcommand; None where nobody has measured it."""
    subtype = parse.enum_value(command, "subtype")
    key = KEY + subtype
    target = scene.oid(statement.relation)
    if scene.table_of_index(target) is not None:
        return _index(scene, subtype, command, target)
    if parse.enum_value(statement, "objtype") == "OBJECT_TYPE":
        if subtype not in _OF_A_TYPE:
            return None
        relation = statement.relation
        users = scene.made_of([name for name in (relation.schemaname, relation.relname) if name])
        return [Situation("ALTER TYPE attribute", {"target": users})]
    oids = some(target) if subtype in _ALONE else scene.family(statement.relation)
    refine = _REFINED.get(subtype)
    if refine is not None:
        return refine(scene, command, target, {"target": oids})
    return [Situation(key, {"target": oids})]


def _index(scene: Scene, subtype: str, command: Node, index: int | None) -> list[Situation] | None:
    name = f"ALTER INDEX {subtype}"
    parts: dict[str, tuple[int, ...]] = {"table": some(scene.table_of_index(index))}
    if subtype == "AT_AttachPartition":
        child = scene.oid(_definition(command).name)
        parts["child"] = some(scene.table_of_index(child))
    return [Situation(name, parts)]


def _definition(command: Node) -> Node:
    """What the grammar calls `def`, a word that Python keeps for itself."""
    return parse.unwrap(getattr(command, "def"))


def _add_column(scene: Scene, command: Node, _target: int | None, parts: Parts) -> list[Situation]:
    column = _definition(command)
    found = {parse.enum_value(each, "contype"): each for each in map(parse.unwrap, column.constraints)}
    key = KEY + "AT_AddColumn"
    default = found.get("CONSTR_DEFAULT")
    rewrites = (
        _is_serial(column.type_name)
        or "CONSTR_IDENTITY" in found
        or _is_stored(found.get("CONSTR_GENERATED"))
        or _may_be_a_domain(scene, column.type_name)
        or (default is not None and not is_cheap(default.raw_expr))
    )
    names = [key + " rewriting"] if rewrites else []
    if "CONSTR_CHECK" in found or ("CONSTR_NOTNULL" in found and default is None):
        names.append(key + " checked")
    if found.keys() & {"CONSTR_UNIQUE", "CONSTR_PRIMARY"}:
        names.append(key + " indexed")
    situations = [Situation(name, parts) for name in names]
    if (foreign := found.get("CONSTR_FOREIGN")) is not None:
        filled = " filled" if rewrites or default is not None else ""
        referenced = {"referenced": scene.family(foreign.pktable)}
        situations.append(Situation(f"{key} referencing{filled}", {**parts, **referenced}))
    return situations or [Situation(key, parts)]


def is_rewriting_type(scene: Scene, type_name: Node) -> bool:
    """Whether a new column of the type rewrites the table whatever its DEFAULT: serial, a domain with a constraint, or
    a type of which that is not known."""
    return _is_serial(type_name) or _may_be_a_domain(scene, type_name)


def _is_serial(type_name: Node) -> bool:
    return len(type_name.names) == 1 and parse.unwrap(type_name.names[0]).sval in SERIAL


def _may_be_a_domain(scene: Scene, type_name: Node) -> bool:
    """A column of a domain with a constraint rewrites the table. A type that is neither PostgreSQL's own nor in the
    catalog (yet) is taken for one."""
    names = [parse.unwrap(part).sval for part in type_name.names]
    if names[-1] in TYPES | SERIAL and (len(names) == 1 or names[0] == "pg_catalog"):
        return False
    found = [
        rewrites
        for name, rewrites in scene.catalog.types.items()
        if name.name == names[-1] and (len(names) == 1 or name.schema == names[-2])
    ]
    return not found or any(found)


def _is_stored(generated: Node | None) -> bool:
    return generated is not None and generated.generated_kind != "v"


_STABLE = {"now", "transaction_timestamp", "statement_timestamp", "current_setting", "lower", "upper", "trim", "btrim"}
_CHEAP = {
    "A_Const",
    "TypeCast",
    "SQLValueFunction",
    "A_ArrayExpr",
    "String",
    "TypeName",
    "Integer",
    "Boolean",
    "A_Expr",
}


def is_cheap(expression: Node) -> bool:
    """Whether a DEFAULT surely has one value for all rows, so that it is stored once: constants, the likes of
    CURRENT_DATE and some stable functions. Everything else may be volatile."""
    for node in parse.walk(expression):
        kind = parse.kind_of(node)
        if kind == "FuncCall":
            if parse.unwrap(node.funcname[-1]).sval not in _STABLE:
                return False
        elif kind not in _CHEAP:
            return False
    return True


def _drop_column(scene: Scene, command: Node, target: int | None, parts: Parts) -> list[Situation] | None:
    if parse.enum_value(command, "behavior") == "DROP_CASCADE":
        return None
    situations = [Situation(KEY + "AT_DropColumn", parts)]
    table, column = scene.table(target), scene.column(target, command.name)
    if table is not None and column is not None:
        referenced = scene.referenced(c for c in table.constraints if column.number in c.columns)
        if referenced:
            situations.append(Situation(KEY + "AT_DropConstraint foreign key", {**parts, "referenced": referenced}))
    return situations


def _set_not_null(scene: Scene, command: Node, target: int | None, parts: Parts) -> list[Situation]:
    column, table = scene.column(target, command.name), scene.table(target)
    unproven = table is not None and any(
        c.kind == "not null" and not c.validated and column is not None and column.number in c.columns
        for c in table.constraints
    )
    already = column is not None and column.not_null and not unproven
    return [Situation(KEY + "AT_SetNotNull" + (" already" if already else ""), parts)]


_KINDS = {
    "CONSTR_CHECK": "check",
    "CONSTR_FOREIGN": "foreign key",
    "CONSTR_NOTNULL": "not null",
    "CONSTR_UNIQUE": "index",
    "CONSTR_PRIMARY": "index",
    "CONSTR_EXCLUSION": "index",
}


def _add_constraint(scene: Scene, command: Node, target: int | None, parts: Parts) -> list[Situation] | None:
    constraint = _definition(command)
    contype = parse.enum_value(constraint, "contype")
    kind = _KINDS.get(contype)
    if kind is None:
        return None
    name = f"{KEY}AT_AddConstraint {kind}"
    if kind == "foreign key":
        parts = {**parts, "referenced": scene.family(constraint.pktable)}
    if kind == "index" and constraint.indexname:
        table = scene.table(target)
        index = next((i for i in table.indexes if i.name == constraint.indexname), None) if table else None
        keys = [table.column_number(number) for number in index.key_columns] if table and index else []
        nullable = contype == "CONSTR_PRIMARY" and any(column is None or not column.not_null for column in keys)
        return [Situation(f"{name} attached" + (" nullable" if nullable else ""), parts)]
    if kind in ("check", "foreign key") and not constraint.is_enforced:
        name += " not enforced"
    elif kind != "index" and constraint.skip_validation:
        name += " not valid"
    return [Situation(name, parts)]


def _validate(scene: Scene, command: Node, target: int | None, parts: Parts) -> list[Situation] | None:
    constraint = scene.constraint(target, command.name)
    if constraint is None:
        return None
    name = KEY + "AT_ValidateConstraint"
    if constraint.kind == "foreign key":
        return [Situation(name + " foreign key", {**parts, "referenced": scene.referenced([constraint])})]
    return [Situation(name + (" already" if constraint.validated else ""), parts)]


def _drop_constraint(scene: Scene, command: Node, target: int | None, parts: Parts) -> list[Situation] | None:
    if parse.enum_value(command, "behavior") == "DROP_CASCADE":
        return None
    constraint = scene.constraint(target, command.name)
    if constraint is None or constraint.kind != "foreign key":
        return [Situation(KEY + "AT_DropConstraint", parts)]
    parts = {**parts, "referenced": scene.referenced([constraint])}
    return [Situation(KEY + "AT_DropConstraint foreign key", parts)]


def _alter_constraint(scene: Scene, command: Node, target: int | None, parts: Parts) -> list[Situation]:
    change, name = _definition(command), KEY + "AT_AlterConstraint"
    if change.alter_inheritability:
        parts = {"target": some(target), "below": tuple(oid for oid in parts["target"] if oid != target)}
        return [Situation(name + (" no inherit" if change.noinherit else " inherit"), parts)]
    if not change.alter_enforceability:
        return [Situation(name, parts)]
    constraint = scene.constraint(target, change.conname)
    parts = {**parts, "referenced": scene.referenced([constraint] if constraint else [])}
    return [Situation(name + (" enforced" if change.is_enforced else " not enforced"), parts)]


def _type(scene: Scene, command: Node, target: int | None, parts: Parts) -> list[Situation]:
    column, table = scene.column(target, command.name), scene.table(target)
    if column is None or table is None:
        return [Situation(KEY + "AT_AlterColumnType", parts)]
    pointing = scene.referencing(parts["target"], column=column.number)
    situations = [Situation(KEY + "AT_AlterColumnType", {**parts, "referencing": pointing})]
    if referenced := scene.referenced(c for c in table.constraints if column.number in c.columns):
        situations.append(Situation(KEY + "AT_DropConstraint foreign key", {**parts, "referenced": referenced}))
    return situations


def _access_method(scene: Scene, command: Node, target: int | None, parts: Parts) -> list[Situation] | None:
    """Only the one that a table already has is known to rewrite nothing."""
    table = scene.table(target)
    same = table is not None and table.access_method == command.name
    return [Situation(KEY + "AT_SetAccessMethod", parts)] if same else None


def _tablespace(scene: Scene, command: Node, target: int | None, parts: Parts) -> list[Situation] | None:
    """Likewise only the one that it is in."""
    table = scene.table(target)
    same = table is not None and (table.tablespace or "pg_default") == command.name
    return [Situation(KEY + "AT_SetTableSpace", parts)] if same else None


def _with_sequences(scene: Scene, command: Node, _target: int | None, parts: Parts) -> list[Situation]:
    key = KEY + parse.enum_value(command, "subtype")
    return [Situation(key, {**parts, "sequences": scene.sequences(parts["target"])})]


_OPTIONS = {
    "fillfactor",
    "parallel_workers",
    "toast_tuple_target",
    "log_autovacuum_min_duration",
    "vacuum_truncate",
    "vacuum_index_cleanup",
}


def _options(scene: Scene, command: Node, target: int | None, parts: Parts) -> list[Situation]:
    names = [parse.unwrap(item).defname for item in _definition(command).items]
    weak = all(name in _OPTIONS or name.startswith("autovacuum_") for name in names) and scene.table(target) is not None
    return [Situation(KEY + "AT_SetRelOptions" + ("" if weak else " other"), parts)]


def _inherit(scene: Scene, command: Node, target: int | None, _parts: Parts) -> list[Situation]:
    key = KEY + parse.enum_value(command, "subtype")
    return [Situation(key, {"target": scene.descendants(target), "parent": some(scene.oid(_definition(command)))})]


def _set_expression(scene: Scene, command: Node, target: int | None, parts: Parts) -> list[Situation]:
    """What is not stored is not written anew."""
    column = scene.column(target, command.name)
    virtual = column is not None and column.generated is not None and not column.stored
    return [Situation(KEY + "AT_SetExpression" + (" virtual" if virtual else ""), parts)]


PROVES = "pgw_"
"""How the names of CHECK constraints begin that were made so that ATTACH PARTITION reads no row."""


def _attach(scene: Scene, command: Node, target: int | None, _parts: Parts) -> list[Situation]:
    child = scene.oid(_definition(command).name)
    found = _around_partition(scene, target, child)
    proven = all(_is_proven(scene, oid) for oid in (*some(child), *found["default"][:1]))
    return [Situation(KEY + "AT_AttachPartition" + (" proven" if proven else ""), found)]


def _is_proven(scene: Scene, oid: int) -> bool:
    table = scene.table(oid)
    return table is not None and any(
        each.kind == "check" and each.validated and each.name.startswith(PROVES) for each in table.constraints
    )


def _around_partition(scene: Scene, parent: int | None, child: int | None) -> dict[str, tuple[int, ...]]:
    """Who plays a part when a table becomes a partition, or none any more: the tables that foreign keys of the parent
    point to, and those whose foreign keys point to it, too."""
    table = scene.table(parent)
    family = {*some(parent), *scene.descendants(child), *scene.default_partition(parent)}
    pointed = scene.referenced(table.constraints) if table is not None else ()
    pointing = scene.referencing(some(parent))
    return {
        "parent": some(parent),
        "child": scene.descendants(child),
        "default": scene.default_partition(parent),
        "referenced": tuple(oid for oid in pointed if oid not in family),
        "referencing": tuple(oid for oid in pointing if oid not in family and oid not in pointed),
    }


def _detach(scene: Scene, command: Node, target: int | None, _parts: Parts) -> list[Situation]:
    child = scene.oid(_definition(command).name)
    concurrent = " concurrently" if _definition(command).concurrent else ""
    return [Situation(KEY + "AT_DetachPartition" + concurrent, _around_partition(scene, target, child))]


_REFINED: dict[str, Callable[[Scene, Node, int | None, Parts], list[Situation] | None]] = {
    "AT_AddColumn": _add_column,
    "AT_DropColumn": _drop_column,
    "AT_SetNotNull": _set_not_null,
    "AT_AddConstraint": _add_constraint,
    "AT_ValidateConstraint": _validate,
    "AT_DropConstraint": _drop_constraint,
    "AT_AlterConstraint": _alter_constraint,
    "AT_AlterColumnType": _type,
    "AT_SetAccessMethod": _access_method,
    "AT_SetTableSpace": _tablespace,
    "AT_SetIdentity": _with_sequences,
    "AT_ChangeOwner": _with_sequences,
    "AT_SetLogged": _with_sequences,
    "AT_SetUnLogged": _with_sequences,
    "AT_SetRelOptions": _options,
    "AT_ResetRelOptions": _options,
    "AT_AddInherit": _inherit,
    "AT_DropInherit": _inherit,
    "AT_SetExpression": _set_expression,
    "AT_AttachPartition": _attach,
    "AT_DetachPartition": _detach,
}

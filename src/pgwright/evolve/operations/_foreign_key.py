"""A foreign key of a statement as `Validated`: its name, its text on the server, and the query for orphans."""

from __future__ import annotations

from ...base.name import RelationName
from ...catalog.values import Index, Table
from ...connect.capability import Capabilities
from ...sql import alter, parse
from ...sql.parse import Node
from ...sql.quote import ident, qualified
from . import _columns, _constraints
from ._foreign_key_parts import OfParts
from ._operation import UNKNOWN, Request
from ._steps import Steps
from ._validated import Validated


def foreign_key(steps: Steps, constraint: Node, columns: list[str], *, tag: str = "") -> Validated:
    """`constraint` is the node of the foreign key, `columns` the referencing ones by the names of the statement; the
    node is not changed. Raises where PostgreSQL would refuse it."""
    request = steps.request
    if not constraint.is_enforced:
        Capabilities(request.catalog.version).has_not_enforced(check=True)
    if constraint.skip_validation and kind_for(steps) is OfParts:
        raise request.error(
            f'cannot add NOT VALID foreign key on partitioned table "{steps.table.name}" up to 17',
            hint="Leave NOT VALID out: it is proven partition by partition while everybody works.",
        )
    for column in columns:
        _columns.known(request, steps.table, column)
    name = constraint.conname or _constraints.chosen_name(steps, columns, "fkey")
    other = _referenced(request, constraint)
    keys = _keys(steps, constraint, columns, other) if other is not None else []
    if constraint.is_enforced and not constraint.skip_validation:
        _constraints.require_unforced(request, steps.table, *([other] if other is not None else []))
    parts = tuple(part.oid for part in request.catalog.descendants(other.oid)) if other is not None else ()
    target = constraint.pktable.relname
    listed = ", ".join(columns)
    made = kind_for(steps)(
        steps=steps,
        name=name,
        statement=_statement(steps, constraint, columns, name, other),
        referenced=parts or (steps.table.oid,),
        query=_orphans(steps, constraint, columns, other, keys) if other is not None else "",
        what=f"rows of {steps.table.name} without a row of {target} for ({listed})",
        hint=f"Delete them, give them a {target} that is there, or set {listed} to NULL.",
        tag=tag,
        enforced=constraint.is_enforced,
        valid=not constraint.skip_validation,
    )
    _constraints.plan(steps, name, made)
    return made


def kind_for(steps: Steps) -> type[Validated]:
    """How the server takes a foreign key of the table: on a partitioned one up to 17 partition by partition."""
    able = Capabilities(steps.request.catalog.version).has_partitioned_foreign_key_not_valid()
    return OfParts if steps.partitioned and not able else Validated


def covered(table: Table, numbers: tuple[int, ...]) -> bool:
    """Whether an index of the table begins with the columns: without one, each DELETE of a referenced row reads the
    whole table."""
    return any(
        each.valid and set(each.key_columns[: len(numbers)]) == set(numbers) and "WHERE" not in each.definition
        for each in table.indexes
    )


def _referenced(request: Request, constraint: Node) -> Table | None:
    """The table that is pointed to; None for one that the same plan creates."""
    relation = constraint.pktable
    if request.catalog.find(relation.relname, relation.schemaname or None) is not None:
        return request.changeable(relation)
    schemas = (relation.schemaname,) if relation.schemaname else request.catalog.search_path
    if any(RelationName(schema, relation.relname) in request.created for schema in schemas):
        return None
    return request.table(relation)  # raises: there is none


def _statement(steps: Steps, constraint: Node, columns: list[str], name: str, other: Table | None) -> str:
    shape = steps.shape
    there = ", ".join(ident(shape.on_server(column)) for column in columns)
    text = f"ALTER TABLE {steps.sql} ADD CONSTRAINT {ident(name)} FOREIGN KEY ({there}) REFERENCES x NOT VALID"
    node = parse.parse(text)[0].node
    made = alter.definition(alter.command(node))
    kept = list(made.fk_attrs)
    made.MergeFrom(_bare(constraint))
    del made.fk_attrs[:]
    made.fk_attrs.extend(kept)
    made.conname = name
    made.skip_validation, made.initially_valid = constraint.is_enforced, not constraint.is_enforced
    if other is not None:
        made.pktable.schemaname, made.pktable.relname = other.name.schema or "", other.name.name
        names = steps.request.shape(other).server_names()
        for each in made.pk_attrs:
            each.string.sval = names.get(each.string.sval, each.string.sval)
    there_names = shape.server_names()
    for each in made.fk_del_set_cols:
        each.string.sval = there_names.get(each.string.sval, each.string.sval)
    made.is_enforced = True  # the parser's writer does not know it of a foreign key
    return parse.deparse_statement(node) + ("" if constraint.is_enforced else " NOT ENFORCED")


def _bare(constraint: Node) -> Node:
    made = type(constraint)()
    made.CopyFrom(constraint)
    made.ClearField("fk_attrs")
    return made


def _keys(steps: Steps, constraint: Node, columns: list[str], other: Table) -> list[str]:
    """The referenced columns by their names in the plan. Raises where PostgreSQL would refuse them."""
    request, target = steps.request, steps.request.shape(other)
    keys = [each.string.sval for each in constraint.pk_attrs] or _primary_key(request, other)
    for name in keys:
        _columns.known(request, other, name)
    if len(keys) != len(columns):
        raise request.error("number of referencing and referenced columns for foreign key disagree")
    numbers = tuple(target.survivor(key) for key in keys)
    if not _is_key(request, other, numbers):
        raise request.error(
            f'there is no unique constraint matching given keys for referenced table "{other.name}"',
            hint=f"Add it first: ALTER TABLE {qualified(other.name)} ADD UNIQUE ({', '.join(map(ident, keys))});",
        )
    if not _constraints.may(request.catalog, other, numbers, "REFERENCES"):
        raise request.refuse(
            f"role {request.catalog.role} has no right REFERENCES on {other.name}",
            hint=f"Its owner {other.owner} may: GRANT REFERENCES ON {qualified(other.name)} TO "
            f"{ident(request.catalog.role)};",
        )
    if other.persistence == "u" != steps.table.persistence:
        raise request.error("constraints on permanent tables may reference only permanent tables")
    _try(steps, constraint, columns, other, numbers)
    return keys


def _is_key(request: Request, other: Table, numbers: tuple[int, ...]) -> bool:
    """Whether the columns, in any order, are those of a unique index that counts, there or planned."""
    there = [each.key_columns for each in other.indexes if _counts(request, other, each)]
    shape = request.shape(other)
    planned = [columns for _, columns in shape.keys] + [columns for unique, columns in shape.indexed.values() if unique]
    return any(sorted(each) == sorted(numbers) for each in (*there, *planned))


def _counts(request: Request, other: Table, index: Index) -> bool:
    gone = index.constraint is not None and index.constraint in request.shape(other).gone
    return (
        index.unique and index.valid and index.immediate and not gone
        and 0 not in index.key_columns and " WHERE " not in index.definition
    )  # fmt: skip


def _try(steps: Steps, constraint: Node, columns: list[str], other: Table, numbers: tuple[int, ...]) -> None:
    """Asks the server about types and actions, where it knows the columns."""
    request, shape = steps.request, steps.shape
    mine = tuple(shape.column(shape.survivor(column)) for column in columns)
    theirs = tuple(request.shape(other).column(number) for number in numbers)
    if request.try_key is None or any(each.type_oid == UNKNOWN for each in (*mine, *theirs)):
        return
    names = dict(zip(columns, (each.name for each in mine), strict=True))
    node = parse.parse("ALTER TABLE x ADD FOREIGN KEY (y) REFERENCES z")[0].node
    made = alter.definition(alter.command(node))
    for field in ("fk_matchtype", "fk_upd_action", "fk_del_action", "deferrable", "initdeferred"):
        setattr(made, field, getattr(constraint, field))
    made.fk_del_set_cols.extend(constraint.fk_del_set_cols)
    for each in made.fk_del_set_cols:
        each.string.sval = names.get(each.string.sval, each.string.sval)
    clause = parse.deparse_statement(node).partition(" REFERENCES z")[2]
    problem = request.try_key(mine, theirs, clause)
    if problem is not None:
        raise request.error(f'foreign key of "{steps.table.name}" to "{other.name}": {problem}')


def _orphans(steps: Steps, constraint: Node, columns: list[str], other: Table, keys: list[str]) -> str:
    """The query for them; "" where the values come later or the role may not read what is pointed to."""
    shape, target = steps.shape, steps.request.shape(other)
    numbers = tuple(target.survivor(key) for key in keys)
    if any(_columns.is_filled_later(shape, column) for column in columns):
        return ""
    if not _constraints.may(steps.request.catalog, other, numbers, "SELECT"):
        return ""
    if not _constraints.all_seen(steps.request, steps.table, other):
        return ""
    mine = [shape.on_server(column) for column in columns]
    theirs = [target.on_server(key) for key in keys]
    return orphans(steps.table, mine, other, theirs, full=constraint.fk_matchtype == "f")


def orphans(table: Table, columns: list[str], other: Table, keys: list[str], *, full: bool) -> str:
    """The rows of `table` that point to nothing: by MATCH SIMPLE those without a NULL, by MATCH
    FULL also those with some."""
    mine = [f"f.{ident(column)}" for column in columns]
    given = " AND ".join(f"{column} IS NOT NULL" for column in mine)
    same = " AND ".join(f"k.{ident(key)} = {column}" for key, column in zip(keys, mine, strict=True))
    broken = f"{given} AND NOT EXISTS (SELECT FROM {_constraints.own_rows(other)} k WHERE {same})"
    if full and len(mine) > 1:
        some = " OR ".join(f"{column} IS NOT NULL" for column in mine)
        broken = f"({broken}) OR (NOT ({given}) AND ({some}))"
    return f"SELECT f.* FROM {_constraints.own_rows(table)} f WHERE {broken}"


def _primary_key(request: Request, other: Table) -> list[str]:
    shape = request.shape(other)
    names = {shape.survivor(name): name for name in shape.logical}
    stays = (each for each in other.constraints if each.kind == "primary key" and each.name not in shape.gone)
    planned = next((columns for kind, columns in shape.keys if kind == "PRIMARY KEY"), None)
    found = next((each.columns for each in stays), planned)
    if found is None:
        raise request.error(f'there is no primary key for referenced table "{other.name}"')
    return [names[number] for number in found]

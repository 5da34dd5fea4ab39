"""What a table must have before it becomes a partition: PostgreSQL refuses where columns or checks differ, and builds
indexes and proves foreign keys that it lacks under the strong lock, so they are made before.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...catalog.values import Constraint, Index, Table
from ...sql import parse
from ...sql.index import alike
from ...sql.quote import ident, qualified
from ..steps import condition
from ..steps.step import Action, Kind, Phase, Step
from . import _constraints, _names
from ._foreign_key import kind_for, orphans
from ._operation import Request
from ._steps import Steps
from ._unique import Unique
from ._validated import Validated


def check(request: Request, parent: Table, child: Table) -> None:
    """Raises where PostgreSQL would refuse the table as a partition of the parent."""
    name = str(child.name)
    if child.partition_bound is not None:
        raise request.error(f'"{name}" is already a partition')
    if child.parents:
        raise request.error(f'cannot attach inheritance child "{name}" as a partition')
    if child.kind != "p" and child.children:
        raise request.error(f'cannot attach inheritance parent "{name}" as a partition')
    if parent.oid in {each.oid for each in request.catalog.descendants(child.oid)}:
        raise request.error(f'"{parent.name}" is, or is below, "{name}" itself')
    if parent.persistence != "t" and child.persistence == "t":
        raise request.error(f'cannot attach temporary table "{name}" to "{parent.name}", which is not')
    for problem, cure in _differences(parent, child):
        raise request.error(f'"{name}" cannot become a partition of "{parent.name}": {problem}', hint=cure)


def _differences(parent: Table, child: Table) -> Iterator[tuple[str, str]]:
    change = f"ALTER TABLE {qualified(child.name)}"
    known = {column.name for column in parent.columns}
    for column in child.columns:
        if column.name not in known:
            yield f'column "{column.name}" is not in "{parent.name}"', f"{change} DROP COLUMN {ident(column.name)};"
        if column.identity is not None:
            yield f'"{column.name}" is an identity', f"{change} ALTER COLUMN {ident(column.name)} DROP IDENTITY;"
    for column in parent.columns:
        own, place = child.column(column.name), f"{change} ALTER COLUMN {ident(column.name)}"
        if own is None:
            yield f'column "{column.name}" is missing', f"{change} ADD COLUMN {ident(column.name)} {column.type};"
        elif own.type != column.type:
            yield f'column "{column.name}" is {own.type}, not {column.type}', f"{place} TYPE {column.type};"
        elif own.collation != column.collation:
            yield f'column "{column.name}" has another collation', f"{place} TYPE {column.type} COLLATE …;"
        elif column.not_null and not own.not_null:
            yield f'column "{column.name}" may be NULL', f"In a migration before this one: {place} SET NOT NULL;"
        elif (own.generated is None) != (column.generated is None):
            yield f'column "{column.name}" is generated in one of them only', "Make both alike first."
    named = {each.name: each for each in child.constraints if each.kind == "check"}
    for each in parent.constraints:
        if each.kind != "check" or each.no_inherit:
            continue
        mine = named.get(each.name)
        if mine is None or mine.definition.removesuffix(" NOT VALID") != each.definition.removesuffix(" NOT VALID"):
            cure = f"{change} ADD CONSTRAINT {ident(each.name)} {each.definition};"
            yield f'CHECK "{each.name}" is missing', f"In a migration before this one: {cure}"
        elif not mine.validated and each.validated:
            yield f'CHECK "{each.name}" is NOT VALID', f"{change} VALIDATE CONSTRAINT {ident(each.name)};"


def refuse_unsettled(request: Request, parent: Table, child: Table | None) -> None:
    """What is in flight on one of them, or done to the table by the same plan."""
    for table in (parent, *((child,) if child is not None else ())):
        shape = request.shape(table)
        if shape.links or shape.fills or table.oid in request.busy:
            raise request.refuse(
                f"{table.name} is changed by {request.busy.get(table.oid, 'a migration that is in flight')}",
                hint="Contract that first: pgwright contract",
            )
    if child is not None and ((shape := request.shape(child)).added or shape.planned or shape.indexed or shape.gone):
        raise request.refuse(
            f"earlier statements of this plan change {child.name}",
            hint="Write ATTACH PARTITION into a later migration; indexes, keys and foreign keys of the parent need no "
            "statement: they are made before.",
        )


def made(steps: Steps, parent: Table, phase: Phase) -> tuple[list[Step], list[Step]]:
    """Indexes, keys and foreign keys of the parent on the table of `steps`: forward, and back."""
    forward: list[Step] = []
    back: list[Step] = []
    for number, key in enumerate(_foreign_keys(steps, parent), 1):
        made_key = _foreign_key(steps, key, f"foreign{number}_")
        forward += made_key.forward(phase)
        back.append(made_key.drop("undo", Phase.ROLLBACK))
    for number, index in enumerate(_missing(parent, steps.table), 1):
        if steps.partitioned:
            raise steps.request.refuse(
                f"{steps.table.name} is partitioned and has no index like {index.name}",
                hint=f"In a migration before this one: {_moved(index, steps.table, '', concurrently=False)};",
            )
        ahead, after = _index(steps, parent, index, f"index{number}_", phase)
        forward += ahead
        back += after
    return forward, back


def _missing(parent: Table, child: Table) -> list[Index]:
    """The indexes of the parent of which the table has no like."""
    used: set[int] = set()
    found = []
    for index in parent.indexes:
        mine = next((each for each in child.indexes if each.oid not in used and _serves(each, index)), None)
        if mine is None:
            found.append(index)
        else:
            used.add(mine.oid)
    return found


def partners(steps: Steps, parent: Table) -> tuple[list[Step], list[str]]:
    """Of a partition that comes back: builds the indexes that the parent has for itself alone (ON ONLY, invalid), and
    what there is to say of them. PostgreSQL builds them with ATTACH PARTITION otherwise, under its lock (14 to 18)."""
    table = steps.table
    taken = {each.parent for each in table.indexes}
    forward: list[Step] = []
    said: list[str] = []
    for number, index in enumerate(parent.indexes, 1):
        free = (each for each in table.indexes if each.parent is None and each.valid)
        if index.oid in taken or any(alike(each.definition, index.definition) for each in free):
            continue
        if steps.partitioned:
            said.append(f"a rollback builds {index.name} on the partitions of {table.name} while they are locked")
            continue
        said.append(f"a rollback leaves an index like {index.name} on {table.name}: no partition is attached without")
        forward += _index(steps, parent, index, f"index{number}_", Phase.RESTORE)[0]
    return forward, said


def _serves(mine: Index, wanted: Index) -> bool:
    keys = wanted.constraint is None or (mine.constraint is not None and mine.primary == wanted.primary)
    return mine.valid and mine.parent is None and keys and alike(mine.definition, wanted.definition)


def _index(steps: Steps, parent: Table, index: Index, tag: str, phase: Phase) -> tuple[list[Step], list[Step]]:
    request, table = steps.request, steps.table
    constraint = next((each for each in parent.constraints if each.index_oid == index.oid), None)
    if constraint is not None and constraint.kind == "exclusion":
        raise request.refuse(
            f'{table.name} has no exclusion constraint like "{constraint.name}" of {parent.name}',
            hint="Nothing builds one without blocking writes: add it while the table is small, or empty.",
        )
    node = parse.parse(index.definition)[0].node
    columns = _names.index_columns([each.index_elem for each in (*node.index_params, *node.index_including_params)])
    label = "idx" if constraint is None else "pkey" if index.primary else "key"
    name = _names.index_name(request.catalog, table.name, columns, label, request.names)
    request.names.add(name)
    build = _moved(index, table, name, concurrently=True)
    if index.unique and constraint is not None:
        return _key(steps, parent, index, constraint, name, build, tag, phase)
    return _plain(steps, name, build, tag, phase)


def _key(
    steps: Steps, parent: Table, index: Index, constraint: Constraint, name: str, build: str, tag: str, phase: Phase
) -> tuple[list[Step], list[Step]]:
    numbers = [parent.column_number(number) for number in constraint.columns]
    kind = "PRIMARY KEY" if index.primary else "UNIQUE"
    tail = (" DEFERRABLE" if constraint.deferrable else "") + (" INITIALLY DEFERRED" if constraint.deferred else "")
    key = Unique(
        steps=steps,
        kind=kind,
        name=name,
        columns=tuple(column.name for column in numbers if column is not None),
        build=build,
        nulls_distinct="NULLS NOT DISTINCT" not in index.definition and kind == "UNIQUE",
        tail=tail,
        tag=tag,
        exact=False,
    )
    look = _constraints.all_seen(steps.request, steps.table)
    return key.forward(phase, look=look), key.back()


def _plain(steps: Steps, name: str, build: str, tag: str, phase: Phase) -> tuple[list[Step], list[Step]]:
    table = steps.table
    drop = f"DROP INDEX CONCURRENTLY {qualified(table.name.schema, name)}"
    parameters = {"relation": table.oid, "schema": table.name.schema, "name": name, "of": "", "definition": build}
    forward = steps.step(
        tag + "build",
        phase,
        Kind.CONCURRENT,
        f"build the index {name} of {table.name}",
        (build,),
        steps.on("IndexStmt concurrently"),
        action=Action(name="index_build", parameters={**parameters, "statement": build}),
        undo=(drop,),
        done=condition.has_index(table.oid, name),
    )
    back = steps.step(
        tag + "undo",
        Phase.ROLLBACK,
        Kind.CONCURRENT,
        f"drop index {name}",
        (drop,),
        steps.on("DropStmt index concurrently"),
        action=Action(name="index_drop", parameters={**parameters, "statement": drop}),
    )
    return [forward], [back]


def _moved(index: Index, table: Table, name: str, *, concurrently: bool) -> str:
    """The definition of the parent's index on the table."""
    node = parse.parse(index.definition)[0].node
    node.idxname, node.concurrent = name, concurrently
    node.relation.schemaname, node.relation.relname, node.relation.inh = table.name.schema, table.name.name, True
    return parse.deparse_statement(node)


def _foreign_keys(steps: Steps, parent: Table) -> list[Constraint]:
    mine = {each.definition for each in steps.table.constraints if each.kind == "foreign key" and each.validated}
    theirs = (each for each in parent.constraints if each.kind == "foreign key" and each.enforced)
    return [each for each in theirs if each.definition not in mine and each.validated]


def _foreign_key(steps: Steps, key: Constraint, tag: str) -> Validated:
    request, table = steps.request, steps.table
    catalog = request.catalog
    other = catalog.tables[key.referenced or 0]
    parent = next(each for each in catalog.tables.values() if key in each.constraints)
    columns = [column.name for n in key.columns if (column := parent.column_number(n)) is not None]
    keys = [column.name for n in key.referenced_columns if (column := other.column_number(n)) is not None]
    name = key.name
    if any(each.name == name for each in table.constraints):
        name = _constraints.chosen_name(steps, columns, "fkey")
    _constraints.require_unforced(request, table, other)
    seen = _constraints.all_seen(request, table, other)
    made = kind_for(steps)(
        steps=steps,
        name=name,
        statement=steps.alter(f"ADD CONSTRAINT {ident(name)} {key.definition} NOT VALID"),
        referenced=tuple(part.oid for part in catalog.descendants(other.oid)),
        query=orphans(table, columns, other, keys, full="MATCH FULL" in key.definition) if seen else "",
        what=f"rows of {table.name} without a row of {other.name} for ({', '.join(columns)})",
        hint=f"Delete them, or give them a {other.name.name} that is there.",
        tag=tag,
    )
    _constraints.plan(steps, name, made)
    return made

"""Drop a constraint, with a way back.

## What it does

`ALTER TABLE t DROP CONSTRAINT name`, for a CHECK, a foreign key, NOT NULL (18), UNIQUE, a primary key.

## Why it is dangerous

It waits for, and then holds, ACCESS EXCLUSIVE, for a foreign key on both tables. Without it rows can come that the old
application does not expect; a UNIQUE takes the index with it that the old application's ON CONFLICT needs.

## Phases and locks

A CHECK, a foreign key or NOT NULL goes with expand, because the new application is to write what it refuses (ACCESS
EXCLUSIVE, milliseconds). UNIQUE, a primary key and an exclusion go with contract, because the old application may rely
on their index.

## Rollback

A CHECK or foreign key comes back NOT VALID and is validated while everybody works; while rows break it rollback is
refused, with their count. In the grace period after contract UNIQUE and the primary key come back: their index is built
concurrently and taken over.

## Versions

PostgreSQL 14 to 18.

## Example

    ALTER TABLE commandes DROP CONSTRAINT commandes_utilisateur_id_fkey;
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ...catalog.values import Constraint, Index
from ...sql.quote import ident
from ..steps import condition
from ..steps.step import Kind, Phase, Step
from . import _columns, _constraints, drop_not_null, raw_sql
from ._foreign_key import kind_for
from ._key_back import key_back
from ._operation import Compiled, Request
from ._steps import Steps, comment_on
from ._twin import table_sql
from ._validated import Validated
from .validate_constraint import broken

DIRECTIVES = ("allow",)
RECOGNISES = ("AlterTableStmt.AT_DropConstraint",)


@dataclass(frozen=True, kw_only=True)
class DropConstraint:
    """Drop the constraint `name` of `table`."""

    table: str
    name: str
    schema: str | None = None

    def to_sql(self) -> str:
        """ALTER TABLE … DROP CONSTRAINT."""
        return f"ALTER TABLE {table_sql(self.table, self.schema)} DROP CONSTRAINT {ident(self.name)};\n"


def compile_(request: Request) -> Compiled:
    """By the kind of the constraint."""
    relation = request.action.statement.node.relation
    table = _constraints.changeable(request, relation)
    if not _columns.is_whole(relation, table):
        return raw_sql.compile_(request)
    steps, node = Steps(request, table), request.action.node
    gone = steps.shape.gone
    constraint = next((each for each in table.constraints if each.name == node.name and node.name not in gone), None)
    if constraint is None:
        return _missing(request, steps)
    if constraint.inherited:
        raise request.error(f'constraint "{node.name}" of "{table.name}" is inherited', hint="Drop it on the parent.")
    _refuse_dependents(request, constraint)
    if constraint.kind in ("check", "foreign key"):
        return _loosened(steps, constraint)
    if constraint.kind in ("unique", "primary key", "exclusion"):
        return _key(steps, constraint)
    if constraint.kind == "not null":
        column = table.column_number(constraint.columns[0])
        names = {steps.shape.survivor(name): name for name in steps.shape.logical}
        if column is not None and column.number in names:
            return drop_not_null.compile_for(steps, names[column.number])
    return raw_sql.compile_(request)


def _missing(request: Request, steps: Steps) -> Compiled:
    name = request.action.node.name
    if name in steps.shape.planned:
        raise request.refuse(f"{name} is added by this plan", hint="Leave both out.")
    if request.action.node.missing_ok:
        return Compiled(strategy="nothing to do", why=f"there is no constraint {name}")
    raise request.error(f'constraint "{name}" of table "{steps.table.name}" does not exist')


def _refuse_dependents(request: Request, constraint: Constraint) -> None:
    """The foreign keys that point to a key; CASCADE would drop them silently."""
    pointing = [
        f'foreign key "{each.name}" of {table.name} points to it: drop it first'
        for table in request.catalog.tables.values()
        for each in table.constraints
        if each.kind == "foreign key" and each.index_oid and each.index_oid == constraint.index_oid
        and constraint.kind != "foreign key" and each.parent is None and each.name not in request.shape(table).gone
    ]  # fmt: skip
    if pointing:
        raise request.refuse(f'constraint "{constraint.name}" cannot be dropped', *pointing)


def _referenced(steps: Steps, constraint: Constraint) -> tuple[int, ...]:
    if constraint.kind != "foreign key":
        return ()
    return tuple(part.oid for part in steps.request.catalog.descendants(constraint.referenced or 0))


def _comment(steps: Steps, constraint: Constraint, phase: Phase, *more: str) -> list[Step]:
    """What is said of it comes back with it."""
    said = list(more)
    if constraint.comment is not None:
        said.append(comment_on("CONSTRAINT", constraint.name, steps.sql, constraint.comment))
    step = steps.step(
        "comment_back",
        phase,
        Kind.CUTOVER,
        f"what is said of {constraint.name} as before",
        said,
        steps.on("CommentStmt on a part"),
    )
    return [step] if said else []


def _loosened(steps: Steps, constraint: Constraint) -> Compiled:
    bare = constraint.definition.removesuffix(" NOT VALID")
    provable = constraint.validated and constraint.enforced
    add = steps.alter(f"ADD CONSTRAINT {ident(constraint.name)} {bare}{' NOT VALID' if constraint.enforced else ''}")
    kind = kind_for(steps) if constraint.kind == "foreign key" else Validated
    made = kind(
        steps=steps,
        name=constraint.name,
        statement=add,
        referenced=_referenced(steps, constraint),
        query=broken(steps, constraint) if provable else "",
        what=f"rows of {steps.table.name} against {constraint.name}: {bare}",
        hint="Correct them, then run the rollback again.",
        tag="back_",
        enforced=constraint.enforced,
    )
    moment = steps.request.moment()
    steps.shape.gone[constraint.name] = moment
    drop = replace(made, tag="").drop("drop", moment, kind=Kind.INSTANT, undo=(add,))
    hazards = [f"from expand on rows can come that break {constraint.name}, and the old application may read them"]
    if provable:
        hazards.append(f"while rows break {constraint.name}, a rollback is refused")
    return Compiled(
        strategy="catalog-only",
        why="nothing is read; the new application may write what it refuses",
        hazards=tuple(hazards),
        steps=(
            drop,
            *made.forward(Phase.ROLLBACK, look=Phase.ROLLBACK, validate=provable),
            *_comment(steps, constraint, Phase.ROLLBACK),
        ),
    )


def _key(steps: Steps, constraint: Constraint) -> Compiled:
    table = steps.table
    index = next((each for each in table.indexes if each.oid == constraint.index_oid), None)
    _refuse_replica_identity(steps, constraint, index)
    add = steps.alter(f"ADD CONSTRAINT {ident(constraint.name)} {constraint.definition}")
    # WITHOUT OVERLAPS (18) stands on a gist index, which no constraint takes over.
    returns = index is not None and constraint.kind != "exclusion" and index.method == "btree"
    drop = steps.step(
        "drop",
        Phase.CONTRACT,
        Kind.CUTOVER,
        f"drop constraint {constraint.name} of {table.name}, with its index",
        (steps.alter(f"DROP CONSTRAINT {ident(constraint.name)}"),),
        steps.on("AlterTableStmt.AT_DropConstraint"),
        undo=(add,) if returns else (),
        done=condition.neither(condition.has_constraint(table.oid, constraint.name)),
    )
    steps.shape.gone[constraint.name] = Phase.CONTRACT
    hazards = [f"until contract a second row with the same key is still refused by {constraint.name} (23505)"]
    if index is None or not returns:
        hazards.append("after contract nothing brings it back: its index would be built under a strong lock")
    else:
        hazards.append("while several rows have the same key, a rollback from the grace period is refused")
    return Compiled(
        strategy="with contract",
        why="its index serves the old application until then",
        hazards=tuple(hazards),
        steps=(_needed(steps, constraint), drop, *(key_back(steps, constraint, index) if index and returns else ())),
    )


def _refuse_replica_identity(steps: Steps, constraint: Constraint, index: Index | None) -> None:
    table = steps.table
    default = table.replica_identity == "d" and constraint.kind == "primary key"
    if table.publications and (default or (index is not None and index.replica_identity)):
        raise steps.request.refuse(
            f"{table.name} is published, and {constraint.name} is its replica identity: UPDATE and DELETE would fail",
            hint=f"First: ALTER TABLE {steps.sql} REPLICA IDENTITY USING INDEX … or FULL.",
        )


def _needed(steps: Steps, constraint: Constraint) -> Step:
    """Views that group by a primary key need it, and contract would stop at them."""
    query = (
        "SELECT pg_catalog.pg_describe_object(d.classid, d.objid, d.objsubid) AS needs FROM pg_catalog.pg_depend d "
        "LEFT JOIN pg_catalog.pg_constraint k ON d.classid = 'pg_catalog.pg_constraint'::pg_catalog.regclass "
        f"AND k.oid = d.objid WHERE d.refclassid = 'pg_catalog.pg_constraint'::pg_catalog.regclass "
        f"AND d.refobjid = {constraint.oid:d} AND d.deptype = 'n' AND k.oid IS NULL"
    )
    return steps.look(
        "look",
        f"look for what needs {constraint.name}",
        query,
        f"rows of the catalog about what depends on constraint {constraint.name}",
        "Drop that first.",
    )

"""UNIQUE and PRIMARY KEY without a build under a strong lock: the index is built concurrently and then taken over.
`_key.py` does that for each partition of a partitioned table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...sql import parse
from ...sql.parse import Node
from ...sql.quote import ident, qualified
from ..steps import condition
from ..steps.step import Action, Kind, Phase, Step
from . import _constraints, _names
from ._steps import Steps

INDEX = "index"
"""What `Shape.planned` says of a key."""

ADD = "AlterTableStmt.AT_AddConstraint index attached"


@dataclass(frozen=True, kw_only=True)
class Unique:
    """A key over `columns` (names of the statement). `kind` is UNIQUE or PRIMARY KEY, `build` the CREATE INDEX, `tail`
    what follows the index in ADD CONSTRAINT (DEFERRABLE …). `exact` tells that the server would deparse
    `build` alike."""

    steps: Steps
    kind: str
    name: str
    columns: tuple[str, ...]
    build: str
    nulls_distinct: bool = True
    tail: str = ""
    tag: str = ""
    exact: bool = True

    def forward(self, phase: Phase, *, look: bool) -> list[Step]:
        """Look for duplicates, build, take over. `look` tells whether the values are there to be looked at."""
        first = [self.look(phase)] if look else []
        attached = attach(self.steps, self.kind, self.name, self.name, phase, tail=self.tail, tag=self.tag)
        return [*first, self._build(phase), attached]

    def back(self) -> list[Step]:
        """Rollback: the constraint goes with its index; an index that stands alone goes concurrently."""
        table = self.steps.table
        there = condition.has_constraint(table.oid, self.name)
        drop = self.steps.step(
            f"{self.tag}undo",
            Phase.ROLLBACK,
            Kind.CUTOVER,
            f"drop constraint {self.name} of {table.name}, with its index",
            (self.steps.alter(f"DROP CONSTRAINT {ident(self.name)}"),),
            self.steps.on("AlterTableStmt.AT_DropConstraint"),
            done=condition.neither(there),
        )
        statement = f"DROP INDEX CONCURRENTLY {qualified(table.name.schema or 'public', self.name)}"
        alone = self.steps.step(
            f"{self.tag}undo_index",
            Phase.ROLLBACK,
            Kind.CONCURRENT,
            f"drop index {self.name}, where no constraint stands on it yet",
            (statement,),
            self.steps.on("DropStmt index concurrently"),
            action=Action(name="index_drop", parameters=self._parameters(statement)),
        )
        return [drop, alone]

    def look(self, phase: Phase = Phase.LOOK) -> Step:
        """Looks for values that several rows share, before anything is changed (on the way back: in `phase`)."""
        shape, table = self.steps.shape, self.steps.table
        keys = [ident(shape.on_server(column)) for column in self.columns]
        listed = ", ".join(keys)
        some = "" if not self.nulls_distinct else " WHERE " + " AND ".join(f"{key} IS NOT NULL" for key in keys)
        query = (
            f"SELECT {listed}, count(*) AS rows FROM {_constraints.own_rows(table)}{some} GROUP BY {listed} "
            "HAVING count(*) > 1 ORDER BY rows DESC"
        )
        return self.steps.look(
            f"{self.tag}look",
            f"look for several rows of {table.name} with the same {', '.join(self.columns)}",
            query,
            f"values of ({', '.join(self.columns)}) in several rows of {table.name}",
            "Delete or change all but one of each, then run the same command again.",
            phase=phase if phase is Phase.RESTORE else Phase.LOOK,
        )

    def _build(self, phase: Phase) -> Step:
        return self.steps.step(
            f"{self.tag}build",
            phase,
            Kind.CONCURRENT,
            f"build the index {self.name}",
            (self.build,),
            self.steps.on("IndexStmt concurrently"),
            action=Action(name="index_build", parameters=self._parameters(self.build)),
            undo=(f"DROP INDEX CONCURRENTLY {qualified(self.steps.table.name.schema or 'public', self.name)}",),
            done=condition.has_index(self.steps.table.oid, self.name),
        )

    def _parameters(self, statement: str) -> dict[str, object]:
        table = self.steps.table
        return {
            "relation": table.oid,
            "schema": table.name.schema,
            "name": self.name,
            "of": "",
            "statement": statement,
            "definition": self.build if self.exact else "",
        }


def attach(steps: Steps, kind: str, name: str, index: str, phase: Phase, *, tail: str = "", tag: str = "") -> Step:
    """Makes a constraint of a unique index that is there."""
    return steps.step(
        f"{tag}attach",
        phase,
        Kind.INSTANT,
        f"make {kind} {name} of {steps.table.name} of the index",
        (steps.alter(f"ADD CONSTRAINT {ident(name)} {kind} USING INDEX {ident(index)}{tail}"),),
        steps.on(ADD),
        undo=(steps.alter(f"DROP CONSTRAINT {ident(name)}"),),
        ready=condition.has_index(steps.table.oid, index),
        done=condition.has_constraint(steps.table.oid, name, kind="p" if kind == "PRIMARY KEY" else "u"),
    )


def twice(columns: Sequence[str]) -> str:
    """What both applications are refused from then on."""
    shown = ", ".join(columns)
    return f"from the end of the build on a second row with the same ({shown}) is refused to both applications (23505)"


def deferral(constraint: Node) -> str:
    """DEFERRABLE and INITIALLY DEFERRED, as typed."""
    return (" DEFERRABLE" if constraint.deferrable else "") + (" INITIALLY DEFERRED" if constraint.initdeferred else "")


def chosen_name(steps: Steps, constraint: Node, label: str) -> str:
    """The name as typed or as PostgreSQL chooses it; raises where it is taken."""
    request, table = steps.request, steps.table
    schema = table.name.schema
    columns = _names.index_columns([constraint_column(each) for each in (*constraint.keys, *constraint.including)])
    name = constraint.conname or _names.index_name(request.catalog, table.name, columns, label, request.names)
    _constraints.require_free(steps, name)
    shapes = (shape for shape in request.shapes.values() if shape.table.name.schema == schema)
    if name in _names.relations(request.catalog, schema) or any(shape.planned.get(name) == INDEX for shape in shapes):
        raise request.error(f'relation "{name}" exists already', hint=_leftover(steps, name))
    request.names.add(name)
    steps.shape.planned[name] = INDEX
    return str(name)


def constraint_column(name: Node) -> Node:
    """A column of a constraint as one of an index."""
    holder = parse.parse("CREATE INDEX ON x (y)")[0].node.index_params[0].index_elem
    holder.name = name.string.sval
    return holder


def _leftover(steps: Steps, name: str) -> str:
    invalid = any(each.name == name and not each.valid for each in steps.table.indexes)
    schema = steps.table.name.schema or "public"
    cure = f"It is invalid, the rest of a broken build: DROP INDEX CONCURRENTLY {qualified(schema, name)};"
    return cure if invalid else "Name the constraint otherwise."


def build_sql(steps: Steps, constraint: Node, name: str, columns: Sequence[str]) -> str:
    """CREATE UNIQUE INDEX CONCURRENTLY of a constraint, with its INCLUDE, NULLS NOT DISTINCT, WITH and TABLESPACE."""
    shape = steps.shape
    keys = ", ".join(ident(shape.on_server(column)) for column in columns)
    included = [each.string.sval for each in constraint.including]
    more = f" INCLUDE ({', '.join(ident(shape.on_server(column)) for column in included)})" if included else ""
    text = f"CREATE UNIQUE INDEX CONCURRENTLY {ident(name)} ON {steps.sql} ({keys}){more}"
    node = parse.parse(text)[0].node
    node.options.extend(constraint.options)
    node.table_space = constraint.indexspace
    node.nulls_not_distinct = constraint.nulls_not_distinct
    return parse.deparse_statement(node)


def label(kind: str) -> str:
    """How a name without one ends."""
    return "pkey" if kind == "PRIMARY KEY" else "key"


def unique(steps: Steps, constraint: Node, kind: str, name: str, *, tag: str) -> Unique:
    """The key `name` on the table of `steps`."""
    columns = [each.string.sval for each in constraint.keys]
    return Unique(
        steps=steps,
        kind=kind,
        name=name,
        columns=tuple(columns),
        build=build_sql(steps, constraint, name, columns),
        nulls_distinct=not constraint.nulls_not_distinct and kind == "UNIQUE",
        tail=deferral(constraint),
        tag=tag,
        exact=not constraint.options,
    )

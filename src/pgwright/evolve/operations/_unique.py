"""UNIQUE and PRIMARY KEY without a build under a strong lock: the index is built concurrently and then taken over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...sql import parse
from ...sql.parse import Node
from ...sql.quote import ident, qualified
from ..steps import condition
from ..steps.step import Action, Kind, Phase, Step
from . import _columns, _names
from ._steps import Steps

ADD = "AlterTableStmt.AT_AddConstraint index attached"


@dataclass(frozen=True, kw_only=True)
class Unique:
    """A key over `columns` (names of the statement). `kind` is UNIQUE or PRIMARY KEY, `build` the CREATE INDEX, `tail`
    what follows the index in ADD CONSTRAINT (DEFERRABLE …)."""

    steps: Steps
    kind: str
    name: str
    columns: tuple[str, ...]
    build: str
    nulls_distinct: bool = True
    tail: str = ""
    tag: str = ""

    def forward(self, phase: Phase, *, look: bool) -> list[Step]:
        """Look for duplicates, build, take over. `look` tells whether the values are there to be looked at."""
        first = [self.look()] if look else []
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

    def look(self) -> Step:
        """Looks for values that several rows share, before anything is changed."""
        shape, table = self.steps.shape, self.steps.table
        keys = [ident(shape.on_server(column)) for column in self.columns]
        listed = ", ".join(keys)
        some = "" if not self.nulls_distinct else " WHERE " + " AND ".join(f"{key} IS NOT NULL" for key in keys)
        query = (
            f"SELECT {listed}, count(*) AS rows FROM {self.steps.sql}{some} GROUP BY {listed} HAVING count(*) > 1 "
            "ORDER BY rows DESC"
        )
        return self.steps.look(
            f"{self.tag}look",
            f"look for several rows of {table.name} with the same {', '.join(self.columns)}",
            query,
            f"values of ({', '.join(self.columns)}) in several rows of {table.name}",
            "Delete or change all but one of each, then run the same command again.",
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
        done=condition.has_constraint(steps.table.oid, name),
    )


def twice(columns: Sequence[str]) -> str:
    """What both applications are refused from then on."""
    shown = ", ".join(columns)
    return f"from the end of the build on a second row with the same ({shown}) is refused to both applications (23505)"


def deferral(constraint: Node) -> str:
    """DEFERRABLE and INITIALLY DEFERRED, as typed."""
    return (" DEFERRABLE" if constraint.deferrable else "") + (" INITIALLY DEFERRED" if constraint.initdeferred else "")


def chosen_name(steps: Steps, constraint: Node, columns: Sequence[str], label: str) -> str:
    """The name as typed or as PostgreSQL chooses it; raises where it is taken."""
    request, table = steps.request, steps.table
    taken = _names.relations(request.catalog, table.name.schema) | request.names
    name = constraint.conname or _names.index_name(request.catalog, table.name, columns, label, request.names)
    if name in taken:
        raise request.error(f'relation "{name}" exists already')
    request.names.add(name)
    return str(name)


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


def key(steps: Steps, constraint: Node, kind: str, columns: list[str], phase: Phase, *, tag: str = "") -> list[Step]:
    """The steps of all phases for a key of a statement whose index is to be built. On a partitioned table each
    partition gets its own first, and the table then takes them for its own without building anything (14 to 18)."""
    label = "pkey" if kind == "PRIMARY KEY" else "key"
    name = chosen_name(steps, constraint, columns, label)
    look = not any(_columns.is_filled_later(steps.shape, column) for column in columns)
    if phase is Phase.VERIFY:
        steps.request.late.update((name, steps.table.name.name))

    def unique(of: Steps, called: str, prefix: str) -> Unique:
        return Unique(
            steps=of,
            kind=kind,
            name=called,
            columns=tuple(columns),
            build=build_sql(of, constraint, called, columns),
            nulls_distinct=not constraint.nulls_not_distinct and kind == "UNIQUE",
            tail=deferral(constraint),
            tag=prefix,
        )

    root = unique(steps, name, tag)
    if not steps.partitioned:
        return [*root.forward(phase, look=look), *root.back()]
    _require_partition_key(steps, columns, kind)
    found = [root.look()] if look else []
    back = [root.back()[0]]
    leaves = (part for part in steps.request.catalog.descendants(steps.table.oid) if part.kind == "r")
    for number, leaf in enumerate(leaves, 1):
        of = Steps(steps.request, leaf)
        bare = type(constraint)()
        bare.CopyFrom(constraint)
        bare.conname = ""
        each = unique(of, chosen_name(of, bare, columns, label), f"{tag}part{number}_")
        found += each.forward(phase, look=False)
        back += each.back()
    return [*found, _joined(steps, root, columns, phase), *back]


def _joined(steps: Steps, root: Unique, columns: Sequence[str], phase: Phase) -> Step:
    keys = ", ".join(ident(steps.shape.on_server(column)) for column in columns)
    statement = steps.alter(f"ADD CONSTRAINT {ident(root.name)} {root.kind} ({keys}){root.tail}")
    return steps.step(
        f"{root.tag}joined",
        phase,
        Kind.INSTANT,
        f"make one {root.kind} of {steps.table.name} of those of its partitions",
        (statement,),
        steps.on(ADD),
        undo=(steps.alter(f"DROP CONSTRAINT {ident(root.name)}"),),
        done=condition.has_constraint(steps.table.oid, root.name),
    )


def _require_partition_key(steps: Steps, columns: Sequence[str], kind: str) -> None:
    """A key of a partitioned table must contain the columns that tell the partition (14 to 18)."""
    numbers = {steps.shape.survivor(column) for column in columns}
    parts = [part for part in steps.request.catalog.descendants(steps.table.oid) if part.kind == "p"]
    for part in parts:
        missing = [number for number in part.partition_columns if number not in numbers]
        if missing:
            lacking = part.column_number(missing[0])
            raise steps.request.error(
                f'{kind} on partitioned table "{steps.table.name}" must contain all columns of the partition key: '
                f"{lacking.name if lacking else missing[0]} is missing"
            )

"""NOT NULL without a scan under a strong lock: a constraint that is NOT VALID first, then validated.

Up to 17 that is a CHECK, under which SET NOT NULL skips its scan (since 12), and which goes again; 18 has NOT NULL …
NOT VALID itself, whose name must be the one that SET NOT NULL would have given (seen in pg_dump of 18).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ...catalog.values import Table
from ...connect.capability import Capabilities
from ...sql.quote import ident, qualified
from ..steps import condition
from ..steps.step import Action, Kind, Phase, Step
from ..sync.naming import hidden_name
from . import _columns, _constraints, _kept, _names
from ._steps import Steps

NO_SCAN = "AlterTableStmt.AT_SetNotNull already"
"""SET NOT NULL over a proof locks as over a column that has it already (14 to 18: no scan in both)."""


@dataclass(frozen=True, kw_only=True)
class NotNull:
    """The steps for one column: `column` is its name on the server, `name` the one that the statement gives it,
    `constraint` the name of what proves it, `native` tells that the server has NOT NULL … NOT VALID."""

    steps: Steps
    column: str
    name: str
    phase: Phase
    tag: str
    constraint: str
    native: bool

    @classmethod
    def of(cls, steps: Steps, name: str, phase: Phase, *, tag: str = "not_null") -> NotNull:
        """For the column that the statement calls `name`; chooses the name of what proves it."""
        request = steps.request
        native = cls.is_native(steps)
        constraint = hidden_name(f"{request.id}_{tag}", "new")
        if native:
            constraint = _names.constraint_name(request.catalog, steps.table, [name], "not_null", request.names)
            request.names.add(constraint)
        column = steps.shape.on_server(name)
        return cls(steps=steps, column=column, name=name, phase=phase, tag=tag, constraint=constraint, native=native)

    @staticmethod
    def is_native(steps: Steps) -> bool:
        """Whether the server has NOT NULL … NOT VALID."""
        return Capabilities(steps.request.catalog.version).has_not_null_not_valid()

    @property
    def number(self) -> int:
        """The attnum of the column."""
        return self.steps.shape.survivor(self.name)

    def add_sql(self) -> str:
        """Adds the proof for new rows."""
        what = f"NOT NULL {ident(self.column)}" if self.native else f"CHECK ({ident(self.column)} IS NOT NULL)"
        return self.steps.alter(f"ADD CONSTRAINT {ident(self.constraint)} {what} NOT VALID")

    def add_situation(self) -> str:
        """What was measured for it."""
        kind = "not null" if self.native else "check"
        return f"AlterTableStmt.AT_AddConstraint {kind} not valid"

    def add(self) -> Step:
        """From now on a NULL is refused."""
        return self.steps.step(
            self.tag,
            self.phase,
            Kind.INSTANT,
            f"from now on a NULL in {self.name} is refused",
            (self.add_sql(),),
            self.steps.on(self.add_situation()),
            undo=self.undo_sql(),
            done=condition.has_constraint(self.steps.table.oid, self.constraint),
        )

    def prove(self, *, again: tuple[str, ...] = (), query: str = "", phase: Phase | None = None) -> list[Step]:
        """Validates it, and makes it the NOT NULL of the column. Where a NULL is found the proof goes again, and the
        steps `again` run anew; without them the rows are known to be filled, and it stays."""
        oid, phase = self.steps.table.oid, phase or self.phase
        parameters = {
            "relation": oid,
            "constraints": [[oid, self.steps.sql, self.constraint]],
            "again": list(again),
            "query": query,
        }
        valid = self.steps.step(
            f"{self.tag}_valid",
            phase,
            Kind.ONLINE,
            f"prove that {self.name} has no NULL",
            (self.steps.alter(f"VALIDATE CONSTRAINT {ident(self.constraint)}"),),
            self.steps.on("AlterTableStmt.AT_ValidateConstraint"),
            action=Action(name="constraint_validate", parameters=parameters) if again else None,
            undo=self.undo_sql(),
            done=self._is_proven(),
        )
        if self.native:
            return [valid]
        set_ = self.steps.step(
            f"{self.tag}_set",
            phase,
            Kind.INSTANT,
            f"{self.name} is NOT NULL; what proved it goes",
            (
                self.steps.alter(f"ALTER COLUMN {ident(self.column)} SET NOT NULL"),
                self.steps.alter(f"DROP CONSTRAINT {ident(self.constraint)}"),
            ),
            self.steps.on(NO_SCAN),
            self.steps.on("AlterTableStmt.AT_DropConstraint"),
            undo=self.undo_sql(),
            done=condition.is_not_null(oid, self.number),
        )
        return [valid, set_]

    def undo_sql(self) -> tuple[str, ...]:
        """Takes all of it back, however far it was."""
        loose = self.steps.alter(f"ALTER COLUMN {ident(self.column)} DROP NOT NULL")
        if self.native:
            return (loose,)
        again = _kept.again(self.steps, self.kept, self.column, self.tag)
        return (self.steps.alter(f"DROP CONSTRAINT IF EXISTS {ident(self.constraint)}"), loose, *again)

    @property
    def kept(self) -> list[Table]:
        """The parts that stay NOT NULL after a rollback and would lose it."""
        return [] if self.native else _kept.kept(self.steps, self.column)

    def keep(self) -> list[Step]:
        """Rollback begins with a proof for those."""
        return _kept.prove(self.steps, self.kept, self.column, self.tag)

    def undo(self) -> list[Step]:
        """Rollback."""
        undo = self.steps.step(
            f"{self.tag}_undo",
            Phase.ROLLBACK,
            Kind.CUTOVER,
            f"{self.name} may be NULL again",
            self.undo_sql(),
            self.steps.on("AlterTableStmt.AT_DropNotNull"),
            self.steps.on("AlterTableStmt.AT_DropConstraint"),
        )
        return [*self.keep(), undo]

    def _is_proven(self) -> str:
        oid = self.steps.table.oid
        valid = condition.has_constraint(oid, self.constraint, valid=True)
        return valid if self.native else condition.either(valid, condition.is_not_null(oid, self.number))


def look_for_null(steps: Steps, name: str, *, tag: str = "look") -> tuple[Step, ...]:
    """NULLs are looked for before anything is changed, where the values are there already."""
    if _columns.is_filled_later(steps.shape, name) or not _constraints.all_seen(steps.request, steps.table):
        return ()
    query = f"SELECT * FROM {steps.sql} WHERE {ident(steps.shape.on_server(name))} IS NULL"
    hint = f"Fill them, or write above the statement: -- pgwright: on_null({ident(name)}) = …"
    summary = f"look for rows of {steps.table.name} where {name} is NULL"
    return (steps.look(tag, summary, query, f"rows of {steps.table.name} with NULL in {name}", hint),)


def make_not_null(steps: Steps, columns: list[str], phase: Phase) -> tuple[list[Step], list[Step]]:
    """The steps that make NOT NULL what may be NULL, and those that take it back."""
    forward, back = [], []
    for number, column in enumerate(columns, 1):
        attnum = steps.shape.survivor(column)
        if attnum in steps.shape.not_null:
            continue
        steps.shape.not_null.add(attnum)
        proof = NotNull.of(steps, column, phase, tag=f"not_null{number}")
        look = look_for_null(steps, column, tag=f"look{number}_null")
        added = proof.add()
        query = f"SELECT * FROM {steps.sql} WHERE {ident(proof.column)} IS NULL"
        forward += [*look, added, *proof.prove(again=(*(each.id for each in look), added.id), query=query)]
        *kept, undo = proof.undo()
        back += [*kept, _with_parts(proof, attnum, undo)]
    return forward, back


def _with_parts(proof: NotNull, number: int, undo: Step) -> Step:
    """A primary key makes NOT NULL a partition's own (18), so that it stays when that of the table goes."""
    steps = proof.steps
    if not proof.native or not steps.partitioned:
        return undo
    name = steps.shape.column(number).name
    loose = tuple(
        f"ALTER TABLE {qualified(part.name)} ALTER COLUMN {ident(proof.column)} DROP NOT NULL"
        for part in steps.request.catalog.descendants(steps.table.oid)
        if part.kind == "r" and (column := part.column(name)) is not None and not column.not_null
    )
    return replace(undo, statements=(*undo.statements, *loose))

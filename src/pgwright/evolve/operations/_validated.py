"""A CHECK or a foreign key: looked for violations, added NOT VALID, validated, each apart (law 5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...sql.quote import ident
from ..locks.scene import Situation
from ..steps import condition
from ..steps.step import Action, Kind, Phase, Step
from ._steps import Steps

ADD = "AlterTableStmt.AT_AddConstraint"
VALIDATE = "AlterTableStmt.AT_ValidateConstraint"
DROP = "AlterTableStmt.AT_DropConstraint"


@dataclass(frozen=True, kw_only=True)
class Validated:
    """One constraint. `statement` adds it NOT VALID; `referenced` are the tables that it points to (() for a CHECK);
    `query` selects the rows that break it, "" where they cannot be looked for yet; `what` says of a plural number of
    rows what is wrong with them, `hint` what to do about them. `tag` begins the names of the steps."""

    steps: Steps
    name: str
    statement: str
    referenced: tuple[int, ...] = ()
    query: str = ""
    what: str = ""
    hint: str = ""
    tag: str = ""

    @property
    def kind(self) -> str:
        """How the measured situations call it."""
        return "foreign key" if self.referenced else "check"

    def forward(self, phase: Phase, *, look: Phase | None = Phase.LOOK, validate: bool = True) -> list[Step]:
        """The steps that make it, all but the look in `phase`. Where a row breaks it all the same it goes again."""
        first = [self._look(look)] if look is not None and self.query and validate else []
        added = self._add(phase)
        again = (*(each.id for each in first), added.id)
        return [*first, added, *([self._validate(phase, again)] if validate else [])]

    def drop(self, name: str, phase: Phase, *, kind: Kind = Kind.CUTOVER, undo: Sequence[str] = ()) -> Step:
        """The step that takes it away."""
        there = condition.has_constraint(self.steps.table.oid, self.name)
        return self.steps.step(
            self.tag + name,
            phase,
            kind,
            f"drop constraint {self.name} of {self.steps.table.name}",
            (self.drop_sql(),),
            *self._situations(DROP),
            undo=undo,
            done=condition.neither(there),
        )

    def drop_sql(self) -> str:
        """DROP CONSTRAINT."""
        return self.steps.alter(f"DROP CONSTRAINT {ident(self.name)}")

    def _look(self, phase: Phase) -> Step:
        summary = f"look for rows of {self.steps.table.name} that break {self.name}"
        more = [Situation("SelectStmt", {"source": self.referenced})] if self.referenced else []
        return self.steps.look(self.tag + "look", summary, self.query, self.what, self.hint, *more, phase=phase)

    def _add(self, phase: Phase) -> Step:
        return self.steps.step(
            self.tag + "add",
            phase,
            Kind.INSTANT,
            f"add constraint {self.name} to {self.steps.table.name}, for new rows",
            (self.statement,),
            self._situation(f"{ADD} {self.kind} not valid"),
            undo=(self.drop_sql(),),
            done=condition.has_constraint(self.steps.table.oid, self.name),
        )

    def _validate(self, phase: Phase, again: tuple[str, ...]) -> Step:
        oid = self.steps.table.oid
        parameters = {
            "relation": oid,
            "constraints": [[oid, self.steps.sql, self.name]],
            "again": list(again),
            "query": self.query,
        }
        return self.steps.step(
            self.tag + "valid",
            phase,
            Kind.ONLINE,
            f"prove {self.name} for the rows that were there",
            (self.steps.alter(f"VALIDATE CONSTRAINT {ident(self.name)}"),),
            self._situation(VALIDATE + (" foreign key" if self.referenced else "")),
            action=Action(name="constraint_validate", parameters=parameters),
            undo=(self.drop_sql(),),
            done=condition.has_constraint(oid, self.name, valid=True),
        )

    def _situations(self, name: str) -> list[Situation]:
        return [self._situation(name + (" foreign key" if self.referenced else ""))]

    def _situation(self, name: str) -> Situation:
        if not self.referenced:
            return self.steps.on(name)
        return self.steps.on(name, referenced=self.referenced)

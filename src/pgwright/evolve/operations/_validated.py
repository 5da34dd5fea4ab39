"""A CHECK or a foreign key: looked for violations, added NOT VALID, validated, each apart (law 5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...sql.parse import Node
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
    rows what is wrong with them, `hint` what to do about them. `tag` begins the names of the steps. `enforced` is
    false for NOT ENFORCED (18), `valid` for NOT VALID as typed."""

    steps: Steps
    name: str
    statement: str
    referenced: tuple[int, ...] = ()
    query: str = ""
    what: str = ""
    hint: str = ""
    tag: str = ""
    enforced: bool = True
    valid: bool = True

    @property
    def kind(self) -> str:
        """How the measured situations call it."""
        return "foreign key" if self.referenced else "check"

    def forward(self, phase: Phase, *, look: Phase | None = Phase.LOOK, validate: bool = True) -> list[Step]:
        """The steps that make it, all but the look in `phase`. Where a row breaks it all the same it goes again."""
        first = [self.look(look)] if look is not None and self.query and validate and self.enforced else []
        added = self._add(phase)
        again = (*(each.id for each in first), added.id)
        return [*first, added, *([self.validate(phase, again)] if validate and self.enforced else [])]

    def drop(self, name: str, phase: Phase, *, kind: Kind = Kind.CUTOVER, undo: Sequence[str] = ()) -> Step:
        """The step that takes it away."""
        return self.steps.step(
            self.tag + name,
            phase,
            kind,
            f"drop constraint {self.name} of {self.steps.table.name}",
            (self.drop_sql(),),
            self.situation(DROP + (" foreign key" if self.referenced else "")),
            undo=undo,
            done=condition.neither(self.there()),
        )

    def drop_sql(self) -> str:
        """DROP CONSTRAINT."""
        return self.steps.alter(f"DROP CONSTRAINT {ident(self.name)}")

    def there(self, *, valid: bool = False) -> str:
        """The query that tells whether it is there (and proven)."""
        kind = "f" if self.referenced else "c"
        return condition.has_constraint(self.steps.table.oid, self.name, valid=valid, kind=kind)

    def look(self, phase: Phase) -> Step:
        """Looks for rows that break it."""
        summary = f"look for rows of {self.steps.table.name} that break {self.name}"
        more = [Situation("SelectStmt", {"source": self.referenced})] if self.referenced else []
        return self.steps.look(self.tag + "look", summary, self.query, self.what, self.hint, *more, phase=phase)

    def _add(self, phase: Phase) -> Step:
        return self.steps.step(
            self.tag + "add",
            phase,
            Kind.INSTANT,
            f"add constraint {self.name} to {self.steps.table.name}{', for new rows' if self.enforced else ''}",
            (self.statement,),
            self.situation(f"{ADD} {self.kind} {'not valid' if self.enforced else 'not enforced'}"),
            undo=(self.drop_sql(),),
            done=self.there(),
        )

    def validate(self, phase: Phase, again: tuple[str, ...]) -> Step:
        """Proves it for the rows that were there; where one breaks it, it goes and the steps `again` run anew."""
        oid = self.steps.table.oid
        parameters = {
            "relation": oid,
            "constraints": [[oid, self.steps.sql, self.name]],
            "again": list(again),
            "query": self.query,
            "referenced": list(self.referenced),
        }
        return self.steps.step(
            self.tag + "valid",
            phase,
            Kind.ONLINE,
            f"prove {self.name} for the rows that were there",
            (self.steps.alter(f"VALIDATE CONSTRAINT {ident(self.name)}"),),
            self.situation(VALIDATE + (" foreign key" if self.referenced else "")),
            action=Action(name="constraint_validate", parameters=parameters),
            undo=(self.drop_sql(),),
            done=self.there(valid=True),
        )

    def situation(self, name: str) -> Situation:
        """What was measured, on the table and those that it points to."""
        if not self.referenced:
            return self.steps.on(name)
        return self.steps.on(name, referenced=self.referenced)


def told(constraint: Node) -> tuple[str, str]:
    """Strategy and reason for a constraint as it is typed."""
    if not constraint.is_enforced:
        return "NOT ENFORCED", "it is written as NOT ENFORCED: no row is looked at"
    if constraint.skip_validation:
        return "NOT VALID", "it is written as NOT VALID: rows that are there are not looked at"
    return "NOT VALID + VALIDATE", "the rows that are there are proven while everybody works"

"""The foreign key of a partitioned table where the server adds none NOT VALID to it (up to 17).

It is added to each partition NOT VALID and validated there; the table then takes those for its own without looking at
a row (14 to 17). NOT VALID as typed is refused there by PostgreSQL, so there is nothing else to serve.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...catalog.values import Table
from ...sql.index import on_table
from ...sql.quote import ident, qualified
from ..steps.step import Action, Kind, Phase, Step
from ._validated import ADD, DROP, VALIDATE, Validated


@dataclass(frozen=True, kw_only=True)
class OfParts(Validated):
    """As `Validated`; `statement` is that of the table."""

    def forward(self, phase: Phase, *, look: Phase | None = Phase.LOOK, validate: bool = True) -> list[Step]:
        """Look; add to each partition; prove each; make them one."""
        assert validate, "up to 17 a foreign key of a partitioned table is always valid"
        first = [self.look(look)] if look is not None and self.query else []
        apart = self._apart(phase)
        again = (*(each.id for each in first), apart.id)
        valid = self._valid(phase, again)
        return [*first, apart, valid, self._joined(phase, (apart.id, valid.id))]

    def drop(self, name: str, phase: Phase, *, kind: Kind = Kind.CUTOVER, undo: Sequence[str] = ()) -> Step:
        """The step that takes it away, from each partition where it is not yet one."""
        statements = (self.drop_sql(), *(self._on(leaf, "DROP CONSTRAINT") for leaf in self._leaves()))
        return self.steps.step(
            self.tag + name,
            phase,
            kind,
            f"drop constraint {self.name} of {self.steps.table.name} and its partitions",
            statements,
            self.situation(f"{DROP} foreign key"),
            action=self._action("drop"),
            undo=undo,
        )

    def _apart(self, phase: Phase) -> Step:
        table = self.steps.table.name
        return self.steps.step(
            self.tag + "add",
            phase,
            Kind.INSTANT,
            f"add foreign key {self.name} to each partition of {table}, for new rows",
            tuple(on_table(self.statement, leaf.name.schema, leaf.name.name) for leaf in self._leaves()),
            self.situation(f"{ADD} foreign key not valid"),
            action=self._action("add"),
            undo=tuple(self._on(leaf, "DROP CONSTRAINT") for leaf in self._leaves()),
        )

    def _valid(self, phase: Phase, again: tuple[str, ...]) -> Step:
        parameters = {
            "relation": self.steps.table.oid,
            "constraints": [[self.steps.table.oid, "", self.name]],
            "leaves": True,
            "again": list(again),
            "query": self.query,
            "referenced": list(self.referenced),
        }
        return self.steps.step(
            self.tag + "valid",
            phase,
            Kind.ONLINE,
            f"prove {self.name} for the rows that were there",
            tuple(self._on(leaf, "VALIDATE CONSTRAINT") for leaf in self._leaves()),
            self.situation(f"{VALIDATE} foreign key"),
            action=Action(name="constraint_validate", parameters=parameters),
            undo=("they go with the foreign keys of the partitions",),
        )

    def _joined(self, phase: Phase, again: tuple[str, ...]) -> Step:
        whole = self.statement.removesuffix(" NOT VALID")
        parameters = {**self._parameters("join"), "statement": whole, "again": list(again)}
        return self.steps.step(
            self.tag + "joined",
            phase,
            Kind.INSTANT,
            f"make one foreign key of {self.steps.table.name} of those of its partitions",
            (whole,),
            # Triggers of the partitions' foreign keys go from the other table, which takes ACCESS EXCLUSIVE (14 to 17).
            self.situation(f"{DROP} foreign key"),
            action=Action(name="foreign_key_parts", parameters=parameters),
            undo=(self.drop_sql(),),
            done=self.there(),
        )

    def _action(self, work: str) -> Action:
        return Action(name="foreign_key_parts", parameters=self._parameters(work))

    def _parameters(self, work: str) -> dict[str, object]:
        table = self.steps.table
        return {"work": work, "relation": table.oid, "table": self.steps.sql, "name": self.name,
                "statement": self.statement}  # fmt: skip

    def _leaves(self) -> list[Table]:
        return [part for part in self.steps.request.catalog.descendants(self.steps.table.oid) if part.kind == "r"]

    def _on(self, leaf: Table, what: str) -> str:
        return f"ALTER TABLE {qualified(leaf.name)} {what} {ident(self.name)}"

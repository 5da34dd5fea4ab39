"""The steps of DROP TABLE: a look, the putting aside, the end, and the way back in between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ....base.lock import LockMode
from ....base.name import RelationName
from ....sql.quote import ident, qualified
from ...locks.declare import declared
from ...steps.step import Action, Kind, Lock, Phase, Step
from .._operation import Request
from .._steps import NOTHING
from ._target import Target


@dataclass(frozen=True, kw_only=True)
class Dropping:
    """The tables of one statement. `earlier` are the oids of those that statements before it drop."""

    request: Request
    found: Sequence[Target]
    earlier: Sequence[int]

    @property
    def names(self) -> str:
        """The tables, for people."""
        return ", ".join(str(each.name) for each in self.found)

    @property
    def hidden(self) -> list[RelationName]:
        """What they are called while they are aside."""
        return [RelationName(each.name.schema, each.aside) for each in self.found]

    def steps(self) -> tuple[Step, ...]:
        """All of them. The plan cannot look at what hangs on a table that it creates itself."""
        known = all(each.table is not None for each in self.found)
        return (*([self._look()] if known else []), self._aside(), self._retire(), self._back())

    def _look(self) -> Step:
        summary = f"look whether something hangs on {self.names}"
        return self._step("look", Phase.LOOK, Kind.VERIFY, summary, "table_look", undo=NOTHING)

    def _aside(self) -> Step:
        text = tuple(f"ALTER TABLE {qualified(each.name)} RENAME TO {ident(each.aside)}" for each in self.found)
        return self._step(
            "aside",
            Phase.CONTRACT,
            Kind.CUTOVER,
            f"put {self.names} aside under a hidden name",
            "table_aside",
            text=text,
            locks=self._own(),
            undo=self._named_again(),
            watch=[[each.name.schema, each.name.name] for each in self.found],
        )

    def _retire(self) -> Step:
        return self._step(
            "retire",
            Phase.RETIRE,
            Kind.CUTOVER,
            f"drop {self.names}",
            "table_retire",
            text=(f"DROP TABLE {', '.join(map(qualified, self.hidden))}",),
            locks=self._of_drop(),
            destroys=[each.destroys() for each in self.found],
            consented=self.request.allowed("destructive"),
        )

    def _back(self) -> Step:
        return self._step(
            "back",
            Phase.RESTORE,
            Kind.CUTOVER,
            f"give {self.names} back",
            "table_back",
            text=self._named_again(),
            locks=self._own(),
        )

    def _named_again(self) -> tuple[str, ...]:
        pairs = zip(self.found, self.hidden, strict=True)
        return tuple(f"ALTER TABLE {qualified(to)} RENAME TO {ident(each.name.name)}" for each, to in pairs)

    def _own(self) -> tuple[Lock, ...]:
        oids = [each.table.oid for each in self.found if each.table is not None]
        tables = {part.oid: part for oid in oids for part in self.request.catalog.descendants(oid)}
        mode = LockMode.ACCESS_EXCLUSIVE
        return tuple(Lock(relation=tables[oid].name, oid=oid, mode=mode) for oid in sorted(tables))

    def _of_drop(self) -> tuple[Lock, ...]:
        """What dropping locks, as measured: the tables, their partitions, what they reference, a partition's parent."""
        action = self.request.action
        effects = declared(action.key, action.node, action.statement, self.request.catalog)
        if effects is None:
            raise self.request.refuse("nobody knows what this DROP TABLE locks", hint="Write it in its plain form.")
        return tuple(Lock(relation=effect.relation, oid=effect.oid, mode=effect.mode) for effect in effects)

    def _step(
        self,
        name: str,
        phase: Phase,
        kind: Kind,
        summary: str,
        action: str,
        *,
        text: tuple[str, ...] = (),
        locks: tuple[Lock, ...] = (),
        undo: tuple[str, ...] = (),
        **parameters: Any,
    ) -> Step:
        shared = {"tables": [each.parameter() for each in self.found], "with": list(self.earlier)}
        return Step(
            id=f"{self.request.id}.{name}",
            operations=(self.request.id,),
            phase=phase,
            kind=kind,
            summary=summary,
            statements=text,
            action=Action(name=action, parameters={**shared, **parameters}),
            locks=locks,
            seconds=0.01,
            undo=undo,
        )

"""A setting of a table or of a column: one step that sets it and keeps what was there, and one that sets it back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ...catalog.values import Column, Table
from ...sql.quote import ident
from ..locks.declare import effects_of
from ..locks.scene import Situation
from ..steps.step import Action, Kind, Phase, Step
from . import _columns
from ._operation import Request
from ._steps import Steps

BEFORE = ("what was set before comes back",)


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One setting. `change` stands behind ALTER TABLE and its name; `on` is the situation that was measured; `reads`
    names the query that reads what is set now (`execute/settings`), `column` the attnum that it is about and `names`
    its options, triggers or rules. `whole` tells that the statement goes down to what is below the table, `rights` that
    grants are to come back as well, `empty` that it is for a table without rows. `undo` is what the plan shows of the
    way back, as far as the catalog knows it."""

    steps: Steps
    change: str
    on: Situation
    reads: str
    summary: str
    back: str
    column: int = 0
    names: tuple[str, ...] = ()
    whole: bool = False
    rights: bool = False
    empty: bool = False
    undo: Sequence[str] = BEFORE

    def compiled(self, phase: Phase) -> tuple[Step, Step]:
        """The steps; what is set with contract has its way back until the grace period ends."""
        late = phase is Phase.CONTRACT
        only = not self.whole and bool(self.column)
        set_ = self._step("set", phase, self.summary, (self.steps.alter(self.change, only=only),), Kind.INSTANT)
        shown = tuple(each for each in self.undo if each not in BEFORE)
        back = self._step("back", Phase.RESTORE if late else Phase.ROLLBACK, self.back, shown, Kind.CUTOVER, set_.id)
        return set_, back

    def _step(self, name: str, phase: Phase, summary: str, statements: Sequence[str], kind: Kind, of: str = "") -> Step:
        parameters = {
            "relation": self.steps.table.oid,
            "reads": self.reads,
            "column": self.column,
            "names": list(self.names),
            "whole": self.whole,
            "rights": self.rights,
            "empty": self.empty,
            "below": "rp" if self.whole else "",
            **({"step": of} if of else {}),
        }
        if not self._is_strong():
            kind = Kind.ONLINE  # it blocks nobody who reads or writes, and a vacuum only makes way for who waits
        elif phase is Phase.CONTRACT:
            kind = Kind.CUTOVER
        action = Action(name="setting_back" if of else "setting_set", parameters=parameters)
        return self.steps.step(
            name, phase, kind, summary, statements, self.on, action=action, undo=() if of else self.undo
        )

    def _is_strong(self) -> bool:
        effects = effects_of(self.steps.request.catalog, [self.on])
        return any(effect.mode.is_strong for effect in effects)


def of_column(
    request: Request,
    *,
    subtype: str,
    clause: str,
    reads: str,
    what: str,
    undo: Callable[[Column], Sequence[str]],
    names: tuple[str, ...] = (),
    recurses: bool = True,
) -> tuple[Step, Step]:
    """The steps of ALTER COLUMN with `clause`. `what` is what is set, for people; `undo` gives the clauses that bring
    back what the catalog has of a column, `recurses` tells that PostgreSQL goes down to what is below the table.

    Raises where PostgreSQL would refuse the clause on the table or a part of it. A column that has another one take
    over from it is set with contract, when that has happened: before, its settings would be carried over from the old
    one."""
    relation = request.action.statement.node.relation
    steps = Steps(request, request.changeable(relation))
    table, shape, name = steps.table, steps.shape, request.action.node.name
    there = _columns.known(request, table, name)
    number = shape.survivor(name)
    pair = _columns.flight(shape, name)
    late = pair is not None and not pair.plain
    whole = bool(relation.inh) and recurses
    parts = request.catalog.descendants(table.oid) if whole else (table,)
    planned = number in shape.added or shape.sources.get(number, number) != number
    if request.probe_type is not None and not planned:
        oids = [part.oid for part in parts if part.kind != "f"]
        message, _ = request.probe_type(oids, shape.physical[number], clause)
        if message is not None:
            raise request.error(message)
    column = f"ALTER COLUMN {ident(name if late else shape.on_server(name))} "
    known = not planned and not late
    back = tuple(steps.alter(column + each) for each in undo(there)) if known else BEFORE
    setting = Setting(
        steps=steps,
        change=column + clause,
        on=steps.on(f"AlterTableStmt.{subtype}", target=tuple(part.oid for part in parts)),
        reads=reads,
        summary=f"set {what} of {name} of {table.name}",
        back=f"give {name} of {table.name} its former {what} back",
        column=number,
        names=names,
        whole=whole,
        undo=back,
    )
    return setting.compiled(Phase.CONTRACT if late else request.moment())


def refuse_clause(request: Request, table: Table, clause: str, other: Table | None = None) -> None:
    """Raises with what the server says against `ALTER TABLE` with `clause` on an empty copy of the table; with `other`
    the clause ends in a copy of that one."""
    if request.try_clause is None:
        return
    message = request.try_clause(table.oid, clause, other.oid if other is not None else 0)
    if message is not None:
        raise request.error(message)

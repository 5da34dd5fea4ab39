"""Makes the steps of one operation on one table: locks, scans and estimates come from what was measured, never from the
operation itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...catalog.values import Table
from ...sql import parse
from ...sql.quote import ident, literal, qualified
from ..locks.declare import Effect, effects_of
from ..locks.scene import Situation
from ..steps.step import Action, Kind, Lock, Phase, Step
from ._operation import Request, Shape

SCANNED_PER_SECOND = 1_000_000
BUILT_PER_SECOND = 400_000
"""Rows, for estimates only."""
INSTANT = 0.01


@dataclass(frozen=True)
class Steps:
    """The steps of `request`, which is about `table`."""

    request: Request
    table: Table

    @property
    def shape(self) -> Shape:
        """The table at this place of the plan."""
        return self.request.shape(self.table)

    @property
    def sql(self) -> str:
        """The quoted, qualified name of the table."""
        return qualified(self.table.name)

    @property
    def family(self) -> tuple[int, ...]:
        """The oids of the table and of everything below it."""
        return tuple(part.oid for part in self.request.catalog.descendants(self.table.oid))

    @property
    def partitioned(self) -> bool:
        """Whether the rows are in partitions."""
        return self.table.kind == "p"

    def on(self, name: str, **parts: tuple[int, ...]) -> Situation:
        """A measured situation whose `target` is the table with everything below it, unless told otherwise."""
        return Situation(name, {"target": self.family, **parts})

    def step(
        self,
        name: str,
        phase: Phase,
        kind: Kind,
        summary: str,
        statements: Sequence[str],
        *situations: Situation,
        action: Action | None = None,
        undo: Sequence[str] = (),
        ready: str = "",
        done: str = "",
    ) -> Step:
        """One step. Its locks, scans and rewrites are those of `situations`."""
        effects = effects_of(self.request.catalog, situations)
        rows = self._rows(effects)
        speed = BUILT_PER_SECOND if kind is Kind.CONCURRENT else SCANNED_PER_SECOND
        return Step(
            id=f"{self.request.id}.{name}",
            operations=(self.request.id,),
            phase=phase,
            kind=kind,
            summary=summary,
            statements=tuple(statements),
            action=action,
            locks=tuple(Lock(relation=each.relation, oid=each.oid, mode=each.mode) for each in effects),
            scans=tuple(each.relation for each in effects if each.scans),
            rewrites=tuple(each.relation for each in effects if each.rewrites),
            rows=rows,
            seconds=INSTANT + (rows or 0) / speed,
            undo=tuple(undo),
            ready=ready,
            done=done,
            table=self.table.oid,
            columns=self._columns(phase, [*statements, *_sql_of(action)]),
        )

    def _columns(self, phase: Phase, texts: Sequence[str]) -> dict[str, int]:
        """The columns that the texts name, but for those that the plan adds. Until contract they have the names of the
        server, from then on those of the statement."""
        shape = self.shape
        late = phase in (Phase.CONTRACT, Phase.RETIRE, Phase.RESTORE)
        numbers = {name: shape.survivor(name) for name in shape.logical}
        known = numbers if late else {shape.physical[number]: number for number in numbers.values()}
        named = frozenset[str]().union(*map(parse.names, texts))
        return {name: number for name, number in known.items() if name in named and number not in shape.added}

    def look(
        self, name: str, summary: str, query: str, what: str, hint: str, *more: Situation, phase: Phase = Phase.LOOK
    ) -> Step:
        """Looks, before anything is changed, whether `query` finds rows; they are counted and shown after `what`, which
        begins with "rows" or another plural, and has no verb."""
        parameters: Mapping[str, Any] = {"query": query, "what": what, "hint": hint}
        read = Situation("SelectStmt", {"source": self.family})
        return self.step(
            name,
            phase,
            Kind.VERIFY,
            summary,
            (query,),
            read,
            *more,
            action=Action(name="look", parameters=parameters),
            undo=NOTHING,
        )

    def alter(self, change: str, *, only: bool = False) -> str:
        """ALTER TABLE of the table."""
        return f"ALTER TABLE {'ONLY ' if only else ''}{self.sql} {change}"

    def _rows(self, effects: Sequence[Effect]) -> int | None:
        read = [each.oid for each in effects if each.scans or each.rewrites]
        if not read:
            return None
        return sum(int(table.rows or 0) for oid in read if (table := self.request.catalog.tables.get(oid)) is not None)


def _sql_of(action: Action | None) -> list[str]:
    """The SQL in the parameters of an action."""
    parameters = action.parameters if action is not None else {}
    found = [str(parameters[key]) for key in ("query", "statement") if parameters.get(key)]
    return [*found, *parameters.get("statements", ())]


NOTHING = ("nothing: it only reads",)


def comment_on(kind: str, name: str, table: str, text: str | None) -> str:
    """COMMENT ON a column, constraint or the like of a table (quoted, qualified name)."""
    value = literal(text) if text is not None else "NULL"
    if kind == "COLUMN":
        return f"COMMENT ON COLUMN {table}.{ident(name)} IS {value}"
    return f"COMMENT ON {kind} {ident(name)} ON {table} IS {value}"

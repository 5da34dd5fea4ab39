"""Detaches a partition concurrently (`concurrent.py` runs it): without any timeout, and to its end.

What is interrupted between its two transactions leaves a partition that nobody sees; whoever comes next finalizes it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from ....sql.quote import qualified
from .. import dropping, journal
from ..concurrent import Build

if TYPE_CHECKING:
    from ..runner import Runner

_STATE = "SELECT inhdetachpending FROM pg_catalog.pg_inherits WHERE inhparent = %s AND inhrelid = %s"
_CHECKS = (
    "SELECT conname FROM pg_catalog.pg_constraint WHERE conrelid = %s AND contype = 'c' AND NOT conname = ANY(%s) "
    "ORDER BY conname"
)


def builds(runner: Runner, record: journal.StepRecord) -> list[Build]:
    """The partition of the step; none where it or its parent is gone."""
    assert record.step.action is not None
    parameters = record.step.action.parameters
    relation, child = int(parameters["relation"]), int(parameters["child"])
    names = [dropping.name_of(runner.direct, oid) for oid in (relation, child)]
    if names[0] is None or names[1] is None:
        return []
    return [
        Detach(
            runner=runner,
            record=record,
            relation=relation,
            schema=names[1].schema,
            name=names[1].name,
            of="",
            statement=f"ALTER TABLE {qualified(names[0])} DETACH PARTITION {qualified(names[1])}",
            child=child,
            finish=bool(parameters["finish"]),
            known=list(parameters["known"]),
        )
    ]


@dataclass(frozen=True, kw_only=True)
class Detach(Build):
    """The partition `child` (oid) leaves; with `finish` only where that was begun. `known` are the constraints that it
    had before."""

    child: int = 0
    finish: bool = False
    known: list[str] = field(default_factory=list)
    stopped: ClassVar[str] = (
        "Stopped on request, while a partition was being detached: nobody may see it until the same command ends that."
    )

    def is_there(self) -> bool:
        """True when nothing is left to do."""
        self.wait()
        pending = self._pending()
        return pending is None or (self.finish and not pending)

    def made(self) -> dict[str, Any]:
        """The CHECK that PostgreSQL leaves on the table."""
        rows = self.connection.execute(_CHECKS, (self.child, self.known)).fetchall()
        return {} if self.finish else {"left": [row[0] for row in rows]}

    def work(self) -> None:
        """Detaches it, or ends what was begun."""
        how = "FINALIZE" if self._pending() else "CONCURRENTLY"
        self.connection.execute(f"{self.mark}{self.statement} {how}".encode())

    def clear(self) -> None:
        """After an error nothing is taken back: the same command goes on."""

    def _pending(self) -> bool | None:
        """Whether the detaching was begun; None where it is no partition (any more)."""
        row = self.connection.execute(_STATE, (self.relation, self.child)).fetchone()
        return None if row is None else bool(row[0])

"""Statements that write temporary files, and how much work_mem would keep them in memory: as an interval.

What lies on disk is less than what memory must hold: a sort of 6.8 MB on disk needed 26.4 MB on 14 and 21.7 MB on 18, a
hash aggregate of 30 MB needed 53.3 and 32.8. pg_stat_statements knows only the sum over all steps and processes of a
statement, so one step may need less. `pgwright explain` reckons each step of a plan.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ....base.finding import Evidence, Finding, Severity
from ....sql.quote import ident, literal
from ....workload.values import Statement
from .amounts import MB, spelled

MOST = 4
"""How many times what was written a sort needs in memory, at most (14 to 18)."""
WORTH = MB
"""Bytes of one call below which a temporary file is written to the cache of the system, and no more."""
CEILING = 1024 * MB
"""More is not proposed for one step of one process."""
SHOWN = 10
BEGINNING = 50
"""Characters of a statement that stand in a heading."""


@dataclass(frozen=True, kw_only=True)
class Spilling:
    """A statement that spills: bytes written by one call on average, and the least and the most `work_mem` that keeps
    it in memory if one step of one process does all of it."""

    statement: Statement
    written: float
    low: float
    high: float

    @property
    def finding(self) -> Finding:
        """The same as a finding."""
        calls = self.statement.calls
        return Finding(
            kind="settings",
            name="statement_spills",
            object=self._beginning,
            severity=Severity.NOTICE,
            evidence=Evidence(
                text=f"Each of {calls:,} calls writes {spelled(self.written)} to temporary files on average.",
                fields={
                    "statement": self.statement.text,
                    "written_bytes": round(self.written),
                    "low": spelled(self.low),
                    "high": spelled(self.high),
                },
            ),
            why=(
                f"Between {spelled(self.low)} and {spelled(self.high)} of work_mem keep it in memory, if one step does "
                "it all; pgwright explain tells each step's need."
            ),
            cure_sql=self.sql,
        )

    @property
    def _beginning(self) -> str:
        """Enough of the statement to know it; the whole of it is among the fields."""
        whole = " ".join(self.statement.text.split())
        return whole if len(whole) <= BEGINNING else f"{whole[:BEGINNING]} …"

    @property
    def sql(self) -> str:
        """work_mem for the transaction that runs it, or for the role, where one role alone does."""
        if self.high > CEILING:
            return ""
        value = literal(spelled(self.high))
        here = f"SET LOCAL work_mem = {value}; -- in the transaction that runs it"
        if len(self.statement.users) != 1 or "\n" in self.statement.users[0]:
            return here
        return (
            f"{here}\n-- or for all that it does: ALTER ROLE {ident(self.statement.users[0])} SET work_mem = {value};"
        )


def advise(statements: Sequence[Statement], work_mem: float) -> tuple[Spilling, ...]:
    """The statements that write most to temporary files, in all."""
    spilled = [each for each in statements if each.pages is not None and each.pages.temp_written and each.calls]
    spilled.sort(key=lambda each: (-(each.pages.temp_written if each.pages else 0), each.text))
    found = (_spilling(each, work_mem) for each in spilled)
    return tuple(each for each in found if each is not None)[:SHOWN]


def _spilling(statement: Statement, work_mem: float) -> Spilling | None:
    assert statement.pages is not None
    written = statement.pages.temp_written * 8192 / statement.calls
    if written < WORTH:
        return None
    return Spilling(
        statement=statement,
        written=written,
        low=max(written, work_mem),
        high=max(written * MOST, 2 * work_mem),
    )

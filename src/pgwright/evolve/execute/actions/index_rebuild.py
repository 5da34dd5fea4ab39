"""Builds indexes again, concurrently (`concurrent.py` runs it)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ....sql.quote import qualified
from ...steps.step import Phase
from ..concurrent import Build, parameters_of

if TYPE_CHECKING:
    from .. import journal
    from ..runner import Runner

# The hidden index of REINDEX CONCURRENTLY; a number may follow where the name was taken (14 to 18).
_LEFT = """
SELECT n.nspname, c.relname FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE i.indrelid = %s AND NOT i.indisvalid AND c.relname ~ '_cc(new|old)[0-9]*$'
"""
_TOAST = """
SELECT t.oid::bigint, n.nspname, i.relname, i.oid::bigint FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_class t ON t.oid = c.reltoastrelid JOIN pg_catalog.pg_index x ON x.indrelid = t.oid AND x.indisvalid
JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid JOIN pg_catalog.pg_namespace n ON n.oid = i.relnamespace
WHERE c.oid = %s
"""


def builds(runner: Runner, record: journal.StepRecord) -> list[Build]:
    """One for each of `indexes`, (table, schema, name, oid), and for that of the TOAST table of `toast`. On the way
    back only what is left of a broken one is taken away."""
    parameters = parameters_of(runner, record)
    wanted = [tuple(each) for each in parameters["indexes"]]
    if parameters.get("toast"):
        wanted += runner.connection.execute(_TOAST, (parameters["toast"],)).fetchall()
    kind = Clean if record.step.phase is Phase.ROLLBACK else Rebuild
    return [
        kind(
            runner=runner,
            record=record,
            relation=relation,
            schema=schema,
            name=name,
            of="",
            statement=f"REINDEX INDEX CONCURRENTLY {qualified(schema, name)}",
            oid=oid,
        )
        for relation, schema, name, oid in wanted
    ]


@dataclass(frozen=True, kw_only=True)
class Rebuild(Build):
    """REINDEX CONCURRENTLY. What a broken one leaves behind (`…_ccnew`, `…_ccold`, invalid) is dropped, so that the
    next try begins with a clean table."""

    def is_there(self) -> bool:
        """Waits for a rebuild under way that a killed runner has left. The index that it made has another oid than the
        one of the plan (14 to 18: the new index takes over the name, the old one is dropped)."""
        self.wait()
        self.clear()
        found = self.found()
        return found is None or (found.valid and found.oid != self.oid)

    def made(self) -> dict[str, Any]:
        """Nothing: the plan knows the old oids."""
        return {}

    def clear(self) -> None:
        """Takes away what is left of a broken rebuild."""
        for schema, name in self.connection.execute(_LEFT, (self.relation,)).fetchall():
            self.drop(schema, name)


@dataclass(frozen=True, kw_only=True)
class Clean(Rebuild):
    """The way back of a rebuild that was broken off: nothing is left of it."""

    def is_there(self) -> bool:
        """Always, once what was left is gone."""
        self.wait()
        self.clear()
        return True

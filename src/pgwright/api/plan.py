"""Plans pending migrations: steps, locks, estimates, hazards. Nothing is changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ..base.consent import require_known
from ..base.errors import UsageError
from ..config import Settings
from ..connect import session
from ..evolve.execute import journal
from ..evolve.execute.runner import require_usable
from ..evolve.operations._twin import Operation
from ..evolve.plan import files
from ..evolve.plan.plan_file import Plan
from . import _drift, _planning


def plan(
    settings: Settings,
    names: Sequence[str] = (),
    *,
    operations: Sequence[Operation] = (),
    name: str = "operations",
    allow: frozenset[str] = frozenset(),
) -> Plan:
    """The plan of all pending migrations, or of `names`, or of `operations` (see `pgwright.op`) as one migration that
    is called by the next number and `name`. Works without a journal too. Raises MigrationFileError for what cannot be
    understood, Refused for what cannot be done safely, UsageError for names and operations together."""
    require_known(allow)
    if names and operations:
        raise UsageError("give names or operations, not both")
    with session.open(settings.dsn, name="plan") as connection:
        connection.read_only = False  # expressions are tried on a temporary table
        require_usable(connection)
        records = journal.records(connection) if journal.version(connection) is not None else ()
        if operations:
            migration = _migration(settings, records, operations, name)
            return replace(_planning.make(settings, connection, (migration,), allow), from_file=False)
        made = _planning.make(settings, connection, _planning.pending(settings, records, names, allow), allow)
        return replace(made, warnings=(*_drift.found(settings, connection)[1], *made.warnings))


def _migration(
    settings: Settings, records: Sequence[journal.Record], operations: Sequence[Operation], name: str
) -> files.Migration:
    """The operations as the migration file that would mean the same."""
    present = files.load(settings.migrations) if settings.migrations.is_dir() else ()
    numbers = [int(each.number) for each in present] + [int(record.number) for record in records]
    text = "\n".join(operation.to_sql() for operation in operations)
    return files.from_text(text, path=Path(f"{max(numbers, default=0) + 1:04}_{name}.sql"))

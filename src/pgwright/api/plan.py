"""Plans pending migrations: steps, locks, estimates, hazards. Nothing is changed."""

from __future__ import annotations

from collections.abc import Sequence

from ..config import Settings
from ..connect import session
from ..evolve.execute import journal
from ..evolve.plan.plan_file import Plan
from . import _planning


def plan(settings: Settings, names: Sequence[str] = (), *, allow: frozenset[str] = frozenset()) -> Plan:
    """The plan of all pending migrations, or of `names`. Works without a journal too. Raises MigrationFileError for
    what cannot be understood, Refused for what cannot be done safely."""
    with session.open(settings.direct_dsn or settings.dsn, name="plan") as connection:
        records = journal.records(connection) if journal.version(connection) is not None else ()
        return _planning.make(settings, connection, _planning.pending(settings, records, names, allow), allow)

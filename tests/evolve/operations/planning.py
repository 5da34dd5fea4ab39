"""Plans one migration against a database, for the tests of operations."""

from __future__ import annotations

from pathlib import Path

from pgwright.api import _planning
from pgwright.config import Settings
from pgwright.connect import session
from pgwright.evolve.plan import files
from pgwright.evolve.plan.plan_file import Plan, PlannedOperation
from tests.support.databases import Database


def planned(database: Database, text: str, *, allow: frozenset[str] = frozenset(), user: str = "postgres") -> Plan:
    """The plan of a file 0001_test.sql with this text; raises what planning raises."""
    migration = files.from_text(text, path=Path("0001_test.sql"))
    with session.open(database.dsn_as(user)) as connection:
        return _planning.make(Settings(dsn=database.dsn_as(user)), connection, (migration,), allow)


def only(plan: Plan) -> PlannedOperation:
    """The one operation of the plan."""
    (migration,) = plan.migrations
    (operation,) = migration.operations
    return operation


def outline(plan: Plan) -> list[str]:
    """The plan as lines that a person can compare: step, phase, kind, strongest lock."""
    return [
        f"{step.id.split('.')[-1] if not step.id.startswith(('pass', 'fill_end')) else step.id.split('.')[0]} "
        f"{step.phase} {step.kind} {max(lock.mode for lock in step.locks).sql if step.locks else '-'}"
        for step in plan.steps
    ]

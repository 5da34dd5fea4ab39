"""Writes migrations into the journal that are done already: run as typed in the same transaction, or long ago."""

from __future__ import annotations

import json
from collections.abc import Sequence

from ...sql.quote import literal
from ..plan.plan_file import PlannedMigration
from . import journal


def rows(migrations: Sequence[PlannedMigration]) -> str:
    """One statement after the other, in one text: the migrations as one unit in state `done`, in place of earlier tries
    that were rolled back."""
    names = ", ".join(literal(each.name) for each in migrations)
    items = [{**journal.planned_to_json(each), "position": position} for position, each in enumerate(migrations)]
    return _ROWS.format(names=names, items=literal(json.dumps(items)))


_ROWS = """
DELETE FROM pgwright.migration WHERE name IN ({names}) AND state = 'rolled back';
WITH unit AS (INSERT INTO pgwright.unit (id, fingerprint)
    SELECT coalesce(pg_catalog.max(id), 0) + 1, '' FROM pgwright.unit RETURNING id)
INSERT INTO pgwright.migration (name, number, checksum, unit, position, state, planned, expanded_at, finished_at)
SELECT item ->> 'name', item ->> 'number', item ->> 'checksum', unit.id, (item ->> 'position')::int, 'done',
       item - 'position', pg_catalog.clock_timestamp(), pg_catalog.clock_timestamp()
FROM unit, pg_catalog.jsonb_array_elements({items}::jsonb) AS item
"""

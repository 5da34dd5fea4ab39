"""Ends the hold of a rollback from retiring that the data stopped: the application is as free as before."""

from __future__ import annotations

from dataclasses import replace

from ...base.errors import PgwrightError, Refused
from ...sql.quote import ident, literal, qualified
from ..steps.step import Phase
from ..sync import text
from ..sync.link import Mode
from . import dependents, journal, live, sync
from .context import Context
from .failure import Failure
from .leaves import leaves


def released(context: Context, error: PgwrightError) -> Failure | None:
    """Back to retiring: the carry never fails the application again, what was built beside goes, and the steps of the
    way back run anew when rollback is called again. None where nothing holds."""
    planned, connection = context.link(), context.connection
    link = sync.current(connection, planned.id, planned.table)
    if link is None or not link.mode.follows:
        return None
    retiring = replace(link, mode=Mode.RETIRING)
    links = [retiring if each.id == link.id else each for each in journal.links(connection, link.table)]
    table = live.look(connection, link.table).table
    parts = [part.oid for part in table.parts]
    pointing = dependents.references.drops(connection, parts, table.names[link.old]) if link.old in table.names else []
    steps = [
        each
        for each in journal.steps(connection, context.unit, (Phase.RESTORE,))
        if each.step.operations == context.step.operations
    ]
    back = (
        "UPDATE pgwright.migration m SET state = 'retiring' WHERE m.state = 'rolling back' "
        f"AND m.name = {literal(link.migration)} AND NOT EXISTS (SELECT FROM pgwright.step s WHERE s.unit = m.unit "
        "AND s.migration = m.name AND s.phase = 'restore' AND s.state = 'undone' AND s.body ->> 'kind' = 'cutover')"
    )
    statements = (
        *text.functions(table, links),
        sync.drop_check(table, link),
        *pointing,
        *_drop_copies(context),
        journal.replace_link(retiring),
        back,
    )
    told = Refused(
        f"the rollback was stopped by the data: {error.message}",
        state="Nothing was changed: the migration is retiring as before, and the application is held to nothing.",
        hint=error.hint or "Correct the rows, then run `pgwright rollback` again; or `pgwright contract --finalize`.",
    )
    return Failure(
        error=error if isinstance(error, Refused) else told,
        statements=statements,
        relation=link.table,
        again=tuple(each.step.id for each in steps),
    )


def _drop_copies(context: Context) -> list[str]:
    """What was built on the retired column so far."""
    copies = dependents.Copies.of(context.parameters)
    wanted = [*copies.constraints.items(), ((context.link().table, ""), copies.not_null)]
    found = [
        f"ALTER TABLE IF EXISTS {sql} DROP CONSTRAINT IF EXISTS {ident(hidden)}"
        for (relation, _), hidden in wanted
        if hidden and (sql := _name(context, relation))
    ]
    for (relation, _), hidden in copies.constraints.items():
        # On a partitioned table a foreign key is built from those of its leaves.
        found += [
            f"ALTER TABLE IF EXISTS {qualified(schema, leaf)} DROP CONSTRAINT IF EXISTS {ident(hidden)}"
            for oid, schema, leaf in leaves(context.connection, relation)
            if oid != relation
        ]
    for (relation, _), hidden in copies.indexes.items():
        row = context.connection.execute(
            "SELECT c.oid::regclass::text FROM pg_catalog.pg_index i "
            "JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid WHERE i.indrelid = %s AND c.relname = %s",
            (relation, hidden),
        ).fetchone()
        found += [f"DROP INDEX {row[0]}"] if row else []
    return found


def _name(context: Context, relation: int) -> str:
    row = context.connection.execute(
        "SELECT oid::regclass::text FROM pg_catalog.pg_class WHERE oid = %s", (relation,)
    ).fetchone()
    return str(row[0]) if row else ""

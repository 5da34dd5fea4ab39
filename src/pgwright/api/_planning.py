"""Reads files, catalog and journal, and makes the plan: what `plan` shows and `expand` starts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from ..base.errors import CatalogMoved, Refused, UsageError
from ..catalog.clause_probe import probe_clause
from ..catalog.domain_probe import probe_domain
from ..catalog.fingerprint import fingerprint
from ..catalog.index_probe import probe_index
from ..catalog.key_probe import probe_foreign_key
from ..catalog.partition_probe import probe_bound
from ..catalog.probe import probe_expression
from ..catalog.reader import read
from ..catalog.statement_probe import try_statements
from ..catalog.syntax_probe import NEWEST, probe_syntax
from ..catalog.type_probe import probe_type
from ..catalog.values import Catalog
from ..catalog.view_probe import against_view
from ..catalog.width import stored_width
from ..config import Settings
from ..connect.session import Connection
from ..evolve.execute import journal, objects, reach, rights
from ..evolve.plan import planner
from ..evolve.plan.files import Migration, load
from ..evolve.plan.plan_file import Plan
from ..workload import statements as workload

AGAIN = ("rolled back",)


def pending(
    settings: Settings, records: Sequence[journal.Record], names: Sequence[str], allow: frozenset[str]
) -> tuple[Migration, ...]:
    """The migrations that are not started, in order, or those of `names`. Raises UsageError for an unknown name,
    Refused
    for a file that was edited in flight or stands before a started one."""
    files = load(settings.migrations)
    _check_names(names, files, records)
    known = {record.name: record for record in records if record.state not in AGAIN}
    _refuse_edited(files, known)
    waiting = tuple(each for each in files if each.name not in known)
    if "out_of_order" not in allow:
        _refuse_out_of_order(waiting, known)
    if not names:
        return waiting
    _refuse_skipped(waiting, names, allow)
    return tuple(each for each in waiting if each.name in names)


def _check_names(names: Sequence[str], files: Sequence[Migration], records: Sequence[journal.Record]) -> None:
    known = {each.name for each in files} | {record.name for record in records}
    for name in names:
        if name not in known:
            shown = ", ".join(sorted(known)) or "none"
            raise UsageError(f'there is no migration "{name}"', hint=f"The migrations here: {shown}.")


def _refuse_edited(files: Sequence[Migration], known: Mapping[str, journal.Record]) -> None:
    for each in files:
        record = known.get(each.name)
        if record is not None and record.state != "done" and record.checksum != each.checksum:
            raise Refused(
                f"{each.path} was edited after it was started (it is {record.state})",
                hint="Put it back as it was, or roll it back first: pgwright rollback " + each.name,
            )


def _refuse_out_of_order(waiting: Sequence[Migration], known: Mapping[str, journal.Record]) -> None:
    started = list(known.values())
    for each in waiting:
        later = [record.name for record in started if int(record.number) > int(each.number)]
        if later:
            raise Refused(
                f"{each.name} is pending and stands before {min(later)}, which was started",
                hint="Give it the next number; or, if they do not touch each other: --allow out_of_order",
            )


def _refuse_skipped(waiting: Sequence[Migration], names: Sequence[str], allow: frozenset[str]) -> None:
    order = [each.name for each in waiting]
    last = max((order.index(name) for name in names if name in order), default=-1)
    skipped = [name for name in order[: last + 1] if name not in names]
    if skipped and "out_of_order" not in allow:
        raise Refused(
            f"{', '.join(skipped)} stands before {order[last]} and is pending too",
            hint="Name it as well; or, if they do not touch each other: --allow out_of_order",
        )


def snapshot(settings: Settings, connection: Connection) -> Catalog:
    """The catalog of the configured schemas."""
    return read(connection, schemas=settings.schemas)


def make(settings: Settings, connection: Connection, migrations: Sequence[Migration], allow: frozenset[str]) -> Plan:
    """The plan of `migrations` against the database as it is now; nothing is changed."""
    _refuse_unknown_grammar(connection, migrations)
    statements = [each.statement for migration in migrations for each in migration.statements]
    extensions = tuple(each.text for each in statements if each.kind == "CreateExtensionStmt")
    plan = planner.make(migrations, sources(connection, snapshot(settings, connection), allow, extensions))
    lacking = tuple(f"The role that migrates lacks {each}" for each in rights.missing(connection, plan.steps))
    return replace(plan, warnings=(*plan.warnings, *reach.obstacles(connection, settings, plan.steps), *lacking))


def _refuse_unknown_grammar(connection: Connection, migrations: Sequence[Migration]) -> None:
    """What an older server cannot read is said before anything begins."""
    major = connection.info.server_version // 10000
    if major >= NEWEST:
        return
    for statement in (each.statement for migration in migrations for each in migration.statements):
        if statement.kind == "CallStmt" or (found := probe_syntax(connection, statement.text)) is None:
            continue
        raise statement.source.error(
            f"PostgreSQL {major} cannot read this: {found.message}",
            statement.start + found.offset,
            hint=f"A newer PostgreSQL can. Write it as {major} knows it, or upgrade the server first.",
        )


def sources(
    connection: Connection, catalog: Catalog, allow: frozenset[str], extensions: Sequence[str] = ()
) -> planner.Sources:
    """What the planner may ask, answered by the server at the other end of `connection`; `extensions` are the
    statements of the plan that make some."""
    begun = journal.version(connection) is not None
    known = workload.known(connection)

    def against(table: int, old: str, new: str) -> tuple[str, ...]:
        return against_view(connection, catalog, table, old, new, known or ())

    return planner.Sources(
        catalog=catalog,
        links=journal.links(connection) if begun else (),
        probe=partial(probe_expression, connection, catalog),
        probe_index=partial(probe_index, connection, catalog, extensions=extensions),
        statements=known,
        against_view=against,
        width=partial(stored_width, connection, catalog),
        try_key=partial(probe_foreign_key, connection, catalog),
        probe_type=partial(probe_type, connection, catalog),
        probe_bound=partial(probe_bound, connection, catalog),
        try_clause=partial(probe_clause, connection, catalog),
        probe_domain=partial(probe_domain, connection, catalog),
        allow=allow,
        busy=journal.busy(connection) if begun else {},
        leaving=journal.leaving(connection) if begun else {},
        typing=journal.typing(connection) if begun else {},
        try_statement=partial(try_statements, connection),
        examine=partial(objects.examined, connection),
    )


def require_unmoved(settings: Settings, connection: Connection, plan: Plan) -> None:
    """Raises CatalogMoved when a touched relation or a dependent is not defined as it was when the plan was made."""
    if not plan.relations:
        return
    catalog = snapshot(settings, connection)
    missing = [oid for oid in plan.relations if oid not in catalog.tables]
    if missing or fingerprint(catalog, plan.relations) != plan.fingerprint:
        raise CatalogMoved(
            "a table of this plan, or something that depends on it, was changed since the plan was made",
            hint="Make the plan again with `pgwright plan -o FILE`, and read it again.",
        )

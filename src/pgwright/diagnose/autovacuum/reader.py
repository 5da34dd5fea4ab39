"""Reads what autovacuum's formulas need of every table, in one read-only transaction of catalog queries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import psycopg

from ...base import queries
from ...base.uncollected import uncollected
from ...catalog.looking import counting, looked
from . import options
from .values import Relation, Rules, Snapshot

_query = queries.beside(__file__)

Connection = psycopg.Connection[tuple[Any, ...]]
Row = tuple[Any, ...]


@uncollected
def read(connection: Connection) -> Snapshot:
    """All tables of users with their TOAST tables. Raises a translated error when the server refuses."""

    def take() -> Snapshot:
        return _snapshot(_ask(connection, "server")[0], counting(connection), _ask(connection, "relations"))

    return looked(connection, take, doing="reading what autovacuum knows")


def _snapshot(server: Row, age: float, rows: list[Row]) -> Snapshot:
    version, standby, block, databases, running, settings = server
    rules = options.of_server(settings)
    relations = {row[0]: _relation(row, block) for row in rows}
    return Snapshot(
        version=version,
        statistics_age=age,
        active=options.active(settings),
        naptime=float(settings["autovacuum_naptime"]),
        workers=min(
            int(settings["autovacuum_max_workers"]),
            int(settings.get("autovacuum_worker_slots", settings["autovacuum_max_workers"])),
        ),
        running=running,
        costs=(
            int(settings["vacuum_cost_page_hit"]),
            int(settings["vacuum_cost_page_miss"]),
            int(settings["vacuum_cost_page_dirty"]),
        ),
        block_size=block,
        databases=databases,
        standby=standby,
        rules=rules,
        relations={oid: replace(each, rules=_rules(rules, each, relations)) for oid, each in relations.items()},
    )


def _rules(rules: Rules, relation: Relation, relations: Mapping[int, Relation]) -> Rules:
    if relation.toast_of is None:
        return options.of_table(rules, relation.options)
    table = relations.get(relation.toast_of)
    return options.of_toast(rules, relation.options, table.options if table is not None else {})


def _ask(connection: Connection, name: str) -> list[Row]:
    return connection.execute(_query(name)).fetchall()


def _relation(row: Row, block: int) -> Relation:
    oid, schema, name, kind, rows, pages, frozen, given, toast_of, live, dead, inserted, modified = row[:13]
    total_inserted, total_updated, total_deleted, xids, multixacts, vacuumed, analyzed = row[13:20]
    vacuums, analyzes, index_pages = row[20:]
    return Relation(
        oid=oid,
        schema=schema if toast_of is None else "pg_toast",
        name=name,
        kind=kind,
        rows=rows,
        pages=pages,
        frozen_pages=frozen,
        live=live,
        dead=dead,
        inserted=inserted,
        modified=modified,
        total_inserted=total_inserted,
        total_updated=total_updated,
        total_deleted=total_deleted,
        xid_age=xids,
        multixact_age=multixacts,
        vacuumed=vacuumed,
        analyzed=analyzed,
        vacuums=vacuums,
        analyzes=analyzes,
        toast_of=toast_of,
        bytes=pages * block,
        index_bytes=int(index_pages) * block,
        options=dict(each.split("=", 1) for each in given or ()),
    )

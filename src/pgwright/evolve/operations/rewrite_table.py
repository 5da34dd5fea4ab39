"""What can only be done by writing a whole table anew: SET LOGGED, TABLESPACE, ACCESS METHOD, CLUSTER, VACUUM FULL.

## What it does

`ALTER TABLE t` with `SET UNLOGGED`, `SET LOGGED`, `SET TABLESPACE s` or `SET ACCESS METHOD m`; `CLUSTER t USING i`;
`VACUUM FULL t`. On a table without rows, and on a partitioned one, there is nothing to write, and it is done. On a
table with rows it is refused.

## Why it is dangerous

PostgreSQL copies the table and builds all of its indexes under ACCESS EXCLUSIVE: for as long as that takes, nobody
reads or writes. There is no online form of it in PostgreSQL up to 18.

Meanwhile: against bloat, `REINDEX INDEX CONCURRENTLY` for indexes, and the extension pg_repack for tables; pg_repack
sorts a table like CLUSTER, and moves it to another tablespace, as well. A new table with the wanted setting can be
filled beside the old one, and renamed when both are in step. Where the table may stand still for that long, write
`-- pgwright: allow = raw_sql` above the statement, and it runs as typed.

## Phases and locks

expand: one instant step on an empty table (ACCESS EXCLUSIVE, milliseconds), which looks under its lock whether it is
still empty. contract: nothing. CLUSTER of an empty table only marks the index. VACUUM FULL of one does nothing. Plain
VACUUM is no change of a schema, and is refused: run it beside, or leave it to autovacuum.

## Rollback

What was set before comes back while the table is still empty. When it has rows by then, it is left as it is, and said.

## Versions

PostgreSQL 14 to 18; SET ACCESS METHOD needs 15, on a partitioned table 17.

## Example

    ALTER TABLE commandes_import SET UNLOGGED;
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ...base.errors import Refused
from ...catalog.values import Table
from ...sql import parse
from ...sql.quote import ident
from ..locks.declare import has_rows
from ..locks.scene import Scene, Situation
from . import raw_sql
from ._operation import Compiled, Request
from ._setting import Setting, refuse_clause
from ._steps import INSTANT, Steps
from ._twin import directives, table_sql

DIRECTIVES = ("allow",)
RECOGNISES = (
    "AlterTableStmt.AT_SetLogged",
    "AlterTableStmt.AT_SetUnLogged",
    "AlterTableStmt.AT_SetTableSpace",
    "AlterTableStmt.AT_SetAccessMethod",
    "ClusterStmt",
    "VacuumStmt",
)
WRITTEN_PER_SECOND = 50_000_000
"""Bytes, for the estimate of a refusal only."""
SPACE, METHOD = "AlterTableStmt.AT_SetTableSpace", "AlterTableStmt.AT_SetAccessMethod"


@dataclass(frozen=True, kw_only=True)
class RewriteTable:
    """Change what lies in the file of `table`: `change` is the words behind ALTER TABLE (`SET UNLOGGED`)."""

    table: str
    change: str
    schema: str | None = None
    allow: str | None = None

    def to_sql(self) -> str:
        """ALTER TABLE with its directives."""
        return f"{directives(allow=self.allow)}ALTER TABLE {table_sql(self.table, self.schema)} {self.change};\n"


def compile_(request: Request) -> Compiled:
    """By the statement; refused where a table has rows."""
    node = request.action.node
    if request.action.key == "VacuumStmt":
        return _vacuum(request)
    cluster = request.action.key == "ClusterStmt"
    if cluster and not node.HasField("relation"):
        raise request.error("CLUSTER without a table is about every table that is marked", hint="Name the table.")
    relation = node.relation if cluster else request.action.statement.node.relation
    table = request.changeable(relation)
    steps = Steps(request, table)
    if _is_so(request, table):
        return Compiled(strategy="nothing to do", why=f"{table.name} is so already")
    if _is_written(request, table):
        if request.allowed("raw_sql"):
            return raw_sql.compile_(request)
        raise _refused(request, table, " ".join(request.text.split()))
    return _clustered(steps) if cluster else _changed(steps)


def _vacuum(request: Request) -> Compiled:
    node = request.action.node
    if not node.is_vacuumcmd:
        return raw_sql.compile_(request)
    if not _is_full(request):
        raise request.refuse(
            "VACUUM changes no schema, and cannot run inside of a transaction",
            hint="Run it beside the migration, or leave it to autovacuum.",
        )
    relations = [parse.unwrap(each).relation for each in node.rels]
    if not relations:
        raise request.refuse("VACUUM FULL without a table rewrites the whole database", hint="Name the table.")
    for table in map(request.changeable, relations):
        if _has_rows(request, table):
            raise _refused(request, table, "VACUUM FULL")
    return Compiled(strategy="nothing to do", why="there are no rows, so there is nothing to gain")


def _is_full(request: Request) -> bool:
    options = {each.defname: each for each in map(parse.unwrap, request.action.node.options)}
    full = options.get("full")
    if full is None:
        return False
    value = parse.unwrap(full.arg) if full.HasField("arg") else None
    return str(getattr(value, "sval", getattr(value, "ival", "on"))).lower() not in ("off", "false", "0", "no")


def _has_rows(request: Request, table: Table) -> bool:
    return has_rows(request.catalog, table.oid)


def _is_written(request: Request, table: Table) -> bool:
    """Whether it would copy something: the setting of a partitioned table only says how new partitions begin. CLUSTER
    goes down to the partitions, all else is about the table alone."""
    if request.action.key == "ClusterStmt":
        return _has_rows(request, table)
    return table.kind == "f" or table.pages > 0


def _is_so(request: Request, table: Table) -> bool:
    key, node = request.action.key, request.action.node
    if key.endswith(("AT_SetLogged", "AT_SetUnLogged")):
        return table.persistence == ("p" if key.endswith("AT_SetLogged") else "u")
    if key == METHOD:
        if request.catalog.major < 15:
            raise request.error("SET ACCESS METHOD needs PostgreSQL 15")
        return bool(node.name) and table.kind != "p" and table.access_method == node.name
    return key == SPACE and table.tablespace == node.name


def _changed(steps: Steps) -> Compiled:
    request, table = steps.request, steps.table
    key = request.action.key
    change, reads = _change(request, table)
    _check(request, table, change)
    logged = key not in (SPACE, METHOD)
    sequences = Scene(request.catalog).sequences((table.oid,)) if logged else ()
    setting = Setting(
        steps=steps,
        change=change,
        on=Situation(key, {"target": (table.oid,), "sequences": sequences}),
        reads=reads,
        summary=f"{change.lower()} of {table.name}, which is empty",
        back=f"{table.name} as before {change.lower()}, if it is still empty",
        empty=table.kind != "p",
    )
    hazards = ["rollback does not undo it once the table has rows"] if table.kind != "p" else []
    if key.endswith("AT_SetUnLogged"):
        hazards.append(f"after a crash of the server {table.name} is empty, and standbys do not have its rows")
    steps_ = setting.compiled(request.moment())
    return Compiled(
        strategy="catalog-only",
        why="it is partitioned: this is about new partitions" if table.kind == "p" else "there are no rows to copy",
        hazards=tuple(hazards),
        steps=tuple(replace(step, scans=(), rewrites=(), rows=None, seconds=INSTANT) for step in steps_),
    )


def _change(request: Request, table: Table) -> tuple[str, str]:
    """The clause, and what reads the former one."""
    key, node = request.action.key, request.action.node
    if key.endswith("AT_SetLogged"):
        return "SET LOGGED", "persistence"
    if key.endswith("AT_SetUnLogged"):
        if table.kind == "p":
            raise request.error(f'"{table.name}" is partitioned, and cannot be unlogged', hint="Change its partitions.")
        return "SET UNLOGGED", "persistence"
    if key == METHOD:
        if table.kind == "p" and request.catalog.major < 17:
            raise request.error("cannot change access method of a partitioned table before PostgreSQL 17")
        return f"SET ACCESS METHOD {ident(node.name) if node.name else 'DEFAULT'}", "access_method"
    return f"SET TABLESPACE {ident(node.name)}", "tablespace"


def _check(request: Request, table: Table, change: str) -> None:
    """What PostgreSQL refuses."""
    if change in ("SET LOGGED", "SET UNLOGGED"):
        unlogged = change == "SET UNLOGGED"
        if unlogged and any(each.how == "table" for each in table.publications):
            raise request.error(f'"{table.name}" is published, and cannot be unlogged')
        for other in request.catalog.tables.values():
            one, two = (other, table) if unlogged else (table, other)
            keys = (each for each in one.constraints if each.kind == "foreign key" and each.referenced == two.oid)
            if one.oid != two.oid and other.persistence == ("p" if unlogged else "u") and any(keys):
                raise request.error(
                    f'"{one.name}" refers to "{two.name}", and a logged table cannot to an unlogged one'
                )
    elif table.kind != "p":
        refuse_clause(request, table, change)


def _clustered(steps: Steps) -> Compiled:
    """An empty table is in any order; what stays is the mark."""
    request, table, name = steps.request, steps.table, steps.request.action.node.indexname
    if not name:
        return Compiled(strategy="nothing to do", why="there are no rows to sort")
    if table.kind == "p":
        raise request.error(f'"{table.name}" is partitioned: mark the indexes of its partitions by CLUSTER ON')
    if all(index.name != name for index in table.indexes) and name not in request.names:
        raise request.error(f'index "{name}" for table "{table.name}" does not exist')
    setting = Setting(
        steps=steps,
        change=f"CLUSTER ON {ident(name)}",
        on=steps.on("AlterTableStmt.AT_ClusterOn", target=(table.oid,)),
        reads="cluster",
        summary=f"mark {name} of {table.name} for CLUSTER; there are no rows to sort",
        back=f"mark {table.name} for CLUSTER as before",
    )
    return Compiled(
        strategy="catalog-only",
        why="there are no rows to sort: what stays is the mark",
        steps=setting.compiled(request.moment()),
    )


def _refused(request: Request, table: Table, what: str) -> Refused:
    parts = request.catalog.descendants(table.oid)
    size = sum(part.bytes for part in parts)
    minutes = max(1, round(size / WRITTEN_PER_SECOND / 60))
    raw = "" if what == "VACUUM FULL" else "; or, if it may stand still for that long: -- pgwright: allow = raw_sql"
    return request.refuse(
        f"{what[:80]} writes {table.name} and all of its indexes anew under ACCESS EXCLUSIVE",
        f"{size / 1_000_000:,.0f} MB: for about {minutes} minute{'' if minutes == 1 else 's'} nobody could use it",
        "PostgreSQL has no online form of it",
        hint=f"See what helps meanwhile: pgwright docs rewrite_table{raw}",
    )

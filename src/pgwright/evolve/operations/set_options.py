"""Set storage parameters of a table: fillfactor, autovacuum, and the like.

## What it does

`ALTER TABLE t SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, toast.autovacuum_enabled = off)`, and
`RESET (…)`. It holds from then on; a fillfactor for blocks that are written from then on.

## Why it is dangerous

Hardly: nothing is read or written. `user_catalog_table` takes ACCESS EXCLUSIVE. `autovacuum_enabled = off` lets a table
bloat until it is switched on again.

## Phases and locks

expand: one step, SHARE UPDATE EXCLUSIVE on the table, which blocks no reads and no writes (ACCESS EXCLUSIVE for
`user_catalog_table`, milliseconds). contract: nothing. Partitions and children have their own. A partitioned table has
none: PostgreSQL refuses them.

## Rollback

What was set before comes back, and what was not is reset, unless somebody has set it otherwise since.

## Versions

PostgreSQL 14 to 18. The server is asked about each name and value.

## Example

    ALTER TABLE commandes SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);
"""

from __future__ import annotations

from dataclasses import dataclass

from ...sql import alter
from ..locks.altering import alter as situations
from ..locks.scene import Scene
from ._operation import Compiled, Request
from ._options import Options, assigned, former, listed
from ._setting import Setting, refuse_clause
from ._steps import Steps
from ._twin import table_sql

DIRECTIVES = ("allow",)
RECOGNISES = ("AlterTableStmt.AT_SetRelOptions", "AlterTableStmt.AT_ResetRelOptions")


@dataclass(frozen=True, kw_only=True)
class SetOptions:
    """Set storage parameters of `table`: pairs of a name and a value, None to reset it."""

    table: str
    options: tuple[tuple[str, str | None], ...]
    schema: str | None = None

    def to_sql(self) -> str:
        """ALTER TABLE … SET and RESET."""
        return f"ALTER TABLE {table_sql(self.table, self.schema)} {assigned(self.options)};\n"


def compile_(request: Request) -> Compiled:
    """One step, under a weak lock but for what measurement has shown otherwise."""
    action = request.action
    steps = Steps(request, request.changeable(action.statement.node.relation))
    table = steps.table
    reset = action.key.endswith("AT_ResetRelOptions")
    given = tuple((name, None if reset else value) for name, value in listed(alter.definition(action.node)))
    if table.kind == "p":
        raise request.error(
            f'"{table.name}" is partitioned and has no storage parameters', hint="Set them on its partitions."
        )
    refuse_clause(request, table, assigned(given))
    found = situations(Scene(request.catalog), action.node, action.statement.node)
    assert found is not None, "storage parameters were measured"
    names = tuple(name for name, _ in given)
    own = tuple(name for name in names if not name.startswith("toast."))
    setting = Setting(
        steps=steps,
        change=assigned(given),
        on=found[0],
        reads="options",
        summary=f"set {', '.join(names)} of {table.name}",
        back=f"set {', '.join(names)} of {table.name} as before",
        names=names,
        undo=tuple(map(steps.alter, former(table.options, own))),
    )
    return Compiled(
        strategy="catalog-only",
        why="nothing is read or written",
        hazards=_hazards(str(table.name), given),
        steps=setting.compiled(request.moment()),
    )


def _hazards(table: str, given: Options) -> tuple[str, ...]:
    found = []
    for name, value in given:
        if name == "fillfactor":
            found.append(f"blocks of {table} that are there stay as full as they are until they are written anew")
        if name.endswith("autovacuum_enabled") and value is not None and value.lower() in ("off", "false", "no", "0"):
            found.append(f"{table} bloats until autovacuum is switched on again")
    return tuple(found)

"""Switch triggers of a table on or off, or choose whether they fire for replicated rows.

## What it does

`ALTER TABLE t` with `ENABLE TRIGGER x`, `ENABLE ALWAYS TRIGGER x`, `ENABLE REPLICA TRIGGER x` or `DISABLE TRIGGER x`;
`ALL` and `USER` in place of a name mean all triggers of users. On a partitioned table those of the partitions that come
from it go along.

## Why it is dangerous

Hardly for the table; but both applications write through its triggers. `DISABLE TRIGGER ALL` switches off the triggers
behind foreign keys too: rows come in that break them, and nothing ever looks for those again. It is refused.

## Phases and locks

ENABLE and ENABLE ALWAYS come with expand, because the new application is to have them. DISABLE and ENABLE REPLICA wait
for contract, because the old application relies on them. One instant step (SHARE ROW EXCLUSIVE on the table and its
partitions, which blocks writes, milliseconds).

## Rollback

Each trigger is switched as it was, unless somebody has switched it otherwise since; what was changed with contract
until the grace period ends.

## Versions

PostgreSQL 14 to 18.

## Example

    ALTER TABLE commandes DISABLE TRIGGER audit;
"""

from __future__ import annotations

from dataclasses import dataclass

from ...catalog.values import Table
from ...sql.quote import ident
from ..steps.step import Phase
from . import raw_sql
from ._operation import Compiled, Request
from ._setting import BEFORE, Setting
from ._steps import Steps
from ._twin import table_sql

DIRECTIVES = ("allow",)
WORDS = {
    "AT_EnableTrig": "ENABLE",
    "AT_EnableAlwaysTrig": "ENABLE ALWAYS",
    "AT_EnableReplicaTrig": "ENABLE REPLICA",
    "AT_DisableTrig": "DISABLE",
    "AT_EnableTrigAll": "ENABLE",
    "AT_EnableTrigUser": "ENABLE",
    "AT_DisableTrigAll": "DISABLE",
    "AT_DisableTrigUser": "DISABLE",
}
RECOGNISES = tuple(f"AlterTableStmt.{each}" for each in WORDS)
TAKES = frozenset({"DISABLE", "ENABLE REPLICA"})
"""What takes a trigger away from the applications."""
FIRES = {"O": "ENABLE", "D": "DISABLE", "R": "ENABLE REPLICA", "A": "ENABLE ALWAYS"}
"""`pg_trigger.tgenabled`, as ALTER TABLE writes it."""


@dataclass(frozen=True, kw_only=True)
class EnableTrigger:
    """Switch `trigger` of `table`, or all of its users' triggers (None): `change` is enable, enable always, enable
    replica or disable."""

    table: str
    trigger: str | None
    change: str = "enable"
    schema: str | None = None

    def to_sql(self) -> str:
        """ALTER TABLE … TRIGGER. Raises ValueError for another word."""
        change = self.change.upper()
        if change not in WORDS.values():
            raise ValueError(f"not a way to switch a trigger: {self.change}")
        trigger = "USER" if self.trigger is None else ident(self.trigger)
        return f"ALTER TABLE {table_sql(self.table, self.schema)} {change} TRIGGER {trigger};\n"


def compile_(request: Request) -> Compiled:
    """One instant step."""
    relation = request.action.statement.node.relation
    steps = Steps(request, request.changeable(relation))
    table, subtype = steps.table, request.action.key.partition(".")[2]
    word, name = WORDS[subtype], request.action.node.name
    if subtype.endswith("All"):
        if request.allowed("raw_sql"):
            return raw_sql.compile_(request)
        _refuse_all(request, table, word)
    triggers = [each for each in table.triggers if not name or each.name == name]
    if not triggers:
        _missing(request, table, name)
    if not name:
        _refuse_in_flight(request, table)
    whole = bool(relation.inh)
    takes = word in TAKES
    shown = f"trigger {name}" if name else "all triggers of users"
    setting = Setting(
        steps=steps,
        change=f"{word} TRIGGER {ident(name) if name else 'USER'}",
        on=steps.on(request.action.key, target=steps.family if whole else (table.oid,)),
        reads="triggers",
        summary=f"{word.lower()} {shown} of {table.name}",
        back=f"{shown} of {table.name} as before",
        names=(name,) if name else (),
        whole=whole,
        undo=[steps.alter(f"{FIRES[each.enabled]} TRIGGER {ident(each.name)}") for each in triggers] or BEFORE,
    )
    hazard = "from contract on nobody's writes fire" if takes else "from expand on writes of the old application fire"
    return Compiled(
        strategy="with contract" if takes else "catalog-only",
        why="the old application relies on it until then" if takes else "nothing is read or written",
        hazards=(f"{hazard} {shown} of {table.name}",),
        steps=setting.compiled(Phase.CONTRACT if takes else request.moment()),
    )


def _refuse_all(request: Request, table: Table, word: str) -> None:
    raise request.refuse(
        f"{word} TRIGGER ALL is about the triggers behind foreign keys of {table.name} as well: rows that break them "
        "would come in, and nothing looks for those again",
        hint=f"Write {word} TRIGGER USER; or, to have it as typed, above it: -- pgwright: allow = raw_sql",
    )


def _missing(request: Request, table: Table, name: str) -> None:
    """Another statement of the plan may make it."""
    if name and table.oid not in request.crowded:
        raise request.error(f'trigger "{name}" for table "{table.name}" does not exist')


def _refuse_in_flight(request: Request, table: Table) -> None:
    """The triggers that keep two columns in step are users' triggers to the server."""
    shape = request.shape(table)
    if shape.links or shape.fills:
        raise request.refuse(
            f"columns of {table.name} are in flight, and the triggers that keep them in step would be switched too",
            hint="Name the triggers one by one, or contract that migration first.",
        )

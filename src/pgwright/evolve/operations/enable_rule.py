"""Switch a rule of a table on or off, or choose whether it holds for replicated rows.

## What it does

`ALTER TABLE t` with `ENABLE RULE r`, `ENABLE ALWAYS RULE r`, `ENABLE REPLICA RULE r` or `DISABLE RULE r`.

## Why it is dangerous

Hardly for the table; but a rule changes what the statements of both applications do.

## Phases and locks

ENABLE and ENABLE ALWAYS come with expand, because the new application is to have the rule. DISABLE and ENABLE REPLICA
wait for contract, because the old application relies on it. One instant step (ACCESS EXCLUSIVE on the table,
milliseconds).

## Rollback

The rule is switched as it was, unless somebody has switched it otherwise since; what was changed with contract until
the grace period ends.

## Versions

PostgreSQL 14 to 18.

## Example

    ALTER TABLE commandes DISABLE RULE commandes_archive;
"""

from __future__ import annotations

from dataclasses import dataclass

from ...sql.quote import ident
from ..steps.step import Phase
from ._operation import Compiled, Request
from ._setting import Setting
from ._steps import Steps
from ._twin import table_sql

DIRECTIVES = ("allow",)
WORDS = {
    "AlterTableStmt.AT_EnableRule": "ENABLE",
    "AlterTableStmt.AT_EnableAlwaysRule": "ENABLE ALWAYS",
    "AlterTableStmt.AT_EnableReplicaRule": "ENABLE REPLICA",
    "AlterTableStmt.AT_DisableRule": "DISABLE",
}
RECOGNISES = tuple(WORDS)
TAKES = frozenset({"DISABLE", "ENABLE REPLICA"})
"""What takes a rule away from the applications."""


@dataclass(frozen=True, kw_only=True)
class EnableRule:
    """Switch `rule` of `table`: `change` is enable, enable always, enable replica or disable."""

    table: str
    rule: str
    change: str = "enable"
    schema: str | None = None

    def to_sql(self) -> str:
        """ALTER TABLE … RULE. Raises ValueError for another word."""
        change = self.change.upper()
        if change not in WORDS.values():
            raise ValueError(f"not a way to switch a rule: {self.change}")
        return f"ALTER TABLE {table_sql(self.table, self.schema)} {change} RULE {ident(self.rule)};\n"


def compile_(request: Request) -> Compiled:
    """One instant step."""
    steps = Steps(request, request.changeable(request.action.statement.node.relation))
    table, word, name = steps.table, WORDS[request.action.key], request.action.node.name
    # Another statement of the plan may make it.
    if name not in table.rules and table.oid not in request.crowded:
        raise request.error(f'rule "{name}" for relation "{table.name}" does not exist')
    takes = word in TAKES
    setting = Setting(
        steps=steps,
        change=f"{word} RULE {ident(name)}",
        on=steps.on(request.action.key, target=(table.oid,)),
        reads="rules",
        summary=f"{word.lower()} rule {name} of {table.name}",
        back=f"rule {name} of {table.name} as before",
        names=(name,),
    )
    return Compiled(
        strategy="with contract" if takes else "catalog-only",
        why="the old application relies on it until then" if takes else "nothing is read or written",
        hazards=(f"it changes what statements on {table.name} do from {'contract' if takes else 'expand'} on",),
        steps=setting.compiled(Phase.CONTRACT if takes else request.moment()),
    )

"""Switch the row-level security of a table on or off, for all or for its owner too.

## What it does

`ALTER TABLE t` with `ENABLE` or `DISABLE ROW LEVEL SECURITY`: whether the policies of the table hold. `FORCE` and `NO
FORCE` say whether they hold for its owner as well. Superusers and roles with BYPASSRLS always see all rows.

## Why it is dangerous

Switched on, rows disappear, without any error, for an application that does not yet say who it is; where no policy lets
anything through, all of them. `FORCE` does the same to an application that connects as the owner, and to pg_dump and
migrations: pgwright itself could not see all rows any more, and refuses to `FORCE` unless its role has BYPASSRLS.
Switched off, rows appear that the policies have kept apart.

## Phases and locks

contract: one instant step (ACCESS EXCLUSIVE on the table, milliseconds), because the old application relies on what was
before, either way. Partitions and children have their own: whoever may read one of them directly is not held by the
policies of the table above. A table that the same migration creates has it at once.

## Rollback

Until the grace period ends what was before comes back, unless somebody has changed it since.

## Versions

PostgreSQL 14 to 18.

## Example

    ALTER TABLE commandes ENABLE ROW LEVEL SECURITY;
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ...catalog.values import Table
from ...sql.quote import ident
from ..steps.step import Phase
from ._operation import Compiled, Request
from ._setting import Setting
from ._steps import Steps
from ._twin import table_sql

DIRECTIVES = ("allow",)
WORDS = {
    "AlterTableStmt.AT_EnableRowSecurity": "ENABLE",
    "AlterTableStmt.AT_DisableRowSecurity": "DISABLE",
    "AlterTableStmt.AT_ForceRowSecurity": "FORCE",
    "AlterTableStmt.AT_NoForceRowSecurity": "NO FORCE",
}
RECOGNISES = tuple(WORDS)


@dataclass(frozen=True, kw_only=True)
class RowSecurity:
    """Switch the row-level security of `table`: `change` is enable, disable, force or no force."""

    table: str
    change: str
    schema: str | None = None

    def to_sql(self) -> str:
        """ALTER TABLE … ROW LEVEL SECURITY. Raises ValueError for another word."""
        change = self.change.upper()
        if change not in WORDS.values():
            raise ValueError(f"not a change of row-level security: {self.change}")
        return f"ALTER TABLE {table_sql(self.table, self.schema)} {change} ROW LEVEL SECURITY;\n"


def compile_(request: Request) -> Compiled:
    """One instant step of contract."""
    steps = Steps(request, request.changeable(request.action.statement.node.relation))
    table, word = steps.table, WORDS[request.action.key]
    forced = word.endswith("FORCE")
    if word == "FORCE":
        _refuse_blind(request, table)
    now = table.force_row_security if forced else table.row_security
    was = ("FORCE" if now else "NO FORCE") if forced else ("ENABLE" if now else "DISABLE")
    setting = Setting(
        steps=steps,
        change=f"{word} ROW LEVEL SECURITY",
        on=steps.on(request.action.key, target=(table.oid,)),
        reads="force_row_security" if forced else "row_security",
        summary=f"{word.lower()} row-level security of {table.name}",
        back=f"the row-level security of {table.name} as before",
        undo=(steps.alter(f"{was} ROW LEVEL SECURITY"),),
    )
    return Compiled(
        strategy="with contract",
        why="the old application relies on what it sees until then",
        hazards=tuple(_hazards(request, table, word)),
        steps=setting.compiled(Phase.CONTRACT),
    )


def _refuse_blind(request: Request, table: Table) -> None:
    """Law 10: rows that are hidden from pgwright are an error, and it never takes FORCE away for a while."""
    catalog = request.catalog
    if not catalog.superuser and not catalog.bypass_rls and table.owner in catalog.member_of:
        raise request.refuse(
            f"with FORCE the policies of {table.name} hold for its owner too, and role {catalog.role}, which migrates, "
            "has no BYPASSRLS: later migrations could not see all rows",
            hint=f"As a superuser: ALTER ROLE {ident(catalog.role)} BYPASSRLS;",
        )


def _hazards(request: Request, table: Table, word: str) -> Iterator[str]:
    name = table.name
    below = [each for each in request.catalog.descendants(table.oid) if each.oid != table.oid]
    if word == "ENABLE":
        yield f"rows of {name} that no policy lets through disappear after contract, without an error"
        if not any(policy.permissive for policy in table.policies):
            yield f"the server has no permissive policy of {name} yet: without one all its rows disappear"
        yield f"COPY {name} FROM fails for whoever is held by policies (0A000)"
        if not table.force_row_security:
            yield f"{table.owner}, who owns {name}, and views that belong to it, still see all rows: FORCE changes that"
        yield from (
            f"{part.name} has no row-level security of its own: who may read it directly sees all its rows"
            for part in below
            if not part.row_security
        )
    elif word == "FORCE":
        yield f"whoever connects as {table.owner}, pg_dump too, is held by the policies of {name} after contract"
    elif word == "DISABLE":
        yield f"after contract everybody who may read {name} sees all its rows"
    else:
        yield f"after contract {table.owner}, who owns {name}, sees all its rows"

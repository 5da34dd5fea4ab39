"""Change whom a row-level security policy is about, and what it lets through.

## What it does

`ALTER POLICY p ON t TO … USING (…) WITH CHECK (…)`.

## Why it is dangerous

Where row-level security is on, it may hide rows from the application that still runs, and refuse what it writes.

## Phases and locks

expand: one instant step, ACCESS EXCLUSIVE on the table, milliseconds.

## Rollback

The policy that was there when the step ran comes back, unless somebody has changed it since.

## Versions

PostgreSQL 14 to 18.

## Example

    ALTER POLICY les_siens ON commandes USING (client = session_user);
"""

from __future__ import annotations

from ...catalog.values import Policy, Table
from ...sql.quote import ident
from ...sql.things import Thing
from . import _copies, _judged, _objects, raw_sql
from ._operation import Compiled, Request
from ._twin import Typed
from .create_policy import hazards, on_table, policy_of
from .create_trigger import on

DIRECTIVES = ("allow",)
RECOGNISES = ("AlterPolicyStmt",)


class AlterPolicy(Typed):
    """Change the policy of the ALTER POLICY statement `sql`."""


def compile_(request: Request) -> Compiled:
    """One short step."""
    if _objects.as_typed(request):
        return raw_sql.compile_(request)
    node, text = request.action.node, request.action.statement.text
    wanted = Thing("policy", on(node.table, node.policy_name))
    table = on_table(request, node.table)
    _judged.columns_in_flight(request)
    there = policy_of(table, node.policy_name)
    if table is not None and there is None and table.oid not in request.crowded:
        raise request.error(f'policy "{node.policy_name}" for table "{table.name}" does not exist')
    if table is not None and there is not None:
        _copies.refuse(request, table, node, "table", _like(table, there))
    return Compiled(
        strategy="in one short step",
        why="nothing is read or written",
        hazards=hazards(table, node.policy_name, permissive=False),
        steps=_objects.changed(request, wanted, text),
    )


def _like(table: Table, policy: Policy) -> str:
    """A policy of the same name for the same command, on the copy."""
    clause = "WITH CHECK (true)" if policy.command == "INSERT" else "USING (true)"
    return f"CREATE POLICY {ident(policy.name)} ON pg_temp.{ident(table.name.name)} FOR {policy.command} {clause}"

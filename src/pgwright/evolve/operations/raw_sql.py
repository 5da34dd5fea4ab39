"""Run a statement as it is, when its locks are known to be harmless or the author allows it.

## What it does

Whatever no other operation recognises: `INSERT` of a few rows, `CREATE ROLE`, `SET`, code in `DO`; and any statement
that has `-- pgwright: allow = raw_sql` above it.

## Why it is dangerous

pgwright does not know what it means. It knows what it locks, from measurements on 14 to 18; a statement that takes a
lock of SHARE or stronger on a table with rows, scans or rewrites one, or is not known, is refused unless the author
writes `-- pgwright: allow = raw_sql` above it. Code in `DO` is looked at too.

## Phases and locks

expand: one step with the locks that were measured for it.

## Rollback

None: pgwright cannot know the inverse. The plan says so.

## Versions

PostgreSQL 14 to 18.

## Example

    INSERT INTO statuts VALUES ('RETOURNEE');
"""

from __future__ import annotations

from dataclasses import dataclass

from ...base.lock import LockMode
from ...sql import alter
from ...sql.actions import Action as SqlAction
from ..locks.declare import declared, harm
from ..steps.step import Kind, Lock, Step
from ._operation import SIGN, Compiled, Request
from ._twin import directives

DIRECTIVES = ("allow",)
RECOGNISES = ("*",)
"""Everything that no other operation owns."""


@dataclass(frozen=True, kw_only=True)
class RawSql:
    """Run the one statement `sql` as it is; `allow` it where its locks are not known to be harmless."""

    sql: str
    allow: bool = False

    def to_sql(self) -> str:
        """The statement, with its consent."""
        above = directives(allow="raw_sql" if self.allow else None)
        return above + self.sql.rstrip().removesuffix(";") + ";\n"


def compile_(request: Request) -> Compiled:
    """One instant step, when the statement is harmless or allowed."""
    action, catalog = request.action, request.catalog
    if action.key.startswith("CallStmt.pgwright."):
        raise request.error(
            f"pgwright has no operation {action.key.rsplit('.', 1)[1]}", hint="`pgwright docs` lists them."
        )
    reason = harm(action.key, action.node, action.statement, catalog) or _in_flight(request)
    if reason and not request.allowed("raw_sql"):
        raise request.refuse(
            f"{' '.join(_text(action).split())[:80]}: {reason}",
            hint="If you accept that, write above it: -- pgwright: allow = raw_sql",
        )
    effects = declared(action.key, action.node, action.statement, catalog) or ()
    locks = tuple(Lock(relation=effect.relation, oid=effect.oid, mode=effect.mode) for effect in effects if effect.oid)
    step = Step(
        id=f"{request.id}.run",
        operations=(request.id,),
        phase=request.moment(),
        kind=Kind.INSTANT,
        summary=" ".join(_text(action).split())[:70],
        statements=(_text(action),),
        locks=locks or _worst(request, reason),
        scans=tuple(effect.relation for effect in effects if effect.scans),
        rewrites=tuple(effect.relation for effect in effects if effect.rewrites),
        seconds=0.01,
    )
    hazards = ("rollback does not undo it",) + ((f"allowed although {reason}",) if reason else ())
    return Compiled(
        strategy="as typed",
        why="no other operation owns it" if reason else "its locks are harmless",
        hazards=hazards,
        steps=(step,),
    )


def _text(action: SqlAction) -> str:
    """The statement as typed; of an ALTER TABLE with several actions only this one."""
    node = action.statement.node
    if action.statement.kind == "AlterTableStmt" and len(node.cmds) > 1:
        return alter.deparsed(alter.alone(action))
    return action.statement.text


def _in_flight(request: Request) -> str | None:
    """Why DDL on a table whose columns are being renamed may hurt, in half a sentence; None for any other."""
    action = request.action
    effects = declared(action.key, action.node, action.statement, request.catalog) or ()
    planned = (link for shape in request.shapes.values() for link in shape.links)
    open_ = {link.table: link.migration for link in (*request.links, *planned)}
    for effect in effects:
        view = request.catalog.views.get(effect.oid)
        if effect.mode.is_strong and view is not None and (view.comment or "").startswith(SIGN):
            return f"{view.name} is a view of pgwright ({(view.comment or '').removeprefix(SIGN)})"
        if effect.mode.is_strong and effect.oid in open_:
            return f"{effect.relation} has a column between two names until {open_[effect.oid]} is contracted"
    return None


def _worst(request: Request, reason: str | None) -> tuple[Lock, ...]:
    """An allowed statement whose locks are unknown may take any lock on any table that it names."""
    if not reason:
        return ()
    named = [table for table in request.catalog.tables.values() if table.name.name in request.action.statement.text]
    return tuple(
        Lock(relation=table.name, oid=table.oid, mode=LockMode.ACCESS_EXCLUSIVE)
        for table in sorted(named, key=lambda t: t.oid)
    )

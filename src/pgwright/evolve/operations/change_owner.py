"""Give a table another owner, with the sequences that its columns own.

## What it does

`ALTER TABLE t OWNER TO role`. Rights that the former owner had, because it was the owner, are the new one's then.

## Why it is dangerous

An application that connects as the former owner can no longer read or write the table, unless it is granted rights on
it. Row-level security that does not hold for the owner holds for the former one then. Whoever migrates must be a member
of the new owner, and that one needs CREATE on the schema, unless a superuser migrates: both are looked at before
anything starts.

## Phases and locks

contract, because the old application may be the owner: one instant step (ACCESS EXCLUSIVE on the table and on the
sequences that it owns, milliseconds). Partitions and children keep their owners.

## Rollback

Until the grace period ends the former owner comes back, with the rights that were granted before, unless the table has
been given to somebody else since.

## Versions

PostgreSQL 14 to 18.

## Example

    ALTER TABLE commandes OWNER TO boutique;
"""

from __future__ import annotations

from dataclasses import dataclass

from ...catalog.values import Table
from ...sql import parse
from ...sql.parse import Node
from ...sql.quote import ident, literal
from ..locks.scene import Scene
from ..steps.step import Action, Kind, Phase, Step
from ._operation import Compiled, Request
from ._setting import Setting
from ._steps import NOTHING, Steps
from ._twin import table_sql

DIRECTIVES = ("allow",)
RECOGNISES = ("AlterTableStmt.AT_ChangeOwner",)


@dataclass(frozen=True, kw_only=True)
class ChangeOwner:
    """Give `table` to the role `owner`."""

    table: str
    owner: str
    schema: str | None = None

    def to_sql(self) -> str:
        """ALTER TABLE … OWNER TO."""
        return f"ALTER TABLE {table_sql(self.table, self.schema)} OWNER TO {ident(self.owner)};\n"


def compile_(request: Request) -> Compiled:
    """A look at the rights of the new owner, and one instant step of contract."""
    steps = Steps(request, request.changeable(request.action.statement.node.relation))
    table, catalog = steps.table, request.catalog
    owner = _role(request, parse.unwrap(request.action.node.newowner))
    if owner == table.owner:
        return Compiled(strategy="nothing to do", why=f"{table.name} belongs to {owner} already")
    sequences = Scene(catalog).sequences((table.oid,))
    setting = Setting(
        steps=steps,
        change=f"OWNER TO {ident(owner)}",
        on=steps.on(request.action.key, target=(table.oid,), sequences=sequences),
        reads="owner",
        rights=True,
        summary=f"give {table.name} to {owner}",
        back=f"give {table.name} back to {table.owner}",
        undo=(steps.alter(f"OWNER TO {ident(table.owner)}"),),
    )
    return Compiled(
        strategy="with contract",
        why=f"the old application may connect as {table.owner}",
        hazards=_hazards(table, owner),
        steps=(_look(steps, owner), *setting.compiled(Phase.CONTRACT)),
    )


def _role(request: Request, node: Node) -> str:
    """The name of a RoleSpec; who runs a migration is who `role` of the catalog says."""
    kind = parse.enum_value(node, "roletype")
    if kind == "ROLESPEC_CSTRING":
        return str(node.rolename)
    if kind == "ROLESPEC_PUBLIC":
        raise request.error("PUBLIC cannot own a table")
    return request.catalog.role


def _look(steps: Steps, owner: str) -> Step:
    """What PostgreSQL asks of the new owner and of whoever gives the table to it, but not of a superuser (14 to 18)."""
    schema, role = literal(steps.table.name.schema), literal(owner)
    member = "MEMBER" if steps.request.catalog.major < 16 else "SET"
    bound = "NOT (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user)"
    query = (
        f"SELECT reason FROM (VALUES ({literal('there is no role ' + owner)}, "
        f"(SELECT pg_catalog.count(*) FROM pg_catalog.pg_roles WHERE rolname = {role}) = 0), "
        f"({literal(f'role {owner} may not CREATE in the schema')}, "
        f"(SELECT {bound} AND NOT pg_catalog.has_schema_privilege(oid, {schema}, 'CREATE') FROM pg_catalog.pg_roles "
        f"WHERE rolname = {role})), ({literal('the role that migrates is no member of ' + owner)}, "
        f"(SELECT {bound} AND NOT pg_catalog.pg_has_role(oid, {literal(member)}) FROM pg_catalog.pg_roles "
        f"WHERE rolname = {role}))"
        ") AS found (reason, stands) WHERE stands"
    )
    name = ident(owner)
    hint = (
        f"GRANT CREATE ON SCHEMA {ident(steps.table.name.schema)} TO {name}; "
        f"GRANT {name} TO {ident(steps.request.catalog.role)};"
    )
    what = f"reasons why {steps.table.name} cannot be given to {owner}"
    action = Action(name="look", parameters={"query": query, "what": what, "hint": hint})
    return Step(
        id=f"{steps.request.id}.look",
        operations=(steps.request.id,),
        phase=Phase.LOOK,
        kind=Kind.VERIFY,
        summary=f"look whether {steps.table.name} can be given to {owner}",
        statements=(query,),
        action=action,
        seconds=0.01,
        undo=NOTHING,
    )


def _hazards(table: Table, owner: str) -> tuple[str, ...]:
    found = [f"whoever connects as {table.owner} cannot use {table.name} after contract, unless rights are granted"]
    if table.row_security and not table.force_row_security:
        found.append(f"the policies of {table.name} hold for {table.owner} after contract, and no more for {owner}")
    return tuple(found)

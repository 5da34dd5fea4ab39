"""Tie a table to a composite type, or untie it.

## What it does

`ALTER TABLE t OF type` and `ALTER TABLE t NOT OF`. A table that is tied has exactly the columns of the type, and gets
every change of it by `ALTER TYPE … CASCADE`.

## Why it is dangerous

It is not: nothing is read or written. While it is tied, columns cannot be added or dropped on the table itself.

## Phases and locks

expand: one instant step (ACCESS EXCLUSIVE on the table, milliseconds). contract: nothing.

## Rollback

The table is tied to what it was tied to before, or to nothing, unless somebody has changed that since.

## Versions

PostgreSQL 14 to 18. The server is asked whether the columns are those of the type.

## Example

    ALTER TABLE adresses OF adresse;
"""

from __future__ import annotations

from dataclasses import dataclass

from ...base.name import RelationName
from ...sql import alter
from ...sql.quote import ident, qualified
from ._operation import ALONE, Compiled, Request
from ._setting import Setting, refuse_clause
from ._steps import Steps
from ._twin import table_sql

DIRECTIVES = ("allow",)
RECOGNISES = ("AlterTableStmt.AT_AddOf", "AlterTableStmt.AT_DropOf")


@dataclass(frozen=True, kw_only=True)
class OfType:
    """Tie `table` to the composite type `type_name` (as written in SQL); None unties it."""

    table: str
    type_name: str | None
    schema: str | None = None

    def to_sql(self) -> str:
        """ALTER TABLE … OF."""
        change = "NOT OF" if self.type_name is None else f"OF {self.type_name}"
        return f"ALTER TABLE {table_sql(self.table, self.schema)} {change};\n"


def compile_(request: Request) -> Compiled:
    """One instant step."""
    action = request.action
    steps = Steps(request, request.changeable(action.statement.node.relation))
    table, shape = steps.table, steps.shape
    if shape.links or shape.fills:
        raise request.refuse(f"columns of {table.name} are in flight", hint=ALONE)
    ties = action.key.endswith("AT_AddOf")
    if not ties and table.of_type is None:
        raise request.error(f'"{table.name}" is not a typed table')
    change = _of(request) if ties else "NOT OF"
    if ties:
        if table.parents:
            raise request.error(f'typed table "{table.name}" cannot inherit')
        refuse_clause(request, table, change)
    setting = Setting(
        steps=steps,
        change=change,
        on=steps.on(action.key, target=(table.oid,)),
        reads="of_type",
        summary=f"tie {table.name} to its type" if ties else f"untie {table.name} from {table.of_type}",
        back=f"tie {table.name} as before",
        undo=(steps.alter("NOT OF" if table.of_type is None else f"OF {table.of_type}"),),
    )
    return Compiled(strategy="catalog-only", why="nothing is read or written", steps=setting.compiled(request.moment()))


def _of(request: Request) -> str:
    """OF with the type as it is written, its schema with it where the catalog has the type."""
    names = [part.string.sval for part in alter.definition(request.action.node).names]
    return f"OF {_type(request, names)}"


def _type(request: Request, names: list[str]) -> str:
    if len(names) > 1:
        return ".".join(map(ident, names[-2:]))
    known = request.catalog.relation_names
    found = next((path for path in request.catalog.search_path if RelationName(path, names[0]) in known), None)
    return qualified(found, names[0]) if found is not None else ident(names[0])

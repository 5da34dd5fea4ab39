"""Empty tables at once, when nobody needs their rows any more.

## What it does

`TRUNCATE a, b`, with `RESTART IDENTITY` where it is written. Nothing happens in expand or in the first half of
contract: the application that still runs may read the rows, and until the grace period ends everything else can be
taken back.

## Why it is dangerous

Data that exists nowhere else is gone, and there is no way back. It needs ACCESS EXCLUSIVE on every table that it
reaches, at the same time. It passes over row-level security, fires no DELETE triggers, and subscribers of a publication
are emptied too. `CASCADE` would empty every table that refers to these, now and later: it is refused, and so is a table
that is referred to by one which is not in the list.

## Phases and locks

contract, last of all: one short transaction, ACCESS EXCLUSIVE on the tables and everything below them, and on their
sequences with RESTART IDENTITY. Nothing is read or rewritten: the tables get new, empty files. Tables with rows need
consent, by `-- pgwright: allow = destructive` or when it comes to it.

## Rollback

Until the grace period ends, for nothing has happened to the rows. After that there is none.

## Versions

PostgreSQL 14 to 18.

## Example

    -- pgwright: allow = destructive
    TRUNCATE paniers, lignes_panier;
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ...base.name import RelationName
from ...catalog.values import Table
from ...sql import parse
from ...sql.parse import Node
from ...sql.quote import qualified
from ..locks.scene import Scene, Situation
from ..steps.step import Action, Kind, Phase, Step
from . import raw_sql
from ._operation import Compiled, Request
from ._steps import Steps
from ._twin import directives, table_sql

DIRECTIVES = ("allow",)
RECOGNISES = ("TruncateStmt",)


@dataclass(frozen=True, kw_only=True)
class Truncate:
    """Empty `tables` (names as the catalog has them, in `schema` or the search_path) together."""

    tables: tuple[str, ...]
    restart_identity: bool = False
    schema: str | None = None
    allow: str | None = None

    def to_sql(self) -> str:
        """TRUNCATE with its directives."""
        names = ", ".join(table_sql(table, self.schema) for table in self.tables)
        restart = " RESTART IDENTITY" if self.restart_identity else ""
        return f"{directives(allow=self.allow)}TRUNCATE {names}{restart};\n"


@dataclass(frozen=True, kw_only=True)
class _Listed:
    """A table of the statement, and whether what is below it goes along."""

    table: Table
    whole: bool


def compile_(request: Request) -> Compiled:
    """One step at the very end, with consent."""
    node = request.action.node
    relations = [parse.unwrap(each) for each in node.relations]
    if any(_is_new(request, each) for each in relations):
        return raw_sql.compile_(request)
    listed = [_Listed(table=request.changeable(each), whole=bool(each.inh)) for each in relations]
    reached = _reached(request, listed)
    _refuse_kinds(request, listed, reached)
    referring = _referring(request, reached)
    if parse.enum_value(node, "behavior") == "DROP_CASCADE":
        _refuse_cascade(request, reached)
    if referring:
        raise request.refuse(
            f"{', '.join(str(each.table.name) for each in listed)} cannot be emptied: other tables refer to it",
            *referring,
            hint="Put them into the same TRUNCATE, or drop the foreign keys first.",
        )
    return Compiled(
        strategy="with contract",
        why="there is no way back from it, so it comes when nothing else is to be taken back",
        hazards=_hazards(listed, reached),
        steps=(_step(request, listed, reached),),
    )


def _is_new(request: Request, relation: Node) -> bool:
    """A table that the same plan creates: it has no rows but those that the plan has put there."""
    if request.catalog.find(relation.relname, relation.schemaname or None) is not None:
        return False
    schemas = (relation.schemaname,) if relation.schemaname else request.catalog.search_path
    return any(RelationName(schema, relation.relname) in request.created for schema in schemas)


def _reached(request: Request, listed: Sequence[_Listed]) -> dict[int, Table]:
    """The tables that are emptied, by oid."""
    found: dict[int, Table] = {}
    for each in listed:
        below = request.catalog.descendants(each.table.oid) if each.whole else (each.table,)
        found |= {part.oid: part for part in below}
    return found


def _refuse_kinds(request: Request, listed: Sequence[_Listed], reached: dict[int, Table]) -> None:
    for each in listed:
        if each.table.kind == "p" and not each.whole:
            raise request.error(f'cannot truncate only the partitioned table "{each.table.name}"')
    foreign = [table for table in reached.values() if table.kind == "f"]
    if foreign:
        raise request.refuse(
            f"{foreign[0].name} is a foreign table: its rows are elsewhere", hint="Empty it where they are."
        )


def _referring(request: Request, reached: dict[int, Table]) -> list[str]:
    """The foreign keys of other tables; PostgreSQL refuses for them even where they have no rows."""
    return [
        f'foreign key "{each.name}" of {table.name}'
        for table in request.catalog.tables.values()
        for each in table.constraints
        if each.kind == "foreign key"
        and each.referenced in reached
        and table.oid not in reached
        and each.parent is None
    ]


def _refuse_cascade(request: Request, reached: dict[int, Table]) -> None:
    further = Scene(request.catalog).all_referencing(reached)
    names = [str(request.catalog.tables[oid].name) for oid in further]
    raise request.refuse(
        "CASCADE is not used: it empties whatever refers to the tables, now and later",
        *(names or ("nothing refers to them, as far as the catalog tells",)),
        hint="Leave CASCADE out" + (", and put those of them into the list that are to be emptied." if names else "."),
    )


def _step(request: Request, listed: Sequence[_Listed], reached: dict[int, Table]) -> Step:
    node = request.action.node
    sequences = Scene(request.catalog).sequences(reached) if node.restart_seqs else ()
    names = ", ".join(("" if each.whole else "ONLY ") + qualified(each.table.name) for each in listed)
    text = f"TRUNCATE {names}{' RESTART IDENTITY' if node.restart_seqs else ''}"
    parameters = {
        "relation": listed[0].table.oid,
        "below": "rp" if all(each.whole for each in listed) else "",
        "destroys": [
            {"relation": each.table.oid, "column": 0, "object": each.table.name.name, "verb": "empties"}
            for each in listed
        ],
        "consented": request.allowed("destructive"),
    }
    on = Situation(
        "TruncateStmt restart identity" if sequences else "TruncateStmt",
        {
            "target": tuple(reached),
            **({"sequences": sequences} if sequences else {}),
        },
    )
    made = Steps(request, listed[0].table).step(
        "truncate",
        Phase.RETIRE,
        Kind.CUTOVER,
        f"empty {', '.join(str(each.table.name) for each in listed)}",
        (text,),
        on,
        action=Action(name="table_truncate", parameters=parameters),
    )
    # They get new files, and the old ones are thrown away: nobody reads or writes a row.
    return replace(made, scans=(), rewrites=(), rows=None, seconds=0.01)


def _hazards(listed: Sequence[_Listed], reached: dict[int, Table]) -> tuple[str, ...]:
    names = ", ".join(str(each.table.name) for each in listed)
    found = [
        f"there is no way back once {names} is emptied; that happens when the grace period ends",
        "statements of the same migration still see the rows",
    ]
    for table in reached.values():
        fired = [trigger.name for trigger in table.triggers if trigger.on_truncate and trigger.enabled != "D"]
        found += [f"trigger {name} of {table.name} fires" for name in fired]
        if any(trigger.on_delete for trigger in table.triggers):
            found.append(f"triggers on DELETE of {table.name} do not fire")
        publishers = [each.name for each in table.publications if "truncate" in each.operations]
        found += [f"{name} publishes it: subscribers of {table.name} are emptied too" for name in publishers]
        if table.row_security:
            found.append(f"policies of {table.name} do not hold any row back")
    return tuple(dict.fromkeys(found))

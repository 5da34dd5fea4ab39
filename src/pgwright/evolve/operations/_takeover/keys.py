"""Keys of a column whose type changes: the unique indexes that take over, and the foreign keys that point to it.

Both are built right before the exchange. While two unique indexes stand, an upsert that names one of them as its
arbiter can fail on the other (23505), and that is to be as short as it can be.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ....base.lock import LockMode
from ....catalog import dependents
from ....catalog.values import Column, Constraint, Index, Table
from ....sql import alter
from ....sql.quote import ident, qualified
from ...steps.step import Action, Kind, Lock, Phase, Step
from ...sync import naming
from .._operation import Request
from . import beside
from .replacement import Replacement

if TYPE_CHECKING:
    from .builder import Builder

PARTITIONED = 18
"""Since then a partitioned table can have a foreign key that is NOT VALID."""


def incoming(request: Request, change: Replacement) -> list[tuple[Table, Constraint]]:
    """The foreign keys that point to the column, each on the table where it was declared."""
    numbers = beside.numbers(request, change)
    return [
        (table, each)
        for table, each in dependents.foreign_keys_to(request.catalog, numbers)
        if each.parent is None and numbers[each.referenced or 0] & set(each.referenced_columns)
    ]


def _unique(request: Request, change: Replacement) -> list[tuple[Table, Index]]:
    """The unique indexes that read the column, each with the part that it is on; not those of larger indexes."""
    numbers = beside.numbers(request, change)
    return [
        (part, index)
        for part in request.catalog.descendants(change.table.oid)
        for index in part.indexes
        if index.unique and index.parent is None and numbers[part.oid] & set(index.columns)
    ]


def against(request: Request, change: Replacement) -> list[str]:
    """Why the keys of the column cannot be built beside, each as a sentence part."""
    numbers, old = beside.numbers(request, change), change.old
    reasons = []
    for part, index in _unique(request, change):
        what = f'constraint "{index.constraint}"' if index.constraint else f'index "{index.name}"'
        if not change.keeps_name:
            reasons.append(
                f"{old} is in the unique {what}: concurrent upserts would meet the arbiter of the other column (23505)"
            )
        elif part.kind == "p" and any(each.referenced == part.oid for _, each in incoming(request, change)):
            reasons.append(
                f"{old} is in the unique {what} of a partitioned table, and foreign keys point to it: PostgreSQL lets "
                "no index that is there take its place under them"
            )
        elif index.method != "btree":
            reasons.append(f"{old} is in the unique {what}, which cannot be built beside")
    for other, each in incoming(request, change):
        if numbers.get(other.oid, set()) & set(each.columns):
            reasons.append(f'foreign key "{each.name}" points from {old} to itself')
        if other.kind == "p" and request.catalog.major < PARTITIONED and each.validated:
            reasons.append(
                f'foreign key "{each.name}" of the partitioned table {other.name} points to {old}, and before '
                f"PostgreSQL {PARTITIONED} it cannot be made again without reading that table under a strong lock"
            )
        if not change.keeps_name:
            reasons.append(f'foreign key "{each.name}" of {other.name} points to {old}')
    return reasons


def refuse_impossible(request: Request, change: Replacement) -> None:
    """Raises where a foreign key from or to the column cannot be with the new type: the server is asked."""
    if request.try_key is None:
        return
    numbers = beside.numbers(request, change)
    own = [(part, each) for part in request.catalog.descendants(change.table.oid) for each in part.constraints]
    mine = [(part, each) for part, each in own if each.kind == "foreign key" and numbers[part.oid] & set(each.columns)]
    for table, each in (*mine, *incoming(request, change)):
        other = request.catalog.tables.get(each.referenced or 0)
        if other is None:
            continue
        here = _columns(change, table, each.columns, numbers.get(table.oid, set()))
        there = _columns(change, other, each.referenced_columns, numbers.get(other.oid, set()))
        if problem := request.try_key(here, there, ""):
            raise request.refuse(
                f'the type of {change.old} cannot be {change.target.type} as long as foreign key "{each.name}" of '
                f"{table.name} stands: {problem}",
                hint="Drop that first, change both types, and add it again when both are contracted.",
            )


def _columns(change: Replacement, table: Table, key: tuple[int, ...], changed: set[int]) -> tuple[Column, ...]:
    """The columns of one side of a foreign key, the `changed` one with its new type."""
    found = []
    for number in key:
        column = table.column_number(number)
        assert column is not None
        found.append(replace(change.target, name=column.name) if number in changed else column)
    return tuple(found)


def tables(request: Request, change: Replacement) -> tuple[Table, ...]:
    """The other tables from which foreign keys point to the column, with their partitions."""
    found = {}
    for other, _ in incoming(request, change):
        for part in request.catalog.descendants(other.oid):
            found[part.oid] = part
    own = {part.oid for part in request.catalog.descendants(change.table.oid)}
    return tuple(found[oid] for oid in sorted(found) if oid not in own)


def locks(request: Request, change: Replacement, mode: LockMode) -> tuple[Lock, ...]:
    """`mode` on those tables."""
    return tuple(Lock(relation=each.name, oid=each.oid, mode=mode) for each in tables(request, change))


def references(builder: Builder, column: str, tag: str, phase: Phase) -> list[Step]:
    """The twins of the foreign keys: noted down, then validated, in two transactions."""
    request, change, link = builder.request, builder.change, builder.link
    found = incoming(request, change)
    if not found:
        return []
    leaving = link.old_name if tag == "new" else link.final_name
    parameters = {**builder.parameters, "leaving": leaving, "taking": column, "tag": tag}
    prefix = "" if tag == "new" else "back_"
    named = [(qualified(table.name), naming.twin_name(link.id, each.name, tag), each) for table, each in found]
    shown = [alter.pointing_elsewhere(table, name, each.definition, {leaving: column}) for table, name, each in named]
    add = builder.step(
        f"{prefix}references",
        phase,
        Kind.INSTANT,
        f"point the foreign keys to {builder.table.root_sql} to {column} as well, for new rows",
        tuple(shown),
        Action(name="references_add", parameters=parameters),
        mode=LockMode.SHARE_ROW_EXCLUSIVE,
        extra=locks(request, change, LockMode.SHARE_ROW_EXCLUSIVE),
    )
    prove = builder.step(
        f"{prefix}references_valid",
        phase,
        Kind.ONLINE,
        f"prove that every row that points to {builder.table.root_sql} finds its {column}",
        tuple(
            f"ALTER TABLE {table} VALIDATE CONSTRAINT {ident(name)}" for table, name, each in named if each.validated
        ),
        Action(name="references_validate", parameters=parameters),
        mode=LockMode.SHARE_UPDATE_EXCLUSIVE,
        scans=True,
        extra=locks(request, change, LockMode.SHARE_UPDATE_EXCLUSIVE),
    )
    return [add, prove]


def hazards(request: Request, change: Replacement) -> list[str]:
    """What is told of them."""
    unique = [index for _, index in _unique(request, change)]
    found = [
        f"between the build of its like and the exchange, both in contract, an INSERT … ON CONFLICT ({change.old}) "
        f"that meets another one of the same row may fail on the like of {index.name} (23505); run again it succeeds"
        for index in unique
        if index.immediate
    ]
    found += [
        f'key "{index.name}" is deferrable, and its like is not: between its build and the exchange, both in contract, '
        "values that are unique at COMMIT only are refused (23505)"
        for index in unique
        if not index.immediate
    ]
    return found + [
        f"contract takes ACCESS EXCLUSIVE on {other.name} too, for milliseconds: its foreign keys point to {change.old}"
        for other in tables(request, change)
    ]

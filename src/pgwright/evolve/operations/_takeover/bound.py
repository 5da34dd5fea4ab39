"""What the exchange touches besides the table: its locks, its rewrites, what the plan shows, and what rules it out."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from ....base.lock import LockMode
from ....base.name import RelationName
from ....catalog import dependents
from ....catalog.values import Catalog, Column, Table, View
from ....sql.quote import ident, qualified
from ...steps.step import Lock
from .._operation import Request
from . import beside, keys
from .replacement import Replacement


def _reads(reads: frozenset[tuple[int, int]], columns: Mapping[int, set[int]]) -> bool:
    return any(number in columns.get(relation, ()) for relation, number in reads)


def _views(request: Request, change: Replacement) -> tuple[View, ...]:
    """The views that read the column; where its type changes, those that read them as well, each after those that it
    reads: they have to be dropped and made again."""
    columns = beside.numbers(request, change)
    found = [
        view
        for view in request.catalog.views.values()
        if _reads(view.reads, columns) or any(_reads(rule.reads, columns) for rule in view.rules)
    ]
    if not change.retyped:
        return tuple(found)
    return view_tree(request.catalog, [view.oid for view in found])


def view_tree(catalog: Catalog, views: Collection[int]) -> tuple[View, ...]:
    """`views` (oids) and all that read them, each after those that it reads."""
    above = {view.oid for view in dependents.views_reading(catalog, views)}
    whole = dependents.views_reading(
        catalog, {oid for view in above | set(views) for oid, _ in catalog.views[view].reads}
    )
    return tuple(view for view in whole if view.oid in above | set(views))


def _other_tables(request: Request, change: Replacement) -> Iterator[tuple[Table, str]]:
    """Other tables on which a policy or a rule reads the column, with what it is called."""
    columns, catalog = beside.numbers(request, change), request.catalog
    for table, policy in dependents.policies_reading(catalog, columns):
        if table.oid not in columns and _reads(policy.reads, columns):
            yield table, f'policy "{policy.name}" of {table.name}'
    for owner, rule in dependents.rules_reading(catalog, columns):
        if isinstance(owner, Table) and _reads(rule.reads, columns):
            yield owner, f'rule "{rule.name}" of {owner.name}'


def referenced(request: Request, change: Replacement, mode: LockMode) -> tuple[Lock, ...]:
    """`mode` on the tables that foreign keys of the column reference."""
    found = {}
    for _, each in beside.beside(request, change).constraints:
        if each.referenced is not None:
            for table in request.catalog.descendants(each.referenced):
                found[table.oid] = Lock(relation=table.name, oid=table.oid, mode=mode)
    return tuple(found[oid] for oid in sorted(found))


def locks(request: Request, change: Replacement) -> tuple[Lock, ...]:
    """What the exchange locks besides the table: views and other tables whose definitions are made again, tables that
    foreign keys reference, the sequence that changes its owner column."""
    strong = LockMode.ACCESS_EXCLUSIVE
    found = list(locks_on(_views(request, change), again=change.retyped))
    others = {table.oid: table for table, _ in _other_tables(request, change)}
    found += [Lock(relation=table.name, oid=table.oid, mode=strong) for table in others.values()]
    found += referenced(request, change, strong)
    found += keys.locks(request, change, strong) if change.keeps_name else ()
    sequence = change.column.sequence
    if sequence is not None and (oid := request.catalog.relation_names.get(sequence)) is not None:
        # That of an identity column is made anew, under the same name.
        again = change.column.identity is not None
        mode = strong if again else LockMode.SHARE_ROW_EXCLUSIVE
        found.append(Lock(relation=sequence, oid=0 if again else oid, mode=mode))
    return tuple(found)


def locks_on(views: Collection[View], *, again: bool) -> tuple[Lock, ...]:
    """ACCESS EXCLUSIVE on `views`: by name where they are dropped and made `again`, which gives them other oids."""
    mode = LockMode.ACCESS_EXCLUSIVE
    return tuple(Lock(relation=view.name, oid=0 if again else view.oid, mode=mode) for view in views)


def has_statistics(request: Request, change: Replacement) -> bool:
    """Whether a statistics object reads the column."""
    columns = beside.numbers(request, change)
    parts = request.catalog.descendants(change.table.oid)
    return any(columns[part.oid] & set(each.columns) for part in parts for each in part.statistics)


def hazards(request: Request, change: Replacement) -> list[str]:
    """What the exchange cannot save, by name."""
    old, new, found = change.old, change.final, beside.beside(request, change)
    name = change.table.name.name
    hazards = [
        f"{new} stands last in {name} after contract: without a column list INSERT, COPY and SELECT * see another order"
    ]
    for part, each in found.constraints:
        hazards.append(
            f'"{each.name}" of {part.name} holds up({old}) too before the state is expanded: writes of the old '
            "application that break it are refused, and rows that break it stop expand"
        )
    hazards += keys.hazards(request, change) if change.keeps_name else []
    if change.retyped and change.column.sequence is not None and change.column.identity is None:
        hazards.append(
            f"the sequence {change.column.sequence} stays {change.column.type}, as with ALTER TYPE, and ends where "
            f"that ends: ALTER SEQUENCE {qualified(change.column.sequence)} AS {change.target.type}, if that is meant"
        )
    hazards += hazards_of_views(_views(request, change)) if change.retyped else []
    for lock in referenced(request, change, LockMode.ACCESS_EXCLUSIVE):
        hazards.append(
            f"contract takes ACCESS EXCLUSIVE on {lock.relation} too, for milliseconds: a foreign key references it"
        )
    for part in request.catalog.descendants(change.table.oid):
        numbers = beside.numbers(request, change)[part.oid]
        for index in part.indexes:
            if numbers & set(index.columns) and not index.valid:
                hazards.append(f"index {index.name} is not valid: it is not built again, and goes at contract")
    return hazards


def hazards_of_views(views: Collection[View]) -> list[str]:
    """What it means that `views` are dropped and made again."""
    return [
        f"view {view.name} is dropped and made again in the transaction of contract, with all that it has: a statement "
        "that was prepared on it fails once per connection"
        for view in views
    ]


def dropped(views: Sequence[View]) -> tuple[str, ...]:
    """DROP of the views, those that read others first."""
    return tuple(f"DROP VIEW {qualified(view.name)}" for view in reversed(views))


def made(views: Sequence[View], *, replacing: bool = False) -> tuple[str, ...]:
    """CREATE of the views in the words of the catalog."""
    create = "CREATE OR REPLACE VIEW" if replacing else "CREATE VIEW"
    found = []
    for view in views:
        options = f" WITH ({', '.join(view.options)})" if view.options else ""
        found.append(f"{create} {qualified(view.name)}{options} AS {view.definition.rstrip(' ;')}")
    return tuple(found)


def _generated(request: Request, change: Replacement) -> list[tuple[Table, Column]]:
    """The generated columns that read it, where they were declared."""
    columns = beside.numbers(request, change)
    return [
        (part, column)
        for part in request.catalog.descendants(change.table.oid)
        for column in part.columns
        if column.generated is not None and not column.inherited and columns[part.oid] & set(column.reads)
    ]


def rewrites(request: Request, change: Replacement) -> tuple[RelationName, ...]:
    """The tables that the exchange rewrites, for stored generated columns."""
    found = (
        each.name
        for part, column in _generated(request, change)
        if column.stored
        for each in request.catalog.descendants(part.oid)
    )
    return tuple(dict.fromkeys(found))


def shown(
    request: Request, change: Replacement, aside: str, copies: Mapping[str, Any], *, back: bool = False
) -> tuple[str, ...]:
    """What the exchange would run now, in the words of the catalog. (What it runs is made from the definitions of that
    day, see `execute/dependents`.)"""
    root = qualified(change.table.name)
    leaving, taking = (change.final, aside) if back else (change.old, change.new)
    parked = "pgw_undone_" + change.final if back else aside
    places = {part.oid: part for part in request.catalog.descendants(change.table.oid)}
    found = list(dropped(_views(request, change))) if change.retyped else []
    found += [
        f"DROP INDEX {qualified(RelationName(places[oid].name.schema, name))}" for oid, name, _ in copies["indexes"]
    ]
    found += [
        f"ALTER TABLE {qualified(places[oid].name)} DROP CONSTRAINT {ident(name)}"
        for oid, name, _ in copies["constraints"]
    ]
    found.append(f"ALTER TABLE {root} RENAME COLUMN {ident(leaving)} TO {ident(parked)}")
    found.append(f"ALTER TABLE {root} RENAME COLUMN {ident(taking)} TO {ident(leaving)}")
    for oid, name, hidden in copies["indexes"]:
        found.append(f"ALTER INDEX {qualified(RelationName(places[oid].name.schema, hidden))} RENAME TO {ident(name)}")
    for oid, name, hidden in copies["constraints"]:
        found.append(f"ALTER TABLE {qualified(places[oid].name)} RENAME CONSTRAINT {ident(hidden)} TO {ident(name)}")
    column = f"ALTER TABLE {root} ALTER COLUMN {ident(leaving)}"
    if change.column.default is not None:
        found.append(f"{column} SET DEFAULT {change.column.default}")
    if change.column.not_null:
        found.append(f"{column} SET NOT NULL")
    found += made(_views(request, change), replacing=not change.retyped)
    if not change.keeps_name:
        final = change.old if back else change.new
        found.append(f"ALTER TABLE {root} RENAME COLUMN {ident(leaving)} TO {ident(final)}")
    return tuple(found)


def against(request: Request, change: Replacement) -> tuple[str, ...]:
    """What rules the exchange out, with what to do about it."""
    catalog = request.catalog
    columns = beside.numbers(request, change)
    reasons = []
    reasons += against_views(catalog, _views(request, change), change.old)
    for table, what in _other_tables(request, change):
        if not _owns(catalog, table.owner):
            reasons.append(_foreign(what, table.owner, change.old))
    for function in catalog.functions.values():
        if _reads(function.reads, columns) and not _owns(catalog, function.owner):
            reasons.append(_foreign(f"function {function.identity}", function.owner, change.old))
    for part in catalog.descendants(change.table.oid):
        for publication in part.publications:
            read = {*(publication.columns or ()), *publication.filter_columns}
            if columns[part.oid] & read and not _owns(catalog, publication.owner):
                reasons.append(_foreign(f'publication "{publication.name}"', publication.owner, change.old))
    reasons += _against_generated(request, change)
    return tuple(reasons)


def against_views(catalog: Catalog, views: Collection[View], column: str) -> list[str]:
    """Which of `views`, that read `column`, cannot be made again."""
    reasons = []
    for view in views:
        if view.kind == "m":
            reasons.append(
                f"materialized view {view.name} reads {column}, and would have to be made anew with a stop: "
                "drop it before, and create it again after contract"
            )
        elif not _owns(catalog, view.owner):
            reasons.append(_foreign(f"view {view.name}", view.owner, column))
    return reasons


def _owns(catalog: Catalog, owner: str) -> bool:
    return catalog.superuser or owner in catalog.member_of


def _foreign(what: str, owner: str, old: str) -> str:
    return f"{what} reads {old} and belongs to {owner}: only a member of that role can bind it to the new column"


def _against_generated(request: Request, change: Replacement) -> list[str]:
    """Before 17 a generated column is dropped and added: nothing may depend on it."""
    if request.catalog.major >= 17:
        return []
    reasons = []
    for part, column in _generated(request, change):
        what = [f"index {each.name}" for each in part.indexes if column.number in each.columns]
        what += [f"constraint {each.name}" for each in part.constraints if column.number in each.columns]
        what += [
            f"view {view.name}" for view in request.catalog.views.values() if (part.oid, column.number) in view.reads
        ]
        if what:
            reasons.append(
                f"generated column {column.name} reads {change.old} and has to be dropped and added before "
                f"PostgreSQL 17, but {', '.join(what)} depends on it"
            )
    return reasons

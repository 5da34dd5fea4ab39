"""What keeps a table from being dropped, and what dropping it does to others, each by its name."""

from __future__ import annotations

from ....catalog import dependents
from ....catalog.values import Table
from ....sql.quote import ident, qualified
from .. import _view
from .._operation import ALONE, Request


def refuse_cascade(request: Request, tables: list[Table]) -> None:
    reasons = _dependents(request, tables)
    raise request.refuse(
        "CASCADE is not used: it drops whatever hangs on the tables, now and later",
        *(reasons or ("nothing hangs on them, as far as the catalog tells",)),
        hint="Leave CASCADE out" + (", and drop each of these by a statement of its own before." if reasons else "."),
    )


def refuse_in_flight(request: Request, table: Table) -> None:
    view = _view.ours(request.catalog, table.oid)
    shape = request.shape(table)
    other = request.busy.get(table.oid)
    if other is not None or view is not None:
        raise request.refuse(
            f'"{other or "another migration"}" is open and about {table.name}',
            hint=f"Contract it first: pgwright contract {other or ''}".rstrip(),
        )
    if shape.links or shape.fills or table.oid in request.crowded:
        raise request.refuse(f"other statements of this plan are about {table.name}", hint=ALONE)
    if table.extension is not None:
        raise request.refuse(
            f"{table.name} belongs to extension {table.extension}",
            hint="Drop the extension, or take the table out of it: "
            f"ALTER EXTENSION {ident(table.extension)} DROP TABLE {qualified(table.name)}",
        )
    if table.publications and not request.allowed("published"):
        raise request.refuse(
            f"{table.name} is published by {', '.join(each.name for each in table.publications)}: subscribers know it "
            "by its name, and it gets a hidden one first",
            hint="Take it out of the publication first; or, if nothing is written to it any more, write above the "
            "statement: -- pgwright: allow = published",
        )


def refuse_dependents(request: Request, tables: list[Table]) -> None:
    reasons = _dependents(request, tables)
    if reasons:
        raise request.refuse(
            f"{', '.join(str(table.name) for table in tables)} cannot be dropped: something hangs on it",
            *reasons,
            hint="Drop each of them first, in a migration that is done before this one.",
        )


def _dependents(request: Request, tables: list[Table]) -> list[str]:
    """What DROP … RESTRICT would stumble over, as far as the snapshot tells; the look before expand asks the server."""
    catalog = request.catalog
    gone = {oid for oid, shape in request.shapes.items() if shape.dropped}
    going = {part.oid for table in tables for part in with_partitions(request, table)}
    oids = going | gone
    found = [
        f'foreign key "{constraint.name}" of {table.name}'
        for table, constraint in dependents.foreign_keys_to(catalog, going)
        if table.oid not in oids and constraint.parent is None
    ]
    found += [
        f"{'materialized view' if view.kind == 'm' else 'view'} {view.name}"
        for view in catalog.views.values()
        if any(relation in going for relation, _ in view.reads)
    ]
    found += [
        f"function {function.identity}"
        for function in catalog.functions.values()
        if any(relation in going for relation, _ in function.reads)
    ]
    found += [
        f'policy "{policy.name}" of {table.name}'
        for table, policy in dependents.policies_reading(catalog, going)
        if table.oid not in oids
    ]
    found += [
        f'rule "{rule.name}" of {owner.name}'
        for owner, rule in dependents.rules_reading(catalog, going)
        if owner.oid not in oids
    ]
    children = {child for oid in going for child in catalog.tables[oid].children} - oids
    found += [f"table {catalog.tables[oid].name}, which inherits from it" for oid in sorted(children)]
    return list(dict.fromkeys(found))


def with_partitions(request: Request, table: Table) -> tuple[Table, ...]:
    """The table and what goes with it: partitions do, inheritance children do not."""
    return request.catalog.descendants(table.oid) if table.kind == "p" else (table,)


def hazards(request: Request, tables: list[Table]) -> tuple[str, ...]:
    catalog, found = request.catalog, []
    for table in tables:
        name = table.name.name
        for function in dependents.functions_mentioning(catalog, (table.oid,)):
            found.append(f"{function.name} names {name} in its code: it fails from contract on (42P01)")
        held = sorted({each.referenced for each in table.constraints if each.referenced} - {table.oid})
        for oid in held:
            if (other := catalog.name_of(oid)) is not None:
                found.append(
                    f"while {name} is aside its foreign key still holds {other}: a DELETE there may be refused, or "
                    "carried over, until it is dropped for good"
                )
        if table.partition_bound is not None:
            parent = catalog.name_of(table.parents[0]) if table.parents else None
            found.append(
                f"{name} is a partition: its rows are seen through {parent} until it is dropped, and that takes ACCESS "
                f"EXCLUSIVE on {parent}. Better first: ALTER TABLE {parent} DETACH PARTITION {name} CONCURRENTLY"
            )
        if table.publications:
            found.append(f"{name} is published: a change to it while it is aside stops the apply of subscribers")
    return tuple(found)

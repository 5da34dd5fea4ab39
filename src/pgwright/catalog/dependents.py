"""Who depends on a relation: views, foreign keys, policies and rules of others, functions that mention it. Pure.

What belongs to a table itself (its constraints, triggers, policies) is in the `Table`.
"""

from __future__ import annotations

from collections.abc import Iterable

from ..sql import tokens
from .values import Catalog, Constraint, Function, Policy, Rule, Table, View


def family(catalog: Catalog, oid: int) -> tuple[Table, ...]:
    """The table with everything above and below it in inheritance or partitioning, in oid order."""
    seen: dict[int, Table] = {}
    todo = [oid]
    while todo:
        table = catalog.tables.get(todo.pop())
        if table is not None and table.oid not in seen:
            seen[table.oid] = table
            todo.extend((*table.parents, *table.children))
    return tuple(seen[key] for key in sorted(seen))


def views_reading(catalog: Catalog, oids: Iterable[int]) -> tuple[View, ...]:
    """The views and materialized views that read one of the relations, directly or through other views; each comes
    after those that it reads."""
    reached, found = set(oids), dict[int, View]()
    while fresh := {
        view.oid: view
        for view in catalog.views.values()
        if view.oid not in found and any(relation in reached for relation, _ in view.reads)
    }:
        found.update(fresh)
        reached.update(fresh)
    return _ordered(found)


def _ordered(views: dict[int, View]) -> tuple[View, ...]:
    """The views so that each comes after those that it reads, else in oid order."""
    ordered: dict[int, View] = {}
    waiting = dict(sorted(views.items()))
    while waiting:
        ready = [oid for oid, view in waiting.items() if not any(other in waiting for other, _ in view.reads)]
        for oid in ready or list(waiting):
            ordered[oid] = waiting.pop(oid)
    return tuple(ordered.values())


def foreign_keys_to(catalog: Catalog, oids: Iterable[int]) -> tuple[tuple[Table, Constraint], ...]:
    """The foreign keys that reference one of the tables, with the table that each belongs to (it may be the same)."""
    wanted = set(oids)
    return tuple(
        each for each in catalog.remembered("foreign keys", lambda: _keys(catalog)) if each[1].referenced in wanted
    )


def _keys(catalog: Catalog) -> list[tuple[Table, Constraint]]:
    tables = catalog.tables.values()
    return [(table, each) for table in tables for each in table.constraints if each.referenced is not None]


def policies_reading(catalog: Catalog, oids: Iterable[int]) -> tuple[tuple[Table, Policy], ...]:
    """The policies of other tables whose expressions read one of the relations."""
    wanted = set(oids)
    return tuple(
        (table, policy)
        for table, policy in catalog.remembered("policies", lambda: _policies(catalog))
        if any(relation in wanted for relation, _ in policy.reads)
    )


def _policies(catalog: Catalog) -> list[tuple[Table, Policy]]:
    return [(table, policy) for table in catalog.tables.values() for policy in table.policies if policy.reads]


def rules_reading(catalog: Catalog, oids: Iterable[int]) -> tuple[tuple[Table | View, Rule], ...]:
    """The users' rules of any table or view that depend on one of the relations, without rules on it itself."""
    wanted = set(oids)
    return tuple(
        (owner, rule)
        for owner, rule in catalog.remembered("rules", lambda: _rules(catalog))
        if owner.oid not in wanted and any(relation in wanted for relation, _ in rule.reads)
    )


def _rules(catalog: Catalog) -> list[tuple[Table | View, Rule]]:
    found: list[tuple[Table | View, Rule]] = []
    for table in catalog.tables.values():
        found += [(table, rule) for rule in table.rule_definitions]
    for view in catalog.views.values():
        found += [(view, rule) for rule in view.rules]
    return found


def functions_mentioning(catalog: Catalog, oids: Iterable[int]) -> tuple[Function, ...]:
    """The functions that read one of the relations (a SQL-standard body says so itself) or name it in their code or
    in a string, where dynamic SQL is made; in oid order. A name may mean something else: it is found too often
    rather than too rarely."""
    wanted = set(oids)
    names = tuple({name.name for oid in wanted if (name := catalog.name_of(oid)) is not None})
    folded = [name.casefold() for name in names]
    found = []
    for _, function in sorted(catalog.functions.items()):
        body = function.body.casefold()
        if any(relation in wanted for relation, _ in function.reads) or (
            # A body is only scanned where the bare text is in it: scanning takes a millisecond.
            any(name in body for name in folded) and tokens.mentions(function.body, names, strings=True)
        ):
            found.append(function)
    return tuple(found)

"""Turns the rows of `queries/` into the frozen values of `values`. Pure: no server here.

Rows are taken apart by position; the order is that of the SELECT list of the query with the same name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..base.name import RelationName
from .dependencies import Dependencies
from .parts import Parts, acl
from .values import Catalog, Function, Table, View

Rows = Sequence[tuple[Any, ...]]


def assemble(
    session: tuple[Any, ...],
    relations: Rows,
    rows: Mapping[str, Iterable[tuple[Any, ...]]],
    *,
    scope: set[int],
    unreadable: Mapping[int, str],
) -> Catalog:
    """The catalog. `scope` are the oids it is about; names of relations outside of it are kept all the same. What is no
    sequence in `rows` is read once, when its values are made: of large databases that keeps the memory down."""
    version, database, role, search_path, schemas, superuser, bypass, member_of, silence = session
    others = list(rows["names"])
    names = {row[0]: RelationName(row[1], row[2]) for row in (*relations, *others)}
    inside = [row for row in relations if row[0] in scope]
    sequences = {row[0]: names[row[0]] for row in others if row[3] == "S"}
    dependencies = Dependencies(rows["dependencies"], sequences)
    parts = Parts(relations, rows, dependencies)
    parents, children = _families(rows["inheritance"])
    tables = {row[0]: _table(row, parts, parents, children) for row in inside if row[3] in "rpf"}
    views = {row[0]: _view(row, parts) for row in inside if row[3] in "vm"}
    return Catalog(
        version=version,
        database=database,
        role=role,
        search_path=tuple(search_path),
        schemas=tuple(schemas),
        tables=tables,
        views=views,
        functions={row[0]: _function(row, dependencies) for row in rows["functions"]},
        sequences={oid: name for oid, name in sequences.items() if oid in scope},
        relation_names={name: oid for oid, name in names.items()},
        types={RelationName(schema, name): rewrites for schema, name, rewrites, _ in rows["types"]},
        domain_constraints=frozenset(
            RelationName(schema, name) for schema, _, _, constraints in rows["types"] for name in constraints
        ),
        superuser=superuser,
        bypass_rls=bypass,
        member_of=frozenset(member_of),
        can_silence_triggers=silence,
        unreadable=dict(unreadable),
    )


def _families(rows: Iterable[tuple[Any, ...]]) -> tuple[dict[int, list[int]], dict[int, list[int]]]:
    parents: dict[int, list[int]] = defaultdict(list)
    children: dict[int, list[int]] = defaultdict(list)
    for child, parent, _pending in rows:
        parents[child].append(parent)
        children[parent].append(child)
    return parents, children


def _table(
    row: tuple[Any, ...], parts: Parts, parents: Mapping[int, list[int]], children: Mapping[int, list[int]]
) -> Table:
    (oid, schema, name, kind, owner, persistence, row_security, force, identity, tuples, pages, all_pages, node,
     highest, options, grants, comment, of_type, bound, key, method, tablespace, extension, modified) = row  # fmt: skip
    size, blocks = parts.sizes.get(oid, (all_pages * parts.block_size, pages))
    return Table(
        oid=oid,
        name=RelationName(schema, name),
        kind=kind,
        owner=owner,
        columns=parts.columns_of(oid),
        constraints=parts.constraints_of(oid),
        indexes=parts.indexes_of(oid),
        triggers=parts.triggers_of(oid),
        policies=parts.policies_of(oid),
        publications=parts.publications_of(oid, schema, kind, persistence),
        statistics=parts.statistics_of(oid),
        parents=tuple(parents.get(oid, ())),
        children=tuple(sorted(children.get(oid, ()))),
        partition_columns=parts.dependencies.partition_columns(oid),
        partition_bound=bound,
        partition_key=key,
        persistence=persistence,
        row_security=row_security,
        force_row_security=force,
        replica_identity=identity,
        acl=acl(grants),
        options=tuple(options),
        comment=comment,
        of_type=of_type,
        rules=tuple(rule.name for rule in parts.rules_of(oid)),
        rule_definitions=parts.rules_of(oid),
        rows=None if tuples < 0 else tuples,
        pages=blocks,
        bytes=size,
        modified=modified,
        highest_column=highest,
        file_node=node,
        access_method=method or "",
        tablespace=tablespace,
        extension=extension,
    )


def _view(row: tuple[Any, ...], parts: Parts) -> View:
    oid, schema, name, kind, owner, options, grants, comment = (*row[:5], row[14], row[15], row[16])
    return View(
        oid=oid,
        name=RelationName(schema, name),
        kind=kind,
        owner=owner,
        definition=parts.view_definition(oid),
        columns=parts.column_names(oid),
        options=tuple(options),
        reads=parts.view_reads(oid),
        acl=acl(grants),
        comment=comment,
        triggers=parts.triggers_of(oid),
        indexes=parts.indexes_of(oid),
        rules=parts.rules_of(oid),
        extension=row[22],
    )


def _function(row: tuple[Any, ...], dependencies: Dependencies) -> Function:
    oid, schema, name, kind, identity, language, body, returns_trigger, owner, volatility, definer, settings = row
    return Function(
        oid=oid,
        name=RelationName(schema, name),
        identity=identity,
        language=language,
        body=body or "",
        returns_trigger=returns_trigger,
        owner=owner,
        reads=dependencies.pairs("pg_proc", oid),
        kind=kind,
        volatility=volatility,
        security_definer=definer,
        settings=tuple(settings),
    )

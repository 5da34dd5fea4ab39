"""What a statement does to relations, as a list of situations: a name under which it was measured, and who plays which
part in it. Names and parts come from the parse tree and the catalog; nothing here knows a lock.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ...base.name import RelationName
from ...catalog.dependents import foreign_keys_to
from ...catalog.values import Catalog, Column, Constraint, Table, View
from ...sql import parse
from ...sql.parse import Node
from ...sql.quote import ident

Parts = Mapping[str, tuple[int, ...]]


@dataclass(frozen=True)
class Situation:
    """One thing that a statement does: `name` is what it was measured as, `parts` the oids of the existing
    relations in it by the part that they play (`target`, `referenced`, `source`, …)."""

    name: str
    parts: Parts


@dataclass(frozen=True)
class Scene:
    """The catalog, asked the questions that statements raise. A relation that does not exist (yet) has no oid and
    plays no part: nobody can wait for it."""

    catalog: Catalog

    def oid(self, relation: Node) -> int | None:
        """The oid of a RangeVar."""
        return self.catalog.find(relation.relname, relation.schemaname or None)

    def named(self, names: Sequence[str]) -> int | None:
        """The oid of a relation that is written as a list of names."""
        return self.catalog.find(names[-1], names[-2] if len(names) > 1 else None) if names else None

    def table(self, oid: int | None) -> Table | None:
        """The table with that oid, None for views, sequences, indexes and nobody."""
        return self.catalog.tables.get(oid) if oid is not None else None

    def family(self, relation: Node) -> tuple[int, ...]:
        """A RangeVar and, without ONLY, all its descendants."""
        oid = self.oid(relation)
        return self.descendants(oid) if relation.inh else some(oid)

    def descendants(self, oid: int | None) -> tuple[int, ...]:
        """The relation and all tables below it."""
        if oid is None or oid not in self.catalog.tables:
            return some(oid)
        return tuple(table.oid for table in self.catalog.descendants(oid))

    def referenced(self, constraints: Iterable[Constraint]) -> tuple[int, ...]:
        """The tables that the foreign keys among `constraints` point to, with their descendants."""
        oids = {c.referenced for c in constraints if c.kind == "foreign key" and c.referenced is not None}
        return tuple(sorted({below for oid in oids for below in self.descendants(oid)}))

    def referencing(self, oids: Iterable[int], *, column: int | None = None) -> tuple[int, ...]:
        """The tables whose foreign keys point to one of `oids`, or to that `column` of it."""
        wanted = set(oids)
        return tuple(
            sorted(
                table.oid
                for table, constraint in foreign_keys_to(self.catalog, wanted)
                if column is None or column in constraint.referenced_columns
            )
        )

    def all_referencing(self, oids: Iterable[int]) -> tuple[int, ...]:
        """The tables that point to one of `oids`, those that point to them, and so on; not `oids` themselves."""
        first = set(oids)
        seen: set[int] = set()
        todo = set(first)
        while todo:
            found = {below for oid in self.referencing(todo) for below in self.descendants(oid)} - seen - first
            seen |= found
            todo = found
        return tuple(sorted(seen))

    def default_partition(self, parent: int | None) -> tuple[int, ...]:
        """The default partition of a partitioned table, with what is below it."""
        table = self.table(parent)
        children = [self.catalog.tables.get(oid) for oid in (table.children if table else ())]
        found = [child.oid for child in children if child is not None and child.partition_bound == "DEFAULT"]
        return tuple(below for oid in found for below in self.descendants(oid))

    def sequences(self, oids: Iterable[int]) -> tuple[int, ...]:
        """The sequences that columns of the tables own."""
        tables = [table for oid in oids if (table := self.table(oid)) is not None]
        names = [column.sequence for table in tables for column in table.columns if column.sequence]
        return tuple(sorted({oid for name in names if (oid := self.catalog.find(name.name, name.schema))}))

    def table_of_index(self, oid: int | None) -> int | None:
        """The table or materialized view that an index is on."""
        relations: list[Table | View] = [*self.catalog.tables.values(), *self.catalog.views.values()]
        for relation in relations:
            if any(index.oid == oid for index in relation.indexes):
                return relation.oid
        return None

    def sources(self, node: Node) -> tuple[int, ...]:
        """Every relation that is named below `node`, with the tables below it and those that views of them read."""
        named = [child for child in parse.walk(node) if parse.kind_of(child) == "RangeVar"]
        return self.read_by(oid for relation in named if (oid := self.oid(relation)) is not None)

    def read_by(self, oids: Iterable[int]) -> tuple[int, ...]:
        """The relations themselves, with all that a query of them reads through inheritance and views."""
        seen: set[int] = set()
        todo = list(oids)
        while todo:
            oid = todo.pop()
            if oid not in seen:
                seen.add(oid)
                view = self.catalog.views.get(oid)
                if view is not None and view.kind == "v":
                    todo.extend(read for read, _ in view.reads)
                todo.extend(self.descendants(oid))
        return tuple(sorted(seen & (self.catalog.tables.keys() | self.catalog.views.keys())))

    def users_of_type(self, names: Sequence[str]) -> tuple[int, ...]:
        """The tables with a column of the type `names` (schema, name) or of an array of it, and those made OF it."""
        schemas = [names[-2]] if len(names) > 1 else ["public", *self.catalog.search_path, *self.catalog.schemas]
        spelled = {f"{ident(schema)}.{ident(names[-1])}" for schema in schemas}
        return tuple(
            table.oid
            for table in sorted(self.catalog.tables.values(), key=lambda each: each.oid)
            if table.of_type in spelled or any(column.type.rstrip("[]") in spelled for column in table.columns)
        )

    def made_of(self, names: Sequence[str]) -> tuple[int, ...]:
        """The tables that were made OF the composite type `names` (schema, name)."""
        schemas = [names[-2]] if len(names) > 1 else ["public", *self.catalog.search_path, *self.catalog.schemas]
        spelled = {f"{ident(schema)}.{ident(names[-1])}" for schema in schemas}
        return tuple(sorted(table.oid for table in self.catalog.tables.values() if table.of_type in spelled))

    def column(self, target: int | None, name: str) -> Column | None:
        """A column of the target, when that is a table."""
        table = self.table(target)
        return table.column(name) if table else None

    def constraint(self, target: int | None, name: str) -> Constraint | None:
        """A constraint of the target, when that is a table."""
        table = self.table(target)
        return next((c for c in table.constraints if c.name == name), None) if table else None

    def name(self, oid: int) -> RelationName:
        """The name of a relation of the catalog."""
        known = self.catalog.tables.get(oid) or self.catalog.views.get(oid)
        if known is not None:
            return known.name
        return next(name for name, each in self.catalog.relation_names.items() if each == oid)


def some(oid: int | None) -> tuple[int, ...]:
    """Nobody, or the one."""
    return () if oid is None else (oid,)


def strings(node: Node) -> list[str]:
    """The names in a List of Strings, or in a bare String."""
    items = [parse.unwrap(item) for item in node.items] if parse.kind_of(node) == "List" else [node]
    return [item.sval for item in items if parse.kind_of(item) == "String"]


def strings_of(items: Iterable[Node]) -> list[str]:
    """The names in a repeated field of Strings."""
    return [parse.unwrap(item).sval for item in items]

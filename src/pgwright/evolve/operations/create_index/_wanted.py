"""What the author means by a CREATE INDEX: names and definition, tried by the server; is it there already?"""

from __future__ import annotations

from dataclasses import dataclass

from ....base.name import RelationName
from ....catalog.index_probe import IndexFacts
from ....catalog.values import Index, Table
from ....sql import parse
from ....sql.index import built, columns_of, renamed, same
from .. import _names
from .._operation import Compiled, Request, Shape

_ANY = RelationName("s", "t")


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """An index that makes sense: its `name`, what the server says of it in the names of its place (`facts`), and its
    `body` in those of the server. `only` is ON ONLY a partitioned table, `columns` the names at its place that it
    reads; `has_expression` says that a key is more than a column, `foreign` are the foreign tables among the
    partitions."""

    table: Table
    name: str
    facts: IndexFacts
    body: str
    columns: tuple[str, ...]
    tablespace: str | None
    only: bool
    nulls_distinct: bool
    has_expression: bool
    foreign: tuple[RelationName, ...]

    @property
    def unique(self) -> bool:
        """Whether it is a UNIQUE index."""
        return self.facts.unique

    @property
    def relation(self) -> RelationName:
        """Its full name."""
        return RelationName(self.table.name.schema, self.name)

    @property
    def definition(self) -> str:
        """As the server will define it."""
        return self.statement()

    def statement(self, *, concurrently: bool = False, only: bool = False, tablespace: str | None = None) -> str:
        """CREATE INDEX on the table."""
        return built(
            self.body,
            table=self.table.name,
            name=self.name,
            unique=self.unique,
            concurrently=concurrently,
            only=only,
            tablespace=tablespace,
        )


def understand(request: Request, table: Table) -> Wanted | Compiled:
    """The index of `request`, or what to say where it is there already. Raises for what PostgreSQL would refuse."""
    node, shape = request.action.node, request.shape(table)
    _refuse_place(request, table)
    facts = _facts(request, table, shape)
    logical = built(facts.body, table=_ANY, name="i", unique=facts.unique)
    body = renamed(logical, shape.server_names()).partition(" USING ")[2]
    columns = columns_of(logical)
    _refuse_virtual(request, shape, columns)
    wanted = Wanted(
        table=table,
        name=node.idxname or _names.index_name(request.catalog, table.name, facts.columns, "idx", request.names),
        facts=facts,
        body=body,
        columns=columns,
        tablespace=node.table_space or None,
        only=table.kind == "p" and not node.relation.inh,
        nulls_distinct=not node.nulls_not_distinct,
        has_expression=not all(each.index_elem.name for each in node.index_params),
        foreign=_foreign(request, table),
    )
    return _already(request, wanted) or wanted


def same_as(table: Table, wanted: Wanted) -> list[Index]:
    """The valid indexes of the table that are defined as the wanted one."""
    return [each for each in table.indexes if each.valid and same(each.definition, wanted.definition)]


def _facts(request: Request, table: Table, shape: Shape) -> IndexFacts:
    """What the server says of the index on a copy of the table; for a unique one on a copy with the partition key of
    each level, because PostgreSQL wants it in the index."""
    assert request.probe_index is not None, "the planner asks a server"
    node = request.action.node
    keys = [part.partition_key for part in request.catalog.descendants(table.oid) if part.kind == "p"]
    for key in dict.fromkeys(keys) if node.unique and keys and node.relation.inh else (table.partition_key,):
        facts = request.probe_index(table.oid, shape.probe_names(), node, key)
        if facts.error is not None:
            raise request.error(facts.error, hint=facts.hint)
    return facts


def _refuse_place(request: Request, table: Table) -> None:
    node = request.action.node
    if node.concurrent and table.kind == "p":
        raise request.error(
            f'cannot create index on partitioned table "{table.name.name}" concurrently',
            hint="Leave CONCURRENTLY out: each partition is indexed concurrently anyway.",
        )
    foreign = _foreign(request, table)
    if node.unique and foreign and table.kind == "p":
        raise request.error(
            f'cannot create unique index on partitioned table "{table.name.name}": {foreign[0]} is a foreign table'
        )


def _foreign(request: Request, table: Table) -> tuple[RelationName, ...]:
    return tuple(part.name for part in request.catalog.descendants(table.oid) if part.kind == "f")


def _refuse_virtual(request: Request, shape: Shape, columns: tuple[str, ...]) -> None:
    """The copy has plain columns in the place of generated ones."""
    for name in columns:
        column = shape.column(shape.logical[name])
        if column.generated is not None and not column.stored:
            raise request.error(f'indexes on virtual generated columns are not supported: "{name}" is one')


def _already(request: Request, wanted: Wanted) -> Compiled | None:
    """What to say where the name is taken; None where the index is to be built. An invalid index of the same
    definition is what a failed build left: it is built again."""
    node, name = request.action.node, wanted.relation
    oid = request.catalog.find(name.name, name.schema)
    planned = str(name) in request.names
    if oid is None and not planned:
        return None
    index = next((each for each in wanted.table.indexes if each.oid == oid), None)
    if not node.if_not_exists:
        raise request.error(f'relation "{name}" already exists', hint=_cure(index, wanted))
    if index is not None and not index.valid and same(index.definition, wanted.definition):
        return None
    hazards: tuple[str, ...] = ()
    if oid is not None and (index is None or not same(index.definition, wanted.definition)):
        there = index.definition if index is not None else "no index of this table"
        hazards = (f"{name} is there and is not this index, but: {there}. IF NOT EXISTS leaves it as it is",)
    return Compiled(strategy="nothing to do", why="is there already", hazards=hazards)


def _cure(index: Index | None, wanted: Wanted) -> str:
    if index is None:
        return "Give the index another name."
    if not index.valid and same(index.definition, wanted.definition):
        return (
            "It is the invalid rest of a failed build, or still being built. With IF NOT EXISTS pgwright drops it and "
            "builds it again."
        )
    return "Give the index another name; one that a migration drops keeps its own until that migration is contracted."


def parsed(definition: str) -> parse.Node:
    """The tree of a definition."""
    return parse.parse(definition)[0].node

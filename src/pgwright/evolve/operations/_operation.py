"""What an operation is asked (`Request`) and what it answers (`Compiled`), and the `Shape` of a table in between.

A migration is compiled against the catalog *and* the migrations before it: `Shape` holds the names a statement may
use at its place, which are not those on the server while an earlier rename is open.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ...base.errors import MigrationFileError, Refused
from ...base.name import RelationName
from ...catalog.probe import ExpressionFacts
from ...catalog.values import Catalog, Column, Table
from ...sql.actions import Action as SqlAction
from ...sql.directives import Directive
from ..steps.step import Step
from ..sync.link import Link, Mode

Probe = Callable[[int, Mapping[str, str], str, Column], ExpressionFacts]


@dataclass
class Shape:
    """A table at one place of the migrations. `logical` maps the names that a statement may use to attnums,
    `physical` all attnums to names on the server, `sources` the attnum whose type and values stand for a column that is
    not there yet. Columns of `planned` steps have the attnum that they will get."""

    table: Table
    logical: dict[str, int]
    physical: dict[int, str]
    sources: dict[int, int] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    alias: str | None = None

    @classmethod
    def of(cls, table: Table, links: tuple[Link, ...]) -> Shape:
        """The shape of `table` on the server while `links` are open: their old sides have left."""
        hidden = {link.new if link.mode is Mode.RETIRING and link.plain else link.old for link in links}
        physical = {column.number: column.name for column in table.columns}
        logical = {name: number for number, name in physical.items() if number not in hidden}
        return cls(table=table, logical=logical, physical=physical, links=list(links))

    def next_number(self) -> int:
        """The attnum that the next added column gets."""
        return max((self.table.highest_column, *self.physical), default=0) + 1

    def column(self, number: int) -> Column:
        """The catalog's column that stands for attnum `number` (its type, collation and rights)."""
        found = self.table.column_number(self.sources.get(number, number))
        if found is None:
            raise KeyError(number)
        return found

    def probe_names(self) -> dict[str, str]:
        """Logical names mapped to names on the server whose type is that of the column."""
        return {name: self.column(number).name for name, number in self.logical.items()}


@dataclass(frozen=True, kw_only=True)
class Place:
    """An action in its file, with what the author said about it."""

    file: str
    action: SqlAction
    directives: tuple[Directive, ...]

    def error(self, message: str, *, hint: str = "", directive: Directive | None = None) -> MigrationFileError:
        """An error about this action, or about a directive above it, with its place in the file."""
        place = directive.position if directive is not None else self.action.position
        return MigrationFileError(message, file=self.file, line=place.line, column=place.column, hint=hint)


@dataclass(frozen=True, kw_only=True)
class Request(Place):
    """One action to compile: where it stands, what the author said about it, and what there is. `statements` are those
    known to run, None where that is not known; `against_view(table, old, new)` says which of them a view would fail."""

    id: str
    migration: str
    number: str
    catalog: Catalog
    shapes: dict[int, Shape]
    links: tuple[Link, ...]
    probe: Probe
    statements: tuple[str, ...] | None = None
    against_view: Callable[[int, str, str], tuple[str, ...]] | None = None
    allow: frozenset[str] = frozenset()

    def directive(self, name: str, *targets: str) -> Directive | None:
        """The directive `name` that has no target or one of `targets`."""
        found = [d for d in self.directives if d.name == name and (d.target is None or d.target in targets)]
        return found[-1] if found else None

    def allowed(self, what: str) -> bool:
        """Whether the author (a directive) or the caller consents to `what`."""
        given = {word.strip() for d in self.directives if d.name == "allow" for word in d.value.split(",")}
        return what in given or what in self.allow

    def refuse(self, message: str, *reasons: str, hint: str = "") -> Refused:
        """A refusal of this action, with its place in the file."""
        place = self.action.position
        return Refused(f"{self.file}:{place.line}:{place.column}: {message}", reasons=reasons, hint=hint)

    def table(self, relation: object) -> Table:
        """The table that the RangeVar `relation` names; a clear error when there is none."""
        schema = getattr(relation, "schemaname", "") or None
        name = str(getattr(relation, "relname", ""))
        shown = str(RelationName(schema, name)) if schema else name
        oid = self.catalog.find(name, schema)
        if oid is None:
            path = ", ".join(self.catalog.search_path)
            where = f"schema {schema}" if schema else f"the schemas of the search_path ({path})"
            raise self.error(
                f'table "{shown}" does not exist', hint=f"Looked in {where} of database {self.catalog.database}."
            )
        table = self.catalog.tables.get(oid)
        if table is None:
            raise self.error(f'"{shown}" is not a table')
        self.catalog.check_readable(tuple(part.oid for part in self.catalog.descendants(oid)))
        return table

    def shape(self, table: Table) -> Shape:
        """The shape of `table` at this place, made when first asked for."""
        if table.oid not in self.shapes:
            links = tuple(link for link in self.links if link.table == table.oid)
            self.shapes[table.oid] = Shape.of(table, links)
        return self.shapes[table.oid]


@dataclass(frozen=True, kw_only=True)
class Compiled:
    """What became of an action: the strategy and why, what it cannot save, and the steps of all phases."""

    strategy: str
    why: str
    hazards: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    links: tuple[Link, ...] = ()

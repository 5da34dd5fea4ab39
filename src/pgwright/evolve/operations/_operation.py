"""What an operation is asked (`Request`) and what it answers (`Compiled`), and the `Shape` of a table in between.

A migration is compiled against the catalog *and* the migrations before it: `Shape` holds the names a statement may
use at its place, which are not those on the server while an earlier rename is open.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...base.errors import MigrationFileError, Refused
from ...base.name import RelationName
from ...catalog.values import Column, Table
from ...sql import alter, parse
from ...sql.actions import Action as SqlAction
from ...sql.directives import Directive
from ..steps.step import Phase, Step
from ..sync.link import Link, Mode
from ._sources import Sources

UNKNOWN = -1
"""The `type_oid` of a column whose type the same plan creates: nothing can be asked of the server about it yet."""
SIGN = "pgwright: "
"""What the comment of each of our views begins with."""
ALONE = "Write it into a migration of its own, start that alone (pgwright expand NAME), and contract it before others."
"""What to do about several changes of a table of which one cannot share it."""


@dataclass
class Shape:
    """A table at one place of the migrations. `logical` maps the names that a statement may use to attnums,
    `physical` all attnums to names on the server, `sources` the attnum whose type and values stand for a column that is
    not there yet, `added` the columns that earlier actions add, `retyped` those that are to take another's place with
    another type. All have the attnum that they will get. `links` are
    those between two columns, `fills` those that only fill one. `planned` has the constraints that earlier actions add,
    by name, `gone` when those go that they drop, `keys` the kind and columns of each UNIQUE and PRIMARY KEY,
    `indexed` of whole indexes of plain columns, by name, whether they are unique and their columns. `renamed`
    and `dropped` tell what an earlier statement of the plan has done to the table, `leaving` which migration in flight
    drops a column of that name, `typed` the columns that get another type in place, at contract."""

    table: Table
    logical: dict[str, int]
    physical: dict[int, str]
    sources: dict[int, int] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    alias: str | None = None
    added: dict[int, Column] = field(default_factory=dict)
    retyped: dict[int, Column] = field(default_factory=dict)
    fills: list[Link] = field(default_factory=list)
    not_null: set[int] = field(default_factory=set)
    planned: dict[str, Any] = field(default_factory=dict)
    gone: dict[str, Phase] = field(default_factory=dict)
    keys: list[tuple[str, tuple[int, ...]]] = field(default_factory=list)
    indexed: dict[str, tuple[bool, tuple[int, ...]]] = field(default_factory=dict)
    defaults: dict[int, str | None] = field(default_factory=dict)
    renamed: RelationName | None = None
    dropped: bool = False
    leaving: dict[str, str] = field(default_factory=dict)
    typed: set[int] = field(default_factory=set)

    @classmethod
    def of(cls, table: Table, links: tuple[Link, ...]) -> Shape:
        """The shape of `table` on the server while `links` are open: their old sides have left."""
        pairs = [link for link in links if not link.alone]
        hidden = {link.new if link.mode is Mode.RETIRING and link.plain else link.old for link in pairs}
        physical = {column.number: column.name for column in table.columns}
        logical = {name: number for number, name in physical.items() if number not in hidden}
        for link in pairs:
            if link.keeps_name and not link.mode.follows and {link.old, link.new} <= set(physical):
                del logical[physical[link.new]]
                logical[physical[link.old]] = link.new
        return cls(
            table=table,
            logical=logical,
            physical=physical,
            links=pairs,
            fills=[link for link in links if link.alone],
            not_null={column.number for column in table.columns if column.not_null},
        )

    def leave(self, leaving: Mapping[tuple[int, int], str]) -> None:
        """Takes away the columns that migrations in flight drop: they are there until contract, and for the old
        application only."""
        for (oid, number), migration in leaving.items():
            for name in [each for each, mine in self.logical.items() if (oid, number) == (self.table.oid, mine)]:
                del self.logical[name]
                self.leaving[name] = migration

    def missing(self, name: str) -> str:
        """What to say of a column that is not there at this place."""
        if name in self.leaving:
            return f"Migration {self.leaving[name]} drops it, when that is contracted."
        return f"Its columns here: {', '.join(sorted(self.logical))}."

    def held(self, name: str) -> str:
        """What to do about a column whose name is not free."""
        links = (link for link in (*self.links, *self.fills) if name in (link.old_name, link.new_name))
        holder = self.leaving.get(name) or next((link.migration for link in links), "")
        return f"Choose another name{f', or contract {holder} first, which holds it' if holder else ''}."

    def next_number(self) -> int:
        """The attnum that the next added column gets."""
        return max((self.table.highest_column, *self.physical), default=0) + 1

    def column(self, number: int) -> Column:
        """The catalog's column that stands for attnum `number` (its type, collation and rights)."""
        number = self.sources.get(number, number)
        found = self.added.get(number) or self.retyped.get(number) or self.table.column_number(number)
        if found is None:
            raise KeyError(number)
        return found

    def probe_names(self) -> dict[str, str | Column]:
        """Logical names mapped to names on the server whose type is that of the column, or to one that is added."""
        found: dict[str, str | Column] = {}
        for name, number in self.logical.items():
            column = self.column(number)
            if column.type_oid == UNKNOWN:
                continue
            number = self.sources.get(number, number)
            found[name] = column if number in self.added or number in self.retyped else column.name
        return found

    def default(self, number: int) -> str | None:
        """The DEFAULT that the column has at this place: until contract that of the one it was renamed from."""
        number = self.origin(number)
        if number in self.defaults:
            return self.defaults[number]
        return self.column(number).default

    def origin(self, number: int) -> int:
        """The attnum of the column whose DEFAULT serves the column: the oldest of its open renames."""
        older = {link.new: link.old for link in self.links if not link.mode.follows}
        while number in older and number not in self.defaults:
            number = older[number]
        return number

    def survivor(self, name: str) -> int:
        """The attnum of the column that keeps the values of `name` for good: a plain rename ends by renaming the
        original, and its shadow goes."""
        older = {link.new: link.old for link in self.links if link.plain}
        number = self.logical[name]
        while number in older:
            number = older[number]
        return number

    def on_server(self, name: str) -> str:
        """What the survivor of `name` is called on the server until contract."""
        return self.physical[self.survivor(name)]

    def server_names(self) -> dict[str, str]:
        """Logical names mapped to those of their survivors, where they differ."""
        return {name: there for name in self.logical if (there := self.on_server(name)) != name}


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
class Request(Place, Sources):
    """One action to compile: where it stands, what the author said about it, what there is (`Sources`), and what the
    plan has come to: `crowded` are the tables that several actions of it are about, `types` those that it creates
    itself, and whether a column of it rewrites its table. `late` are the names of what is complete only after the
    pass, `names` those that the plan gives to indexes and constraints; operations add to both. `created` are the
    tables that it has created so far, `made` all relations that it has, `later` the actions behind this one in the
    same file, `earlier` those of the plan before it. `tried` are the statements about other objects that the server
    would run so far, each behind the name that it is about, `dropped` the objects that the plan drops; operations
    add to both. `order` counts the actions before this one."""

    id: str
    migration: str
    number: str
    shapes: dict[int, Shape]
    crowded: frozenset[int] = frozenset()
    types: Mapping[RelationName, bool] = field(default_factory=dict)
    late: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    created: Collection[RelationName] = ()
    made: Collection[RelationName] = ()
    later: tuple[Place, ...] = ()
    earlier: Sequence[Place] = ()
    tried: list[tuple[str, str]] = field(default_factory=list)
    dropped: list[Mapping[str, Any]] = field(default_factory=list)
    order: int = 0

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
        self._refuse_left(name, schema, shown, oid)
        if oid is None:
            path = ", ".join(self.catalog.search_path)
            where = f"schema {schema}" if schema else f"the schemas of the search_path ({path})"
            raise self.error(
                f'table "{shown}" does not exist', hint=f"Looked in {where} of database {self.catalog.database}."
            )
        table = self.catalog.tables.get(oid)
        if table is None:
            self.refuse_view(oid)
            raise self.error(f'"{shown}" is not a table')
        self.catalog.check_readable(tuple(part.oid for part in self.catalog.descendants(oid)))
        return table

    def refuse_view(self, oid: int) -> None:
        """Raises Refused for a view of ours, behind which a table has two names until contract."""
        view = self.catalog.views.get(oid)
        if view is not None and (view.comment or "").startswith(SIGN):
            raise self.refuse(
                f"{view.name} is a view for the time being ({(view.comment or '').removeprefix(SIGN)})",
                hint="Contract that first: pgwright contract",
            )

    def _refuse_left(self, name: str, schema: str | None, shown: str, oid: int | None) -> None:
        """A table that an earlier statement of the plan has renamed or dropped."""
        if oid is not None and (oid, 0) in self.leaving:
            raise self.error(
                f'table "{shown}" does not exist at this place',
                hint=f"Migration {self.leaving[oid, 0]} drops it, when that is contracted.",
            )
        left = self.shapes.get(oid) if oid is not None else None
        if left is not None and left.dropped:
            raise self.error(f'table "{shown}" does not exist at this place: an earlier statement drops it')
        if left is not None and left.renamed is not None:
            raise self.error(f'table "{shown}" is called "{left.renamed}" at this place')
        for shape in self.shapes.values():
            to = shape.renamed
            if to is not None and to.name == name and schema in (None, to.schema):
                raise self.refuse(f"{shape.table.name} is renamed to {to} by the same plan", hint=ALONE)

    def moment(self) -> Phase:
        """When what is added beside may be added: after the pass, where the statement names what is complete only
        then, else before."""
        return Phase.VERIFY if parse.names(self.action.statement.text) & self.late else Phase.EXPAND

    def changeable(self, relation: object) -> Table:
        """As `table`, for a table whose definition is to change; a RelationName will do, too."""
        if isinstance(relation, RelationName):
            table = next(each for each in self.catalog.tables.values() if each.name == relation)
        else:
            table = self.table(relation)
        if table.name.schema == "pgwright":
            raise self.error("the journal of pgwright is not for migrations")
        if self.shape(table).alias is not None:
            raise self.refuse(
                f"{table.name} stands behind a view of two names in the same plan",
                hint="Write this into a later migration, and contract the rename first; or give the rename "
                "strategy = copy.",
            )
        return table

    def shape(self, table: Table) -> Shape:
        """The shape of `table` at this place, made when first asked for."""
        if table.oid not in self.shapes:
            links = tuple(link for link in self.links if link.table == table.oid)
            self.shapes[table.oid] = Shape.of(table, links)
            self.shapes[table.oid].leave(self.leaving)
        shape = self.shapes[table.oid]
        self._refuse_between_types(shape)
        return shape

    @property
    def text(self) -> str:
        """The statement with this action alone."""
        statement = self.action.statement
        if statement.kind != "AlterTableStmt":
            return statement.text
        return alter.deparsed(alter.alone(self.action))

    def _refuse_between_types(self, shape: Shape) -> None:
        """A column whose new type is hidden until contract: what is said of it now could mean either."""
        between = [each for each in shape.links if each.keeps_name and not each.mode.follows and each.id != self.id]
        if not between:
            return
        named = parse.names(self.text)
        for link in between:
            if link.old_name in named:
                raise self.refuse(
                    f"{shape.table.name}.{link.old_name} is changing its type until migration {link.migration} is "
                    "contracted",
                    hint=ALONE,
                )


@dataclass(frozen=True, kw_only=True)
class Compiled:
    """What became of an action: the strategy and why, what it cannot save, and the steps of all phases."""

    strategy: str
    why: str
    hazards: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    links: tuple[Link, ...] = ()

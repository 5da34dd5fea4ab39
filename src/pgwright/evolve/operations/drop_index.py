"""Drop indexes without holding anybody up, and be able to bring them back.

## What it does

`DROP INDEX`, always concurrently, several names in one statement too. Before an index is dropped its definition is kept
in the journal with all that hangs on it: comment, statistics targets, tablespace, CLUSTER, replica identity, and an
extension that it depends on.

The index of a partitioned table cannot be dropped concurrently; it goes in one short transaction, asked for politely.

## Why it is dangerous

Typed plainly it takes ACCESS EXCLUSIVE on the table: it waits for every query there, and everybody else waits behind
it. A query that needs the index gets slow, and nothing but building it again helps. A unique index is a rule as well:
`ON CONFLICT` fails without it, and from then on duplicates get in.

Refused are the index of a constraint (drop the constraint), a partition's part of a larger index, one that a foreign
key needs, and the replica identity of a table that publishes UPDATE or DELETE.

## Phases and locks

contract: SHARE UPDATE EXCLUSIVE, which blocks neither reads nor writes; for the index of a partitioned table ACCESS
EXCLUSIVE on it and its partitions for an instant.

## Rollback

While the migration is retiring the index is built again, concurrently, and gets back all that hung on it.

## Versions

PostgreSQL 14 to 18.

## Example

    DROP INDEX commandes_statut_idx, commandes_créee_a_idx;
"""

from __future__ import annotations

from dataclasses import dataclass

from ...base.name import RelationName
from ...catalog.values import Index, Table
from ...sql import parse
from ...sql.quote import ident, qualified
from ..steps.step import Action, Kind, Phase, Step
from ._operation import Compiled, Request
from ._steps import Steps
from ._twin import table_sql

DIRECTIVES = ()
RECOGNISES = ("DropStmt.OBJECT_INDEX",)
_LOSES_IDENTITY = ("update", "delete")


@dataclass(frozen=True, kw_only=True)
class DropIndex:
    """Drop the indexes `names`, in `schema` or in the search_path."""

    names: tuple[str, ...]
    schema: str | None = None
    if_exists: bool = False

    def to_sql(self) -> str:
        """The statement."""
        only_there = "IF EXISTS " if self.if_exists else ""
        return f"DROP INDEX {only_there}{', '.join(table_sql(name, self.schema) for name in self.names)};\n"


def compile_(request: Request) -> Compiled:
    """One concurrent drop for each index."""
    node = request.action.node
    names = [[each.string.sval for each in parse.unwrap(item).items] for item in node.objects]
    cascade = parse.enum_value(node, "behavior") == "DROP_CASCADE"
    _refuse_form(request, len(names), cascade=cascade)
    found = [(each, _find(request, each)) for each in names]
    there = dict.fromkeys(pair for _, pair in found if pair is not None)
    absent = [name for name, pair in found if pair is None]
    hazards = [f'there is no index "{".".join(name)}": IF EXISTS passes over it' for name in absent]
    steps: list[Step] = []
    for number, (table, index) in enumerate(there, 1):
        made = _One(request, table, index, number if len(there) > 1 else 0)
        made.refuse(cascade=cascade)
        steps += made.steps()
        hazards += made.hazards()
    if not steps:
        return Compiled(strategy="nothing to do", why="there is no such index", hazards=tuple(hazards))
    whole = all(table.kind == "p" for table, _ in there)
    return Compiled(
        strategy="one short transaction" if whole else "concurrent drop",
        why="PostgreSQL drops no index of a partitioned table concurrently" if whole else "nobody has to wait for it",
        hazards=tuple(hazards),
        steps=tuple(steps),
    )


def _refuse_form(request: Request, count: int, *, cascade: bool) -> None:
    if not request.action.node.concurrent:
        return
    what = "does not support dropping multiple objects" if count > 1 else "does not support CASCADE" if cascade else ""
    if what:
        raise request.error(
            f"DROP INDEX CONCURRENTLY {what}", hint="Leave CONCURRENTLY out: pgwright drops each concurrently anyway."
        )


def _find(request: Request, names: list[str]) -> tuple[Table, Index] | None:
    """The index and its table; None where IF EXISTS passes over it."""
    name, schema = names[-1], names[-2] if len(names) > 1 else None
    oid = request.catalog.find(name, schema)
    for table in request.catalog.tables.values():
        for index in table.indexes:
            if index.oid == oid:
                return request.changeable(table.name), index
    if oid is not None:
        raise request.error(f'"{name}" is not an index')
    if request.action.node.missing_ok:
        return None
    planned = name in request.names
    raise request.error(
        f'index "{name}" does not exist',
        hint="This plan makes it: expand and contract that migration first." if planned else "",
    )


class _One:
    """The steps of one index; `number` tells it from others of the statement."""

    def __init__(self, request: Request, table: Table, index: Index, number: int) -> None:
        self.request, self.table, self.index = request, table, index
        self.tail = f"_{number}" if number else ""
        self.of = Steps(request, table)
        self.name = RelationName(index.schema, index.name)
        self.whole = table.kind == "p"
        self.drop = f"DROP INDEX {'' if self.whole else 'CONCURRENTLY '}{qualified(self.name)}"
        self.dropped = f"{request.id}.drop{self.tail}"

    def refuse(self, *, cascade: bool) -> None:
        """Raises for what must not, or cannot, be dropped."""
        request, table, index = self.request, self.table, self.index
        if index.name.startswith("pgw_"):
            raise request.refuse(f"{self.name} belongs to a migration that is in flight, and goes with it")
        if request.action.node.concurrent and self.whole:
            raise request.error(
                f'cannot drop partitioned index "{index.name}" concurrently',
                hint="Leave CONCURRENTLY out: it goes in one short transaction.",
            )
        if index.constraint is not None:
            raise request.error(
                f"cannot drop index {index.name} because constraint {index.constraint} on table {table.name} "
                "requires it",
                hint=f"ALTER TABLE {qualified(table.name)} DROP CONSTRAINT {ident(index.constraint)}; drops both.",
            )
        if index.parent is not None:
            above = self._above(index.parent)
            raise request.error(
                f"cannot drop index {index.name} because index {above} requires it",
                hint=f"You can drop index {above} instead.",
            )
        self._refuse_dependents(cascade=cascade)
        self._refuse_identity()

    def _above(self, oid: int) -> str:
        found = (each for table in self.request.catalog.tables.values() for each in table.indexes)
        return next(each.name for each in found if each.oid == oid)

    def _refuse_dependents(self, *, cascade: bool) -> None:
        keys = [
            f"constraint {each.name} on table {table.name}"
            for table in self.request.catalog.tables.values()
            for each in table.constraints
            if each.kind == "foreign key" and each.index_oid == self.index.oid
        ]
        if keys:
            what = "CASCADE would drop" if cascade else "other objects depend on it:"
            raise self.request.refuse(
                f"cannot drop index {self.index.name}: {what} {', '.join(keys)}", hint="Drop those first, by name."
            )

    def _refuse_identity(self) -> None:
        """Without its replica identity, UPDATE and DELETE of a table that publishes them fail."""
        publications = [each.name for each in self.table.publications if set(each.operations) & set(_LOSES_IDENTITY)]
        if self.index.replica_identity and publications:
            raise self.request.refuse(
                f"{self.name} is the replica identity of {self.table.name}, which {', '.join(publications)} publishes: "
                "without it every UPDATE and DELETE there fails",
                hint=f"Choose another first: ALTER TABLE {qualified(self.table.name)} REPLICA IDENTITY DEFAULT;",
            )

    def hazards(self) -> list[str]:
        """What cannot be saved."""
        found = []
        if self.index.unique:
            found.append(
                f"{self.name} is unique: duplicates are refused until contract and not after it, and INSERT … ON "
                "CONFLICT that relies on it fails from then on"
            )
        if self.index.replica_identity:
            found.append(f"{self.name} is the replica identity of {self.table.name}, which then has none")
        if self.whole:
            found.append(
                f"it waits for a moment in which nobody uses {self.table.name} or one of its partitions: PostgreSQL "
                "drops no index of a partitioned table concurrently"
            )
        return found

    def steps(self) -> list[Step]:
        """The drop, and the way back."""
        return [self._drop(), *self._rebuilt(), self._settled()]

    def _drop(self) -> Step:
        return self.of.step(
            f"drop{self.tail}",
            Phase.CONTRACT,
            Kind.CUTOVER if self.whole else Kind.CONCURRENT,
            f"drop index {self.name} of {self.table.name}; its definition stays in the journal",
            (self.drop,),
            self.of.on("DropStmt index")
            if self.whole
            else self.of.on("DropStmt index concurrently", target=(self.table.oid,)),
            action=self._action("index_drop", statement=self.drop),
            undo=(self.index.definition,),
        )

    def _rebuilt(self) -> list[Step]:
        if not self.whole:
            return [
                self._step(
                    "rebuild",
                    Kind.CONCURRENT,
                    f"build index {self.name} of {self.table.name} again",
                    (self.index.definition,),
                    "IndexStmt concurrently",
                    self._action("index_build", saved=self.dropped, statement=""),
                )
            ]
        parts = self.request.catalog.descendants(self.table.oid)
        levels = tuple(each.oid for each in parts if each.kind == "p")
        leaves = tuple(each.oid for each in parts if each.kind == "r")
        shown = (self.index.definition,)
        parameters = {"relation": self.table.oid, "saved": self.dropped}
        parent = Action(name="index_attach", parameters={**parameters, "levels": True, "below": "p"})
        built = Action(name="index_rest", parameters=parameters)
        whole = Action(name="index_attach", parameters=parameters)
        attach = "ALTER INDEX AT_AttachPartition"
        summary = f"make the empty index {self.name} of {self.table.name} again"
        return [
            self._step("parent", Kind.INSTANT, summary, shown, "IndexStmt only", parent, levels),
            self._step(
                "leaves", Kind.CONCURRENT, "build that of each partition", (), "IndexStmt concurrently", built, leaves
            ),
            self._step("attach", Kind.INSTANT, f"put {self.name} together", (), attach, whole, self.of.family),
        ]

    def _settled(self) -> Step:
        """What hung on the index; a replica identity is set under a strong lock."""
        name = "AlterTableStmt.AT_ReplicaIdentity" if self.index.replica_identity else "AlterTableStmt.AT_ClusterOn"
        action = Action(name="index_settings", parameters={"saved": self.dropped})
        summary = f"give {self.name} back its comment, statistics targets and the like"
        return self._step("settings", Kind.INSTANT, summary, (), name, action)

    def _step(
        self,
        name: str,
        kind: Kind,
        summary: str,
        statements: tuple[str, ...],
        situation: str,
        action: Action,
        target: tuple[int, ...] = (),
    ) -> Step:
        oids = target or ((self.table.oid,) if not self.whole else self.of.family)
        parts = {"child": oids, "table": oids} if "Attach" in situation else {"target": oids}
        on = self.of.on(situation, **parts)
        return self.of.step(f"{name}{self.tail}", Phase.RESTORE, kind, summary, statements, on, action=action)

    def _action(self, action: str, **more: str) -> Action:
        base = {"relation": self.table.oid, "schema": self.name.schema, "name": self.name.name, "of": ""}
        return Action(name=action, parameters={**base, **more})

"""Create an index while the application works.

## What it does

`CREATE INDEX`, always concurrently, whether typed so or not. The name is the one that PostgreSQL would choose, and
every form is kept: order, NULLS, operator class and its parameters, collation, INCLUDE, expressions, WHERE, NULLS NOT
DISTINCT, WITH, TABLESPACE, method. PostgreSQL itself tries the index on an empty temporary copy of the table first, so
what it would refuse is refused before anything starts.

On a partitioned table, which PostgreSQL can index only while it stands still, the table gets an empty index at once
(partitions that come later have theirs from the beginning), each partition gets its own concurrently, and each is
attached. An equal index that a partition has already is attached instead of built, when the migration is contracted.
`ON ONLY` is just that.

`IF NOT EXISTS` is answered from the catalog: a valid index of that name is left as it is, an invalid one that a failed
build left behind is dropped and built again.

With UNIQUE the rows are looked at first: keys that occur more than once are counted and shown, before anything is
changed. A duplicate that is written while the index is built ends the build, names the key, and leaves nothing behind.

On a column that a rename in flight has under two names, the index is built for both.

Of an expression the planner knows nothing until the table is analyzed, and guesses that half a percent of the rows have
a value (seen on 14 to 18): it may leave the new index unused. So an index with an expression is followed by ANALYZE,
unless a partition is a foreign table, which that would read.

## Why it is dangerous

Typed plainly it blocks every write until it is built. Typed concurrently it fails under a lock_timeout or
statement_timeout, leaves an invalid index behind, and the same statement with IF NOT EXISTS then does nothing and says
that all is well. pgwright lifts the timeouts for the build, waits for one that outlived its runner, and takes away what
a broken one left.

## Phases and locks

look: with UNIQUE, one query. expand (verify, where a column is complete only then): SHARE UPDATE EXCLUSIVE, which
blocks neither reads nor writes; the build waits for transactions that were begun before it. ANALYZE takes the same. On
a partitioned table also SHARE on the empty parent for an instant. contract: nothing, or attaching.

## Rollback

Drops the index, concurrently; that of a partitioned table in one short transaction.

## Versions

PostgreSQL 14 to 18. On 14.0 to 14.3 the server itself may build a wrong index concurrently, and the plan says so.

## Example

    CREATE UNIQUE INDEX ON commandes (lower(référence), créee_a DESC) INCLUDE (statut) WHERE statut <> 'LIVREE';
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ....sql import parse
from ....sql.quote import ident
from ...steps.step import Kind, Phase, Step
from .._operation import Compiled, Request
from .._steps import Steps
from .._twin import table_sql
from . import _hazards, _partitioned, _plain, _wanted

DIRECTIVES = ()
RECOGNISES = ("IndexStmt",)


@dataclass(frozen=True, kw_only=True)
class CreateIndex:
    """Create an index on `columns` of `table`: each is SQL as it stands between the brackets (`lower(nom) DESC`), and
    so are `where` and `with_` (`fillfactor = 70`); `include` are plain names."""

    table: str
    columns: tuple[str, ...]
    name: str | None = None
    schema: str | None = None
    unique: bool = False
    method: str | None = None
    include: tuple[str, ...] = ()
    where: str | None = None
    with_: str | None = None
    nulls_distinct: bool = True
    tablespace: str | None = None
    only: bool = False

    def to_sql(self) -> str:
        """The statement."""
        parts = [
            "CREATE UNIQUE INDEX" if self.unique else "CREATE INDEX",
            ident(self.name) if self.name else "",
            "ON ONLY" if self.only else "ON",
            table_sql(self.table, self.schema),
            f"USING {ident(self.method)}" if self.method else "",
            f"({', '.join(self.columns)})",
            f"INCLUDE ({', '.join(map(ident, self.include))})" if self.include else "",
            "" if self.nulls_distinct else "NULLS NOT DISTINCT",
            f"WITH ({self.with_})" if self.with_ else "",
            f"TABLESPACE {ident(self.tablespace)}" if self.tablespace else "",
            f"WHERE {self.where}" if self.where else "",
        ]
        return " ".join(part for part in parts if part) + ";\n"


def compile_(request: Request) -> Compiled:
    """One concurrent build, or one for each partition; nothing where it is there already."""
    node = request.action.node
    table = request.changeable(node.relation)
    steps = Steps(request, table)
    wanted = _wanted.understand(request, table)
    if isinstance(wanted, Compiled):
        return wanted
    whole = table.kind == "p" and not wanted.only
    made = _partitioned.steps(steps, wanted) if whole else _plain.steps(steps, wanted)
    request.names.update((wanted.name, f"{table.name.schema}.{wanted.name}"))
    columns = [each.index_elem.name for each in node.index_params]
    if wanted.has_expression and not wanted.only and not wanted.foreign:
        made = (*made, _analyze(steps, made))
    if all(columns) and not node.HasField("where_clause") and not wanted.only:
        numbers = tuple(steps.shape.survivor(column) for column in columns)
        steps.shape.indexed[wanted.name] = (wanted.unique, numbers)
    if request.moment().value == "verify":
        request.late.add(wanted.name)
    return Compiled(
        strategy="a concurrent build for each partition"
        if whole
        else "an empty index"
        if wanted.only
        else "concurrent build",
        why=_why(steps, whole=whole, only=wanted.only),
        hazards=_hazards.of(steps, wanted),
        steps=made,
    )


def _analyze(of: Steps, made: Sequence[Step]) -> Step:
    """Statistics of the expressions, behind the last build."""
    forth = [step.phase for step in made if step.phase not in (Phase.RETIRE, Phase.ROLLBACK)]
    return of.step(
        "analyze",
        forth[-1],
        Kind.ONLINE,
        f"collect statistics of the expressions of {of.table.name}",
        (f"ANALYZE {of.sql}",),
        of.on("VacuumStmt analyze"),
        undo=("nothing: statistics stay",),
    )


def _why(steps: Steps, *, whole: bool, only: bool) -> str:
    if whole:
        return "a partitioned table cannot be indexed concurrently, its partitions can"
    if only:
        return "the index of a partitioned table alone is empty"
    typed = bool(parse.unwrap(steps.request.action.node).concurrent)
    return "as typed" if typed else "built plainly it would block every write meanwhile"

"""An index of one table: looked at, built concurrently, and built for the other name of a column that has two."""

from __future__ import annotations

from ....sql.index import built, renamed
from ....sql.quote import qualified
from ...steps import condition
from ...steps.step import Action, Kind, Phase, Step
from ...sync.naming import hidden_name
from .._steps import Steps
from . import _duplicates
from ._wanted import Wanted


def steps(of: Steps, wanted: Wanted) -> tuple[Step, ...]:
    """The steps of an index on a table that is not partitioned, or on the partitioned table alone."""
    look = _duplicates.steps(of, wanted)
    if wanted.only:
        return (*look, *_only(of, wanted))
    made = _pair(of, wanted, wanted.name, wanted.body, of.request.moment(), "")
    beside = other_body(of, wanted)
    if beside is None:
        return (*look, *made)
    name = hidden_name(f"{of.request.id}_{wanted.name}", "new")
    return (*look, *made, *_pair(of, wanted, name, beside, Phase.VERIFY, "new_"))


def other_body(of: Steps, wanted: Wanted) -> str | None:
    """The definition on the columns that the new application uses, where those are not the ones that stay; None where
    they are."""
    shape = of.shape
    used = {name: shape.physical[shape.logical[name]] for name in wanted.columns}
    if all(there == shape.on_server(name) for name, there in used.items()):
        return None
    whole = wanted.facts.definition(wanted.table.name, "i")
    return renamed(whole, used).partition(" USING ")[2]


def columns_there(of: Steps, wanted: Wanted) -> str:
    """The condition that the columns are still called as planned; "" for an index that reads none."""
    shape = of.shape
    names = dict.fromkeys(shape.on_server(name) for name in wanted.columns)
    found = [condition.has_column(of.table.oid, name) for name in names]
    return condition.both(*found) if found else ""


def _pair(of: Steps, wanted: Wanted, name: str, body: str, phase: Phase, prefix: str) -> tuple[Step, Step]:
    """The build, and the step that takes it back."""
    table, schema = of.table, of.table.name.schema
    definition = built(body, table=table.name, name=name, unique=wanted.unique)
    statement = built(
        body,
        table=table.name,
        name=name,
        unique=wanted.unique,
        concurrently=True,
        tablespace=wanted.tablespace,
    )
    parameters = {"relation": table.oid, "schema": schema, "name": name, "of": "", "definition": definition}
    away = f"DROP INDEX CONCURRENTLY {qualified(schema, name)}"
    beside = " for the new name of its columns, until contract" if prefix else ""
    build = of.step(
        f"{prefix}build",
        phase,
        Kind.CONCURRENT,
        f"build index {name} of {table.name}{beside}",
        (statement,),
        of.on("IndexStmt concurrently", target=(table.oid,)),
        action=Action(name="index_build", parameters={**parameters, "statement": statement}),
        undo=(away,),
        ready="" if prefix else columns_there(of, wanted),
    )
    drop = of.step(
        f"{prefix}drop",
        Phase.ROLLBACK,
        Kind.CONCURRENT,
        f"drop index {name} of {table.name}",
        (away,),
        of.on("DropStmt index concurrently", target=(table.oid,)),
        action=Action(name="index_drop", parameters={**parameters, "statement": away, "source": build.id}),
    )
    return build, drop


def _only(of: Steps, wanted: Wanted) -> tuple[Step, Step]:
    """The index of a partitioned table alone is empty and not valid, and made in an instant."""
    table, schema = of.table, of.table.name.schema
    away = f"DROP INDEX {qualified(schema, wanted.name)}"
    build = of.step(
        "build",
        of.request.moment(),
        Kind.INSTANT,
        f"make the empty index {wanted.name} of {table.name}, not of its partitions",
        (wanted.statement(only=True, tablespace=wanted.tablespace),),
        of.on("IndexStmt only", target=(table.oid,)),
        action=Action(name="as_written", parameters={"below": ""}),
        undo=(away,),
        ready=columns_there(of, wanted),
    )
    return build, drop_whole(of, wanted.name, wanted.definition, away, "")


def drop_whole(of: Steps, name: str, definition: str, away: str, prefix: str) -> Step:
    """The way back of an index of a partitioned table: PostgreSQL drops none of those concurrently (14 to 18)."""
    parameters = {
        "relation": of.table.oid,
        "schema": of.table.name.schema,
        "name": name,
        "definition": definition,
    }
    return of.step(
        f"{prefix}drop",
        Phase.ROLLBACK,
        Kind.CUTOVER,
        f"drop index {name} of {of.table.name}",
        (away,),
        of.on("DropStmt index"),
        action=Action(name="index_drop", parameters=parameters),
    )

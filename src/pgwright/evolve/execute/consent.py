"""What is asked before contract changes anything: whether it can be done, and whether what it destroys may go.

An action may have `beforehand(context)`, which raises Refused. A step of RETIRE (or of CONTRACT) whose action has the
parameter `destroys` loses data for ever: a list of {"relation": oid, "column": attnum or 0, "object": what a person
types, "name": [schema, name], "verb": what happens to it, "drops" where it is not there}; the name counts where the
oid is 0, as there was no table when the plan was made.
Where there is nothing to lose (no row, or nothing but NULL in the column), or the author has said `allow = destructive`
(parameter `consented`), nobody is asked. Here nothing is dropped and nobody is prompted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import psycopg

from ...base import registry
from ...base.errors import Unconfirmed
from ...base.name import RelationName
from ...sql.quote import ident, qualified
from ..steps.step import Phase
from . import dropping, journal
from .runner import Runner

Connection = psycopg.Connection[tuple[Any, ...]]


def beforehand(runner: Runner, record: journal.Record) -> None:
    """Lets the actions of contract look whether they can be run, before the first of them is."""
    for each in _ahead(runner, record, (Phase.CONTRACT,)):
        assert each.step.action is not None
        asked = getattr(registry.load("evolve.execute.actions", each.step.action.name), "beforehand", None)
        if asked is not None:
            asked(runner.context(each))


def require(runner: Runner, record: journal.Record) -> None:
    """Raises Unconfirmed when the steps that are left would destroy data and nobody has consented."""
    if Unconfirmed.consent in runner.allow:
        return
    parameters = [
        each.step.action.parameters
        for each in _ahead(runner, record, (Phase.CONTRACT, Phase.RETIRE))
        if each.step.action is not None
    ]
    items = [item for each in parameters if not each.get("consented") for item in each.get("destroys", ())]
    if not items:
        return
    with runner.transaction() as connection:  # in which rows that policies hide are an error
        lost = [item for item in items if holds(connection, item)]
    if lost:
        raise unconfirmed(lost, retiring=record.state == "retiring")


def unconfirmed(items: Sequence[Mapping[str, Any]], *, retiring: bool) -> Unconfirmed:
    """The error that asks for consent to losing what `items` name."""
    lost = tuple(dict.fromkeys(str(item["object"]) for item in items))
    verbs = tuple(dict.fromkeys(str(item.get("verb", "drops")) for item in items))
    names, have = ", ".join(lost), "have" if len(lost) > 1 else "has"
    aside = verbs == ("drops",)
    kept = "It is put aside, and nothing is lost yet." if aside else "Nothing is lost yet."
    return Unconfirmed(
        f"contract {' or '.join(verbs)} {names} for ever, and {names if len(lost) == 1 else 'they'} {have} data",
        object=names,
        state=kept if retiring else "Nothing of that was changed.",
        hint=f"If it may go: pgwright contract {'--finalize ' if retiring else ''}--yes --allow destructive"
        + (
            ". To get it back: pgwright rollback"
            if retiring
            else f". To keep it{' aside' if aside else ''} for a while first: --grace 7d"
        ),
    )


def holds(connection: Connection, item: Mapping[str, Any]) -> bool:
    """Whether there is data in what `item` of a parameter `destroys` names."""
    oid = int(item["relation"]) or dropping.oid_of(connection, RelationName(*item["name"]))
    name = dropping.name_of(connection, oid)
    if name is None:
        return False
    condition = ""
    if item["column"]:
        row = connection.execute(
            "SELECT attname FROM pg_catalog.pg_attribute WHERE attrelid = %s AND attnum = %s AND NOT attisdropped",
            (oid, item["column"]),
        ).fetchone()
        if row is None:
            return False
        condition = f" WHERE {ident(row[0])} IS NOT NULL"
    found = connection.execute(f"SELECT EXISTS (SELECT FROM {qualified(name)}{condition})".encode()).fetchone()
    return bool(found and found[0])


def _ahead(runner: Runner, record: journal.Record, phases: tuple[Phase, ...]) -> Iterator[journal.StepRecord]:
    """The steps of the migration with an action that are not done yet."""
    for each in journal.steps(runner.connection, record.unit, phases):
        if each.migration == record.name and each.state != "done" and each.step.action is not None:
            yield each

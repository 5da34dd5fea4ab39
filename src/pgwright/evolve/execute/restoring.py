"""Brings an object that is no table back to what it was when a step ran: what `keep` noted, `restore` makes so again.

It changes only what differs, in place where PostgreSQL lets it; where that is refused (a column that a view got, a
DEFAULT that a function's argument got) the object is made anew with all that stands beside it. Nothing goes with
CASCADE.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg import errors as sqlstate

from ...base.errors import Refused
from ...sql.quote import ident
from . import definitions, objects
from .context import Context
from .objects import Address, Connection, Identity

_REPLACED = ("view", "function", "procedure")
"""What CREATE OR REPLACE changes in place."""
_DEFAULT = " SET DEFAULT "
_REFUSALS = (sqlstate.InvalidTableDefinition, sqlstate.InvalidFunctionDefinition)


def keep(connection: Connection, address: Address | None) -> dict[str, Any] | None:
    """What the journal keeps of an object: its place, its names, its owner, its definition and what stands beside it;
    None where there is no object."""
    found = objects.identity(connection, address)
    if found is None or address is None:
        return None
    return {
        "address": [address.catalog, address.oid],
        "kind": found.kind,
        "schema": found.schema,
        "name": found.name,
        "sql": found.sql,
        "owner": _owner(connection, address),
        "core": definitions.core(connection, address),
        "beside": definitions.beside(connection, address),
    }


def restore(context: Context, kept: Mapping[str, Any], address: Address) -> Address:
    """Makes the object at `address` what `kept` says; where it is from then on. Raises Refused where something hangs on
    it that would have to go."""
    connection = context.connection
    now = objects.identity(connection, address)
    assert now is not None, "the caller has looked whether it is there"
    if now.schema and now.schema != kept["schema"]:
        context.run(f"ALTER {now.words} SET SCHEMA {ident(kept['schema'])}")
        now = objects.identity(connection, address) or now
    if now.name != kept["name"]:
        context.run(objects.rename(now, kept["name"]))
        now = objects.identity(connection, address) or now
    if kept["owner"] and _owner(connection, address) != kept["owner"]:
        context.run(f"ALTER {now.words} OWNER TO {ident(kept['owner'])}")
    before, there = kept["core"], definitions.core(connection, address)
    if before is not None and before != there:
        _define(context, list(before), there or [], address, now)
        return objects.again(connection, now, address)
    return address


def make_again(context: Context, kept: Mapping[str, Any]) -> Address:
    """Makes an object that was dropped as `kept` says; where it is."""
    context.run(*kept["core"], *kept["beside"])
    found = Identity(kind=kept["kind"], schema=kept["schema"], name=kept["name"], sql=kept["sql"])
    return objects.again(context.connection, found, Address(*kept["address"]))


def _define(context: Context, before: list[str], there: list[str], address: Address, now: Identity) -> None:
    if now.kind in _REPLACED:
        try:
            with context.connection.transaction():
                context.run(*before, *_without_default(before, there))
        except _REFUSALS:
            _anew(context, before, address, now)
    elif now.kind == "publication":
        context.run(*_publication(before[0], there[0], now))
    elif now.kind == "sequence" or (before[:1] == there[:1] and len(before) == len(there)):
        context.run(*[each for each in before if each not in there])
    else:
        _anew(context, before, address, now)


def _without_default(before: list[str], there: list[str]) -> list[str]:
    """Takes the DEFAULTs from columns of a view that had none."""
    had = {each.partition(_DEFAULT)[0] for each in before}
    heads = [each.partition(_DEFAULT) for each in there[1:]]
    return [f"{head} DROP DEFAULT" for head, found, _ in heads if found and head not in had]


def _anew(context: Context, before: list[str], address: Address, now: Identity) -> None:
    """Dropped and made again, with the rights and comments of now: somebody may have given some since."""
    beside = definitions.beside(context.connection, address)
    refuse_hanging(context, address, now)
    context.run(objects.drop(now), *before, *beside)


def refuse_hanging(context: Context, address: Address, now: Identity) -> None:
    """Raises Refused, naming what would have to go with the object."""
    reasons = objects.hanging(context.connection, [address])
    if reasons:
        raise Refused(
            f"{now.kind} {now.sql} cannot be dropped: something hangs on it",
            reasons=reasons,
            state="Nothing was changed by this step.",
            hint="Drop each of them first, or let it stand on something else, then run the same command again. "
            "CASCADE is never used.",
        )


def _publication(before: str, there: str, now: Identity) -> list[str]:
    """From the CREATE of before and of now to what changes the one into the other."""
    options, lists = [], []
    for text in (before, there):
        head, _, option = text.partition(f"CREATE PUBLICATION {now.sql}")[2].rpartition(" WITH (")
        options.append(option.removesuffix(")"))
        lists.append(head.removeprefix(" FOR "))
    statements = [f"ALTER PUBLICATION {now.sql} SET ({options[0]})"] if options[0] != options[1] else []
    if lists[0] == lists[1]:
        return statements
    change = f"SET {lists[0]}" if lists[0] else f"DROP {lists[1]}"
    return [*statements, f"ALTER PUBLICATION {now.sql} {change}"]


_OWNER_COLUMNS = """
SELECT a.attname FROM pg_catalog.pg_attribute a
WHERE a.attrelid = %s AND a.attnum > 0 AND a.attname ~ '^(pro|rel|typ|nsp|coll|con|lan|opr|opc|opf|stx|evt|pub|ext|srv|'
    'fdw|prs|dict|cfg|tmpl|sub)owner$'
"""


def _owner(connection: Connection, address: Address) -> str:
    """The owner of the object, "" where it has none of its own."""
    column = connection.execute(_OWNER_COLUMNS, (address.catalog,)).fetchone()
    table = objects.table_of(connection, address)
    if column is None or table is None:
        return ""
    query = psycopg.sql.SQL("SELECT pg_catalog.pg_get_userbyid({}) FROM {} WHERE oid = %s").format(
        psycopg.sql.Identifier(column[0]), table
    )
    row = connection.execute(query, (address.oid,)).fetchone()
    return str(row[0]) if row else ""

"""Triggers of users on a table under migration: UPDATE OF lists and the bodies that name the column.

UPDATE OF looks at the SET list of the statement, so a trigger on the old column alone would miss the writes of
the new application: it is widened to both names at expand, and narrowed again.
"""

from __future__ import annotations

from typing import Any

import psycopg

from ...base.errors import Refused
from ...sql import parse
from ...sql.quote import ident, literal
from ...sql.tokens import replace_field
from .live import Live, LiveTrigger

Connection = psycopg.Connection[tuple[Any, ...]]


def update_list(definition: str) -> tuple[int, int, list[str]] | None:
    """Where the column list of UPDATE OF stands in a deparsed trigger: start, end, and the names as written."""
    tokens = [token for token in parse.scan(definition) if not token.is_comment]
    words = [token.text.upper() for token in tokens]
    # CREATE [CONSTRAINT] TRIGGER name …: what follows the name is grammar, whatever the name is.
    start = words.index("TRIGGER") + 2
    for number in range(start, len(words) - 1):
        if words[number] == "UPDATE" and words[number + 1] == "OF":
            first = last = number + 2
            while tokens[last + 1].text == ",":
                last += 2
            return tokens[first].start, tokens[last].end, [tokens[at].text for at in range(first, last + 1, 2)]
        if words[number] == "ON":
            return None
    return None


def with_columns(definition: str, names: list[str]) -> str:
    """The deparsed trigger with another UPDATE OF list, as CREATE OR REPLACE."""
    found = update_list(definition)
    if found is None:
        return definition
    start, end, _ = found
    replaced = definition[:start] + ", ".join(names) + definition[end:]
    return replaced.replace("CREATE TRIGGER", "CREATE OR REPLACE TRIGGER", 1)


def without(definition: str, gone: str) -> str:
    """The deparsed trigger with `gone` taken out of its UPDATE OF list, unless nothing would be left."""
    found = update_list(definition)
    if found is None or ident(gone) not in found[2] or len(found[2]) == 1:
        return definition
    start, end, names = found
    return definition[:start] + ", ".join(name for name in names if name != ident(gone)) + definition[end:]


def widen(live: Live, old: str, new: str) -> list[str]:
    """Statements that add `new` to every UPDATE OF list that has `old`."""
    found: list[str] = []
    for trigger in _with_list(live):
        names = update_list(trigger.definition)
        if names and ident(old) in names[2] and ident(new) not in names[2]:
            found += _replace(live, trigger, [*names[2], ident(new)])
    return found


def narrow(live: Live, gone: str) -> list[str]:
    """Statements that take `gone` out of every UPDATE OF list; a list that would be empty is left alone."""
    found: list[str] = []
    for trigger in _with_list(live):
        names = update_list(trigger.definition)
        if names and ident(gone) in names[2] and len(names[2]) > 1:
            found += _replace(live, trigger, [name for name in names[2] if name != ident(gone)])
    return found


def _with_list(live: Live) -> list[LiveTrigger]:
    return [trigger for trigger in live.users() if not trigger.clone and trigger.columns]


def _replace(live: Live, trigger: LiveTrigger, names: list[str]) -> list[str]:
    """CREATE OR REPLACE resets the trigger to ORIGIN (seen on 14 to 18), on partitions too: its state is set again."""
    table = live.sql_of(trigger.relation)
    statement = with_columns(trigger.definition, names)
    found = [statement]
    if trigger.constraint:
        statement = statement.replace("CREATE OR REPLACE TRIGGER", "CREATE TRIGGER", 1)
        found = [f"DROP TRIGGER {ident(trigger.name)} ON {table}", statement]
        if trigger.comment is not None:
            found.append(f"COMMENT ON TRIGGER {ident(trigger.name)} ON {table} IS {literal(trigger.comment)}")
    word = {"D": "DISABLE", "R": "ENABLE REPLICA", "A": "ENABLE ALWAYS"}
    same = [each for each in live.users() if each.name == trigger.name and (each.oid == trigger.oid or each.clone)]
    found += [
        f"ALTER TABLE ONLY {live.sql_of(each.relation)} {word[each.enabled]} TRIGGER {ident(each.name)}"
        for each in same
        if each.enabled in word
    ]
    return found


_FUNCTIONS = """
SELECT DISTINCT f.oid::bigint, f.prosrc, pg_catalog.pg_get_functiondef(f.oid), f.oid::regprocedure::text,
       EXISTS (SELECT FROM pg_catalog.pg_trigger o WHERE o.tgfoid = f.oid AND NOT o.tgrelid = ANY(%(parts)s::oid[]))
FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_proc f ON f.oid = t.tgfoid JOIN pg_catalog.pg_language l ON l.oid =
f.prolang
WHERE t.tgrelid = ANY(%(parts)s::oid[]) AND NOT t.tgisinternal AND l.lanname = 'plpgsql' AND t.tgfoid <>
ALL(%(ours)s::oid[]) AND (%(only)s::oid[] IS NULL OR f.oid = ANY(%(only)s::oid[]))
"""


def rename_in_bodies(
    connection: Connection, live: Live, old: str, new: str, *, only: list[int] | None = None
) -> list[str]:
    """Statements that rename NEW.old and OLD.old in the PL/pgSQL trigger functions of the table (with `only` in those
    of these oids), for the transaction that ends the old name. Raises Refused where a function also serves another
    table."""
    parts = [part.oid for part in live.table.parts]
    ours = [trigger.function_oid for trigger in live.triggers if trigger.ours]
    found: list[str] = []
    for _, body, definition, identity, elsewhere in connection.execute(
        _FUNCTIONS, {"parts": parts, "ours": ours, "only": only}
    ).fetchall():
        changed = replace_field(body, ("new", "old"), old, new)
        if changed == body:
            continue
        if elsewhere:
            raise Refused(
                f"trigger function {identity} reads {old} and also serves another table",
                state="Nothing was changed by this step; both names still work.",
                hint=f"Give the table a function of its own that reads {new}, then run the same command again.",
            )
        at = definition.rindex(body)
        found.append(definition[:at] + changed + definition[at + len(body) :])
    return found

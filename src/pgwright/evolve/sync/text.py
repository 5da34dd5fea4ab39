"""The statements that install, replace and remove the sync functions, triggers and checks of one table."""

from __future__ import annotations

from collections.abc import Sequence

from ...sql.expression import substitute
from ...sql.quote import dollar, ident, literal
from . import naming
from .body import PASS, fill_body, first_body, last_body, pass_value
from .link import Link, Mode, SyncTable

SCHEMA = "pgwright"
STEMS = ("sync_first", "sync_last", "sync_fill")


def _function(stem: str, table: SyncTable, body: Sequence[str]) -> list[str]:
    name = f"{SCHEMA}.{ident(naming.function_name(stem, table.oid))}"
    text = "\n".join(["", "#variable_conflict use_column", "DECLARE", "  probe record;", "  agree boolean;", "BEGIN"])
    text += "\n" + "\n".join("  " + line for line in body) + "\nEND\n"
    options = "LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp"
    return [
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger {options} AS {dollar(text)}",
        f"REVOKE ALL ON FUNCTION {name}() FROM PUBLIC",
    ]


def functions(table: SyncTable, links: Sequence[Link]) -> list[str]:
    """CREATE OR REPLACE of the function set of `table`, composed over `links` from the oldest to the newest. An
    application session sees the new body at its next call; no table is locked."""
    undo = tuple(dict.fromkeys(pass_value(link.migration, table.oid) for link in links)) if table.disturbed else ()
    bodies = (
        first_body(links, table.names),
        last_body(links, table.names, reshaping=table.reshaping, undo=undo),
        fill_body(links, table.names),
    )
    made = [line for stem, body in zip(STEMS, bodies, strict=True) for line in _function(stem, table, body)]
    return [*(guard(link) for link in links if link.guard), *made]


def guard(link: Link) -> str:
    """The function that `up` of the link calls: the value, or NULL where there is an error of a value in making it
    (classes 22 and 23, of which a domain raises the second). The constraint calls it with the rights of who writes."""
    columns = link.guard["columns"]
    arguments = ", ".join(f"a{number} {type_}" for number, (_, type_) in enumerate(columns, 1))
    value = substitute(link.guard["expression"], {name: f"a{number}" for number, (name, _) in enumerate(columns, 1)})
    body = f"""
#variable_conflict use_variable
DECLARE
  value {link.types[1]};
BEGIN
  value := {value};
  RETURN value;
EXCEPTION WHEN data_exception OR integrity_constraint_violation THEN
  RETURN NULL;
END
"""
    options = f"LANGUAGE plpgsql {link.guard['volatility']} SET search_path = pg_catalog, pg_temp"
    name = f"{SCHEMA}.{ident(link.guard['name'])}"
    return f"CREATE OR REPLACE FUNCTION {name}({arguments}) RETURNS {link.types[1]} {options} AS {dollar(body)}"


def drop_guard(link: Link) -> list[str]:
    """DROP FUNCTION of what `guard` makes; the constraint that calls it must be gone."""
    return [f"DROP FUNCTION IF EXISTS {SCHEMA}.{ident(link.guard['name'])}"] if link.guard else []


def trigger_names(table: SyncTable) -> tuple[str, str, str]:
    """The names of first, last and fill: before and behind every BEFORE trigger of users in byte order."""
    last = naming.after_all(table.before_triggers, table.encoding)
    return naming.before_all(table.before_triggers, table.encoding), last, last + naming.FILLS


def _events(table: SyncTable, links: Sequence[Link]) -> str:
    """With no user's BEFORE trigger an UPDATE of other columns passes by (nothing is detoasted)."""
    if table.reshaping:
        return "INSERT OR UPDATE"
    # The pass writes what is filled on touch, too, and only where users' triggers disturb it that has to be seen.
    passive = ("inserts",) if table.disturbed else ("inserts", "touch")
    written = [link for link in links if link.fills not in passive]
    if not written:
        return "INSERT"
    sides = (((link.old,) if link.alone else (*link.old_side(), link.old, *link.new_side())) for link in written)
    numbers = dict.fromkeys(number for side in sides for number in side)
    return "INSERT OR UPDATE OF " + ", ".join(ident(table.names[number]) for number in numbers)


def _bypass(table: SyncTable, links: Sequence[Link]) -> str:
    """The pass skips the triggers, never in a trigger fired by another one."""
    values = dict.fromkeys(pass_value(link.migration, table.oid) for link in links)
    tests = [f"pg_catalog.current_setting({literal(PASS)}, true) IS DISTINCT FROM {literal(value)}" for value in values]
    return f"WHEN (pg_catalog.pg_trigger_depth() > 0 OR ({' AND '.join(tests)}))"


def _carrying(table: SyncTable, links: Sequence[Link]) -> list[tuple[str, str]]:
    """The triggers that carry and fill in as long as a link is open, as (name, stem of the function)."""
    first, last, _ = trigger_names(table)
    found = [(first, "sync_first")] if any(not link.alone for link in links) else []
    if table.disturbed or any(link.fills != "touch" for link in links):
        found.append((last, "sync_last"))
    return found


def lasting_triggers(table: SyncTable, links: Sequence[Link]) -> tuple[str, ...]:
    """The names of the triggers that every part of the table has until the last of `links` is closed. Beside them the
    trigger that fills stands while one of them is filling."""
    return tuple(name for name, _ in _carrying(table, links))


def triggers(table: SyncTable, links: Sequence[Link]) -> list[str]:
    """CREATE TRIGGER for each part of the table, enabled ALWAYS: writers with the replica role are carried too."""
    fill = trigger_names(table)[-1]
    events, bypass = _events(table, links), _bypass(table, links)
    filling = [link for link in links if link.mode is Mode.FILLING]
    carrying = _carrying(table, links)
    statements: list[str] = []
    for part in table.own_triggers():
        for name, stem in carrying:
            when = "" if stem == "sync_last" and table.disturbed else bypass
            function = f"{SCHEMA}.{ident(naming.function_name(stem, table.oid))}()"
            statements.append(
                f"CREATE TRIGGER {ident(name)} BEFORE {events} ON {part.sql} FOR EACH ROW {when} EXECUTE FUNCTION "
                f"{function}"
            )
        if filling:
            empty = " OR ".join(f"NEW.{ident(table.names[link.new])} IS NULL" for link in filling)
            function = f"{SCHEMA}.{ident(naming.function_name('sync_fill', table.oid))}()"
            statements.append(
                f"CREATE TRIGGER {ident(fill)} BEFORE UPDATE ON {part.sql} FOR EACH ROW WHEN ({empty}) EXECUTE "
                f"FUNCTION {function}"
            )
    names = [*(name for name, _ in carrying), *([fill] if filling else [])]
    statements += [
        f"ALTER TABLE {'' if part.kind == 'p' else 'ONLY '}{part.sql} ENABLE ALWAYS TRIGGER {ident(name)}"
        for part in table.parts
        for name in names
    ]
    return statements


def drop_triggers(existing: Sequence[tuple[str, str]]) -> list[str]:
    """DROP TRIGGER for each (trigger name, quoted table) of ours that exists now on a root or child."""
    return [f"DROP TRIGGER {ident(name)} ON {sql}" for name, sql in existing]


def drop_functions(table: int) -> list[str]:
    """DROP FUNCTION of the set; RESTRICT, so that a trigger left behind is an error and not a loss."""
    return [f"DROP FUNCTION IF EXISTS {SCHEMA}.{ident(naming.function_name(stem, table))}()" for stem in STEMS]


def in_sync(link: Link, table: SyncTable) -> str:
    """The boolean expression that tells whether a row is in sync: new ≡ up(old) or old ≡ down(new), by image."""
    columns, types = table.names, link.types
    old, new = ident(columns[link.old]), ident(columns[link.new])
    same = _same_value if link.extra.get("by_value") else _same_image
    if link.plain:
        return f"({same(new, old)})"
    mapping = {name: ident(columns[number]) for name, number in link.columns.items()}
    up, down = substitute(link.up, mapping), substitute(link.down, mapping)
    forward = same(new, f"({up})::{types[1]}")
    back = same(old, f"({down})::{types[0]}")
    first, second = (forward, back) if link.total else (back, forward)
    return f"({first} OR {second})"


def _same_image(one: str, other: str) -> str:
    # Not by the operator: a check is dumped without the casts to record, and would not be restored (14 to 18).
    return f"pg_catalog.record_image_eq(ROW({one}), ROW({other}))"


def _same_value(one: str, other: str) -> str:
    """For types whose equal values have one image. The check is asked at every UPDATE of any column, and to compare
    records costs many times as much (`make bench ARGS="overhead"`)."""
    return f"({one}) IS NOT DISTINCT FROM ({other})"


def add_check(link: Link, table: SyncTable) -> str:
    """ADD CONSTRAINT … NOT VALID: from now on a write that goes past the triggers fails instead of diverging."""
    name = ident(naming.check_name(link.id))
    return f"ALTER TABLE {table.root_sql} ADD CONSTRAINT {name} CHECK {in_sync(link, table)} NOT VALID"

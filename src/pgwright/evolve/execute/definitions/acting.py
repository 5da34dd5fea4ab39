"""What acts by itself, whoever names it or not: triggers, policies, rules and event triggers."""

from __future__ import annotations

from ....sql.quote import ident, literal
from ..objects import Address, Connection, Identity

STATES = {"D": "DISABLE", "R": "ENABLE REPLICA", "A": "ENABLE ALWAYS"}
"""How a state other than the usual is set, by `tgenabled` and its like."""


_CLONES = """
WITH RECURSIVE clone (oid) AS (
    SELECT %s::oid
    UNION ALL
    SELECT t.oid FROM pg_catalog.pg_trigger t JOIN clone ON t.tgparentid = clone.oid
)
SELECT t.tgrelid::pg_catalog.regclass::text, t.tgname, t.tgenabled FROM clone JOIN pg_catalog.pg_trigger t USING (oid)
ORDER BY t.tgrelid
"""


def trigger(connection: Connection, address: Address, _: Identity) -> list[str] | None:
    """A trigger, with its state on its table and on each partition."""
    row = connection.execute(
        "SELECT pg_catalog.pg_get_triggerdef(oid) FROM pg_catalog.pg_trigger WHERE oid = %s", (address.oid,)
    ).fetchone()
    if row is None:
        return None
    clones = connection.execute(_CLONES, (address.oid,)).fetchall()
    usual = all(state == "O" for _, _, state in clones)
    return [
        str(row[0]),
        *(
            f"ALTER TABLE ONLY {table} {STATES.get(state, 'ENABLE')} TRIGGER {ident(name)}"
            for table, name, state in clones
            if not usual
        ),
    ]


def rule(connection: Connection, address: Address, _: Identity) -> list[str] | None:
    """A rule, with its state; none for the one that makes a view."""
    row = connection.execute(
        "SELECT pg_catalog.pg_get_ruledef(oid), rulename, ev_enabled, ev_class::pg_catalog.regclass::text "
        "FROM pg_catalog.pg_rewrite WHERE oid = %s AND rulename <> '_RETURN'",
        (address.oid,),
    ).fetchone()
    if row is None:
        return None
    definition, name, state, table = row
    return [str(definition).removesuffix(";"), f"ALTER TABLE {table} {STATES.get(state, 'ENABLE')} RULE {ident(name)}"]


_POLICY = """
SELECT p.polname, p.polrelid::pg_catalog.regclass::text, p.polpermissive, p.polcmd,
       ARRAY (SELECT CASE WHEN r = 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(r)) END
              FROM pg_catalog.unnest(p.polroles) r),
       pg_catalog.pg_get_expr(p.polqual, p.polrelid), pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid)
FROM pg_catalog.pg_policy p WHERE p.oid = %s
"""
_COMMANDS = {"*": "ALL", "r": "SELECT", "a": "INSERT", "w": "UPDATE", "d": "DELETE"}


def policy(connection: Connection, address: Address, _: Identity) -> list[str] | None:
    """A policy, for which the server has no words of its own."""
    row = connection.execute(_POLICY, (address.oid,)).fetchone()
    if row is None:
        return None
    name, table, permissive, command, roles, using, check = row
    text = f"CREATE POLICY {ident(name)} ON {table} AS {'PERMISSIVE' if permissive else 'RESTRICTIVE'}"
    text += f" FOR {_COMMANDS[command]} TO {', '.join(roles)}"
    text += f" USING ({using})" if using is not None else ""
    text += f" WITH CHECK ({check})" if check is not None else ""
    return [text]


def event_trigger(connection: Connection, address: Address, _: Identity) -> list[str] | None:
    """An event trigger, with its state."""
    row = connection.execute(
        "SELECT evtname, evtevent, evtfoid::pg_catalog.regproc::text, evtenabled, evttags "
        "FROM pg_catalog.pg_event_trigger WHERE oid = %s",
        (address.oid,),
    ).fetchone()
    if row is None:
        return None
    name, event, function, state, tags = row
    when = f" WHEN TAG IN ({', '.join(map(literal, tags))})" if tags else ""
    return [
        f"CREATE EVENT TRIGGER {ident(name)} ON {ident(event)}{when} EXECUTE FUNCTION {function}()",
        f"ALTER EVENT TRIGGER {ident(name)} {STATES.get(state, 'ENABLE')}",
    ]

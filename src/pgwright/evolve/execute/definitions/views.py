"""Views as the server defines them, with their options, the DEFAULTs of their columns, and what they are called."""

from __future__ import annotations

from ....sql.quote import ident
from ..objects import Address, Connection, Identity

_VIEW = """
SELECT pg_catalog.pg_get_viewdef(c.oid), c.reloptions,
       ARRAY (SELECT a.attname::text FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0
              ORDER BY a.attnum),
       EXISTS (SELECT FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND a.attisdropped)
FROM pg_catalog.pg_class c WHERE c.oid = %s
"""
_DEFAULTS = """
SELECT a.attname, pg_catalog.pg_get_expr(d.adbin, d.adrelid) FROM pg_catalog.pg_attrdef d
JOIN pg_catalog.pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum WHERE d.adrelid = %s ORDER BY a.attnum
"""


def core(connection: Connection, address: Address, found: Identity) -> list[str] | None:
    """CREATE OR REPLACE of the view; its options are replaced with it."""
    row = connection.execute(_VIEW, (address.oid,)).fetchone()
    if row is None or row[3]:
        return None
    definition, given, columns, _ = row
    options = dict(each.split("=", 1) for each in given or ())
    # The server says it apart from the other options.
    checked = options.pop("check_option", "")
    with_ = f" WITH ({', '.join(f'{name} = {value}' for name, value in options.items())})" if options else ""
    end = f" WITH {checked.upper()} CHECK OPTION" if checked else ""
    names = ", ".join(map(ident, columns))
    body = str(definition).strip().removesuffix(";")
    statements = [f"CREATE OR REPLACE VIEW {found.sql} ({names}){with_} AS {body}{end}"]
    for column, default in connection.execute(_DEFAULTS, (address.oid,)).fetchall():
        statements.append(f"ALTER VIEW {found.sql} ALTER COLUMN {ident(column)} SET DEFAULT {default}")
    return statements

"""Drops views and makes them again as they were: CREATE OR REPLACE VIEW cannot change the type of a column (42P16, 14
to 18), so a change of type takes the views that read the column away and brings them back in its transaction.

Whatever a view has comes back with it: options, owner, rights, comments, defaults, rules and triggers.
Refuses nothing itself: what could not be brought back is listed in `problems`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from ..sql.quote import literal
from .statements import statement

Connection = psycopg.Connection[tuple[Any, ...]]


@dataclass(frozen=True, kw_only=True)
class Tree:
    """Statements that `drop` the views, those that read others first, and `make` them again; `relations` are their
    oids, `problems` what would be lost."""

    drop: tuple[str, ...] = ()
    make: tuple[str, ...] = ()
    relations: frozenset[int] = frozenset()
    problems: tuple[str, ...] = ()


def tree(connection: Connection, views: Sequence[int], selects: Mapping[int, str] | None = None) -> Tree:
    """What takes `views` (oids) and all that read them away and brings them back. `selects` are definitions to be used
    in place of the server's. The session's search_path must be empty, when this is read and when the statements run."""
    if not views:
        return Tree()
    major = connection.info.server_version // 10000
    rows = connection.execute(statement("view_tree", major).encode(), {"views": list(views)}).fetchall()
    made: list[str] = []
    for row in rows:
        made += _made(row, (selects or {}).get(row[0], row[3]))
    return Tree(
        drop=tuple(f"DROP VIEW {row[2]}" for row in reversed(rows) if row[1] == "v"),
        make=tuple(made),
        relations=frozenset(row[0] for row in rows),
        problems=tuple(
            f"view {row[2]} would have to be dropped, and with it {each}" for row in rows for each in row[12]
        ),
    )


def _made(row: tuple[Any, ...], select: str) -> list[str]:
    _, _, name, _, options, owner, comment, acl, column_acl, columns, rules, triggers, _, strangers = row
    with_ = f" WITH ({', '.join(options)})" if options else ""
    found = [f"CREATE VIEW {name}{with_} AS {select.rstrip().removesuffix(';')}", f"ALTER VIEW {name} OWNER TO {owner}"]
    # What the default privileges give to a new view goes first.
    found.append(f"REVOKE ALL ON {name} FROM {', '.join(dict.fromkeys(['PUBLIC', *strangers]))}")
    found += _grants(name, acl, owner) + _grants(name, column_acl or (), owner)
    if comment is not None:
        found.append(f"COMMENT ON VIEW {name} IS {literal(comment)}")
    for column, default, said in columns:
        if default is not None:
            found.append(f"ALTER VIEW {name} ALTER COLUMN {column} SET DEFAULT {default}")
        if said is not None:
            found.append(f"COMMENT ON COLUMN {name}.{column} IS {literal(said)}")
    for each in rules or ():
        found += _hanging("RULE", name, each)
    for each in triggers or ():
        found += _hanging("TRIGGER", name, each)
    return found


def _grants(name: str, acl: Sequence[Sequence[Any]], owner: str) -> list[str]:
    """GRANT of each entry: column (None: the view), privilege, whether it may be passed on, grantee. The owner has all
    unless it gave something up."""
    found = []
    if acl and acl[0][0] is None:
        found.append(f"REVOKE ALL ON {name} FROM {owner}")
    for column, privilege, passed_on, grantee in acl:
        on = f"{privilege} ({column})" if column is not None else privilege
        option = " WITH GRANT OPTION" if passed_on and grantee != owner else ""
        found.append(f"GRANT {on} ON {name} TO {grantee}{option}")
    return found


def _hanging(kind: str, view: str, each: Sequence[Any]) -> list[str]:
    """A rule or a trigger of the view with its comment. Neither can be disabled on a view (14 to 18)."""
    name, definition, comment = each
    found = [definition.rstrip().removesuffix(";")]
    if comment is not None:
        found.append(f"COMMENT ON {kind} {name} ON {view} IS {literal(comment)}")
    return found

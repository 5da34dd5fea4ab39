"""The view that stands where a table was while two versions of the application use it: how it is made, what rules it
out, and what it cannot serve. Shared by the operations that put a table behind a view of its name; it knows none of
them. What a view serves was tried on 14 and 18, statement by statement (`tests/evolve/operations/test_view.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ...base.name import RelationName
from ...catalog.values import Catalog, Column, Table, View
from ...sql.quote import ident, literal, qualified
from ...sql.tokens import mentions, mentions_column
from ._operation import SIGN, Request

USABLE = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE"})
"""The rights on a table that mean something on a view of it."""
NAMED_TRIGGER = ("tg_table_name", "tg_relname")


_DO = "DO {}"
_WITHOUT_DEFAULTS = """
DECLARE statement text;
BEGIN
    FOR statement IN
        SELECT DISTINCT pg_catalog.format('REVOKE ALL ON %s FROM %s', c.oid::pg_catalog.regclass,
            CASE given.grantee WHEN 0 THEN 'PUBLIC' ELSE given.grantee::pg_catalog.regrole::text END)
        FROM pg_catalog.pg_class c, pg_catalog.aclexplode(c.relacl) given
        WHERE c.oid = {view}::pg_catalog.regclass AND given.grantee <> c.relowner
    LOOP EXECUTE statement; END LOOP;
END"""
"""Takes away what ALTER DEFAULT PRIVILEGES has given on the new view: the table may not have it."""


def create(
    request: Request,
    table: Table,
    behind: RelationName,
    *,
    shown: Iterable[str],
    names: Callable[[Column], tuple[str, ...]],
    comment: str,
) -> list[str]:
    """The statements that make a view called like `table` of the relation `behind`, with its owner, rights and a
    comment. `shown` is the select list; `names(column)` are the names that a column of the table has in the view."""
    view = qualified(table.name)
    options = " WITH (security_invoker = true)" if _asks_invoker(request, table) else ""
    return [
        f"CREATE VIEW {view}{options} AS SELECT {', '.join(shown)} FROM {qualified(behind)}",
        _DO.format(literal(_WITHOUT_DEFAULTS.format(view=literal(view)))),
        f"ALTER VIEW {view} OWNER TO {ident(table.owner)}",
        *_grants(table, view, names),
        f"COMMENT ON VIEW {view} IS {literal(SIGN + comment)}",
    ]


def _asks_invoker(request: Request, table: Table) -> bool:
    """Whether the view reads the table by the rights of whoever asks, so that its policies hold. Such a view wants
    SELECT on all of its columns (15 to 18), so where somebody has it on a few and there are no policies, it reads by
    the owner's, as it does on 14; the rights on the view are those on the table in any case."""
    return request.catalog.major >= 15 and (_has_policies(request, table) or not _narrow(table))


def _has_policies(request: Request, table: Table) -> bool:
    return any(part.row_security for part in request.catalog.descendants(table.oid))


def _narrow(table: Table) -> list[str]:
    """Who may read some columns of the table and not the table."""
    whole = {grantee for grantee, privilege, _ in table.acl if privilege == "SELECT"} | {table.owner}
    some = {grantee for column in table.columns for grantee, privilege, _ in column.acl if privilege == "SELECT"}
    return sorted(each or "PUBLIC" for each in some - whole)


def _grants(table: Table, view: str, names: Callable[[Column], tuple[str, ...]]) -> Iterable[str]:
    """The rights on the table, on the view of its name; column rights too, on all names of the column."""
    for grantee, privilege, grantable in table.acl:
        if grantee != table.owner and privilege in USABLE:
            yield _grant(privilege, "", view, grantee, grantable)
    for column in table.columns:
        for grantee, privilege, grantable in column.acl:
            if grantee != table.owner and privilege in USABLE:
                columns = f" ({', '.join(map(ident, names(column)))})"
                yield _grant(privilege, columns, view, grantee, grantable)


def _grant(privilege: str, columns: str, view: str, grantee: str, grantable: bool) -> str:
    to = ident(grantee) if grantee else "PUBLIC"
    return f"GRANT {privilege}{columns} ON {view} TO {to}{' WITH GRANT OPTION' if grantable else ''}"


def against(request: Request, table: Table) -> list[str]:
    """What rules a view out, as far as the catalog knows."""
    reasons = []
    if request.catalog.major < 15 and _has_policies(request, table):
        reasons.append("the table has row-level security, and views have no security_invoker before PostgreSQL 15")
    if table.publications:
        reasons.append(f'"{table.name}" is published: subscribers know the table by its name')
    if table.rules:
        reasons.append(f'the table has the rule "{table.rules[0]}"')
    return reasons


def ours(catalog: Catalog, oid: int) -> View | None:
    """The view of ours through which a rename in flight shows the table `oid`."""
    views = (view for view in catalog.views.values() if (view.comment or "").startswith(SIGN))
    return next((view for view in views if any(relation == oid for relation, _ in view.reads)), None)


def unserved(request: Request, table: Table) -> tuple[str, ...]:
    """What a view of the table's name cannot serve until contract, by the SQLSTATE of the failure."""
    name, catalog = table.name.name, request.catalog
    cannot = [
        f"GROUP BY the primary key of {name} with other columns selected (42803)",
        f"INSERT INTO {name} … ON CONFLICT ON CONSTRAINT (42704)",
        f"COPY {name} FROM or TO, and TRUNCATE {name} (42809)",
        f"system columns (ctid, xmin, tableoid, …) of {name} (42703), and with them WHERE CURRENT OF",
        f"TABLESAMPLE on {name} (0A000)",
        f"a foreign key to {name}, CREATE INDEX on it, or any other DDL, by its name (42809)",
        f"pg_get_serial_sequence answers NULL for {name}, pg_relation_size 0",
    ]
    cannot += [f"MERGE INTO {name} (0A000 before PostgreSQL 17)"] if 15 <= catalog.major < 17 else []
    cannot += [f"ATTACH, DETACH and CREATE TABLE … PARTITION OF {name} (42809)"] if table.kind == "p" else []
    found = [f"until contract the view cannot serve: {what}" for what in cannot]
    if table.kind != "p" and table.children:
        found.append(f"until contract ONLY {name} means its children too: they are read and changed")
    found += [
        f"until contract {who} cannot read {name}: it has rights on some columns only, and where there are policies "
        "the view wants them on all (42501)"
        for who in (_narrow(table) if _has_policies(request, table) else ())
    ]
    found += _of_functions(request, table)
    return tuple(found)


def _of_functions(request: Request, table: Table) -> list[str]:
    """Functions that take the row type of the table, and trigger functions that ask for its name."""
    name, catalog = table.name.name, request.catalog
    found = [
        f"until contract {function.name} cannot be given a row of {name}: the view has a row type of its own (42883)"
        for function in catalog.functions.values()
        if mentions_column(function.identity.partition("(")[2], name)
    ]
    for part in catalog.descendants(table.oid):
        for trigger in part.triggers:
            body = catalog.functions.get(trigger.function_oid)
            if part.oid == table.oid and body is not None and mentions(body.body, NAMED_TRIGGER):
                found.append(
                    f'trigger function "{trigger.function}" asks for the name of its table, which changes at once'
                )
    return list(dict.fromkeys(found))

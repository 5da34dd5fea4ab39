"""Asks the server about a domain: what it is, where its values are stored, and whether a change of it is right.

The change is tried on an empty temporary domain of the same base type, in a transaction that is rolled back; the domain
itself is never touched. Where values are stored decides what a change reads: PostgreSQL reads every table and
materialized view with a column of the domain, or of a domain of it, and refuses where the domain is inside of an array,
a composite type or a range (14 to 18).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..base import queries
from ..base.name import RelationName
from ..sql.quote import ident, qualified
from .probe import _rolled_back, _translated
from .values import Catalog

if TYPE_CHECKING:
    import psycopg

    Connection = psycopg.Connection[tuple[Any, ...]]

_query = queries.beside(__file__)


@dataclass(frozen=True, kw_only=True)
class DomainConstraint:
    """A CHECK (or, since 17, NOT NULL) of a domain. `expression` is what is checked, over VALUE, "" for NOT NULL."""

    name: str
    definition: str
    validated: bool
    expression: str


@dataclass(frozen=True, kw_only=True)
class DomainFacts:
    """What the server says of a domain. `base` is its base type, `users` the (relation oid, column) that store plain
    values of it, `within` the columns that have it inside of another type. `made` is the constraint, or the default,
    that a change would give it, as deparsed with an empty search_path; `error` what the server says against it."""

    name: RelationName
    owner: str
    base: str
    not_null: bool
    default: str | None
    constraints: tuple[DomainConstraint, ...]
    users: tuple[tuple[int, str], ...]
    within: tuple[str, ...]
    made: DomainConstraint | None = None
    made_default: str | None = None
    error: str | None = None

    def constraint(self, name: str) -> DomainConstraint | None:
        """The constraint called `name`, or None."""
        return next((each for each in self.constraints if each.name == name), None)


def probe_domain(connection: Connection, catalog: Catalog, name: RelationName, change: str) -> DomainFacts | None:
    """The facts about the domain `name` (its schema "" finds it by the search_path) and about ALTER DOMAIN with
    `change`, "" for none; None where there is no such domain. Raises Refused where the role may not make temporary
    objects, and other translated errors."""
    path = ", ".join(map(ident, catalog.search_path)) or "pg_catalog"
    with _rolled_back(connection):
        shown = qualified(name) if name.schema else ident(name.name)
        connection.execute(f"SET LOCAL search_path = {path}".encode())
        row = connection.execute("SELECT to_regtype(%s)::oid::bigint", (shown,)).fetchone()
        connection.execute("SET LOCAL search_path = pg_catalog, pg_temp")
        oid = row[0] if row else None
        found = connection.execute(_query("domain"), {"domain": oid}).fetchone() if oid is not None else None
        if oid is None or found is None:
            return None
        schema, own, owner, base, collation, not_null, default = found
        users = connection.execute(_query("domain_users"), {"domain": oid}).fetchall()
        within = tuple(f"{column}" for relation, column, inside in users if inside)
        made, made_default, error = _tried(connection, catalog, path, own, f"{base}{collation}", change)
        return DomainFacts(
            name=RelationName(schema, own),
            owner=owner,
            base=base,
            not_null=not_null,
            default=default,
            constraints=_constraints(connection, oid),
            users=tuple((relation, column) for relation, column, inside in users if not inside),
            within=within,
            made=made,
            made_default=made_default,
            error=error,
        )


def _tried(
    connection: Connection, catalog: Catalog, path: str, name: str, base: str, change: str
) -> tuple[DomainConstraint | None, str | None, str | None]:
    import psycopg

    if not change:
        return None, None, None
    grant = f"GRANT TEMPORARY ON DATABASE {ident(catalog.database)} TO {ident(catalog.role)};"
    copy = f"pg_temp.{ident(name)}"
    with _translated("making a temporary domain", grant):
        connection.execute(f"CREATE DOMAIN {copy} AS {base}".encode())
    try:
        with connection.transaction():
            connection.execute(f"SET LOCAL search_path = {path}".encode())
            connection.execute(f"ALTER DOMAIN {copy} {change}".encode())
    except psycopg.Error as error:
        if error.sqlstate is None or error.sqlstate[:2] in ("08", "53", "57", "58"):
            with _translated("trying a change on a temporary domain"):
                raise
        return None, None, error.diag.message_primary or str(error)
    connection.execute("SET LOCAL search_path = pg_catalog, pg_temp")
    row = connection.execute("SELECT oid::bigint, pg_get_expr(typdefaultbin, 0) FROM pg_type WHERE oid = %s::regtype",
                             (copy,)).fetchone()  # fmt: skip
    assert row is not None
    found = _constraints(connection, row[0])
    return (found[0] if found else None), row[1], None


def _constraints(connection: Connection, oid: int) -> tuple[DomainConstraint, ...]:
    rows = connection.execute(
        "SELECT conname, pg_get_constraintdef(oid), convalidated, coalesce(pg_get_expr(conbin, 0), '') "
        "FROM pg_constraint WHERE contypid = %s ORDER BY conname",
        (oid,),
    ).fetchall()
    return tuple(DomainConstraint(name=row[0], definition=row[1], validated=row[2], expression=row[3]) for row in rows)

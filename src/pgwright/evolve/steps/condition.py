"""Pre- and postconditions of steps: each one SQL query that answers one boolean from the catalog.

They ask for definitions and validity, never just for a name, so that what is half done is not taken for done.
"""

from __future__ import annotations

from ...base.name import RelationName
from ...sql.quote import literal, qualified


def both(*conditions: str) -> str:
    """True when all of the queries answer true."""
    return "SELECT " + " AND ".join(f"({condition})" for condition in conditions)


def neither(condition: str) -> str:
    """True when the query answers false."""
    return f"SELECT NOT ({condition})"


def is_called(relation: int, name: RelationName) -> str:
    """The relation has this name."""
    return (
        "SELECT EXISTS (SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
        f"WHERE c.oid = {relation:d} AND n.nspname = {literal(name.schema)} AND c.relname = {literal(name.name)})"
    )


def shows(name: RelationName, relation: int) -> str:
    """There is a view of this name that reads the relation."""
    return (
        "SELECT EXISTS (SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
        "JOIN pg_catalog.pg_rewrite r ON r.ev_class = c.oid JOIN pg_catalog.pg_depend d "
        "ON d.classid = 'pg_catalog.pg_rewrite'::regclass AND d.objid = r.oid "
        f"WHERE c.relkind = 'v' AND n.nspname = {literal(name.schema)} AND c.relname = {literal(name.name)} "
        f"AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = {relation:d})"
    )


def has_column(relation: int, name: str, type_oid: int = 0) -> str:
    """The table has a live column of this name (and type)."""
    of_type = f" AND atttypid = {type_oid:d}" if type_oid else ""
    return (
        f"SELECT EXISTS (SELECT FROM pg_catalog.pg_attribute WHERE attrelid = {relation:d} "
        f"AND attname = {literal(name)} AND attnum > 0 AND NOT attisdropped{of_type})"
    )


def has_link(link_id: str, mode: str = "") -> str:
    """The journal has the link open (in this mode)."""
    in_mode = f" AND body ->> 'mode' = {literal(mode)}" if mode else ""
    return f"SELECT EXISTS (SELECT FROM pgwright.link WHERE id = {literal(link_id)}{in_mode})"


def has_constraint(relation: int, name: str, *, valid: bool = False, kind: str = "") -> str:
    """The table has the constraint (validated, of a `contype`)."""
    validated = (" AND convalidated" if valid else "") + (f" AND contype = {literal(kind)}" if kind else "")
    return (
        f"SELECT EXISTS (SELECT FROM pg_catalog.pg_constraint WHERE conrelid = {relation:d} "
        f"AND conname = {literal(name)}{validated})"
    )


def has_index(relation: int, name: str) -> str:
    """The table has the index, valid and maintained by writes."""
    return (
        "SELECT EXISTS (SELECT FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid "
        f"WHERE i.indrelid = {relation:d} AND c.relname = {literal(name)} AND i.indisvalid AND i.indisready)"
    )


def either(*conditions: str) -> str:
    """True when one of the queries answers true."""
    return "SELECT " + " OR ".join(f"({condition})" for condition in conditions)


def has_number(relation: int, number: int) -> str:
    """The table has a live column of this attnum."""
    return (
        f"SELECT EXISTS (SELECT FROM pg_catalog.pg_attribute WHERE attrelid = {relation:d} "
        f"AND attnum = {number:d} AND NOT attisdropped)"
    )


def is_next(relation: int, number: int) -> str:
    """The next column that the table gets has this attnum."""
    return f"SELECT EXISTS (SELECT FROM pg_catalog.pg_class WHERE oid = {relation:d} AND relnatts + 1 = {number:d})"


def is_not_null(relation: int, number: int) -> str:
    """The column with this attnum refuses NULL, by a constraint that holds for every row."""
    proven = (
        "NOT EXISTS (SELECT FROM pg_catalog.pg_constraint k WHERE k.conrelid = a.attrelid AND k.contype = 'n' "
        "AND k.conkey = ARRAY[a.attnum] AND NOT k.convalidated)"
    )
    return (
        f"SELECT EXISTS (SELECT FROM pg_catalog.pg_attribute a WHERE a.attrelid = {relation:d} "
        f"AND a.attnum = {number:d} AND a.attnotnull AND {proven})"
    )


def is_identity(relation: int, name: str) -> str:
    """The column of this name is an identity."""
    return (
        f"SELECT EXISTS (SELECT FROM pg_catalog.pg_attribute WHERE attrelid = {relation:d} "
        f"AND attname = {literal(name)} AND NOT attisdropped AND attidentity <> '')"
    )


def is_partition(parent: int, name: RelationName) -> str:
    """The relation of this name is a partition of the parent, and is not being detached."""
    return (
        f"SELECT EXISTS (SELECT FROM pg_catalog.pg_inherits WHERE inhparent = {parent:d} AND NOT inhdetachpending "
        f"AND inhrelid = pg_catalog.to_regclass({literal(qualified(name))}))"
    )


def is_detaching(parent: int, child: int) -> str:
    """A DETACH … CONCURRENTLY of the child was begun, and has not ended."""
    return (
        f"SELECT EXISTS (SELECT FROM pg_catalog.pg_inherits WHERE inhparent = {parent:d} AND inhrelid = {child:d} "
        "AND inhdetachpending)"
    )


def exists(name: RelationName) -> str:
    """There is a relation of this name."""
    return f"SELECT pg_catalog.to_regclass({literal(qualified(name))}) IS NOT NULL"


def is_generated(relation: int, number: int) -> str:
    """The column with this attnum is a generated one."""
    return (
        f"SELECT EXISTS (SELECT FROM pg_catalog.pg_attribute WHERE attrelid = {relation:d} "
        f"AND attnum = {number:d} AND attgenerated <> '')"
    )

"""Statistics objects, sequences, publications, extensions and casts."""

from __future__ import annotations

from ....sql.quote import ident, literal
from ..objects import Address, Connection, Identity


def statistics(connection: Connection, address: Address, found: Identity) -> list[str] | None:
    """A statistics object and its target; what ANALYZE had found is found again by the next one."""
    row = connection.execute(
        "SELECT pg_catalog.pg_get_statisticsobjdef(oid), stxstattarget FROM pg_catalog.pg_statistic_ext WHERE oid = %s",
        (address.oid,),
    ).fetchone()
    if row is None:
        return None
    target = -1 if row[1] is None else int(row[1])
    return [row[0], f"ALTER STATISTICS {found.sql} SET STATISTICS {target}"]


_SEQUENCE = """
SELECT pg_catalog.format_type(s.seqtypid, NULL), s.seqincrement, s.seqmin, s.seqmax, s.seqstart, s.seqcache, s.seqcycle,
       (SELECT pg_catalog.format('%%s.%%I', d.refobjid::pg_catalog.regclass, a.attname)
        FROM pg_catalog.pg_depend d
        JOIN pg_catalog.pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
        WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = s.seqrelid AND d.deptype = 'a'
          AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjsubid > 0)
FROM pg_catalog.pg_sequence s WHERE s.seqrelid = %s
"""


def sequence(connection: Connection, address: Address, found: Identity) -> list[str] | None:
    """How a sequence counts and who owns it; never how far it has counted, because numbers that were given out stay
    given out."""
    row = connection.execute(_SEQUENCE, (address.oid,)).fetchone()
    if row is None:
        return None
    kind, step, least, most, start, cache, cycles, owner = row
    counting = f"AS {kind} INCREMENT BY {step} MINVALUE {least} MAXVALUE {most} START WITH {start} CACHE {cache}"
    return [f"ALTER SEQUENCE {found.sql} {counting} {'' if cycles else 'NO '}CYCLE OWNED BY {owner or 'NONE'}"]


def publication(connection: Connection, address: Address, found: Identity) -> list[str] | None:
    """What a publication sends, and of which tables."""
    row = connection.execute(
        "SELECT pg_catalog.to_jsonb(p) FROM pg_catalog.pg_publication p WHERE oid = %s", (address.oid,)
    ).fetchone()
    if row is None:
        return None
    values = row[0]
    sent = ", ".join(word for word in ("insert", "update", "delete", "truncate") if values[f"pub{word}"])
    options = [f"publish = {literal(sent)}", f"publish_via_partition_root = {str(values['pubviaroot']).lower()}"]
    if "pubgencols" in values:
        stored = "stored" if values["pubgencols"] == "s" else "none"
        options.append(f"publish_generated_columns = {stored}")
    create = f"CREATE PUBLICATION {found.sql}"
    if values["puballtables"]:
        return [f"{create} FOR ALL TABLES WITH ({', '.join(options)})"]
    published = _published(connection, address)
    listed = f" FOR {', '.join(published)}" if published else ""
    return [f"{create}{listed} WITH ({', '.join(options)})"]


_TABLES_14 = """
SELECT 'TABLE ' || r.prrelid::pg_catalog.regclass FROM pg_catalog.pg_publication_rel r WHERE r.prpubid = %(oid)s
ORDER BY 1
"""
_TABLES = """
SELECT 'TABLE ' || r.prrelid::pg_catalog.regclass
       || coalesce(' (' || (SELECT pg_catalog.string_agg(pg_catalog.quote_ident(a.attname), ', ' ORDER BY a.attnum)
                            FROM pg_catalog.pg_attribute a
                            WHERE a.attrelid = r.prrelid AND a.attnum = ANY (r.prattrs)) || ')', '')
       || coalesce(' WHERE (' || pg_catalog.pg_get_expr(r.prqual, r.prrelid) || ')', '')
FROM pg_catalog.pg_publication_rel r WHERE r.prpubid = %(oid)s
UNION ALL
SELECT 'TABLES IN SCHEMA ' || n.pnnspid::pg_catalog.regnamespace
FROM pg_catalog.pg_publication_namespace n WHERE n.pnpubid = %(oid)s
ORDER BY 1
"""


def _published(connection: Connection, address: Address) -> list[str]:
    query = _TABLES if connection.info.server_version >= 150000 else _TABLES_14
    return [str(row[0]) for row in connection.execute(query, {"oid": address.oid}).fetchall()]


def extension(connection: Connection, address: Address, found: Identity) -> list[str] | None:
    """An extension of its version; what its tables held is not part of it."""
    row = connection.execute(
        "SELECT extversion, extnamespace::pg_catalog.regnamespace::text FROM pg_catalog.pg_extension WHERE oid = %s",
        (address.oid,),
    ).fetchone()
    return [f"CREATE EXTENSION {found.sql} SCHEMA {row[1]} VERSION {ident(row[0])}"] if row else None


_CAST = """
SELECT pg_catalog.format_type(castsource, NULL), pg_catalog.format_type(casttarget, NULL), castcontext, castmethod,
       castfunc::pg_catalog.regprocedure::text
FROM pg_catalog.pg_cast WHERE oid = %s
"""
_CONTEXTS = {"a": " AS ASSIGNMENT", "i": " AS IMPLICIT"}


def cast(connection: Connection, address: Address, _: Identity) -> list[str] | None:
    """A cast."""
    row = connection.execute(_CAST, (address.oid,)).fetchone()
    if row is None:
        return None
    source, target, context, method, function = row
    how = {"f": f"WITH FUNCTION {function}", "i": "WITH INOUT"}.get(method, "WITHOUT FUNCTION")
    return [f"CREATE CAST ({source} AS {target}) {how}{_CONTEXTS.get(context, '')}"]

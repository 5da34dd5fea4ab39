"""An index with everything that hangs on it, read before it is dropped, and the statements that bring it all back.

The definition alone does not hold the comment, statistics targets, tablespace, CLUSTER, replica identity, nor an
extension that the index depends on.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import psycopg

from ...base.name import RelationName
from ...sql.index import built
from ...sql.quote import ident, literal, qualified

Connection = psycopg.Connection[tuple[Any, ...]]

_READ = """
WITH RECURSIVE tree (oid, parent) AS (
    SELECT c.oid, NULL::oid FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
    WHERE i.indrelid = %s AND c.relname = %s
    UNION ALL
    SELECT h.inhrelid, h.inhparent FROM pg_catalog.pg_inherits h JOIN tree ON h.inhparent = tree.oid
)
SELECT n.nspname, c.relname, tn.nspname, t.relname, i.indrelid::bigint, i.indisunique, s.spcname,
       pg_catalog.substr(pg_catalog.pg_get_indexdef(c.oid), 1 + pg_catalog.length(pg_catalog.format(
           'CREATE %%sINDEX %%I ON %%s%%I.%%I USING ', CASE WHEN i.indisunique THEN 'UNIQUE ' ELSE '' END, c.relname,
           CASE c.relkind WHEN 'I' THEN 'ONLY ' ELSE '' END, tn.nspname, t.relname))),
       pg_catalog.obj_description(c.oid, 'pg_class'), i.indisclustered, i.indisreplident,
       (SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_array(x.attnum, x.attstattarget) ORDER BY x.attnum)
        FROM pg_catalog.pg_attribute x WHERE x.attrelid = c.oid AND x.attstattarget >= 0),
       ARRAY (SELECT e.extname::text FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_extension e ON e.oid = d.refobjid
              WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid AND d.deptype = 'x'
                AND d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass ORDER BY 1)
FROM tree JOIN pg_catalog.pg_class c ON c.oid = tree.oid JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_class t ON t.oid = i.indrelid JOIN pg_catalog.pg_namespace tn ON tn.oid = t.relnamespace
LEFT JOIN pg_catalog.pg_tablespace s ON s.oid = c.reltablespace
ORDER BY tree.parent NULLS FIRST, c.oid
"""


@contextlib.contextmanager
def qualifying(connection: Connection) -> Iterator[None]:
    """A transaction in which definitions are deparsed with every name qualified."""
    with connection.transaction():
        connection.execute("SET LOCAL search_path = pg_catalog, pg_temp")
        yield


def read(connection: Connection, relation: int, name: str) -> dict[str, Any]:
    """What has to be kept of an index of table `relation`, and of those of its partitions below it, as JSON values;
    empty where there is none."""
    with qualifying(connection):
        rows = connection.execute(_READ, (relation, name)).fetchall()
    if not rows:
        return {}
    _, top, table_schema, table, _, unique, tablespace, body = rows[0][:8]
    return {
        "definition": built(body, table=RelationName(table_schema, table), name=top, unique=unique),
        "statement": built(
            body,
            table=RelationName(table_schema, table),
            name=top,
            unique=unique,
            concurrently=True,
            tablespace=tablespace,
        ),
        "tree": {
            "name": top,
            "unique": unique,
            "body": body,
            "tablespace": tablespace,
            "names": {str(row[4]): row[1] for row in rows},
            "bodies": {str(row[4]): [row[7], row[6]] for row in rows},
            "columns": [],
        },
        "settings": [statement for row in rows for statement in _settings(row)],
    }


def _settings(row: Sequence[Any]) -> list[str]:
    schema, name, table_schema, table = row[:4]
    comment, clustered, identity, targets, extensions = row[8:]
    index, relation = qualified(schema, name), qualified(table_schema, table)
    found = [f"COMMENT ON INDEX {index} IS {literal(comment)}"] if comment is not None else []
    found += [f"ALTER INDEX {index} ALTER COLUMN {number} SET STATISTICS {target}" for number, target in targets or ()]
    found += [f"ALTER TABLE {relation} CLUSTER ON {ident(name)}"] if clustered else []
    found += [f"ALTER TABLE {relation} REPLICA IDENTITY USING INDEX {ident(name)}"] if identity else []
    return found + [f"ALTER INDEX {index} DEPENDS ON EXTENSION {ident(each)}" for each in extensions]


def settings(saved: Mapping[str, Any]) -> list[str]:
    """The statements that give an index that was built again what its definition does not say."""
    return list(saved.get("settings", ()))

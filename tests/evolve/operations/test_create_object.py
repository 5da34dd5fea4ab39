"""What is no table and acts on nothing: created, dropped, renamed, moved and given away, with the way back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.changes import Change, lives
from tests.support.databases import Database

T = (
    "CREATE TABLE t (id int PRIMARY KEY, a int, b int, k text);"
    " INSERT INTO t SELECT i, i, i, 'x' FROM generate_series(1, 50) i;\n"
)
WORK = (
    "INSERT INTO t (id, a) VALUES (%(n)s, 1)",
    "UPDATE t SET a = a + 1 WHERE id = %(k)s",
    "SELECT * FROM t WHERE id = %(k)s",
)
HOSTILE = '"Mes ""Types"" été"'

CASES = (
    Change(name="enum", setup=T, migration="CREATE TYPE humeur AS ENUM ('a', 'b');", old=WORK, new=WORK),
    Change(name="composite", setup=T, migration=f"CREATE TYPE {HOSTILE} AS (a int, b text);"),
    Change(name="range", setup=T, migration="CREATE TYPE portee AS RANGE (subtype = int);"),
    Change(name="domain", setup=T, migration="CREATE DOMAIN positif AS int CHECK (VALUE > 0);"),
    Change(
        name="sequence",
        setup=T,
        migration="CREATE SEQUENCE sq AS bigint INCREMENT 5 START 100 OWNED BY t.a;",
        old=WORK,
        new=(*WORK, "SELECT nextval('sq')"),
    ),
    Change(name="schema", setup=T, migration='CREATE SCHEMA "À part";'),
    Change(name="extension", setup=T, migration="CREATE EXTENSION citext;"),
    Change(
        name="statistics", setup=T, migration="CREATE STATISTICS st (dependencies) ON a, b FROM t;", old=WORK, new=WORK
    ),
    Change(
        name="aggregate",
        setup=T,
        migration="CREATE AGGREGATE somme (int) (SFUNC = int4pl, STYPE = int, INITCOND = '0');",
    ),
    Change(
        name="operator", setup=T, migration="CREATE OPERATOR === (FUNCTION = int4eq, LEFTARG = int, RIGHTARG = int);"
    ),
    Change(
        name="cast",
        setup=T + "CREATE TYPE humeur AS ENUM ('a');",
        migration="CREATE CAST (humeur AS text) WITH INOUT AS ASSIGNMENT;",
    ),
    Change(name="collation", setup=T, migration='CREATE COLLATION coll FROM "C";'),
    Change(
        name="text_search",
        setup=T,
        migration="CREATE TEXT SEARCH DICTIONARY d (TEMPLATE = simple);"
        " CREATE TEXT SEARCH CONFIGURATION c (COPY = simple);",
    ),
    Change(name="conversion", setup=T, migration="CREATE CONVERSION cv FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;"),
    Change(
        name="foreign",
        setup=T,
        migration="CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w;"
        " CREATE FOREIGN TABLE ft (x int) SERVER s;",
    ),
    Change(
        name="several",
        setup=T,
        migration="CREATE TYPE humeur AS ENUM ('a'); CREATE DOMAIN h AS humeur; CREATE TYPE deux AS (x h, y humeur);",
    ),
    Change(
        name="event_trigger",
        setup=T + "CREATE FUNCTION ecoute() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';",
        migration="CREATE EVENT TRIGGER et ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION ecoute();",
        old=WORK,
    ),
)


@pytest.mark.majors("every")
@pytest.mark.parametrize("change", CASES, ids=lambda each: each.name)
def test_life(make_database: Callable[..., Database], tmp_path: Path, change: Change) -> None:
    lives(change, make_database, tmp_path)

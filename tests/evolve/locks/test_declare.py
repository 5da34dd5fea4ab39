"""Declared locks against what was measured on 14 to 18: never weaker, and stronger only where a reason stands here."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from pgwright.catalog import read
from pgwright.catalog.values import Catalog
from pgwright.evolve.locks import measured
from pgwright.evolve.locks.declare import Effect, declared, harm, has_rows
from pgwright.evolve.locks.known import WITHOUT_RELATIONS
from pgwright.evolve.locks.measured import SHORT
from pgwright.sql.actions import actions
from pgwright.sql.parse import parse
from tests.support.databases import Database, Server

STATEMENTS = measured.content()["statements"]

STRONGER = {
    r"^ALTER TABLE t ALTER COLUMN \w+ TYPE": "conversions are not told apart here; that operation asks the server",
    r"^ALTER TABLE t ALTER COLUMN nullchk SET NOT NULL": "proofs by other constraints are not looked for here",
    r"ATTACH PARTITION npd?_?c ": "proofs by other constraints are not looked for here",
    r"^(INSERT|UPDATE|DELETE|MERGE|SELECT)": "one situation for all conditions: with an index less is read",
    r"^TRUNCATE": "whether the empty table is read to build its indexes anew",
    r"REFERENCES t\(id\)": "one situation for all referenced tables",
    r"^ALTER SEQUENCE": "one situation for all its options",
}
"""Statements that may be declared stronger than they were seen, and why."""

UNKNOWN: dict[str, str] = {}
"""Statements that were measured and for which nothing is declared all the same, and why."""


_catalogs: dict[tuple[int, str], Catalog] = {}


@pytest.fixture
def make_catalog(server: Server, make_database: Callable[..., Database]) -> Callable[[str], Catalog]:
    """Catalogs are values; each is read once."""

    def make(before: str) -> Catalog:
        key = server.major, before
        if key not in _catalogs:
            database = make_database(measured.content()["setup"])
            if before:
                database.run(before)
            with database.connect() as connection:
                _catalogs[key] = read(connection)
        return _catalogs[key]

    return make


def effects_of(sql: str, catalog: Catalog) -> dict[str, Effect] | None:
    (statement,) = parse(sql)
    (action,) = actions(statement)
    effects = declared(action.key, action.node, statement, catalog)
    return None if effects is None else {effect.relation.name: effect for effect in effects}


def harm_of(sql: str, catalog: Catalog) -> str | None:
    (statement,) = parse(sql)
    (action,) = actions(statement)
    return harm(action.key, action.node, statement, catalog)


def reason(sql: str, table: dict[str, str]) -> str | None:
    return next((why for pattern, why in table.items() if re.search(pattern, sql)), None)


def measured_on(major: int) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Every statement that succeeded on `major`, and what was seen."""
    for statement in STATEMENTS:
        for result in statement["results"]:
            if major in result["versions"] and "locks" in result:
                yield statement, result


@pytest.mark.majors("every")
def test_nothing_is_declared_weaker_than_it_was_measured(make_catalog: Callable[[str], Catalog]) -> None:
    weaker: list[str] = []
    stronger: list[str] = []
    unknown: list[str] = []
    for statement, result in measured_on(make_catalog("").major):
        sql, catalog = statement["sql"], make_catalog(statement.get("before", ""))
        effects = effects_of(sql, catalog)
        if effects is None:
            unknown.append(sql)
            continue
        names = {table.name.name for table in catalog.tables.values()} | {v.name.name for v in catalog.views.values()}
        seen = {name: SHORT[mode] for name, mode in result["locks"].items()}
        for name in sorted(seen.keys() | effects.keys()):
            effect = effects.get(name)
            facts = (seen.get(name, 0), name in result.get("scanned", ()), name in result.get("rewritten", ()))
            claims = (effect.mode, effect.scans, effect.rewrites) if effect else (0, False, False)
            if any(fact > claim for fact, claim in zip(facts, claims, strict=True)) and name in names:
                weaker.append(f"{sql}: {name} {facts} > {claims}")
            elif any(claim > fact for fact, claim in zip(facts, claims, strict=True)):
                stronger.append(f"{sql}: {name} {claims} > {facts}")
    assert weaker == []
    assert not (unlisted := [line for line in stronger if reason(line, STRONGER) is None]), "\n".join(unlisted)
    if (major := make_catalog("").major) == max(measured.content()["statements"][0]["results"][0]["versions"]):
        leftovers = [pattern for pattern in STRONGER if not any(re.search(pattern, line) for line in stronger)]
        leftovers += [pattern for pattern in UNKNOWN if not any(re.search(pattern, sql) for sql in unknown)]
        assert leftovers == [], major
    assert not (unlisted := [sql for sql in unknown if reason(sql, UNKNOWN) is None]), "\n".join(unlisted)


@pytest.mark.parametrize(
    "sql",
    [
        "COMMENT ON TABLE t IS 'x'",
        "GRANT SELECT ON t TO PUBLIC",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'DROP TABLE t'",
        "CREATE SCHEMA s9",
        "CREATE EXTENSION citext",
        "CREATE TYPE m2 AS ENUM ('a')",
        "CREATE SEQUENCE sq9",
        "CREATE VIEW v9 AS SELECT * FROM t",
        "CREATE OR REPLACE VIEW vw AS SELECT id, a, b FROM t",
        "CREATE INDEX CONCURRENTLY i9 ON t (a)",
        "CREATE TABLE n9 (x int)",
        "INSERT INTO t (id) VALUES (-1), (-2)",
        "INSERT INTO r2 DEFAULT VALUES",
        "SELECT setval('sq', 1)",
        "ALTER TABLE comp_t ADD COLUMN y int",
        "ALTER TABLE unheard_of ADD COLUMN y int",
        "ALTER TABLE t VALIDATE CONSTRAINT chk_nv",
        "ALTER TABLE t SET (fillfactor = 80)",
        "DO $$ BEGIN COMMENT ON TABLE t IS 'x'; END $$",
        "DO $$ DECLARE n int; BEGIN n := 1; IF n = 1 THEN GRANT SELECT ON t TO PUBLIC; END IF; END $$",
        "SELECT unused()",
    ],
)
def test_harmless(make_catalog: Callable[[str], Catalog], sql: str) -> None:
    assert harm_of(sql, make_catalog("")) is None


@pytest.mark.parametrize(
    ("sql", "why"),
    [
        (
            "ALTER TABLE t ADD COLUMN y int",
            "it takes ACCESS EXCLUSIVE on public.t, which blocks reads and writes",
        ),
        ("CREATE INDEX i9 ON t (a)", "it reads all of public.t under SHARE, which meanwhile blocks writes"),
        ("ALTER TABLE t ALTER COLUMN a TYPE bigint", "it rewrites public."),
        ("ALTER TABLE child DROP CONSTRAINT child_tid_fkey", "it takes ACCESS EXCLUSIVE on public."),
        ("CREATE TABLE n9 (x int REFERENCES t)", "it takes SHARE ROW EXCLUSIVE on public.t"),
        ("CREATE TABLE p9 PARTITION OF pd FOR VALUES FROM (200) TO (300)", "it takes ACCESS EXCLUSIVE on public.pd"),
        (
            "CREATE FOREIGN TABLE f9 PARTITION OF p FOR VALUES FROM (200) TO (300) SERVER s9",
            "it takes ACCESS EXCLUSIVE on public.p,",
        ),
        ("DROP TABLE np", "it takes ACCESS EXCLUSIVE on public.np"),
        ("TRUNCATE r2 CASCADE", "it rewrites public."),
        ("ALTER TABLE t SET TABLESPACE autre", "nobody knows what it locks"),
        ("DROP VIEW vw CASCADE", "nobody knows what it locks"),
        ("VACUUM FULL t", "nobody knows what it locks"),
        ("CALL somebodys()", "nobody knows what it locks"),
        ("SELECT partman.create_parent('t')", "nobody knows what it locks"),
        ("SELECT create_hypertable('t', 'ts')", "nobody knows what it locks"),
        ("SELECT adds()", "it takes ACCESS EXCLUSIVE on public.r"),
        ("DO $$ BEGIN ALTER TABLE t ADD y int; END $$", "it takes ACCESS EXCLUSIVE on public.t"),
        ("DO $$ BEGIN PERFORM adds(); END $$", "it takes ACCESS EXCLUSIVE on public.r"),
        ("DO $$ BEGIN IF adds() > 0 THEN NULL; END IF; END $$", "it takes ACCESS EXCLUSIVE on public.r"),
        ("DO $$ DECLARE n int; BEGIN n := adds(); END $$", "it takes ACCESS EXCLUSIVE on public.r"),
        ("DO $$ BEGIN EXECUTE 'x'; END $$", "nobody knows what it locks"),
        ("DO $$ BEGIN FOR i IN 1..3 LOOP EXECUTE 'x' || i; END LOOP; END $$", "nobody knows what it locks"),
        ("DO LANGUAGE plperl $$ x $$", "nobody knows what it locks"),
    ],
)
def test_not_harmless(make_catalog: Callable[[str], Catalog], sql: str, why: str) -> None:
    assert (harm_of(sql, make_catalog("")) or "harmless").startswith(why)


def test_a_change_of_many_rows_is_not_harmless(make_database: Callable[..., Database]) -> None:
    database = make_database(
        "CREATE TABLE big (x int); INSERT INTO big SELECT generate_series(1, 20000);"
        "CREATE TABLE small (x int); INSERT INTO small VALUES (1); ANALYZE; CREATE TABLE unknown (x int);"
        "INSERT INTO unknown SELECT generate_series(1, 20000)"
    )
    with database.connect() as connection:
        catalog = read(connection)
    assert harm_of("UPDATE small SET x = 1", catalog) is None
    assert harm_of("INSERT INTO big VALUES (1)", catalog) is None
    for sql in ("UPDATE big SET x = 1", "DELETE FROM big", "INSERT INTO big SELECT * FROM big", "DELETE FROM unknown"):
        assert "may change many rows of public." in (harm_of(sql, catalog) or "harmless"), sql


def test_rows(make_database: Callable[..., Database]) -> None:
    database = make_database(
        "CREATE TABLE empty (x int); CREATE TABLE full_ (x int); INSERT INTO full_ VALUES (1);"
        "CREATE VIEW v AS SELECT * FROM full_; CREATE MATERIALIZED VIEW m AS SELECT * FROM full_;"
        "CREATE TABLE p (k int) PARTITION BY LIST (k); CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);"
        "INSERT INTO p VALUES (1); CREATE TABLE q (k int) PARTITION BY LIST (k); CREATE SEQUENCE s"
    )
    with database.connect() as connection:
        catalog = read(connection)
    known = {
        name: has_rows(catalog, oid) for relation, oid in catalog.relation_names.items() if (name := relation.name)
    }
    assert known == {
        "empty": False,
        "full_": True,
        "v": False,
        "m": True,
        "p": True,
        "p1": True,
        "q": False,
        "s": False,
    }


def test_every_statement_that_is_said_to_touch_no_relation_was_measured() -> None:
    inside = {"CallStmt", "DoStmt"}
    kinds = {
        parse(statement["sql"])[0].kind
        for statement in STATEMENTS
        if statement["results"] and all(result.get("locks") == {} for result in statement["results"])
    }
    assert WITHOUT_RELATIONS - inside - kinds == set()


def test_every_result_covers_every_major_once() -> None:
    for statement in STATEMENTS:
        assert sorted(v for result in statement["results"] for v in result["versions"]) == [14, 15, 16, 17, 18], (
            statement
        )

"""REINDEX: always concurrently, index by index, and nothing of a broken one stays."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright import op
from pgwright.base.errors import MigrationFileError, PgwrightError, Refused
from tests.evolve.operations.planning import only, outline, planned
from tests.support.databases import Database
from tests.support.lifecycle import dump, leftovers
from tests.support.project import Project

SHOP = """
CREATE TABLE t (id int PRIMARY KEY, a int, b text);
CREATE INDEX "i é" ON t (a);
COMMENT ON INDEX "i é" IS 'l''index';
ALTER TABLE t CLUSTER ON "i é";
INSERT INTO t SELECT g, g, 'b' FROM generate_series(1, 50) g;
CREATE TABLE p (k int PRIMARY KEY) PARTITION BY RANGE (k);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);
CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20) PARTITION BY RANGE (k);
CREATE TABLE p2a PARTITION OF p2 DEFAULT;
CREATE TABLE x (r int4range, EXCLUDE USING gist (r WITH &&));
"""
OIDS = (
    "SELECT c.relname::text, c.oid::bigint FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
    "WHERE c.oid > 16383 AND c.relkind = 'i' AND i.indrelid = ANY ('{t,p1,p2a}'::regclass[]) ORDER BY 1"
)
TOAST = (
    "SELECT x.indexrelid::bigint FROM pg_class c JOIN pg_index x ON x.indrelid = c.reltoastrelid WHERE c.relname = 't'"
)


@pytest.fixture
def shop(make_database: Callable[..., Database]) -> Database:
    return make_database(SHOP)


def test_plan(shop: Database) -> None:
    plan = planned(shop, "REINDEX TABLE t;")
    assert [line.replace(str(shop.one("SELECT 't'::regclass::oid")), "OID") for line in outline(plan)] == [
        "rebuild_1 expand concurrent SHARE UPDATE EXCLUSIVE",
        "rebuild_2 expand concurrent SHARE UPDATE EXCLUSIVE",
        "toast_OID expand concurrent SHARE UPDATE EXCLUSIVE",
        "clean_OID rollback concurrent SHARE UPDATE EXCLUSIVE",
    ]
    assert plan.steps[1].statements == ('REINDEX INDEX CONCURRENTLY public."i é"',)


@pytest.mark.majors("every")
def test_life(make_database: Callable[..., Database], tmp_path: Path) -> None:
    database = make_database(SHOP)
    project = Project.of(database, tmp_path)
    before, oids, toast = dump(database), dict(database.all(OIDS)), database.one(TOAST)
    project.write("REINDEX TABLE t; REINDEX TABLE p;")
    assert project.expand() == "expanded"
    after = dict(database.all(OIDS))
    assert after.keys() == oids.keys()
    assert not set(after.values()) & set(oids.values())
    assert database.one(TOAST) != toast
    assert dump(database) == before
    assert project.rollback() == "rolled back"
    assert dict(database.all(OIDS)) == after
    project.write('REINDEX INDEX "i é"; REINDEX INDEX p_pkey;')
    assert project.expand() == "expanded"
    again = dict(database.all(OIDS))
    assert {name for name, oid in again.items() if oid != after[name]} == {"i é", "p1_pkey", "p2a_pkey"}
    assert project.contract() == "done"
    assert dump(database) == before
    assert leftovers(database) == []


@pytest.mark.parametrize(
    ("statement", "error", "said"),
    [
        ("REINDEX SCHEMA public", Refused, "REINDEX SCHEMA works on tables that nobody named"),
        ("REINDEX DATABASE d", Refused, "REINDEX DATABASE works on"),
        ("REINDEX TABLE pg_class", Refused, "system catalogs"),
        ("REINDEX TABLE pg_catalog.pg_class", Refused, "system catalogs"),
        ("REINDEX TABLE x", Refused, "exclusion constraint index public.x_r_excl"),
        ("REINDEX INDEX x_r_excl", Refused, "exclusion constraint index public.x_r_excl"),
        ("REINDEX INDEX nul", MigrationFileError, '"nul" does not exist'),
        ("REINDEX INDEX t", MigrationFileError, '"t" is not an index'),
        ("REINDEX TABLE nul", MigrationFileError, '"nul" does not exist'),
        ("REINDEX (TABLESPACE x) TABLE t", Refused, "tablespace"),
    ],
)
def test_refusals(shop: Database, statement: str, error: type[PgwrightError], said: str) -> None:
    with pytest.raises(error, match=said):
        planned(shop, statement + ";")


@pytest.mark.majors("all")
def test_leftovers_of_a_broken_rebuild_go(shop: Database, tmp_path: Path) -> None:
    shop.run('CREATE INDEX "i é_ccnew" ON t (a); CREATE INDEX reste ON t (b)')
    shop.run(
        "UPDATE pg_index SET indisvalid = false FROM pg_class c "
        "WHERE c.oid = indexrelid AND relname IN ('i é_ccnew', 'reste')"
    )
    project = Project.of(shop, tmp_path)
    project.write("REINDEX TABLE t;")
    assert "i é_ccnew: invalid, left by a REINDEX" in only(project.plan()).hazards[0]
    project.expand()
    assert shop.all("SELECT to_regclass('\"i é_ccnew\"')") == [(None,)]
    assert shop.one("SELECT indisvalid FROM pg_index WHERE indexrelid = 'reste'::regclass") is True


def test_an_owner_who_is_no_superuser(
    make_role: Callable[..., str], make_database: Callable[..., Database], tmp_path: Path
) -> None:
    role, database = make_role("LOGIN"), make_database(SHOP)
    database.run(f"GRANT CREATE ON DATABASE {database.name} TO {role}; ALTER TABLE t OWNER TO {role}")
    project = Project.of(database, tmp_path, user=role)
    project.write("REINDEX TABLE t;")
    assert any("TOAST" in hazard for hazard in only(project.plan()).hazards)
    assert project.expand() == "expanded"


def test_twin() -> None:
    assert op.Reindex(table="a b").to_sql() == 'REINDEX TABLE "a b";\n'
    assert op.Reindex(index="i", schema="s").to_sql() == "REINDEX INDEX s.i;\n"
    with pytest.raises(ValueError, match="table or index"):
        op.Reindex().to_sql()

"""CREATE INDEX: plans, names, definitions, refusals, and the whole life on real servers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pgwright import op
from pgwright.base.errors import MigrationFileError, Refused
from pgwright.catalog.values import Catalog
from pgwright.evolve.operations.create_index import _hazards
from tests.evolve.operations.planning import only, outline, planned
from tests.support.databases import Database
from tests.support.lifecycle import dump, leftovers
from tests.support.project import Project

SHOP = """
CREATE TABLE t (id int PRIMARY KEY, a int, b text, "Né é" text);
INSERT INTO t SELECT g, g, 'b' || g, 'x' FROM generate_series(1, 50) g;
CREATE TABLE p (k int, a int, b text) PARTITION BY RANGE (k);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);
CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20) PARTITION BY LIST (a);
CREATE TABLE p2a PARTITION OF p2 FOR VALUES IN (1);
CREATE TABLE p2b PARTITION OF p2 DEFAULT;
INSERT INTO p SELECT g, g % 3, 'b' FROM generate_series(0, 19) g;
"""


@pytest.fixture
def shop(make_database: Callable[..., Database]) -> Database:
    return make_database(SHOP)


def test_plan(shop: Database) -> None:
    plan = planned(shop, "CREATE INDEX ON t (a DESC, lower(b)) WHERE a > 1;")
    assert outline(plan) == [
        "build expand concurrent SHARE UPDATE EXCLUSIVE",
        "analyze expand online SHARE UPDATE EXCLUSIVE",
        "drop rollback concurrent SHARE UPDATE EXCLUSIVE",
    ]
    assert plan.steps[0].statements == (
        "CREATE INDEX CONCURRENTLY t_a_lower_idx ON public.t USING btree (a DESC, lower(b)) WHERE (a > 1)",
    )
    assert only(plan).strategy == "concurrent build"


@pytest.mark.majors("all")
@pytest.mark.parametrize(("table", "leaves"), [("t", ["t"]), ("p", ["p1", "p2a", "p2b"])])
def test_the_planner_knows_an_expression(
    make_database: Callable[..., Database], tmp_path: Path, table: str, leaves: list[str]
) -> None:
    database = make_database(SHOP + "ALTER TABLE t SET (autovacuum_enabled = false); ANALYZE;")
    database.run("ALTER TABLE p1 SET (autovacuum_enabled = false)")
    project = Project.of(database, tmp_path)
    project.write(f"CREATE INDEX ON {table} (a, (b || 'x')); CREATE INDEX ON {table} (a);")
    assert project.expand() == "expanded"
    known = (
        "SELECT i.indrelid::regclass::text FROM pg_stats s JOIN pg_class c ON c.relname = s.tablename "
        "JOIN pg_index i ON i.indexrelid = c.oid WHERE s.attname = 'expr' ORDER BY 1"
    )
    assert [row[0] for row in database.all(known)] == leaves


def test_a_foreign_table_is_not_analyzed(make_database: Callable[..., Database]) -> None:
    database = make_database(SHOP)
    database.run(
        "CREATE EXTENSION postgres_fdw; CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw;"
        "CREATE FOREIGN TABLE p3 PARTITION OF p FOR VALUES FROM (20) TO (30) SERVER far"
    )
    plan = planned(database, "CREATE INDEX ON p (lower(b));")
    assert "ANALYZE" not in str([step.statements for step in plan.steps])
    assert any("it would read the foreign table public.p3" in each for each in only(plan).hazards)
    assert only(planned(database, "CREATE INDEX ON p (b);")).hazards == ()


def test_it_is_analyzed_before_contract(make_database: Callable[..., Database]) -> None:
    database = make_database(SHOP + "CREATE INDEX mien ON p1 (lower(b));")
    outlined = outline(planned(database, "CREATE INDEX ON p (lower(b));"))
    assert "analyze expand online SHARE UPDATE EXCLUSIVE" in outlined, outlined
    assert any(" retire " in each for each in outlined)


@pytest.mark.majors("all")
def test_the_planner_knows_an_expression_under_both_names(
    make_database: Callable[..., Database], tmp_path: Path
) -> None:
    database = make_database(SHOP + "ALTER TABLE t SET (autovacuum_enabled = false); ANALYZE;")
    project = Project.of(database, tmp_path)
    project.write("ALTER TABLE t RENAME COLUMN b TO c; CREATE INDEX ON t (upper(c));")
    assert project.expand() == "expanded"
    assert database.all("SELECT count(*) FROM pg_stats WHERE attname = 'upper'") == [(2,)]
    assert project.contract() == "done"
    assert database.all("SELECT count(*) FROM pg_stats WHERE attname = 'upper'") == [(1,)]


@pytest.mark.majors("every")
def test_life(make_database: Callable[..., Database], tmp_path: Path) -> None:
    statement = (
        'CREATE UNIQUE INDEX "i é" ON t USING btree ("Né é" COLLATE "C" text_pattern_ops DESC NULLS LAST, lower(b), id)'
        " INCLUDE (a) WITH (fillfactor = 70) WHERE a <> 3;"
    )
    native = make_database(SHOP)
    native.run(statement)
    database = make_database(SHOP)
    project = Project.of(database, tmp_path)
    before = dump(database)
    project.write(statement)
    assert project.expand() == "expanded"
    assert dump(database) == dump(native)
    assert project.rollback() == "rolled back"
    assert dump(database) == before
    assert project.expand() == "expanded"
    assert project.contract() == "done"
    assert dump(database) == dump(native)
    assert leftovers(database) == []


@pytest.mark.majors("all")
@pytest.mark.parametrize("own", ["", "CREATE INDEX mien ON p1 (a DESC, b); CREATE INDEX sien ON p2 (a, b);"])
def test_life_of_a_partitioned_table(make_database: Callable[..., Database], tmp_path: Path, own: str) -> None:
    statement = "CREATE INDEX ON p (a, b);"
    native = make_database(SHOP)
    native.run(own + statement)
    database = make_database(SHOP)
    database.run(own)
    project = Project.of(database, tmp_path)
    before = dump(database)
    project.write(statement)
    assert project.expand() == "expanded"
    assert project.rollback() == "rolled back"
    assert dump(database) == before
    assert project.expand() == "expanded"
    assert project.contract() == "done"
    assert dump(database) == dump(native)
    assert database.all("SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid") == []


def test_twin() -> None:
    made = op.CreateIndex(table="t", columns=("a DESC", "lower(b)"), unique=True, where="a > 1", include=("id",))
    assert made.to_sql() == "CREATE UNIQUE INDEX ON t (a DESC, lower(b)) INCLUDE (id) WHERE a > 1;\n"


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("CREATE INDEX ON t (nul)", 'column "nul" does not exist'),
        ("CREATE INDEX ON t (a gin_trgm_ops)", 'operator class "gin_trgm_ops" does not exist'),
        ("CREATE INDEX ON t ((random() * a))", "functions in index expression must be marked IMMUTABLE"),
        ("CREATE INDEX ON t USING hash (a, b)", "does not support multicolumn indexes"),
        ("CREATE INDEX t ON t (a)", 'relation "public.t" already exists'),
        (
            "CREATE UNIQUE INDEX ON p (k)",
            "unique constraint on partitioned table must include all partitioning columns",
        ),
        ("CREATE INDEX CONCURRENTLY ON p (k)", "cannot create index on partitioned table"),
        ("CREATE INDEX ON t (a) TABLESPACE nul", 'tablespace "nul" does not exist'),
    ],
)
def test_what_the_server_would_refuse(shop: Database, statement: str, said: str) -> None:
    with pytest.raises(MigrationFileError, match=said):
        planned(shop, statement + ";")


@pytest.mark.majors(18)
def test_a_virtual_column(shop: Database) -> None:
    shop.run("ALTER TABLE t ADD COLUMN v int GENERATED ALWAYS AS (a * 2) VIRTUAL")
    with pytest.raises(MigrationFileError, match="virtual generated columns are not supported"):
        planned(shop, "CREATE INDEX ON t (v);")


def test_a_unique_index_of_two_levels_needs_both_keys(shop: Database) -> None:
    planned(shop, "CREATE UNIQUE INDEX ON p (k, a);")
    with pytest.raises(MigrationFileError, match="must include all partitioning columns"):
        planned(shop, "CREATE UNIQUE INDEX ON p (k, b);")


def test_if_not_exists_is_answered_from_the_catalog(shop: Database, tmp_path: Path) -> None:
    shop.run("CREATE INDEX i ON t (a DESC)")
    same = only(planned(shop, "CREATE INDEX IF NOT EXISTS i ON t (a DESC);"))
    assert (same.strategy, same.why, same.hazards) == ("nothing to do", "is there already", ())
    [hazard] = only(planned(shop, "CREATE INDEX IF NOT EXISTS i ON t (a);")).hazards
    assert "is not this index, but: CREATE INDEX i ON public.t USING btree (a DESC)" in hazard
    shop.run("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'i'::regclass")
    with pytest.raises(MigrationFileError, match="With IF NOT EXISTS pgwright drops it and builds it again"):
        planned(shop, "CREATE INDEX i ON t (a DESC);")
    before = shop.one("SELECT 'i'::regclass::oid")
    project = Project.of(shop, tmp_path)
    project.write("CREATE INDEX IF NOT EXISTS i ON t (a DESC);")
    assert project.expand() == "expanded"
    assert shop.one("SELECT 'i'::regclass::oid") != before
    assert shop.one("SELECT indisvalid FROM pg_index WHERE indexrelid = 'i'::regclass") is True


def test_equal_and_invalid_indexes_are_named(shop: Database) -> None:
    shop.run("CREATE INDEX mien ON t (a) WITH (fillfactor = 70); CREATE INDEX reste ON t (b)")
    shop.run("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'reste'::regclass")
    hazards = only(planned(shop, "CREATE INDEX ON t (a) WITH (fillfactor = 70);")).hazards
    assert hazards[0] == "public.t_a_idx is the same as mien"
    assert hazards[1].startswith("public.reste of public.t is not valid")
    assert hazards[1].endswith("DROP INDEX CONCURRENTLY public.reste")
    assert len(only(planned(shop, "CREATE INDEX ON t (a);")).hazards) == 1


def test_names_of_one_plan_do_not_collide(shop: Database) -> None:
    plan = planned(
        shop, "CREATE INDEX ON t (a); CREATE INDEX ON t (a DESC); CREATE INDEX ON p (a); CREATE INDEX ON p (a);"
    )
    made = [step.statements[0].split()[3] for step in plan.steps if step.id.endswith(".build")]
    assert made == ["t_a_idx", "t_a_idx1"]
    with pytest.raises(MigrationFileError, match="already exists"):
        planned(shop, "CREATE INDEX i ON t (a); CREATE INDEX i ON t (b);")


@pytest.mark.majors("all")
def test_duplicates_are_looked_for_first(shop: Database, tmp_path: Path) -> None:
    shop.run("UPDATE t SET b = 'deux' WHERE id IN (1, 2, 3); UPDATE t SET b = 'B4' WHERE id = 5")
    shop.run("UPDATE t SET b = NULL WHERE id > 40")
    project = Project.of(shop, tmp_path)
    project.write('CREATE UNIQUE INDEX ON t (lower(b), "Né é") WHERE id > 1;')
    with pytest.raises(Refused) as refused:
        project.expand()
    assert '2 keys ((lower(b)), "Né é") in several rows of public.t' in refused.value.message
    assert any('"rows": 2' in reason and "deux" in reason for reason in refused.value.reasons)
    query = refused.value.hint.partition("See them all: ")[2]
    assert sorted(row[0] for row in shop.all(query)) == ["b4", "deux"]
    assert shop.all("SELECT FROM pg_class WHERE relname LIKE 't_lower%'") == []
    shop.run("DELETE FROM t WHERE id IN (2, 5)")
    assert project.expand() == "expanded"


@pytest.mark.majors(18)
def test_nulls_that_are_not_distinct_are_duplicates(shop: Database, tmp_path: Path) -> None:
    shop.run("UPDATE t SET b = NULL WHERE id > 40")
    project = Project.of(shop, tmp_path)
    project.write("CREATE UNIQUE INDEX ON t (b) NULLS NOT DISTINCT;")
    with pytest.raises(Refused, match="1 key "):
        project.expand()
    assert project.state() == "rolled back"
    project.write("CREATE UNIQUE INDEX ON t (b);")
    assert project.expand() == "expanded"


@pytest.mark.majors("all")
def test_only_the_parent(make_database: Callable[..., Database], tmp_path: Path) -> None:
    native = make_database(SHOP)
    native.run("CREATE INDEX ON ONLY p (a)")
    database = make_database(SHOP)
    project = Project.of(database, tmp_path)
    before = dump(database)
    project.write("CREATE INDEX ON ONLY p (a);")
    assert project.expand() == "expanded"
    assert dump(database) == dump(native)
    assert project.rollback() == "rolled back"
    assert dump(database) == before


def test_inherited_tables_are_not_indexed(make_database: Callable[..., Database], tmp_path: Path) -> None:
    database = make_database(
        "CREATE TABLE m (a int); CREATE TABLE f () INHERITS (m);"
        "INSERT INTO m VALUES (1); INSERT INTO f VALUES (1), (2), (2)"
    )
    project = Project.of(database, tmp_path)
    project.write("CREATE UNIQUE INDEX ON m (a);")
    assert project.expand() == "expanded"
    assert database.all("SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = 'f'::regclass") == []


def test_a_server_that_builds_wrong_indexes_is_a_hazard() -> None:
    catalog = Catalog(version=140003, database="d", role="r", search_path=("public",))
    assert "older than 14.4" in _hazards.old_server(catalog)[0]
    assert _hazards.old_server(replace(catalog, version=140004)) == []
    assert _hazards.old_server(replace(catalog, version=150000)) == []


def test_an_index_of_the_same_plan_is_not_dropped(shop: Database) -> None:
    with pytest.raises(MigrationFileError, match="This plan makes it"):
        planned(shop, "CREATE INDEX i ON t (a); DROP INDEX i;")


def test_the_plan_of_a_partitioned_table(shop: Database) -> None:
    shop.run("CREATE INDEX mien ON p1 (a DESC)")
    plan = planned(shop, "CREATE INDEX ON p (a);")
    assert outline(plan) == [
        "parent expand instant SHARE",
        "leaves expand concurrent SHARE UPDATE EXCLUSIVE",
        "attach expand instant ACCESS SHARE",
        "rest retire concurrent SHARE UPDATE EXCLUSIVE",
        "attach_kept retire instant ACCESS SHARE",
        "drop rollback cutover ACCESS EXCLUSIVE",
        "clean rollback concurrent SHARE UPDATE EXCLUSIVE",
    ]
    assert plan.steps[0].statements == (
        "CREATE INDEX p_a_idx ON ONLY public.p USING btree (a)",
        "CREATE INDEX p2_a_idx ON ONLY public.p2 USING btree (a)",
        "ALTER INDEX public.p_a_idx ATTACH PARTITION public.p2_a_idx",
    )
    assert plan.steps[4].statements == ("ALTER INDEX public.p_a_idx ATTACH PARTITION public.mien",)
    assert any("p1 has an equal index already, mien" in hazard for hazard in only(plan).hazards)


def test_a_consent_that_means_nothing_is_an_error(shop: Database) -> None:
    with pytest.raises(MigrationFileError, match="says nothing to create_index"):
        planned(shop, "-- pgwright: allow = raw_sql\nCREATE INDEX ON t (a);")

"""CREATE INDEX on a column that a rename has under two names: both applications have their index, nothing stays."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright.api.contract import contract
from pgwright.api.rollback import rollback
from pgwright.base.errors import Refused
from tests.evolve.operations.planning import only
from tests.support.databases import Database
from tests.support.lifecycle import dump, leftovers
from tests.support.project import Project

SHOP = """
CREATE TABLE t (id int PRIMARY KEY, nom text);
INSERT INTO t SELECT g, 'n' || g FROM generate_series(1, 50) g;
CREATE TABLE p (k int, nom text) PARTITION BY RANGE (k);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);
INSERT INTO p SELECT g, 'n' || g FROM generate_series(0, 9) g;
"""
INDEXES = "SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = %s::regclass AND NOT indisprimary"
PLAIN = "-- pgwright: strategy = copy\nALTER TABLE {t} RENAME COLUMN nom TO libellé;\n"
UP = "-- pgwright: up = upper(nom)\n-- pgwright: down = libellé\nALTER TABLE {t} RENAME COLUMN nom TO libellé;\n"


@pytest.fixture
def project(make_database: Callable[..., Database], tmp_path: Path) -> Project:
    return Project.of(make_database(SHOP), tmp_path)


def _native(make_database: Callable[..., Database], statement: str) -> str:
    native = make_database(SHOP)
    native.run(statement)
    return dump(native)


def _definitions(project: Project, table: str = "t") -> list[str]:
    return sorted(row[0].partition(" USING ")[2] for row in project.database.all(INDEXES, table))


@pytest.mark.majors("all")
@pytest.mark.parametrize("table", ["t", "p"])
@pytest.mark.parametrize("units", [1, 2])
def test_a_plain_rename(make_database: Callable[..., Database], project: Project, table: str, units: int) -> None:
    index = f"CREATE INDEX ON {table} (libellé DESC);"
    database = project.database
    before = dump(database)
    project.write(PLAIN.format(t=table) + ("" if units == 2 else index), "0001_nom")
    if units == 2:
        project.expand()
        project.write(index, "0002_index")
    assert project.expand() == "expanded"
    leaf = "t" if table == "t" else "p1"
    assert _definitions(project, leaf) == ['btree ("libellé" DESC)', "btree (nom DESC)"]
    assert database.all("SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid") == []
    if table == "p":
        database.run("CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20)")
        assert len(_definitions(project, "p2")) == 2  # both indexes hold for partitions that come
    if table == "p" and units == 1:
        database.run("DROP TABLE p2")
    if units == 2:
        assert project.rollback() == "rolled back"
        assert _definitions(project, leaf) == []
        assert project.expand() == "expanded"
    else:
        assert project.rollback() == "rolled back"
        assert dump(database) == before
        assert project.expand() == "expanded"
    if table == "p" and units == 1:
        database.run("CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20)")
    assert project.contract() == "done"
    database.run("DROP TABLE IF EXISTS p2")
    assert dump(database) == _native(make_database, f"ALTER TABLE {table} RENAME nom TO libellé; {index}")
    assert leftovers(database) == []


@pytest.mark.majors("all")
def test_the_rename_goes_and_the_index_stays(project: Project) -> None:
    project.write(PLAIN.format(t="t"), "0001_nom")
    project.expand()
    project.write("CREATE INDEX ON t (libellé);", "0002_index")
    project.expand()
    assert len(_definitions(project)) == 2
    rollback(project.settings, ["0001_nom"])
    assert _definitions(project) == ["btree (nom)"]
    assert leftovers(project.database) == []


@pytest.mark.majors("all")
@pytest.mark.parametrize("units", [1, 2])
def test_a_rename_that_changes_values(make_database: Callable[..., Database], project: Project, units: int) -> None:
    index = "CREATE UNIQUE INDEX ON t (lower(libellé));"
    project.write(UP.format(t="t") + ("" if units == 2 else index), "0001_nom")
    if units == 2:
        project.expand()
        project.write(index, "0002_index")
    assert project.expand() == "expanded"
    assert _definitions(project) == ['btree (lower("libellé"))']
    if units == 1:
        before = _native(make_database, "SELECT 1")
        assert project.rollback() == "rolled back"
        assert dump(project.database) == before
        assert project.expand() == "expanded"
    contract(project.settings, grace=3600.0)
    contract(project.settings, finalize=True)
    assert dump(project.database) == _native(make_database, f"ALTER TABLE t RENAME nom TO libellé; {index}")
    assert leftovers(project.database) == []


def test_duplicates_that_up_makes_are_looked_for(project: Project) -> None:
    project.database.run("UPDATE t SET nom = 'Zoé' WHERE id = 1; UPDATE t SET nom = 'zoé' WHERE id = 2")
    index = "CREATE UNIQUE INDEX ON t (libellé);"
    project.write(UP.format(t="t").replace("upper(nom)", "lower(trim(nom))") + index)
    with pytest.raises(Refused, match="1 key "):
        project.expand()
    assert project.database.one("SELECT count(*) FROM pg_attribute WHERE attname = 'libellé'") == 0


def test_a_unique_index_for_both_names_is_a_hazard(project: Project) -> None:
    project.write(PLAIN.format(t="t"), "0001_nom")
    project.expand()
    project.write("CREATE UNIQUE INDEX ON t (libellé);", "0002_index")
    hazards = only(project.plan()).hazards
    assert any("INSERT … ON CONFLICT looks at one" in hazard for hazard in hazards)
    assert project.expand() == "expanded"
    project.database.run("INSERT INTO t (id, libellé) VALUES (99, 'n1') ON CONFLICT (libellé) DO NOTHING")
    project.database.run("INSERT INTO t (id, nom) VALUES (99, 'n1') ON CONFLICT (nom) DO NOTHING")
    assert project.database.one("SELECT count(*) FROM t") == 50

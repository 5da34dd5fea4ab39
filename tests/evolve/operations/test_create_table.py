"""CREATE TABLE: its locks, and a rollback that loses nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright.api.expand import expand
from pgwright.api.rollback import rollback
from pgwright.base.errors import MigrationFileError, Refused
from pgwright.config import Settings
from pgwright.connect import session
from pgwright.evolve.execute import journal
from tests.evolve.operations.planning import outline, planned
from tests.support.databases import Database

SHOP = """
CREATE TABLE commandes (id int PRIMARY KEY);
INSERT INTO commandes VALUES (1);
CREATE TABLE mesures (k int) PARTITION BY LIST (k);
CREATE TABLE reste PARTITION OF mesures DEFAULT;
"""


@pytest.mark.majors(14, 18)
@pytest.mark.parametrize(
    ("text", "lock"),
    [
        ("CREATE TABLE avis (id int PRIMARY KEY);", "-"),
        ("CREATE TABLE avis (id int REFERENCES commandes);", "SHARE ROW EXCLUSIVE"),
        ("CREATE TABLE m1 PARTITION OF mesures FOR VALUES IN (1);", "ACCESS EXCLUSIVE"),
    ],
)
def test_locks(make_database: Callable[..., Database], text: str, lock: str) -> None:
    assert outline(planned(make_database(SHOP), text))[0] == f"create expand instant {lock}"


def test_a_name_that_is_taken(make_database: Callable[..., Database]) -> None:
    with pytest.raises(MigrationFileError, match="already exists"):
        planned(make_database(SHOP), "CREATE TABLE commandes (id int);")


@pytest.mark.majors(14, 18)
def test_life(make_database: Callable[..., Database], tmp_path: Path) -> None:
    database = make_database(SHOP)
    with session.open(database.dsn) as connection:
        journal.create(connection)
    text = 'CREATE TABLE "Avis d\'été" (id int PRIMARY KEY, c int REFERENCES commandes);\n'
    (tmp_path / "0001_avis.sql").write_text(text + "CREATE TABLE m1 PARTITION OF mesures FOR VALUES IN (1);")
    settings = Settings(dsn=database.dsn, migrations=tmp_path)
    expand(settings)
    database.run('INSERT INTO "Avis d\'été" VALUES (1, 1)')
    with pytest.raises(Refused, match="has rows"):
        rollback(settings)
    assert database.one('SELECT count(*) FROM "Avis d\'été"') == 1
    assert rollback(settings, allow=frozenset({"destructive"})).migrations[0].state == "rolled back"
    assert database.one("SELECT to_regclass('m1') IS NULL") is True
    assert expand(settings).migrations[0].state == "expanded"

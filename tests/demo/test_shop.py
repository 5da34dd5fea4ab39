from __future__ import annotations

import pytest

from pgwright.base.errors import Refused
from pgwright.demo import shop
from tests.support.databases import Database

COUNTS = """
SELECT (SELECT count(*) FROM utilisateurs), (SELECT count(*) FROM commandes), (SELECT count(*) FROM lignes_commande),
       (SELECT count(*) FROM temoin)
"""


@pytest.mark.majors("all")
def test_everything_is_in_proportion(database: Database) -> None:
    with database.connect() as connection:
        shop.build(connection, rows=2000)
    assert database.all(COUNTS) == [(2000, 4000, 6000, 2000)]
    # trim(nom) has work to do, and something to leave alone; some names are missing.
    assert 500 < database.one("SELECT count(*) FROM utilisateurs WHERE nom <> trim(nom)") < 1000
    assert database.one("SELECT count(*) FROM utilisateurs WHERE nom IS NULL") == 2
    # ANALYZE was part of it.
    assert database.one("SELECT reltuples FROM pg_class WHERE relname = 'utilisateurs'") == 2000


def test_a_shop_with_one_user(database: Database) -> None:
    with database.connect() as connection:
        shop.build(connection, rows=1)
    assert database.all(COUNTS) == [(1, 2, 3, 1)]


def test_what_was_built_can_be_taken_away(database: Database) -> None:
    with database.connect() as connection:
        shop.refuse_unless_empty(connection)
        shop.build(connection, rows=10)
        connection.execute("CREATE SCHEMA pgwright CREATE TABLE journal ()")
        shop.remove(connection)
        shop.refuse_unless_empty(connection)
        shop.remove(connection)


@pytest.mark.parametrize("thing", ["TABLE précieux ()", "VIEW précieux AS SELECT 1", "SEQUENCE précieux"])
def test_a_database_that_holds_something_is_refused(database: Database, thing: str) -> None:
    database.run(f"CREATE SCHEMA ailleurs; SET search_path = ailleurs; CREATE {thing}")
    with database.connect() as connection, pytest.raises(Refused, match=r"holds ailleurs\.précieux") as caught:
        shop.refuse_unless_empty(connection)
    assert caught.value.exit_code == 6


def test_an_extension_is_nobodys_data(database: Database) -> None:
    database.run("CREATE EXTENSION pg_stat_statements")
    with database.connect() as connection:
        shop.refuse_unless_empty(connection)

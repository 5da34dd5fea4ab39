from __future__ import annotations

import pytest

from pgwright.demo import shop
from pgwright.demo.mirror import rows_lost
from pgwright.demo.statements import NEW, OLD
from tests.support.databases import Database

EXPANDED = """
ALTER TABLE utilisateurs ADD COLUMN nom_complet text;
UPDATE utilisateurs SET nom_complet = trim(nom);
"""

LOSSES = {
    "a row vanished": "DELETE FROM utilisateurs WHERE id = 7",
    "a row appeared": "INSERT INTO utilisateurs (email) VALUES ('x')",
    "a row was never filled": "UPDATE utilisateurs SET nom_complet = NULL WHERE id = 7",
    "spaces were kept": "UPDATE utilisateurs SET nom_complet = nom WHERE id = 3",
    "the old side was changed": "UPDATE utilisateurs SET nom = trim(nom) WHERE id = 3",
    "a write was lost": "UPDATE temoin SET nom = 'later', par = 'nom_complet' WHERE id = 7",
    "another column was changed": "UPDATE utilisateurs SET email = 'x' WHERE id = 7",
}


@pytest.fixture
def expanded(database: Database) -> Database:
    with database.connect() as connection:
        shop.build(connection, rows=50)
    database.run("DELETE FROM lignes_commande; DELETE FROM commandes")
    database.run(EXPANDED)
    return database


def test_nothing_is_lost_where_nothing_happened(expanded: Database) -> None:
    with expanded.connect() as connection:
        assert rows_lost(connection, OLD, NEW) == 0


def test_what_each_application_wrote_is_expected_by_both_names(expanded: Database) -> None:
    expanded.run("UPDATE utilisateurs SET nom = ' a ', nom_complet = 'a' WHERE id = 1")
    expanded.run("UPDATE temoin SET nom = ' a ', par = 'nom' WHERE id = 1")
    expanded.run("UPDATE utilisateurs SET nom = 'b', nom_complet = 'b' WHERE id = 2")
    expanded.run("UPDATE temoin SET nom = 'b', par = 'nom_complet' WHERE id = 2")
    with expanded.connect() as connection:
        assert rows_lost(connection, OLD, NEW) == 0


@pytest.mark.parametrize("loss", LOSSES)
def test_every_loss_is_seen(expanded: Database, loss: str) -> None:
    expanded.run(LOSSES[loss])
    with expanded.connect() as connection:
        assert rows_lost(connection, OLD, NEW) == 1

"""VALIDATE CONSTRAINT: of what is there and of what the same plan adds, and what is refused before anything starts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.evolve.operations.cases import Case, each, live
from tests.support.databases import Database

T = """
CREATE TABLE produits (id int PRIMARY KEY);
CREATE TABLE lignes (id int PRIMARY KEY, produit_id int, total int);
INSERT INTO produits SELECT generate_series(1, 20);
INSERT INTO lignes SELECT g, 1 + g % 20, g FROM generate_series(1, 50) g;
"""
CHECK = "ALTER TABLE lignes ADD CONSTRAINT k CHECK (total > 0) NOT VALID;"
KEY = "ALTER TABLE lignes ADD CONSTRAINT f FOREIGN KEY (produit_id) REFERENCES produits NOT VALID;"
WORKS = ("INSERT INTO lignes VALUES (1000, 3, 3)", "INSERT INTO produits VALUES (99)")

# A proven constraint stays proven: rollback has nothing to take back.
CASES = [
    Case(name="planned_check", setup=T, text=f"{CHECK}\nALTER TABLE lignes VALIDATE CONSTRAINT k;", works=WORKS),
    Case(name="planned_key", setup=T, text=f"{KEY}\nALTER TABLE lignes VALIDATE CONSTRAINT f;", works=WORKS),
    Case(
        name="twice",
        setup=T,
        text=f"{KEY}\nALTER TABLE lignes VALIDATE CONSTRAINT f, VALIDATE CONSTRAINT f;",
        works=WORKS,
    ),
]


@pytest.mark.majors(14, 18)
@each(CASES)
def test_life(case: Case, make_database: Callable[..., Database], tmp_path: Path) -> None:
    live(case, make_database, tmp_path)

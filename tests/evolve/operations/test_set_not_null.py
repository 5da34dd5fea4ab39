"""SET NOT NULL: its plans, what it refuses, and its life while both applications write."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.changes import Change, lives
from tests.support.databases import Database

SHOP = """
CREATE TABLE commandes (id bigint PRIMARY KEY, référence text, statut text);
INSERT INTO commandes SELECT i, 'r' || i, 'x' FROM generate_series(1, 300) i;
"""
OLD = (
    "INSERT INTO commandes (id, référence) VALUES (%(n)s, 'o' || %(n)s)",
    "UPDATE commandes SET statut = 's' || %(n)s WHERE id = %(k)s",
    "SELECT id, référence FROM commandes WHERE id = %(k)s",
)
CASES = (
    Change(
        name="plain",
        setup=SHOP,
        migration="ALTER TABLE commandes ALTER COLUMN référence SET NOT NULL;",
        old=OLD,
        new=OLD,
        invariant="SELECT * FROM commandes WHERE référence IS NULL",
    ),
    Change(
        name="on_null",
        setup=SHOP + "UPDATE commandes SET référence = NULL WHERE id % 3 = 0;",
        native="UPDATE commandes SET référence = 'inconnue' WHERE référence IS NULL;"
        "ALTER TABLE commandes ALTER COLUMN référence SET NOT NULL;",
        migration="-- pgwright: on_null = 'inconnue'\nALTER TABLE commandes ALTER COLUMN référence SET NOT NULL;",
        old=(
            *OLD,
            "UPDATE commandes SET référence = NULL WHERE id = %(k)s",
            "INSERT INTO commandes (id) VALUES (%(n)s)",
        ),
        new=OLD,
        invariant="SELECT * FROM commandes WHERE référence IS NULL",
    ),
)


@pytest.mark.majors("all")
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_life(make_database: Callable[..., Database], case: Change, tmp_path: Path) -> None:
    lives(case, make_database, tmp_path)

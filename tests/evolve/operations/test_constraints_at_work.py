"""Constraints that come and go while both applications write: no statement fails but those that the plan named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright.base.errors import Refused, StepFailed
from tests.evolve.execute.flip import Verbs
from tests.evolve.operations.planning import planned
from tests.support.changes import Change, lives
from tests.support.databases import Database

SETUP = """
CREATE TABLE produits (id int PRIMARY KEY, nom text);
CREATE TABLE lignes (id bigint NOT NULL, produit_id int, total int, code text);
INSERT INTO produits SELECT g, 'p' || g FROM generate_series(1, 20) g;
INSERT INTO lignes SELECT g, 1 + g % 20, g, 'c' || g FROM generate_series(1, 300) g;
"""
WRITES = (
    "INSERT INTO lignes (id, produit_id, total) VALUES (%(n)s, %(k)s, 5)",
    "UPDATE lignes SET total = total + 1, produit_id = %(k)s WHERE id = %(k)s",
    "UPDATE produits SET nom = nom || 'x' WHERE id = %(k)s",
    "SELECT count(*) FROM lignes JOIN produits ON produits.id = produit_id WHERE lignes.id = %(k)s",
    "DELETE FROM lignes WHERE id = %(n)s - 3",
)
ONE = "ALTER TABLE lignes ADD CONSTRAINT"
ALL = (
    f"{ONE} positif CHECK (total >= 0), ADD FOREIGN KEY (produit_id) REFERENCES produits ON DELETE CASCADE,\n"
    "  ADD UNIQUE (code), ADD PRIMARY KEY (id);"
)
UP = "-- pgwright: up = upper(code)\n-- pgwright: down = référence\nALTER TABLE lignes RENAME COLUMN code TO référence;"

CASES = [
    Change(
        name="add_all",
        setup=SETUP,
        migration=ALL,
        old=WRITES,
        new=(*WRITES, "INSERT INTO lignes VALUES (%(k)s, 1, 1, 'z') ON CONFLICT (id) DO UPDATE SET total = 1"),
    ),
    Change(
        name="drop_all",
        setup=SETUP + ALL,
        migration="ALTER TABLE lignes DROP CONSTRAINT positif, DROP CONSTRAINT lignes_produit_id_fkey,\n"
        "  DROP CONSTRAINT lignes_code_key, DROP CONSTRAINT lignes_pkey;",
        old=(*WRITES, "INSERT INTO lignes VALUES (%(k)s, 1, 1, 'z' || %(k)s) ON CONFLICT (id) DO NOTHING"),
        new=(*WRITES, "INSERT INTO lignes VALUES (%(n)s, %(n)s, -1, 'o' || %(n)s)"),
        mend="DELETE FROM lignes WHERE total < 0",
    ),
    Change(
        name="earlier_rename",
        setup=SETUP,
        earlier=("-- pgwright: strategy = copy\nALTER TABLE lignes RENAME COLUMN code TO référence;",),
        migration=f"{ONE} k CHECK (référence <> ''), ADD FOREIGN KEY (produit_id) REFERENCES produits;",
        old=WRITES,
        new=WRITES[1:4],
    ),
    Change(
        name="earlier_rename_with_up",
        setup=SETUP,
        earlier=(UP,),
        migration=f"{ONE} k CHECK (référence <> ''), ADD UNIQUE (référence);",
        old=WRITES,
        new=WRITES[1:4],
    ),
    Change(
        name="to_a_table_with_an_earlier_rename",
        setup=SETUP,
        earlier=("-- pgwright: strategy = copy\nALTER TABLE produits RENAME COLUMN nom TO nom_complet;",),
        migration="ALTER TABLE lignes ADD FOREIGN KEY (produit_id) REFERENCES produits;",
        old=WRITES,
        new=(*WRITES[:2], *WRITES[3:]),
    ),
]


@pytest.mark.majors(14, 18)
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_life(case: Change, make_database: Callable[[], Database], tmp_path: Path) -> None:
    lives(case, make_database, tmp_path)


@pytest.mark.majors(14, 18)
def test_policies_hide_no_row_from_a_proof(
    make_role: Callable[..., str], make_database: Callable[..., Database], tmp_path: Path
) -> None:
    """FORCE ROW LEVEL SECURITY, and an owner who does not see all: nothing can be looked for before, the server itself
    finds what breaks a constraint."""
    role = make_role("LOGIN")
    database = make_database(SETUP)
    policies = ";".join(
        f"ALTER TABLE {table} OWNER TO {role}; ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;"
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY; CREATE POLICY p ON {table} USING (id > 1000)"
        for table in ("lignes", "produits")
    )
    database.run(
        f"GRANT CREATE ON DATABASE {database.name} TO {role}; GRANT CREATE ON SCHEMA public TO {role}; {policies}"
    )
    key = "ADD FOREIGN KEY (produit_id) REFERENCES produits ON DELETE CASCADE"
    with pytest.raises(Refused, match="has no BYPASSRLS"):
        planned(database, f"ALTER TABLE lignes {key};", user=role)
    verbs = Verbs(database, tmp_path, user=role)
    verbs.prepare("INSERT INTO lignes VALUES (400, 1, 5, 'c1')", ALL.replace(key, f"{key} NOT VALID"))
    with pytest.raises(StepFailed) as caught:
        verbs.expand()
    assert caught.value.sqlstate == "23505"
    database.run("DELETE FROM lignes WHERE id = 400")
    verbs.expand()
    assert verbs.state == "expanded"
    verbs.rollback()
    assert verbs.state == "rolled back"

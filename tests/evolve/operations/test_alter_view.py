"""ALTER VIEW: in place, and what it had comes back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright.base.errors import MigrationFileError, Refused
from tests.evolve.operations.planning import only, outline, planned
from tests.support.changes import Change, lives
from tests.support.databases import Database
from tests.support.things import ROLES, WORK, T

V = "CREATE VIEW v WITH (security_barrier=true) AS SELECT id, a FROM t; COMMENT ON VIEW v IS 'avant';\n"
READ = (*WORK, "SELECT * FROM v WHERE id = %(k)s")
CASES = (
    Change(
        name="several",
        setup=ROLES + T + V + "GRANT ALL ON t TO pgw_writer;",
        old=READ,
        new=READ,
        migration="ALTER VIEW v RESET (security_barrier); ALTER VIEW v SET (check_option = local);"
        "ALTER VIEW v ALTER COLUMN a SET DEFAULT 5; ALTER VIEW v OWNER TO pgw_writer;",
    ),
    Change(name="as_a_table", setup=T + V, migration="ALTER TABLE v ALTER COLUMN a SET DEFAULT 5;", old=READ),
)


@pytest.mark.majors("every")
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_life(make_database: Callable[..., Database], case: Change, tmp_path: Path) -> None:
    lives(case, make_database, tmp_path)


def test_plan_and_refusals(make_database: Callable[..., Database]) -> None:
    database = make_database(T + V)
    assert outline(planned(database, "ALTER VIEW v SET (check_option = local);")) == [
        "run expand instant ACCESS EXCLUSIVE",
        "run_back rollback cutover ACCESS EXCLUSIVE",
    ]
    for text, said in (
        ("ALTER VIEW perdue SET (check_option = local);", "does not exist"),
        ("ALTER VIEW v ALTER COLUMN z SET DEFAULT 5;", "does not exist"),
    ):
        with pytest.raises((MigrationFileError, Refused), match=said):
            planned(database, text)
    assert only(planned(database, "ALTER VIEW IF EXISTS perdue RESET (check_option);")).strategy == "nothing to do"

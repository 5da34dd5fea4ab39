"""ALTER EVENT TRIGGER: its state, and the one that it had."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgwright import op
from pgwright.base.errors import MigrationFileError, Refused
from tests.evolve.operations.planning import only, outline, planned
from tests.support.changes import Change, lives
from tests.support.databases import Database
from tests.support.things import WORK, T

ET = (
    "CREATE FUNCTION ecoute() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';"
    "CREATE EVENT TRIGGER et ON ddl_command_end WHEN TAG IN ('CREATE VIEW') EXECUTE FUNCTION ecoute();\n"
)
CASES = (
    Change(name="off", setup=T + ET, migration="ALTER EVENT TRIGGER et DISABLE;", old=WORK, new=WORK),
    Change(
        name="always",
        setup=T + ET + "ALTER EVENT TRIGGER et DISABLE;",
        migration="ALTER EVENT TRIGGER et ENABLE ALWAYS;",
    ),
)


@pytest.mark.majors("every")
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_life(make_database: Callable[..., Database], case: Change, tmp_path: Path) -> None:
    lives(case, make_database, tmp_path)


def test_what_is_not_there(make_database: Callable[..., Database]) -> None:
    with pytest.raises((MigrationFileError, Refused), match="does not exist"):
        planned(make_database(T), "ALTER EVENT TRIGGER et DISABLE;")


def test_twin(make_database: Callable[..., Database]) -> None:
    twin = op.AlterEventTrigger(name="et", state="DISABLE")
    assert outline(planned(make_database(T + ET), twin.to_sql())) == [
        "run expand instant -",
        "run_back rollback cutover -",
    ]
    assert only(planned(make_database(T + ET), twin.to_sql())).name == "alter_event_trigger"

"""Which tier answers: the best that there is, and why it is not a better one."""

from __future__ import annotations

from pathlib import Path

import pytest

from pgwright.base.errors import Refused
from pgwright.diagnose.whatif.opening import Place, Tier, opened
from pgwright.server import find
from tests.support.databases import Database
from tests.support.selection import server_folders

TABLE = "CREATE TABLE t (id int); INSERT INTO t SELECT generate_series(1, 1000); ANALYZE t"


@pytest.fixture
def no_programs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine without server programs."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(find, "_candidates", lambda _: iter(()))


def test_a_clone_comes_first(database: Database) -> None:
    database.run(TABLE)
    with opened(Place(dsn=database.dsn, folders=server_folders())) as there:
        assert there.planner.tier == "clone"
        assert there.reasons == ()
        assert there.connection.execute("SELECT count(*) FROM pg_class WHERE relname = 't'").fetchone() == (1,)


@pytest.mark.usefixtures("no_programs")
def test_without_programs_and_extensions_it_is_the_model_and_both_reasons_are_told(database: Database) -> None:
    database.run(TABLE)
    with opened(Place(dsn=database.dsn)) as there:
        assert there.planner.tier == "model"
        assert there.planner.cost("SELECT * FROM t WHERE id = 3", ()).cost > 0
    clone, hypopg = there.reasons
    assert clone.startswith("Not tried on a clone: ")
    assert "HypoPG is not installed in this database" in hypopg


@pytest.mark.usefixtures("no_programs")
def test_hypopg_comes_second(hypopg: Database) -> None:
    with opened(Place(dsn=hypopg.dsn)) as there:
        assert there.planner.tier == "hypopg"
        assert len(there.reasons) == 1


def test_who_names_a_tier_gets_it_or_an_error(database: Database) -> None:
    database.run(TABLE)
    with opened(Place(dsn=database.dsn), Tier.MODEL) as there:
        assert (there.planner.tier, there.reasons) == ("model", ())
    with pytest.raises(Refused, match="HypoPG is not installed"), opened(Place(dsn=database.dsn), Tier.HYPOPG):
        raise AssertionError("nobody answers")


def test_an_error_of_who_asks_is_not_taken_for_a_reason(database: Database) -> None:
    with pytest.raises(Refused, match="mine"), opened(Place(dsn=database.dsn), Tier.MODEL):
        raise Refused("mine")

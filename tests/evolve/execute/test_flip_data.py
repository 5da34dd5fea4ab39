"""What rows can say against contract and against the way back: counted, shown, and nothing left that holds anybody."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from pgwright.api.rollback import rollback
from pgwright.base.errors import LockNotObtained, Refused
from tests.evolve.execute.flip import Verbs
from tests.support.databases import Database
from tests.support.lifecycle import QUICK, leftovers

pytestmark = pytest.mark.majors(14, 18)

TABLE = "CREATE TABLE t (id int PRIMARY KEY, nom text {}); INSERT INTO t VALUES (1, 'Zoe'), (2, 'Bob');"
RENAME = "ALTER TABLE t RENAME COLUMN nom TO nom_complet;\n"


@pytest.fixture
def verbs(database: Database, tmp_path: Path) -> Verbs:
    return Verbs(database, tmp_path)


def _helpers(database: Database) -> list[tuple[object, ...]]:
    return database.all("SELECT conname FROM pg_constraint WHERE conname LIKE 'pgw%not_null%'")


def test_a_null_stops_contract_and_the_helper_goes_again(verbs: Verbs) -> None:
    verbs.prepare(
        TABLE.format("NOT NULL"), "-- pgwright: up = nom\n-- pgwright: down = coalesce(nom_complet, '')\n" + RENAME
    )
    verbs.expand()
    verbs.database.run("UPDATE t SET nom_complet = NULL WHERE id = 2")
    with pytest.raises(Refused) as refused:
        verbs.contract()
    assert "NULL in 1 row" in str(refused.value)
    assert '"id": 2' in str(refused.value)
    assert _helpers(verbs.database) == []
    verbs.database.run("UPDATE t SET nom_complet = NULL WHERE id = 1")
    verbs.database.run("UPDATE t SET nom_complet = 'x'")
    verbs.contract()
    with pytest.raises(psycopg.errors.NotNullViolation):
        verbs.database.run("UPDATE t SET nom_complet = NULL")
    assert _helpers(verbs.database) == []
    verbs.rollback()
    assert leftovers(verbs.database) == []


def test_a_null_that_stops_contract_does_not_stop_rollback(verbs: Verbs) -> None:
    verbs.prepare(
        TABLE.format("NOT NULL"), "-- pgwright: up = nom\n-- pgwright: down = coalesce(nom_complet, '')\n" + RENAME
    )
    verbs.expand()
    verbs.database.run("UPDATE t SET nom_complet = NULL WHERE id = 2")
    with pytest.raises(Refused):
        verbs.contract()
    verbs.rollback()
    assert verbs.database.all("SELECT * FROM t ORDER BY id") == [(1, "Zoe"), (2, "")]
    assert leftovers(verbs.database) == []


def test_rows_that_cannot_go_back_stop_rollback_and_the_hold_ends(verbs: Verbs) -> None:
    verbs.prepare(TABLE.format(""), "-- pgwright: up = upper(nom)\n" + RENAME)
    verbs.expand()
    verbs.contract()
    verbs.database.run(
        "UPDATE t SET nom_complet = 'Eve' WHERE id = 1; INSERT INTO t (id, nom_complet) VALUES (3, 'Max')"
    )
    with pytest.raises(Refused) as refused:
        verbs.rollback()
    assert "2 rows cannot go back" in str(refused.value)
    assert "Eve" in str(refused.value)
    assert verbs.state == "retiring"
    verbs.database.run("INSERT INTO t (id, nom_complet) VALUES (4, 'Free')")
    verbs.database.run("UPDATE t SET nom_complet = upper(nom_complet)")
    verbs.rollback()
    assert verbs.state == "rolled back"
    assert verbs.database.all("SELECT * FROM t ORDER BY id") == [(1, "EVE"), (2, "Bob"), (3, "MAX"), (4, "FREE")]
    assert leftovers(verbs.database) == []


def test_a_release_that_cannot_get_its_lock_is_told_and_done_by_the_next_try(verbs: Verbs) -> None:
    verbs.prepare(TABLE.format(""), "-- pgwright: up = upper(nom)\n" + RENAME)
    verbs.expand()
    verbs.contract()
    with verbs.database.connect(autocommit=False) as blocker:

        def gate(step: str) -> None:
            if step.endswith(".hold"):
                verbs.database.run("UPDATE t SET nom_complet = 'Eve' WHERE id = 1")
            if step.endswith(".prove"):
                blocker.execute("SELECT 1 FROM t")

        settings = replace(verbs.settings, execute=replace(QUICK, lock_budget=0.5))
        with pytest.raises(LockNotObtained) as told:
            rollback(settings, gate=gate)
        assert "could not be taken back yet" in str(told.value)
    assert verbs.state == "rolling back"
    with pytest.raises(Refused):
        verbs.rollback()
    assert verbs.state == "retiring"
    verbs.database.run("UPDATE t SET nom_complet = 'Free' WHERE id = 2")


def test_after_a_refused_rollback_the_new_side_can_be_kept(verbs: Verbs) -> None:
    verbs.prepare(TABLE.format(""), "-- pgwright: up = upper(nom)\n" + RENAME)
    verbs.expand()
    verbs.contract()
    verbs.database.run("UPDATE t SET nom_complet = 'Eve'")
    with pytest.raises(Refused):
        verbs.rollback()
    verbs.finalize()
    assert verbs.state == "done"
    assert leftovers(verbs.database) == []


def test_while_the_way_back_is_held_the_application_is_refused_what_would_be_lost(verbs: Verbs) -> None:
    verbs.prepare(TABLE.format(""), "-- pgwright: up = upper(nom)\n" + RENAME)
    verbs.expand()
    verbs.contract()
    said: list[str] = []

    def gate(step: str) -> None:
        if step.endswith(".prove"):
            verbs.database.run("UPDATE t SET nom_complet = 'OK' WHERE id = 2")
            with pytest.raises(psycopg.errors.DataException):
                verbs.database.run("UPDATE t SET nom_complet = 'lost' WHERE id = 1")
            with pytest.raises(psycopg.errors.DataException):
                verbs.database.run("INSERT INTO t (id, nom_complet) VALUES (9, 'lost')")
            said.append(step)

    verbs.rollback(gate)
    assert said
    assert verbs.database.all("SELECT * FROM t ORDER BY id") == [(1, "Zoe"), (2, "OK")]


def test_a_constraint_of_the_old_side_that_rows_break_stops_rollback(verbs: Verbs) -> None:
    verbs.prepare(
        TABLE.format("CONSTRAINT ck CHECK (nom <> 'x')"),
        "-- pgwright: up = upper(nom)\n-- pgwright: down = lower(nom_complet)\n" + RENAME,
    )
    verbs.expand()
    verbs.contract()
    verbs.database.run("UPDATE t SET nom_complet = 'X' WHERE id = 1")
    with pytest.raises(Refused) as refused:
        verbs.rollback()
    assert "pgw_old_0001.1_ck" in str(refused.value)
    assert verbs.state == "retiring"
    verbs.database.run("UPDATE t SET nom_complet = 'Y' WHERE id = 1")
    verbs.rollback()
    assert verbs.database.all("SELECT * FROM t ORDER BY id") == [(1, "y"), (2, "Bob")]
    assert leftovers(verbs.database) == []


def test_an_index_that_a_row_of_the_way_back_breaks_stops_rollback(verbs: Verbs) -> None:
    verbs.prepare(
        TABLE.format("") + "CREATE INDEX i ON t ((100 / length(nom)));",
        "-- pgwright: up = nom || '!'\n-- pgwright: down = rtrim(nom_complet, '!')\n" + RENAME,
    )
    verbs.expand()
    verbs.contract()
    verbs.database.run("UPDATE t SET nom_complet = '!' WHERE id = 1")
    with pytest.raises(Refused):
        verbs.rollback()
    assert verbs.state == "retiring"
    verbs.database.run("UPDATE t SET nom_complet = 'Y!' WHERE id = 1")
    verbs.rollback()
    assert leftovers(verbs.database) == []


def test_a_users_trigger_shapes_the_row_before_it_is_carried_to_the_retired_side(verbs: Verbs) -> None:
    function = (
        "CREATE FUNCTION n() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN NEW.nom := trim(NEW.nom); RETURN NEW; END$$;"
    )
    trigger = "CREATE TRIGGER n BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION n();"
    verbs.prepare(
        TABLE.format("") + function + trigger,
        "-- pgwright: up = upper(nom)\n-- pgwright: down = lower(nom_complet)\n" + RENAME,
    )
    verbs.expand()
    verbs.contract()
    verbs.database.run(
        "UPDATE t SET nom_complet = ' EVE ' WHERE id = 1; INSERT INTO t (id, nom_complet) VALUES (3, ' MAX ')"
    )
    assert verbs.database.all("SELECT nom_complet FROM t ORDER BY id") == [("EVE",), ("BOB",), ("MAX",)]
    verbs.rollback()
    assert verbs.database.all("SELECT * FROM t ORDER BY id") == [(1, "eve"), (2, "Bob"), (3, "max")]


def test_an_insert_without_a_column_list_while_retiring_is_carried_over(verbs: Verbs) -> None:
    verbs.prepare(TABLE.format(""), "-- pgwright: up = upper(nom)\n-- pgwright: down = lower(nom_complet)\n" + RENAME)
    verbs.expand()
    verbs.contract()
    verbs.database.run("INSERT INTO t VALUES (3, 'Max')")
    assert verbs.database.all("SELECT nom_complet FROM t WHERE id = 3") == [("MAX",)]
    verbs.rollback()
    assert verbs.database.all("SELECT * FROM t ORDER BY id") == [(1, "Zoe"), (2, "Bob"), (3, "Max")]


def test_generated_columns_need_consent_and_are_then_rebuilt(verbs: Verbs) -> None:
    generated = ", cle text GENERATED ALWAYS AS (upper(nom)) STORED NOT NULL, autre int"
    verbs.prepare(
        "CREATE TABLE t (id int PRIMARY KEY, nom text" + generated + "); INSERT INTO t VALUES (1, ' Zoe ');"
        "COMMENT ON COLUMN t.cle IS 'clé'; ALTER TABLE t ALTER cle SET STATISTICS 7",
        "-- pgwright: up = trim(nom)\n-- pgwright: down = nom_complet\n" + RENAME,
    )
    verbs.expand()
    with pytest.raises(Refused) as refused:
        verbs.contract()
    assert "rewrite" in str(refused.value)
    assert verbs.state == "expanded"
    verbs.contract(allow=frozenset({"rewrite"}))
    assert verbs.database.one("SELECT cle FROM t") == "ZOE"
    verbs.rollback(allow=frozenset({"rewrite"}))
    assert verbs.database.one("SELECT cle FROM t") == " ZOE "
    assert leftovers(verbs.database) == []
    verbs.expand()
    verbs.contract(allow=frozenset({"rewrite"}))
    verbs.finalize()
    assert verbs.database.one("SELECT cle FROM t") == "ZOE"
    comment = (
        "SELECT col_description(attrelid, attnum) FROM pg_attribute WHERE attrelid = 't'::regclass AND attname = 'cle'"
    )
    assert verbs.database.one(comment) == "clé"


@pytest.mark.parametrize(
    ("up", "down"),
    [
        ("nom || current_setting('server_version_num')", "left(nom_complet, -6)"),
        ("nom || (SELECT max(x) FROM andere)", "left(nom_complet, -1)"),
    ],
    ids=["stable", "subquery"],
)
def test_what_has_no_lasting_check_goes_there_and_back(verbs: Verbs, up: str, down: str) -> None:
    others = "CREATE TABLE andere (x text); INSERT INTO andere VALUES ('!'); CREATE INDEX i ON t (nom);"
    verbs.prepare(TABLE.format("NOT NULL") + others, f"-- pgwright: up = {up}\n-- pgwright: down = {down}\n" + RENAME)
    verbs.expand()
    verbs.contract()
    verbs.database.run("UPDATE t SET nom_complet = 'Eve' || right(nom_complet, -3) WHERE id = 1")
    verbs.rollback()
    assert verbs.database.all("SELECT * FROM t ORDER BY id") == [(1, "Eve"), (2, "Bob")]
    assert leftovers(verbs.database) == []


@pytest.mark.majors(18)
def test_virtual_generated_columns_follow_without_a_rewrite(verbs: Verbs) -> None:
    verbs.prepare(
        "CREATE TABLE t (id int PRIMARY KEY, nom text, cle text GENERATED ALWAYS AS (upper(nom)) VIRTUAL);"
        "INSERT INTO t VALUES (1, ' Zoe '); CREATE VIEW v AS SELECT cle FROM t;",
        "-- pgwright: up = trim(nom)\n-- pgwright: down = nom_complet\n" + RENAME,
    )
    verbs.expand()
    node = verbs.database.one("SELECT pg_relation_filenode('t')")
    verbs.contract()
    assert verbs.database.all("SELECT cle FROM v") == [("ZOE",)]
    verbs.rollback()
    assert verbs.database.all("SELECT cle FROM v") == [(" ZOE ",)]
    assert verbs.database.one("SELECT pg_relation_filenode('t')") == node
    assert leftovers(verbs.database) == []

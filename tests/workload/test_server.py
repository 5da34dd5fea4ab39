"""pg_stat_statements of real servers: what it counts, hides, loses and forgets."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from pgwright.base.errors import ConnectError, WorkloadError
from pgwright.workload.counted import delta, whole
from pgwright.workload.read import read
from pgwright.workload.snapshot import take
from pgwright.workload.values import Origin, Reason, Workload
from tests.support.databases import Server
from tests.support.own import Own, own
from tests.workload.conftest import EXPECTED, SCRIPT, counted, run


@pytest.fixture
def shop(logging: Own) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """A session on a table that is as new, with all counters reset."""
    with logging.connect() as connection:
        connection.execute("SET pg_stat_statements.track = none; " + SCRIPT)
        connection.execute("ALTER EXTENSION pg_stat_statements SET SCHEMA public; GRANT ALL ON t TO PUBLIC")
        connection.execute("SELECT pg_stat_statements_reset(); SET pg_stat_statements.track = 'all'")
        yield connection


def of(found: Workload, text: str) -> int:
    return sum(each.calls for each in found.statements if text in each.text)


@pytest.mark.majors("all")
def test_the_load(logging: Own, shop: psycopg.Connection[tuple[object, ...]]) -> None:
    run(shop)
    found = read(shop)
    listed = "SELECT * FROM t WHERE b IN ($1 /*, ... */) AND a = $2 order by 1"
    other = "SELECT * FROM t WHERE b IN ($1,$2) AND a = $3 order by 1"
    expected = {listed if text == other and logging.server.binaries.major >= 18 else text: calls
                for text, calls in EXPECTED.items()}  # fmt: skip
    assert (found.origin, counted(found)) == (Origin.SERVER, expected)
    by_text = {each.text: each for each in found.statements}
    one = by_text["SELECT * FROM t WHERE id = $1 AND a <> $2"]
    assert (one.rows, one.users, one.nested, one.samples) == (3, ("postgres",), False, ())
    assert one.pages is not None
    assert one.pages.shared_hit > 0
    update = by_text["UPDATE t SET b = b + $1 WHERE id = $2"]
    assert update.pages is not None
    assert update.pages.wal_bytes > 0
    assert found.total_ms == pytest.approx(sum(each.total_ms or 0 for each in found.statements))
    assert found.since is not None
    assert found.seconds is not None
    assert found.statements == tuple(sorted(found.statements, key=lambda each: -(each.total_ms or 0)))
    assert {Reason.CONTROL, Reason.UTILITY, Reason.CATALOG} <= found.counted().keys()


@pytest.mark.majors("all")
def test_one_shape_of_several_roles_paths_and_lengths(
    logging: Own, shop: psycopg.Connection[tuple[object, ...]]
) -> None:
    shop.execute("CREATE SCHEMA IF NOT EXISTS autre; DROP TABLE IF EXISTS autre.t; CREATE TABLE autre.t (b int)")
    shop.execute("SELECT b FROM t WHERE b IN (1, 2)")
    shop.execute("SELECT b FROM t WHERE b IN (1, 2, 3)")
    shop.execute("SET search_path = autre, public; SET pg_stat_statements.track = 'top'")
    shop.execute("SELECT b FROM t WHERE b IN (1)")
    with psycopg.connect(logging.dsn_as("visiteur"), autocommit=True) as visitor:
        visitor.execute("SELECT b FROM t  WHERE b IN (1) -- me, too")
    (one,) = read(shop).statements
    assert (one.calls, one.users) == (4, ("postgres", "visiteur"))


@pytest.mark.majors("all")
def test_what_functions_run_is_nested(shop: psycopg.Connection[tuple[object, ...]]) -> None:
    shop.execute("CREATE OR REPLACE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN "
                 "PERFORM count(*) FROM t x, t y WHERE x.b = y.b; END $$")  # fmt: skip
    shop.execute("SELECT f()")
    found = read(shop)
    nested, outer = sorted(found.statements, key=lambda each: not each.nested)
    assert (nested.nested, outer.nested, outer.text) == (True, False, "SELECT f()")
    assert "count(*) FROM t x, t y" in nested.text
    assert found.total_ms == outer.total_ms
    assert 0.5 < found.share(nested) <= 1


@pytest.mark.majors("all")
def test_an_extension_in_a_strange_schema(shop: psycopg.Connection[tuple[object, ...]]) -> None:
    shop.execute('CREATE SCHEMA IF NOT EXISTS "Là.bas"; ALTER EXTENSION pg_stat_statements SET SCHEMA "Là.bas"')
    shop.execute("SELECT b FROM t")
    assert of(read(shop), "SELECT b FROM t") == 1


@pytest.mark.majors("all")
def test_hidden_texts_are_counted_and_said(logging: Own, shop: psycopg.Connection[tuple[object, ...]]) -> None:
    shop.execute("SELECT a FROM t")
    with psycopg.connect(logging.dsn_as("visiteur"), autocommit=True) as visitor:
        with pytest.raises(WorkloadError, match="whose texts this role may not see") as raised:
            read(visitor)
        assert "pg_read_all_stats" in raised.value.hint
        visitor.execute("SELECT b FROM t")
        found = read(visitor)
        assert [each.text for each in found.statements] == ["SELECT b FROM t"]
        assert found.counted()[Reason.HIDDEN] >= 1
        assert any("GRANT pg_read_all_stats" in note for note in found.notes)
        before = take(visitor)
        shop.execute("SELECT a FROM t")
        assert delta(before, take(visitor)).counted()[Reason.HIDDEN] >= 1
    with psycopg.connect(logging.dsn_as("moniteur"), autocommit=True) as monitor:
        assert of(read(monitor), "SELECT a FROM t") == 2


@pytest.mark.majors("all")
def test_a_delta_is_what_ran_in_between(shop: psycopg.Connection[tuple[object, ...]]) -> None:
    shop.execute("SELECT a FROM t")
    shop.execute("SELECT b FROM t")
    before = take(shop)
    for _ in range(3):
        shop.execute("SELECT b FROM t")
    shop.execute("UPDATE t SET b = 1 WHERE id = 4")
    after = take(shop)
    found = delta(before, after)
    assert counted(found) == {"SELECT b FROM t": 3, "UPDATE t SET b = $1 WHERE id = $2": 1}
    assert {each.text: each.rows for each in found.statements}["SELECT b FROM t"] == 3000
    assert (found.since, found.notes) == (before.at, ())
    assert found.seconds == (after.at - before.at).total_seconds()
    assert all((each.total_ms or 0) > 0 for each in found.statements)
    assert delta(after, after).statements == ()


@pytest.mark.majors("all")
def test_a_delta_over_a_reset(shop: psycopg.Connection[tuple[object, ...]]) -> None:
    for _ in range(3):
        shop.execute("SELECT b FROM t")
    before = take(shop)
    shop.execute("SELECT pg_stat_statements_reset()")
    shop.execute("SELECT b FROM t")
    found = delta(before, take(shop))
    assert of(found, "SELECT b FROM t") == 1
    assert found.since is not None
    assert found.since > before.at
    assert "were reset between the two looks" in found.notes[0]


@pytest.mark.majors("all")
def test_a_delta_over_the_reset_of_one_statement(shop: psycopg.Connection[tuple[object, ...]]) -> None:
    for _ in range(3):
        shop.execute("SELECT b FROM t")
    before = take(shop)
    (entry,) = [each for each in before.entries if each.text == "SELECT b FROM t"]
    shop.execute("SELECT pg_stat_statements_reset(0, 0, %s)", [entry.queryid])
    shop.execute("SELECT b FROM t")
    found = delta(before, take(shop))
    assert of(found, "SELECT b FROM t") == 1
    assert "1 entries were thrown away or reset" in found.notes[0]


@pytest.mark.majors("all")
def test_evicted_entries_are_said(logging: Own, shop: psycopg.Connection[tuple[object, ...]]) -> None:
    before = take(shop)
    shop.execute("DO $$ BEGIN FOR n IN 0..34 LOOP FOR m IN 0..34 LOOP EXECUTE 'SELECT b' || repeat(', b', n) || "
                 "' FROM t WHERE b = 1' || repeat(' AND b = 1', m); END LOOP; END LOOP; END $$")  # fmt: skip
    after = take(shop)
    assert after.dealloc > 0
    for found in (whole(after), delta(before, after)):
        assert any("thrown rare statements away" in note and "1,000" in note for note in found.notes)
    shop.execute("SELECT pg_stat_statements_reset()")


@pytest.mark.majors("all")
def test_lost_texts_are_counted_and_said(logging: Own, shop: psycopg.Connection[tuple[object, ...]]) -> None:
    shop.execute("SELECT a FROM t")
    shop.execute("SET pg_stat_statements.track = none")  # the next text would be written into a new file
    (logging.server.folder / "data" / "pg_stat_tmp" / "pgss_query_texts.stat").unlink()
    with pytest.raises(WorkloadError, match="whose text the server has lost"):
        read(shop)
    found = whole(take(shop))
    assert found.statements == ()
    assert found.counted()[Reason.LOST] >= 1
    assert any("lost texts" in note for note in found.notes)
    shop.execute("SET pg_stat_statements.track = top")
    shop.execute("SELECT b FROM t")
    with pytest.raises(WorkloadError, match="are damaged") as raised:
        read(shop)
    assert "pg_stat_statements_reset()" in raised.value.hint
    shop.execute("SELECT pg_stat_statements_reset()")
    shop.execute("SELECT a FROM t")
    assert of(read(shop), "SELECT a FROM t") == 1


@pytest.mark.majors("all")
def test_cursors_whose_time_is_elsewhere_are_said(shop: psycopg.Connection[tuple[object, ...]]) -> None:
    shop.execute("SET pg_stat_statements.track = top")
    shop.execute("BEGIN")
    shop.execute("DECLARE c CURSOR FOR SELECT pg_sleep(1.1) FROM t WHERE id = 1")
    shop.execute("FETCH ALL FROM c")
    shop.execute("COMMIT")
    found = read(shop)
    assert of(found, "SELECT pg_sleep($1) FROM t WHERE id = $2") == 1
    assert any("FETCH took 1.1 s" in note for note in found.notes)


@pytest.mark.majors("all")
def test_a_server_that_counts_nothing(server: Server) -> None:
    with own(server.binaries) as empty, empty.connect() as connection:
        with pytest.raises(WorkloadError, match="is not installed in this database") as raised:
            read(connection)
        assert "CREATE EXTENSION pg_stat_statements" in raised.value.hint
        connection.execute("CREATE EXTENSION pg_stat_statements")
        with pytest.raises(WorkloadError, match="has not loaded it"):
            read(connection)
        assert connection.execute("SHOW transaction_read_only").fetchone() == ("off",)


@pytest.mark.majors("all")
def test_an_old_version_of_the_extension(logging: Own) -> None:
    logging.run("CREATE DATABASE ancien")
    with psycopg.connect(logging.server.dsn("ancien"), autocommit=True) as connection:
        connection.execute("CREATE EXTENSION pg_stat_statements VERSION '1.8'")
        with pytest.raises(WorkloadError, match=r"is of version 1\.8") as raised:
            read(connection)
        assert "ALTER EXTENSION pg_stat_statements UPDATE" in raised.value.hint
        connection.execute("ALTER EXTENSION pg_stat_statements UPDATE TO '1.9'")
        connection.execute("CREATE TABLE u (a int)")
        connection.execute("SELECT a FROM u")
        assert of(read(connection), "SELECT a FROM u") == 1
    logging.run("DROP DATABASE ancien")


@pytest.mark.majors("all")
def test_a_server_that_goes_away(logging: Own) -> None:
    with logging.connect() as connection:
        logging.all("SELECT pg_terminate_backend(%s, 5000)", connection.info.backend_pid)
        with pytest.raises(ConnectError):
            read(connection)

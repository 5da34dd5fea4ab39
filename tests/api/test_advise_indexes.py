"""Advice about indexes from what a server counted: with parameters, writes, what is there already, and standbys."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pgwright.api.advise_indexes import IndexesAsked, Progress, advise_indexes
from pgwright.base.errors import UsageError, WorkloadError
from pgwright.config import Settings
from pgwright.config.clone import CloneSettings
from pgwright.diagnose.advise.indexes.report import IndexesReport
from pgwright.server.find import find
from tests.support.databases import Database
from tests.support.documents import OF_A_USER, cost, with_documents
from tests.support.own import Own, own, standby
from tests.support.selection import server_folders

SCRIPT = """
CREATE EXTENSION pg_stat_statements;
CREATE TABLE ventes (id int PRIMARY KEY, client int, état text, at timestamp, montant int, stock int);
INSERT INTO ventes SELECT i, i % 199, CASE WHEN i % 50 = 0 THEN 'OUVERT' ELSE 'CLOS' END,
    '2024-01-01'::timestamp + i * interval '1 minute', i % 977, 0 FROM generate_series(1, 50000) i;
CREATE INDEX ventes_montant ON ventes (montant);
CREATE INDEX ventes_montant_at ON ventes (montant, at);
CREATE TABLE autre (id int, x int);
INSERT INTO autre SELECT i, i % 5000 FROM generate_series(1, 50000) i;
CREATE TABLE jamais (a int);
CREATE INDEX jamais_a ON jamais (a);
CREATE INDEX jamais_a_2 ON jamais (a);
CREATE SCHEMA loin;
CREATE TABLE loin.caché (id int);
"""
RUN = """
SELECT * FROM ventes WHERE client = %s ORDER BY at DESC LIMIT 10
SELECT count(*) FROM autre WHERE x BETWEEN %s AND 30
SELECT * FROM ventes WHERE montant = %s AND at > '2024-01-20'
UPDATE ventes SET stock = stock + 1 WHERE id = %s
INSERT INTO ventes SELECT 100000 + %s, 1, 'OUVERT', now(), 1, 0
SELECT * FROM caché WHERE id = %s
CREATE TEMP TABLE IF NOT EXISTS passant (id int)
SELECT * FROM passant WHERE id = %s
"""


@pytest.fixture(scope="module")
def shop() -> Iterator[Own]:
    """A server that has counted statements."""
    with own(settings={"shared_preload_libraries": "pg_stat_statements", "autovacuum": "off"}) as running:
        running.run(SCRIPT)
        running.run("VACUUM (ANALYZE)")
        with running.connect() as connection:
            connection.execute("SELECT pg_stat_statements_reset()")
            connection.execute("SET search_path = public, loin")
            for number in range(1, 21):
                for line in RUN.strip().splitlines():
                    connection.execute(line, (number,) if "%s" in line else None, prepare=False)
        yield running


def advised(server: Own | Database, asked: IndexesAsked | None = None) -> IndexesReport:
    """The advice, with nothing but the test's own programs."""
    return advise_indexes(
        Settings(dsn=server.dsn, clone=CloneSettings(servers=server_folders())), asked or IndexesAsked()
    )


def sql(report: IndexesReport) -> list[str]:
    return [each.index.sql for each in report.advice.indexes]


@pytest.mark.e2e
def test_statements_with_parameters_are_planned_with_drawn_values(shop: Own) -> None:
    report = advised(shop)
    assert report.tier == "clone"
    assert report.prepared.timed
    assert any(text.startswith("CREATE INDEX ON public.ventes (client, at DESC)") for text in sql(report)), sql(report)
    assert "CREATE INDEX ON public.autre (x);" in sql(report)
    for name in ("caché", "passant"):
        [unplanned] = [each for each in report.prepared.unplanned if name in each.text]
        assert name in unplanned.reason


@pytest.mark.e2e
def test_each_index_says_what_it_does_alone_and_for_whom(shop: Own) -> None:
    report = advised(shop)
    for each in report.advice.indexes:
        assert 0.01 <= each.gain <= 1
        assert any(effect.ratio < 0.9 for effect in each.effects)
        assert each.bytes > 8192
    assert report.advice.after == pytest.approx(
        1 - sum(each.gain - each.upkeep for each in report.advice.indexes), abs=0.02
    )
    inserted = [each for each in report.advice.indexes if any(effect.ratio > 1 for effect in each.effects)]
    assert all("ventes" in each.index.table for each in inserted)
    assert inserted


@pytest.mark.e2e
def test_an_index_that_another_one_covers_is_dropped_after_a_trial(shop: Own) -> None:
    [drop] = [each for each in advised(shop).advice.drops if each.verdict.index.name == "ventes_montant"]
    assert drop.proven
    assert drop.readers >= 1
    assert "DROP INDEX public.ventes_montant;" in advised(shop).migration


@pytest.mark.e2e
def test_an_index_that_no_statement_could_try_is_named_and_stays_out_of_the_migration(shop: Own) -> None:
    report = advised(shop)
    [drop] = [each for each in report.advice.drops if each.verdict.table.name == "jamais"]
    assert (drop.loss, drop.readers, drop.proven) == (None, 0, False)
    assert "jamais" not in report.migration


@pytest.mark.e2e
def test_an_index_whose_loss_hurts_is_kept_and_the_slowest_statement_named(shop: Own) -> None:
    """The one that covers it is many times as wide, and reading all of the small one is what a statement does."""
    shop.run("CREATE TABLE large AS SELECT i AS a, repeat(md5(i::text), 12) AS b FROM generate_series(1, 30000) i")
    shop.run("CREATE INDEX small ON large (a); CREATE INDEX wide ON large (a, b)")
    shop.run("VACUUM ANALYZE large")
    file = Path(shop.server.folder) / "count.sql"
    file.write_text("SELECT count(a) FROM large WHERE a > 100;", encoding="utf-8")
    try:
        advice = advised(shop, IndexesAsked(files=(file,))).advice
    finally:
        shop.run("DROP TABLE large")
        file.unlink()
    [kept] = [each for each in advice.withheld if each.verdict.index.name == "small"]
    assert kept.loss is not None
    assert kept.loss > 0.1
    assert kept.slowest is not None
    assert kept.slowest.ratio > 1.1
    assert not any(each.verdict.index.name == "small" for each in advice.drops)


@pytest.mark.e2e
def test_an_index_that_a_new_one_stands_for_goes_behind_it(shop: Own) -> None:
    shop.run(
        "CREATE TABLE longs AS SELECT i % 500 AS a, i * 7919 % 60000 AS b, repeat('x', 200) AS c "
        "FROM generate_series(1, 60000) i"
    )
    shop.run("CREATE INDEX longs_a ON longs (a)")
    shop.run("VACUUM ANALYZE longs")
    file = Path(shop.server.folder) / "longs.sql"
    asked = (f"SELECT * FROM longs WHERE a = {n} ORDER BY b LIMIT 5;" for n in (7, 8, 9))
    file.write_text("\n".join(asked), encoding="utf-8")
    try:
        report = advised(shop, IndexesAsked(files=(file,)))
    finally:
        shop.run("DROP TABLE longs")
        file.unlink()
    assert sql(report) == ["CREATE INDEX ON public.longs (a, b);"]
    [drop] = [each for each in report.advice.drops if each.verdict.index.name == "longs_a"]
    assert drop.proven
    assert report.migration.index("CREATE INDEX ON public.longs") < report.migration.index("DROP INDEX public.longs_a;")


@pytest.mark.e2e
def test_with_a_sample_expressions_are_weighed_as_an_index_will_make_them(database: Database, tmp_path: Path) -> None:
    with_documents(database)
    file = tmp_path / "users.sql"
    file.write_text(f"{OF_A_USER};", encoding="utf-8")
    now = cost(database)
    guessed = advised(database, IndexesAsked(files=(file,)))
    [note] = [note for note in guessed.notes if "judged by a guess" in note]
    assert "of (doc ->> 'user'::text) in public.documents" in note
    seen = advised(database, IndexesAsked(files=(file,), sample=True))
    assert not any("guess" in note for note in seen.notes)
    assert sql(seen) == sql(guessed)
    assert seen.advice.after < guessed.advice.after / 20
    kept = advised(database, IndexesAsked(files=(file,), sample=True, blank=("public.documents.doc",)))
    assert any("stay at the source" in note for note in kept.notes)
    assert kept.advice.after == pytest.approx(guessed.advice.after, rel=0.5)
    modelled = advised(database, IndexesAsked(files=(file,), sample=True, tier="model"))
    assert "No sample was drawn: only a clone can take one in." in modelled.notes
    database.run(seen.migration)
    assert seen.advice.after == pytest.approx(cost(database) / now, rel=0.1)


@pytest.mark.e2e
@pytest.mark.long
def test_two_runs_say_the_same(shop: Own) -> None:
    once, again = advised(shop), advised(shop)
    assert once.migration == again.migration


@pytest.mark.e2e
def test_every_step_is_told(shop: Own) -> None:
    told: list[Progress] = []
    advise_indexes(Settings(dsn=shop.dsn, clone=CloneSettings(servers=server_folders())), tell=told.append)
    assert told[0].what == "reading the workload"
    assert told[-1].what == "searching"
    assert told[-1].ratio is not None
    assert told[-1].ratio < 1


@pytest.mark.e2e
def test_a_standby_can_be_asked_and_its_reads_count(shop: Own) -> None:
    with standby(shop, find(folders=server_folders()).program("pg_basebackup")) as second:
        report = advised(second, IndexesAsked(replicas=(shop.dsn,), files=(_file(shop),)))
        assert sql(report) == ["CREATE INDEX ON public.autre (x);"]
        by_model = advised(second, IndexesAsked(tier="model", files=(_file(shop),)))
        assert sql(by_model) == sql(report)
        left_out = advised(shop, IndexesAsked(files=(_file(shop),)))
        assert any(note.startswith("1 standby server of this one") for note in left_out.notes)


@pytest.mark.e2e
def test_a_server_of_another_cluster_is_no_replica(shop: Own, database: Database) -> None:
    with pytest.raises(UsageError, match="belongs to another cluster"):
        advised(shop, IndexesAsked(replicas=(database.dsn,)))


@pytest.mark.e2e
def test_without_pg_stat_statements_there_is_no_workload_and_what_to_do(database: Database) -> None:
    with pytest.raises(WorkloadError, match="pg_stat_statements") as error:
        advised(database)
    assert error.value.hint


@pytest.mark.e2e
def test_after_a_reset_there_is_nothing_to_weigh(shop: Own) -> None:
    with own(settings={"shared_preload_libraries": "pg_stat_statements"}) as fresh:
        fresh.run("CREATE EXTENSION pg_stat_statements; SELECT pg_stat_statements_reset()")
        with pytest.raises(WorkloadError):
            advised(fresh)


def _file(server: Own) -> Path:
    path = Path(server.server.folder) / "one.sql"
    path.write_text("SELECT count(*) FROM autre WHERE x BETWEEN 3 AND 9;", encoding="utf-8")
    return path

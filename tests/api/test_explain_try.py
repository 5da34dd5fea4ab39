"""`explain --try`: indexes and rewritten statements are planned on a clone, and what does not help is withheld."""

from __future__ import annotations

import json
import time

import pytest

from pgwright.api.explain import How, explain
from pgwright.config import Settings
from pgwright.config.clone import CloneSettings
from pgwright.diagnose.diagnosis import Found
from tests.support.databases import Database
from tests.support.documents import OF_A_USER, cost, with_documents

TABLES = """
CREATE TABLE orders (id int PRIMARY KEY, status text NOT NULL, customer int NOT NULL, total numeric);
INSERT INTO orders
SELECT n, CASE WHEN n % 500 = 0 THEN 'WAITING' ELSE 'DONE' END, n % 5000, n FROM generate_series(1, 100000) n;
CREATE TABLE items (id int PRIMARY KEY, "order" int NOT NULL, price numeric);
INSERT INTO items SELECT n, 1 + n % 100000, n % 77 FROM generate_series(1, 300000) n;
"""
FEW = "SELECT * FROM orders WHERE status = 'WAITING'"
JOINED = """
SELECT o.id, sum(i.price) FROM orders o JOIN items i ON i."order" = o.id WHERE o.status = 'WAITING' GROUP BY o.id
"""
TRY = How(trials=True)


def filled(database: Database) -> None:
    database.run(TABLES)
    database.run("VACUUM ANALYZE")


def settings(database: Database, *blank: str) -> Settings:
    clone = CloneSettings(servers=(database.server.binaries.folder,), blank=blank)
    return Settings(dsn=database.dsn, clone=clone)


def only(found: tuple[Found, ...], name: str) -> Found:
    [wanted] = [each for each in found if each.name == name]
    return wanted


@pytest.mark.majors("all")
def test_an_index_that_helps_says_from_what_to_what(database: Database) -> None:
    filled(database)
    found = explain(settings(database), FEW, how=TRY)
    finding = only(found.first.diagnosis.found, "seq_scan_discards_rows").finding
    assert finding.cure_sql == "CREATE INDEX ON public.orders (status);"
    assert finding.tried is not None
    assert (finding.tried.tier, finding.tried.unit) == ("clone", "cost")
    assert finding.tried.before == pytest.approx(found.first.diagnosis.plan.root.number("Total Cost"), rel=0.01)
    database.run("CREATE INDEX ON orders (status)")
    [(now,)] = database.all(f"EXPLAIN (FORMAT JSON) {FEW}")
    assert finding.tried.after == pytest.approx(now[0]["Plan"]["Total Cost"], rel=0.01)
    assert database.one("SELECT count(*) FROM pg_indexes WHERE tablename = 'orders'") == 2  # nothing else was made here


@pytest.mark.majors("all")
def test_indexes_that_help_only_together_are_both_kept(database: Database) -> None:
    filled(database)
    found = explain(settings(database), JOINED, how=TRY).first.diagnosis.found
    cures = {each.finding.cure_sql for each in found if each.finding.tried is not None and each.finding.tried.helped}
    assert cures == {"CREATE INDEX ON public.orders (status);", 'CREATE INDEX ON public.items ("order");'}


def test_an_index_that_the_planner_would_not_use_is_withheld(database: Database) -> None:
    """The rows are few of many, but lie in so many pages that reading them one by one costs more than reading all."""
    filled(database)
    database.run(f"ALTER DATABASE {database.name} SET random_page_cost = 1000")
    found = only(explain(settings(database), FEW, how=TRY).first.diagnosis.found, "seq_scan_discards_rows")
    assert found.finding.cure_sql == ""
    assert found.finding.tried is not None
    assert not found.finding.tried.helped
    assert "Tried on a clone:" in found.finding.why
    assert "that is no help, so no cure" in found.finding.why


def test_a_saved_plan_is_tried_where_it_says_of_which_statement_it_is(database: Database) -> None:
    filled(database)
    [(plan,)] = database.all(f"EXPLAIN (FORMAT JSON, ANALYZE, VERBOSE) {FEW}")
    saved = json.dumps({"Query Text": FEW, **plan[0]})
    found = explain(settings(database), saved, how=TRY)
    finding = only(found.first.diagnosis.found, "seq_scan_discards_rows").finding
    assert finding.tried is not None
    assert finding.tried.helped
    without = explain(settings(database), json.dumps(plan), how=TRY)
    assert only(without.first.diagnosis.found, "seq_scan_discards_rows").finding.tried is None
    assert any("does not say of which statement" in note for note in without.notes)


def test_what_is_to_stay_at_the_source_stays_and_the_trial_is_told(database: Database) -> None:
    """Without the common values of the column the planner knows only how many there are."""
    filled(database)
    found = explain(settings(database, "public.orders.status"), FEW, how=TRY)
    finding = only(found.first.diagnosis.found, "seq_scan_discards_rows").finding
    assert finding.tried is not None
    assert finding.tried.before == pytest.approx(found.first.diagnosis.plan.root.number("Total Cost"), rel=0.3)


STREETS = """
CREATE TABLE streets (id int, customer int, town text, code text);
INSERT INTO streets SELECT n, n % 5000, 'town' || n % 400, 'code' || n % 400 FROM generate_series(1, 200000) n;
CREATE INDEX ON streets (town);
"""
PAIRED = """
SELECT count(*) FROM streets p JOIN streets q USING (customer)
WHERE p.town = 'town7' AND p.code = 'code7' AND q.town = 'town7' AND q.code = 'code7'
"""


def laid(database: Database) -> None:
    """The streets, analyzed, and the server knows it: 14 answers from a file that may be half a second old."""
    database.run(STREETS)
    database.run("VACUUM ANALYZE")
    while database.one("SELECT last_analyze IS NULL OR n_mod_since_analyze > 0 FROM pg_stat_user_tables"):
        time.sleep(0.05)


@pytest.mark.majors("all")
def test_statistics_that_make_another_plan_are_kept(database: Database) -> None:
    laid(database)
    explained = explain(settings(database), PAIRED, how=TRY)
    finding = only(explained.first.diagnosis.found, "correlated_columns").finding
    assert finding.tried is not None
    assert (finding.tried.tier, finding.tried.unit) == ("clone", "times off")
    assert finding.tried.before > 20
    assert finding.tried.after < 1.5
    assert finding.tried.helped
    database.run(finding.cure_sql)
    again = explain(settings(database), PAIRED, how=TRY).first.diagnosis
    assert "correlated_columns" not in {each.name for each in again.found}
    [tried] = [each for each in explained.trials if each.trial == finding.tried]
    for diagnosis in (tried.diagnosis, again):  # which of the other two joins, a few rows more or less decide
        assert "Nested Loop" not in {node.type for node in diagnosis.plan.nodes}


def test_a_plan_without_schemas_from_a_log_is_tried(database: Database) -> None:
    laid(database)
    plan = database.one(f"EXPLAIN (ANALYZE, FORMAT JSON) {PAIRED}")[0]
    explained = explain(settings(database), json.dumps({"Query Text": PAIRED, **plan}), how=TRY)
    finding = only(explained.first.diagnosis.found, "correlated_columns").finding
    assert finding.tried is not None
    assert finding.tried.helped
    assert finding.tried.after < 1.5


def test_statistics_after_which_the_plan_stays_the_same_are_withheld(database: Database) -> None:
    laid(database)
    for way in ("hashjoin", "mergejoin", "bitmapscan", "memoize", "material", "seqscan"):
        database.run(f"ALTER DATABASE {database.name} SET enable_{way} = off")
    finding = only(explain(settings(database), PAIRED, how=TRY).first.diagnosis.found, "correlated_columns").finding
    assert finding.cure_sql == ""
    assert finding.tried is not None
    assert finding.tried.after < finding.tried.before / 10
    assert "times off; the plan stays the same, so no cure." in finding.why


def test_statistics_of_columns_that_are_blank_are_not_tried(database: Database) -> None:
    laid(database)
    explained = explain(settings(database, "public.streets.code"), PAIRED, how=TRY)
    finding = only(explained.first.diagnosis.found, "correlated_columns").finding
    assert finding.tried is None
    assert finding.cure_sql
    assert any(
        "correlated_columns: not tried on a clone. The values of public.streets.code stay" in note
        for note in explained.notes
    )


@pytest.mark.majors("all")
def test_an_index_on_an_expression_is_tried_with_what_analyze_will_find(database: Database) -> None:
    with_documents(database)
    found = explain(settings(database), OF_A_USER, how=TRY)
    finding = only(found.first.diagnosis.found, "predicate_on_expression").finding
    assert finding.tried is not None
    assert finding.tried.after < finding.tried.before / 100
    assert not any("guess" in note for note in found.notes)
    database.run(finding.cure_sql)
    assert finding.tried.after == pytest.approx(cost(database), rel=0.1)


def test_an_index_on_an_expression_of_a_blank_column_is_tried_by_a_guess(database: Database) -> None:
    with_documents(database)
    found = explain(settings(database, "public.documents.doc"), OF_A_USER, how=TRY)
    finding = only(found.first.diagnosis.found, "predicate_on_expression").finding
    assert finding.tried is not None
    assert finding.tried.before / 20 < finding.tried.after < finding.tried.before
    [note] = [note for note in found.notes if "guess" in note]
    assert note == (
        "Of (doc ->> 'user'::text) in public.documents the planner has a guess. "
        "The values of public.documents.doc stay at the source ([clone] blank)."
    )

"""HypoPG as the place to ask: it makes nothing, forgets everything, and says what it cannot."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from pgwright.base.errors import Refused, UsageError
from pgwright.clone.clone import Clone
from pgwright.connect import session
from pgwright.diagnose.whatif import _session
from pgwright.diagnose.whatif.on_hypopg import Installed, OnHypopg, installed
from pgwright.diagnose.whatif.planner import Existing
from pgwright.diagnose.whatif.proposed import Proposed
from tests.support.databases import Database
from tests.support.selection import server_folders

ORDERS = "Commandes"
BY_CLIENT = f'SELECT * FROM "{ORDERS}" WHERE client = 77'


def index(
    *keys: str, table: str = ORDERS, method: str = "btree", where: str = "", include: tuple[str, ...] = ()
) -> Proposed:
    """An index on a table of `tables.sql`."""
    return Proposed(schema="public", table=table, keys=keys, method=method, where=where, include=include)


@pytest.fixture
def planner(hypopg: Database) -> Iterator[OnHypopg]:
    """A session of its own that asks."""
    with session.open(hypopg.dsn, name="test") as connection:
        extension = installed(connection)
        assert extension is not None
        assert extension.schema == "outils"
        yield OnHypopg(connection, extension)


def test_the_planner_takes_what_is_shown_and_nothing_else(planner: OnHypopg) -> None:
    wanted, other = index("client"), index("montant")
    planner.offer([wanted, other])
    before = planner.cost(BY_CLIENT, ())
    assert before.used == frozenset()
    shown = planner.cost(BY_CLIENT, [wanted, other])
    assert shown.used == {wanted}
    assert shown.cost < before.cost / 10
    assert planner.cost(BY_CLIENT, [other]).cost == before.cost
    assert planner.plan(BY_CLIENT, [wanted]).root.number("Total Cost") == shown.cost


def test_nothing_is_made_and_everything_forgotten(planner: OnHypopg, hypopg: Database) -> None:
    before = hypopg.one("SELECT count(*) FROM pg_index")
    planner.offer([index("client")])
    planner.cost(BY_CLIENT, [index("client")])
    assert hypopg.one("SELECT count(*) FROM pg_index") == before
    planner.close()
    found = planner._connection.execute("SELECT count(*) FROM outils.hypopg_list_indexes").fetchone()
    assert found == (0,)


def test_sizes_know_that_equal_keys_share_an_entry(planner: OnHypopg, hypopg: Database) -> None:
    candidates = [index("statut"), index("client", "montant"), index("client", include=("montant",)), index("note")]
    sizes = planner.offer(candidates)
    for candidate in candidates:
        with hypopg.connect(autocommit=False) as connection:
            connection.execute(candidate.sql.replace("CREATE INDEX ON", "CREATE INDEX real_one ON"))
            row = connection.execute("SELECT pg_relation_size('real_one')").fetchone()
            connection.rollback()
        assert row is not None
        assert sizes[candidate] == pytest.approx(row[0], rel=0.1), candidate.sql


def test_other_methods_are_left_out_and_named(planner: OnHypopg) -> None:
    others = [index("note", method="gin"), index("note", method="spgist")]
    known = planner.offer(
        [index("montant", method="hash"), index('"créée le"', method="brin"), *others, index("lower(x)")]
    )
    assert [each.method for each in known] == ["hash", "brin"]
    assert planner.notes[0] == "HypoPG knows no gin, spgist: 2 candidates could not be tried."


def test_what_an_expression_holds_is_a_guess_and_said(planner: OnHypopg) -> None:
    lower = index("(lower(nom))", table="clients")
    assert lower in planner.offer([lower])
    assert planner.cost("SELECT * FROM clients WHERE lower(nom) = 'nom7'", [lower]).used == {lower}
    assert any("judged by a guess" in note for note in planner.notes)


def test_an_index_of_a_partitioned_table_is_there_for_its_partitions(planner: OnHypopg) -> None:
    wanted = index("capteur", table="mesures")
    assert planner.offer([wanted])[wanted] > 8192
    statement = "SELECT * FROM mesures WHERE capteur = 7"
    assert planner.cost(statement, [wanted]).cost < planner.cost(statement, ()).cost


def test_a_partial_index_holds_a_part(planner: OnHypopg) -> None:
    partial = index("montant", where="statut = 'EN_ATTENTE'")
    assert planner.parts([partial])[partial] == pytest.approx(0.01, abs=0.005)


def test_before_1_4_no_index_that_is_there_can_be_hidden(hypopg: Database) -> None:
    with session.open(hypopg.dsn, name="test") as connection:
        extension = installed(connection)
        assert extension is not None
        planner = OnHypopg(connection, Installed(schema=extension.schema, version=(1, 3, 1)))
        assert planner.existing() == {}
        assert "HypoPG 1.3.1 cannot hide indexes (1.4 can): no DROP was tried." in planner.notes


def test_from_1_4_on_an_index_that_is_there_can_be_hidden(hypopg: Database) -> None:
    with session.open(hypopg.dsn, name="test") as connection:
        extension = installed(connection)
        assert extension is not None
        if not extension.hides:
            pytest.skip("the HypoPG that is installed here cannot hide indexes")
        planner = OnHypopg(connection, extension)
        one = Existing(schema="public", name="commandes_code")
        statement = f"SELECT * FROM \"{ORDERS}\" WHERE code = 'c7'"
        assert planner.cost(statement, (), [one]).used == {Existing(schema="public", name="commandes_code_2")}


def test_a_statement_that_cannot_be_planned_spoils_nothing(planner: OnHypopg) -> None:
    planner.offer([index("client")])
    with pytest.raises(UsageError, match="nowhere"):
        planner.cost("SELECT * FROM nowhere", [index("client")])
    assert planner.cost(BY_CLIENT, [index("client")]).used


def test_the_session_only_reads(planner: OnHypopg) -> None:
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        planner._connection.execute("CREATE TABLE x ()")


def test_a_database_without_it_has_none(hypopg: Database) -> None:
    with session.open(hypopg.server.dsn(), name="test") as connection:
        assert installed(connection) is None


def test_behind_a_pooler_it_is_refused(hypopg: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with session.open(hypopg.dsn, name="test") as connection:
        extension = installed(connection)
        assert extension is not None
        monkeypatch.setattr("pgwright.diagnose.whatif.on_hypopg.is_pooled", lambda _: True)
        with pytest.raises(Refused, match="a pooler stands in between"):
            OnHypopg(connection, extension)


def test_a_server_of_a_distribution_is_cloned_by_another_one(hypopg: Database) -> None:
    """That of Debian 12 keeps numbers in the options of columns, which only it can read."""
    with Clone(hypopg.dsn, folders=server_folders()) as clone:
        assert not [each for each in clone.missing.skipped if each.kind == "table"]
        ours = _session.root(clone.connection, BY_CLIENT)
    with hypopg.connect() as connection:
        assert ours["Total Cost"] == _session.root(connection, BY_CLIENT)["Total Cost"]

"""How the snapshot is taken: locks of others, open transactions, chosen schemas, what a session can hide behind."""

from __future__ import annotations

import gc

import pytest

from pgwright import connect
from pgwright.base.errors import ConfigError, ConnectError, LockNotObtained
from pgwright.base.name import RelationName
from pgwright.base.uncollected import uncollected
from pgwright.catalog import read
from pgwright.catalog.fingerprint import fingerprint
from pgwright.catalog.values import Catalog
from tests.support.databases import Database

pytestmark = pytest.mark.majors("all")

TWO = """
    CREATE TABLE held (id int PRIMARY KEY, n int DEFAULT 1 + 1, CHECK (n > 0));
    CREATE VIEW on_held AS SELECT n FROM held;
    CREATE TABLE free (id int PRIMARY KEY, n int DEFAULT 1 + 1, CHECK (n > 0));
    CREATE VIEW on_free AS SELECT n FROM free;
"""


def names(catalog: Catalog) -> set[str]:
    return {str(catalog.name_of(oid)) for oid in (*catalog.tables, *catalog.views)}


@pytest.mark.parametrize("prepared", [False, True])
def test_a_table_that_somebody_holds_does_not_stop_the_rest(database: Database, prepared: bool) -> None:
    database.run(TWO)
    if prepared and database.one("SELECT current_setting('max_prepared_transactions')") == "0":
        prepared = False  # the same law, seen with a session
    with database.connect(autocommit=False) as holder, connect.open(database.dsn) as connection:
        holder.execute("LOCK TABLE held")
        if prepared:
            holder.execute("PREPARE TRANSACTION 'for ever'")
        catalog = read(connection, patience=0)
        held, free = catalog.find("held"), catalog.find("free")
        assert held is not None
        assert free is not None
        assert catalog.unreadable.keys() == {held}
        assert str(holder.info.backend_pid) in catalog.unreadable[held] or "'for ever'" in catalog.unreadable[held]
        assert catalog.tables[free].columns[1].default == "(1 + 1)"
        assert [column.name for column in catalog.tables[held].columns] == ["id", "n"]
        assert catalog.views[catalog.relation_names[RelationName("public", "on_free")]].definition
        assert len(fingerprint(catalog, [free])) == 64
        with pytest.raises(LockNotObtained, match=r"public\.held") as caught:
            fingerprint(catalog, [held])
        assert caught.value.blockers == (catalog.unreadable[held],)
        assert caught.value.exit_code == 4
        if prepared:
            database.run("ROLLBACK PREPARED 'for ever'")


def test_everything_that_deparsing_needs_may_be_held(database: Database) -> None:
    database.run("""
        CREATE TABLE parts (id int PRIMARY KEY DEFAULT 1 + 1, n int CHECK (n > 0)) PARTITION BY RANGE (id);
        CREATE TABLE keyed (id int, n int) PARTITION BY RANGE ((id + n));
        CREATE TABLE leaf PARTITION OF parts FOR VALUES FROM (1) TO (9);
        CREATE INDEX ON leaf ((n + 1)) WHERE n > 2; CREATE STATISTICS s ON id, n FROM leaf;
        CREATE POLICY p ON leaf USING (n > 1); CREATE RULE r AS ON DELETE TO leaf DO ALSO NOTHING;
        CREATE TABLE pointing (leaf int REFERENCES leaf); CREATE PUBLICATION pub FOR TABLE leaf;
        CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT n FROM leaf; END;
        CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
        CREATE TRIGGER t BEFORE UPDATE OF n ON leaf FOR EACH ROW WHEN (NEW.n > 1) EXECUTE FUNCTION g();
    """)
    with database.connect(autocommit=False) as holder, connect.open(database.dsn) as connection:
        holder.execute("LOCK TABLE parts, keyed")
        catalog = read(connection, patience=0)
        assert {str(catalog.name_of(oid)) for oid in catalog.unreadable} == {
            "public.parts",
            "public.keyed",
            "public.leaf",
        }


def test_a_lock_that_goes_away_is_waited_for(database: Database) -> None:
    import threading

    database.run(TWO)
    with database.connect(autocommit=False) as holder, connect.open(database.dsn) as connection:
        holder.execute("LOCK TABLE held")
        timer = threading.Timer(0.2, holder.rollback)
        timer.start()
        catalog = read(connection, patience=30)
        timer.join()
    assert not catalog.unreadable


def test_a_held_view_and_a_waiting_lock_are_seen(database: Database) -> None:
    database.run(TWO)
    with database.connect(autocommit=False) as reader, database.connect() as waiting, connect.open(database.dsn) as one:
        reader.execute("SELECT FROM free")
        waiting.pgconn.send_query(b"LOCK TABLE on_free IN ACCESS EXCLUSIVE MODE; DROP VIEW on_free; DROP TABLE free")
        while not database.one("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'free'::regclass"):
            pass
        catalog = read(one, patience=0)
        assert {str(catalog.name_of(oid)) for oid in catalog.unreadable} == {"public.free", "public.on_free"}
        reader.rollback()
        while waiting.pgconn.get_result() is not None:
            pass


def test_reading_inside_a_transaction_sees_its_changes_and_leaves_nothing(database: Database) -> None:
    database.run(TWO)
    with connect.open(database.dsn, autocommit=False) as connection:
        connection.execute(
            "SET LOCAL search_path = pg_catalog, public; LOCK TABLE public.held; CREATE TABLE public.new ()"
        )
        catalog = read(connection)
        shown = [
            connection.execute(f"SHOW {setting}").fetchone()
            for setting in ("search_path", "row_security", "lock_timeout", "transaction_read_only")
        ]
        assert connection.info.transaction_status.name == "INTRANS"
    assert "public.new" in names(catalog)
    assert not catalog.unreadable
    assert shown == [("pg_catalog, public",), ("on",), ("0",), ("off",)]
    assert catalog.search_path == ("pg_catalog", "public")


def test_reading_outside_leaves_no_transaction_open(database: Database) -> None:
    database.run(TWO)
    for autocommit in (True, False):
        with connect.open(database.dsn, autocommit=autocommit) as connection:
            connection.execute("SET statement_timeout = '1min'")
            connection.commit()
            read(connection)
            assert connection.info.transaction_status.name == "IDLE"
            assert connection.execute("SHOW statement_timeout").fetchone() == ("1min",)


def test_temporary_tables_are_neither_read_nor_believed(database: Database) -> None:
    database.run(TWO)
    with connect.open(database.dsn) as connection:
        connection.execute("CREATE TEMP TABLE pg_class (oid oid); CREATE TEMP TABLE scratch (a int)")
        assert names(read(connection)) == {"public.held", "public.on_held", "public.free", "public.on_free"}


def test_what_belongs_to_the_system_or_to_pgwright_is_left_out(database: Database) -> None:
    database.run("CREATE SCHEMA pgwright CREATE TABLE journal (id int); CREATE SCHEMA s CREATE TABLE t (id int)")
    with connect.open(database.dsn) as connection:
        catalog = read(connection)
    assert names(catalog) == {"s.t"}
    assert {name.schema for name in catalog.relation_names} == {"s"}


def test_functions_of_extensions_are_left_out_and_their_tables_marked(database: Database) -> None:
    database.run("CREATE SCHEMA x; CREATE EXTENSION citext SCHEMA x; CREATE TABLE t (a x.citext)")
    database.run("ALTER EXTENSION citext ADD TABLE t")
    with connect.open(database.dsn) as connection:
        catalog = read(connection)
    assert not catalog.functions
    assert [(table.extension, table.columns[0].type) for table in catalog.tables.values()] == [("citext", "x.citext")]


def test_chosen_schemas_bring_what_hangs_together_with_them(database: Database) -> None:
    database.run("""
        CREATE SCHEMA a; CREATE SCHEMA b; CREATE SCHEMA c;
        CREATE TABLE b.target (id int PRIMARY KEY); CREATE TABLE b.stranger (id int);
        CREATE TABLE a.mine (id serial PRIMARY KEY, t int REFERENCES b.target) PARTITION BY RANGE (id);
        CREATE TABLE c.leaf PARTITION OF a.mine FOR VALUES FROM (1) TO (9);
        CREATE VIEW c.first AS SELECT id FROM a.mine; CREATE VIEW b.second AS SELECT id FROM c.first;
        CREATE TABLE c.pointing (mine int REFERENCES c.leaf);
        CREATE FUNCTION b.f() RETURNS int LANGUAGE sql AS 'SELECT id FROM a.mine';
    """)
    with connect.open(database.dsn) as connection:
        catalog = read(connection, schemas=("a",))
        everything = read(connection)
        with pytest.raises(ConfigError, match="no schema nowhere"):
            read(connection, schemas=("a", "nowhere"))
    assert names(catalog) == {"a.mine", "c.leaf", "b.target", "c.first", "b.second", "c.pointing"}
    assert RelationName("b", "stranger") in catalog.relation_names
    assert catalog.functions == everything.functions
    oid = catalog.find("mine", "a")
    assert oid is not None
    assert catalog.tables[oid] == everything.tables[oid]
    assert catalog.tables[oid].columns[0].sequence in catalog.sequences.values()
    assert fingerprint(catalog, [oid]) == fingerprint(everything, [oid])


def test_a_lost_connection_is_told(database: Database) -> None:
    with connect.open(database.dsn) as connection:
        database.run(f"SELECT pg_terminate_backend({connection.info.backend_pid})")
        with pytest.raises(ConnectError, match="reading the catalog"):
            read(connection)


@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII"])
def test_other_encodings(database: Database, encoding: str) -> None:
    name = f"{database.name}_{encoding.lower()}"
    database.run(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING '{encoding}' LOCALE 'C'")
    try:
        with connect.open(database.server.dsn(name)) as connection:
            connection.execute('CREATE TABLE "créée" ("été" int)')
            catalog = read(connection)
        assert [(table.name.name, table.columns[0].name) for table in catalog.tables.values()] == [("créée", "été")]
    finally:
        database.run(f"DROP DATABASE {name} WITH (FORCE)")


def test_garbage_is_collected_again_afterwards() -> None:
    """Also where what was done fails; where it was off it stays off."""

    @uncollected
    def fails() -> None:
        assert not gc.isenabled()
        raise KeyError("x")

    for collects in (True, False):
        (gc.enable if collects else gc.disable)()
        try:
            with pytest.raises(KeyError):
                fails()
            assert gc.isenabled() is collects
        finally:
            gc.enable()

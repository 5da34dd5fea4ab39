"""What stays at the source: what the role may not see, what acts by itself, what is secret, and columns on demand."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from pgwright.base.errors import UsageError
from pgwright.base.name import RelationName
from pgwright.clone.clone import Clone
from pgwright.clone.statistics import Column
from tests.clone.conftest import HERE, Pair
from tests.clone.costs import differing, planned
from tests.support.databases import Database
from tests.support.selection import server_folders

pytestmark = pytest.mark.majors("all")

GENS = """
CREATE TABLE gens (id int, email text, ville text, bas text GENERATED ALWAYS AS (lower(email)) STORED)
    PARTITION BY RANGE (id);
CREATE TABLE gens_1 PARTITION OF gens FOR VALUES FROM (0) TO (1000);
CREATE TABLE gens_2 PARTITION OF gens FOR VALUES FROM (1000) TO (100000);
CREATE TABLE comptes (email text PRIMARY KEY, solde int);
CREATE TABLE envois (id int, à text REFERENCES comptes (email));
INSERT INTO gens SELECT i, 'GEHEIM' || i % 700, 'ville' || i % 7 FROM generate_series(1, 3000) i;
INSERT INTO comptes SELECT 'GEHEIM' || i, i FROM generate_series(1, 700) i;
INSERT INTO envois SELECT i, 'GEHEIM' || (1 + i % 700) FROM generate_series(1, 3000) i;
CREATE INDEX ON gens (upper(email)); CREATE INDEX ON comptes (substr(email, 1, 10));
CREATE STATISTICS s_gens ON email, ville FROM gens; CREATE STATISTICS s_un ON email, ville FROM gens_1;
CREATE STATISTICS s_expr ON (email || 'x'), ville FROM gens_2;
CREATE VIEW vue AS SELECT email AS autre FROM gens;
CREATE MATERIALIZED VIEW copie AS SELECT autre || '!' AS nom FROM vue;
ANALYZE;
"""


def holding(folder: Path, marker: bytes) -> list[Path]:
    """The files below a folder that hold `marker`, in any case."""
    return [file for file in folder.rglob("*") if file.is_file() and marker in file.read_bytes().lower()]


def test_a_role_that_may_read_little_gets_that_exactly(
    make_role: Callable[..., str], make_database: Callable[..., Database]
) -> None:
    role = make_role("LOGIN")
    database = make_database((HERE / "source.sql").read_text(encoding="utf-8"))
    database.run(f'GRANT SELECT ON types, ventes TO "{role}"; GRANT USAGE ON SCHEMA clone TO "{role}"')
    with Clone(database.dsn_as(role), folders=server_folders()) as clone, database.connect() as source:
        missing = clone.missing
        found = differing(
            source,
            clone.connection,
            [
                "SELECT * FROM ventes WHERE prix = 7 AND NOT parti AND reste = 3",
                "SELECT * FROM types WHERE e = 'triste' AND d = 17",
                "SELECT e, d, count(*) FROM types GROUP BY e, d",
                "SELECT * FROM types WHERE id % 7 = 3 AND lower(vc) = 'v3' AND d = 3",
                "SELECT * FROM types WHERE lower(t) = 'x'",
            ],
        )
        ranges = "SELECT * FROM types WHERE r && int4range(5, 7)"
        is_exact = planned(source, ranges) == planned(clone.connection, ranges)
    assert found == []
    assert is_exact == (database.major >= 17)
    assert any("ranges" in note for note in missing.notes) == (database.major < 17)
    assert RelationName("public", "clients") in missing.hidden
    assert RelationName("clone", "clone") in missing.hidden
    assert RelationName("select", "from") in missing.hidden
    assert RelationName("public", "ventes") not in missing.hidden
    assert [each.kind for each in missing.skipped] == ["fk constraint"]
    assert "This role may not read " in "\n".join(missing.sentences)


def test_nothing_of_blank_columns_is_in_any_file(make_database: Callable[..., Database]) -> None:
    database = make_database(GENS)
    columns = [
        Column(schema="public", relation="gens_1", attribute="email"),
        Column(schema="public", relation="comptes", attribute="email"),
    ]
    with Clone(database.dsn, folders=server_folders(), blank=columns) as clone:
        clone.server.stop()
        assert holding(clone.server.folder, b"geheim") == []
        assert holding(clone.server.directory, b"ville3")
    with Clone(database.dsn, folders=server_folders()) as clone:
        clone.server.stop()
        assert holding(clone.server.directory, b"geheim")


def test_a_blank_column_has_to_be_there(database: Database) -> None:
    with (
        pytest.raises(UsageError, match=r"no column \"public\.pas_là\.x\""),
        Clone(database.dsn, blank=[Column(schema="public", relation="pas_là", attribute="x")]),
    ):
        pass


def test_secrets_of_others_stay_where_they_are(pair: Pair) -> None:
    assert pair.clone.connection.execute("SELECT count(*) FROM pg_user_mappings").fetchone() == (0,)
    assert holding(pair.clone.server.directory, "très secret".encode()) == []


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder into which everybody may write."""
    with tempfile.TemporaryDirectory(prefix="écrit-", dir="/tmp") as folder:
        Path(folder).chmod(0o777)
        yield Path(folder)


HOSTILE = """
CREATE FUNCTION vraiment() RETURNS void LANGUAGE plpgsql AS $$
BEGIN EXECUTE format('COPY (SELECT 1) TO %L', '{place}' || current_setting('port')); END$$;
CREATE FUNCTION écrit(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN PERFORM public.vraiment(); RETURN $1; END$$;
CREATE FUNCTION crie() RETURNS event_trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'no'; END$$;
CREATE TABLE t (id int CHECK (id > écrit(0)), g int GENERATED ALWAYS AS (id + écrit(1)) STORED);
CREATE DOMAIN d AS int CHECK (VALUE > écrit(-1)); CREATE TABLE u (a d);
CREATE DOMAIN e AS text CHECK (length(VALUE) > écrit(-2)); CREATE TABLE w (a e);
INSERT INTO w VALUES ('B'), ('B'), ('c');
CREATE INDEX ON t ((id + écrit(2))) WHERE id > écrit(3); INSERT INTO t SELECT 7; INSERT INTO u VALUES (1), (1), (2);
CREATE STATISTICS s ON (id + écrit(4)), id FROM t; CREATE VIEW v AS SELECT * FROM t WHERE id > écrit(5);
ANALYZE; CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION crie();
"""


def test_code_of_the_source_gets_no_rights_here(make_database: Callable[..., Database], open_folder: Path) -> None:
    folder = open_folder
    database = make_database(HOSTILE.format(place=f"{folder}/"))
    written = {file.name for file in folder.iterdir()}
    assert written, "at the source the function does what it does"
    with Clone(database.dsn, folders=server_folders()) as clone:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            clone.connection.execute("EXPLAIN SELECT * FROM u WHERE a = écrit(7)")
        assert clone.missing.statistics == ()
        clone.indexes.create("CREATE INDEX ON w (lower(a))")  # its statistics are made out of values of the domain
        likened = clone.connection.execute("SELECT most_common_vals::text FROM pg_stats WHERE tablename ~ '^w_'")
        assert likened.fetchone() == ("{b}",)
        assert clone.connection.execute("SELECT count(*) FROM pg_event_trigger").fetchone() == (0,)
        assert clone.connection.execute("SHOW is_superuser").fetchone() == ("off",)
    assert {file.name for file in folder.iterdir()} == written

"""The end state of `apply` is that of psql running the same files, and it is cheap to get there."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from pgwright.api.apply import apply
from pgwright.catalog import reader
from pgwright.server.find import find
from tests.support.databases import Database
from tests.support.lifecycle import dump
from tests.support.project import Project

FILES = [
    """CREATE SCHEMA ventes; CREATE EXTENSION hstore WITH SCHEMA ventes;
       CREATE TYPE ventes.statut AS ENUM ('NEUVE', 'LIVREE');
       CREATE DOMAIN ventes.positif AS int CHECK (VALUE > 0);
       CREATE COLLATION ventes.c (provider = libc, locale = 'C');""",
    """CREATE TABLE ventes.clients (
         id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, nom text COLLATE "C" NOT NULL, "Prénom d'usage" text,
         points ventes.positif DEFAULT 1, total numeric(12, 2) GENERATED ALWAYS AS (points * 1.5) STORED,
         UNIQUE (nom), CONSTRAINT "long nom" CHECK (length(nom) < 100) NO INHERIT);
       CREATE TABLE ventes.commandes (
         id bigserial PRIMARY KEY, client bigint NOT NULL REFERENCES ventes.clients ON DELETE CASCADE,
         statut ventes.statut DEFAULT 'NEUVE', quand timestamptz NOT NULL DEFAULT now(), attrs ventes.hstore)
         WITH (fillfactor = 80);""",
    """CREATE INDEX CONCURRENTLY ON ventes.commandes (statut DESC NULLS LAST, quand) INCLUDE (client)
       WHERE statut = 'NEUVE';""",
    """INSERT INTO ventes.clients (nom) VALUES ('a'), ('b'), ('c');
       INSERT INTO ventes.commandes (client) SELECT id FROM ventes.clients;""",
    """ALTER TYPE ventes.statut ADD VALUE 'PERDUE' BEFORE 'LIVREE';
       UPDATE ventes.commandes SET statut = 'PERDUE' WHERE id = 1;""",
    """ALTER TABLE ventes.clients RENAME COLUMN nom TO nom_complet; ALTER TABLE ventes.clients ADD COLUMN née date;
       ALTER TABLE ventes.clients ALTER COLUMN "Prénom d'usage" SET STATISTICS 500, ALTER née SET STORAGE PLAIN;
       ALTER TABLE ventes.commandes ALTER COLUMN statut SET NOT NULL;""",
    """CREATE FUNCTION ventes.f(x int, OUT y int) LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN y := x + 1; END $$;
       CREATE FUNCTION ventes.tr() RETURNS trigger LANGUAGE plpgsql AS $$
         BEGIN NEW.quand := coalesce(NEW.quand, now()); RETURN NEW; END $$;
       CREATE TRIGGER a_la_fin BEFORE INSERT OR UPDATE OF quand ON ventes.commandes
         FOR EACH ROW WHEN (NEW.id > 0) EXECUTE FUNCTION ventes.tr();
       CREATE AGGREGATE ventes.somme (int) (SFUNC = int4pl, STYPE = int, INITCOND = '0');""",
    """CREATE VIEW ventes.v AS SELECT c.*, o.statut FROM ventes.clients c JOIN ventes.commandes o ON o.client = c.id;
       CREATE MATERIALIZED VIEW ventes.m AS SELECT count(*) AS n FROM ventes.v; CREATE UNIQUE INDEX ON ventes.m (n);""",
    """CREATE TABLE ventes.temps (t date NOT NULL, v int, PRIMARY KEY (t)) PARTITION BY RANGE (t);
       CREATE TABLE ventes.temps_1 PARTITION OF ventes.temps FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
       CREATE TABLE ventes.temps_d PARTITION OF ventes.temps DEFAULT;
       CREATE INDEX ON ventes.temps (v); CREATE TABLE ventes.enfant (z int) INHERITS (ventes.clients);""",
    """ALTER TABLE ventes.clients ENABLE ROW LEVEL SECURITY;
       CREATE POLICY siens ON ventes.clients FOR SELECT USING (nom_complet = current_user);
       CREATE RULE rien AS ON DELETE TO ventes.v DO INSTEAD NOTHING;
       CREATE STATISTICS ventes.st (dependencies) ON client, statut FROM ventes.commandes;""",
    """GRANT USAGE ON SCHEMA ventes TO PUBLIC; GRANT SELECT, UPDATE (née) ON ventes.clients TO PUBLIC;
       REVOKE EXECUTE ON FUNCTION ventes.f(int) FROM PUBLIC;
       ALTER DEFAULT PRIVILEGES IN SCHEMA ventes GRANT SELECT ON TABLES TO PUBLIC;
       COMMENT ON TABLE ventes.clients IS 'Les clients — l''un après l''autre';
       COMMENT ON COLUMN ventes.clients.née IS 'jour'; COMMENT ON INDEX ventes.temps_v_idx IS 'i';""",
    """SET search_path = ventes; CREATE TABLE ici (id int); ALTER TABLE ici REPLICA IDENTITY FULL;
       CREATE PUBLICATION {publication} FOR TABLE ici;
       CREATE SEQUENCE s START 5 CYCLE MAXVALUE 9; ALTER SEQUENCE s OWNED BY ici.id;""",
    "CREATE TABLE partout (id int); VACUUM ANALYZE partout; ALTER TABLE partout ADD COLUMN a int DEFAULT 7;",
    """DO $$ BEGIN EXECUTE 'CREATE TABLE fait (id int)'; END $$; DROP TABLE partout;
       ALTER SCHEMA ventes RENAME TO sales;""",
]


def write(project: Project) -> list[Path]:
    for number, text in enumerate(FILES, 1):
        project.write(text.replace("{publication}", f"p_{project.database.name}"), f"{number:04}_pas")
    return sorted(project.settings.migrations.iterdir())


@pytest.mark.majors("all")
def test_the_dump_is_that_of_psql(make_database: Callable[..., Database], tmp_path: Path) -> None:
    project, other = Project.of(make_database(), tmp_path), make_database()
    psql = find(18).program("psql")
    for path in write(project):
        subprocess.run(
            [psql, "-Xq", "-v", "ON_ERROR_STOP=1", "-d", other.dsn, "-f", path], check=True, capture_output=True
        )
    report = apply(project.settings)
    assert [each.state for each in report.migrations] == ["done"] * len(FILES)
    assert dump(project.database) == dump(other)
    assert "CREATE MATERIALIZED VIEW" in dump(other)
    rows = "SELECT id, client, statut::text FROM sales.commandes ORDER BY 1"
    assert project.database.all(rows) == other.all(rows)


def test_few_round_trips_two_sessions_and_no_catalog_where_nothing_has_rows(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = Project.of(database, tmp_path)
    for number in range(1, 51):
        project.write(f"CREATE TABLE t{number} (id int); CREATE INDEX ON t{number} (id);", f"{number:04}_pas")
    trips, sessions, looks = counters(monkeypatch)
    apply(project.settings)
    statements, files = 100, 50
    assert trips[0] <= statements + 3 * files + 40  # begin, fence, journal row and commit
    assert sessions[0] == 2  # the work, and the heartbeat
    assert looks[0] == 0


def test_one_look_at_the_catalog_where_other_tables_have_rows(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database.run("CREATE TABLE plein (id int); INSERT INTO plein VALUES (1)")
    project = Project.of(database, tmp_path)
    for number in range(1, 11):
        project.write(f"CREATE TABLE t{number} (id int); ALTER TABLE t{number} ADD COLUMN a int;", f"{number:04}_pas")
    _, _, looks = counters(monkeypatch)
    apply(project.settings)
    assert looks[0] == 1


def counters(monkeypatch: pytest.MonkeyPatch) -> tuple[list[int], list[int], list[int]]:
    """Round trips, sessions and reads of the catalog from now on."""
    trips, sessions, looks = [0], [0], [0]
    execute, connect, read = psycopg.Cursor.execute, psycopg.connect, reader.read

    def counted(*arguments: Any, **named: Any) -> Any:
        trips[0] += 1
        return execute(*arguments, **named)

    def opened(*arguments: Any, **named: Any) -> Any:
        sessions[0] += 1
        return connect(*arguments, **named)

    def looked(*arguments: Any, **named: Any) -> Any:
        looks[0] += 1
        return read(*arguments, **named)

    monkeypatch.setattr(psycopg.Cursor, "execute", counted)
    monkeypatch.setattr(psycopg, "connect", opened)
    monkeypatch.setattr("pgwright.api._planning.read", looked)
    return trips, sessions, looks

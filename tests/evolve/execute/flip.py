"""A rich table to rename a column of with `up`, and the verbs on it, for the tests of the flip."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pgwright.api.contract import contract
from pgwright.api.expand import expand
from pgwright.api.rollback import rollback
from pgwright.config import Settings
from pgwright.config.settings import ExecuteSettings
from pgwright.connect import session
from pgwright.evolve.execute import journal
from tests.support.calm import CALM
from tests.support.databases import Database
from tests.support.lifecycle import QUICK, dump

NAME = "0001_nom.sql"
GRACE = 3600.0
RENAME = 'ALTER TABLE "Né é"."ut\'il;" RENAME COLUMN "No""m" TO "select %s";'
MIGRATION = f"""\
-- pgwright: allow = user_triggers
-- pgwright: up = trim("No""m")
-- pgwright: down = "select %s"
{RENAME}
"""

RICH = """
CREATE SCHEMA "Né é";
SET search_path = "Né é", public;
CREATE TABLE pays (code text PRIMARY KEY);
INSERT INTO pays VALUES ('Zoé'), ('Bob'), ('Eve'), ('x');
CREATE TABLE "ut'il;" (
    id int PRIMARY KEY,
    autre int DEFAULT 0,
    "É" text,
    -- Last, so that its place too is the same afterwards: the text of a view with USING tells the order of columns.
    "No""m" text COLLATE "C" DEFAULT 'x' NOT NULL
);
COMMENT ON COLUMN "ut'il;"."No""m" IS 'le ''nom''; %s';
COMMENT ON TABLE "ut'il;" IS 'table';
ALTER TABLE "ut'il;" ALTER COLUMN "No""m" SET STORAGE EXTERNAL, ALTER COLUMN "No""m" SET STATISTICS 55,
    ALTER COLUMN "No""m" SET (n_distinct = -0.5), ALTER COLUMN "No""m" SET COMPRESSION pglz;
INSERT INTO "ut'il;" (id, "No""m") SELECT g, (ARRAY['Zoé', 'Bob', 'Eve'])[g % 3 + 1] FROM generate_series(1, 50) g;

ALTER TABLE "ut'il;" ADD CONSTRAINT "ck ;" CHECK (length("No""m") < 50 AND autre >= 0) NO INHERIT;
COMMENT ON CONSTRAINT "ck ;" ON "ut'il;" IS 'check %s';
ALTER TABLE "ut'il;" ADD CONSTRAINT vieux CHECK ("No""m" <> 'jamais') NOT VALID;
ALTER TABLE "ut'il;" ADD CONSTRAINT "fk ""x" FOREIGN KEY ("No""m") REFERENCES pays (code)
    ON UPDATE CASCADE ON DELETE SET DEFAULT DEFERRABLE INITIALLY DEFERRED;
COMMENT ON CONSTRAINT "fk ""x" ON "ut'il;" IS 'fk';

CREATE INDEX "i ""bas" ON "ut'il;" (lower("No""m") COLLATE "POSIX" text_pattern_ops DESC NULLS LAST, id) INCLUDE (autre)
    WITH (fillfactor = 70) WHERE "No""m" <> 'x';
CREATE INDEX "i;inc" ON "ut'il;" (autre, ("É" || "No""m")) INCLUDE ("No""m");
CREATE INDEX i_hash ON "ut'il;" USING hash ("No""m");
CREATE INDEX i_part ON "ut'il;" (autre) WHERE "No""m" IS NOT NULL;
COMMENT ON INDEX "i ""bas" IS 'index';
ALTER INDEX "i ""bas" ALTER COLUMN 1 SET STATISTICS 77;
ALTER TABLE "ut'il;" CLUSTER ON "i;inc";
CREATE STATISTICS "st ;" (dependencies, ndistinct) ON "No""m", autre FROM "ut'il;";
CREATE STATISTICS st_e ON (lower("No""m")), id FROM "ut'il;";
ALTER STATISTICS "st ;" SET STATISTICS 33;
COMMENT ON STATISTICS "st ;" IS 'stat';

CREATE VIEW "v ;" WITH (security_barrier = true, check_option = cascaded) AS
    SELECT id, "No""m" FROM "ut'il;" WHERE "No""m" <> 'zz';
COMMENT ON VIEW "v ;" IS 'vue';
COMMENT ON COLUMN "v ;"."No""m" IS 'colonne de vue';
ALTER VIEW "v ;" ALTER COLUMN "No""m" SET DEFAULT 'Bob';
CREATE VIEW v_sur AS SELECT v.*, u."É" FROM "v ;" v JOIN "ut'il;" u USING ("No""m", id) JOIN pays ON code = "No""m";
CREATE VIEW v_regle AS SELECT id, autre FROM "ut'il;";
CREATE RULE r_ins AS ON INSERT TO v_regle DO INSTEAD INSERT INTO "ut'il;" (id, "No""m") VALUES (NEW.id, 'Bob');

ALTER TABLE "ut'il;" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "p ;" ON "ut'il;" AS RESTRICTIVE FOR UPDATE USING ("No""m" <> 'a') WITH CHECK ("No""m" <> 'b');
CREATE POLICY p_tous ON "ut'il;" USING (true);
CREATE RULE r_pays AS ON DELETE TO pays DO ALSO DELETE FROM "ut'il;" u WHERE u."No""m" = OLD.code;
CREATE RULE r_soi AS ON DELETE TO "ut'il;" WHERE OLD."No""m" = 'jamais' DO INSTEAD NOTHING;
CREATE POLICY p_pays ON pays USING (code IN (SELECT "No""m" FROM "ut'il;"));
COMMENT ON POLICY "p ;" ON "ut'il;" IS 'politique';

CREATE TABLE audit (n text);
CREATE FUNCTION aud() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN INSERT INTO "Né é".audit VALUES (TG_NAME); RETURN NULL; END $$;
CREATE TRIGGER t_of AFTER UPDATE OF "No""m", autre ON "ut'il;" FOR EACH ROW
    WHEN (OLD."No""m" IS DISTINCT FROM NEW."No""m") EXECUTE FUNCTION aud();
CREATE TRIGGER t_non AFTER UPDATE OF "No""m" ON "ut'il;" FOR EACH ROW EXECUTE FUNCTION aud();
CREATE TRIGGER t_toujours AFTER INSERT ON "ut'il;" FOR EACH ROW WHEN (NEW."No""m" <> 'q') EXECUTE FUNCTION aud();
CREATE CONSTRAINT TRIGGER t_con AFTER UPDATE OF "No""m" ON "ut'il;" DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW."No""m" <> 'q') EXECUTE FUNCTION aud();
ALTER TABLE "ut'il;" DISABLE TRIGGER t_non;
ALTER TABLE "ut'il;" ENABLE ALWAYS TRIGGER t_toujours;
ALTER TABLE "ut'il;" ENABLE REPLICA TRIGGER t_con;
COMMENT ON TRIGGER t_of ON "ut'il;" IS 'déclencheur';
COMMENT ON TRIGGER t_con ON "ut'il;" IS 'contrainte';

CREATE FUNCTION compte(x text) RETURNS bigint LANGUAGE sql STABLE
    BEGIN ATOMIC SELECT count(*) FROM "ut'il;" u WHERE u."No""m" = x; END;
COMMENT ON FUNCTION compte(text) IS 'fonction';
"""
PUBLICATION = """
SET search_path = "Né é", public;
CREATE PUBLICATION "pub ;" FOR TABLE "ut'il;" (id, "No""m") WHERE ("No""m" <> 'f'), pays WITH (publish = 'insert');
"""
GRANTS = """
SET search_path = "Né é", public;
GRANT USAGE ON SCHEMA "Né é" TO {a};
GRANT SELECT, UPDATE ("No""m") ON "ut'il;" TO {a} WITH GRANT OPTION;
GRANT INSERT ("No""m"), REFERENCES ("No""m") ON "ut'il;" TO {b};
GRANT SELECT ("No""m") ON "ut'il;" TO PUBLIC;
GRANT SELECT ON "v ;", v_sur TO {a};
GRANT EXECUTE ON FUNCTION compte(text) TO {b};
"""


@dataclass
class Verbs:
    """The verbs on one database and folder; `gate` as in the api, `user` the role that migrates ("": a superuser)."""

    database: Database
    folder: Path
    user: str = ""
    execute: ExecuteSettings = QUICK

    def prepare(self, script: str, migration: str = MIGRATION) -> None:
        """Tables, journal and migration file."""
        self.database.run(script)
        (self.folder / NAME).write_text(migration, encoding="utf-8")
        with session.open(self.settings.dsn) as connection:
            journal.create(connection)

    @property
    def settings(self) -> Settings:
        """What every verb is given."""
        dsn = self.database.dsn_as(self.user) if self.user else self.database.dsn
        return Settings(dsn=dsn, migrations=self.folder, execute=self.execute, throttle=CALM)

    def expand(self, gate: Callable[[str], None] | None = None) -> None:
        expand(self.settings, gate=gate)

    def contract(self, gate: Callable[[str], None] | None = None, *, allow: frozenset[str] = frozenset()) -> None:
        """To `retiring`."""
        contract(self.settings, grace=GRACE, gate=gate, allow=allow)

    def finalize(self, gate: Callable[[str], None] | None = None) -> None:
        """To `done`."""
        contract(self.settings, finalize=True, gate=gate)

    def rollback(self, gate: Callable[[str], None] | None = None, *, allow: frozenset[str] = frozenset()) -> None:
        rollback(self.settings, gate=gate, allow=allow)

    @property
    def state(self) -> str:
        """The state of the migration."""
        return str(self.database.one("SELECT state FROM pgwright.migration"))


def rich(major: int, roles: tuple[str, str]) -> str:
    """The script of the rich table on a server of `major`."""
    return RICH + (PUBLICATION if major >= 15 else "") + GRANTS.format(a=roles[0], b=roles[1])


def schema(database: Database) -> list[str]:
    """The lines of pg_dump, rights last and sorted: the order in which they were granted is kept nowhere."""
    lines = dump(database).splitlines()
    return [line for line in lines if not line.startswith("GRANT")] + sorted(
        line for line in lines if line.startswith("GRANT")
    )


class Halt(Exception):
    """Raised by a gate: the runner ends as if it had been killed between two steps."""


def halting(verb: Callable[[Callable[[str], None]], None]) -> list[str]:
    """Runs `verb` again and again, halted once before each of its steps, until it ends; returns the steps."""
    seen: list[str] = []

    def gate(step: str) -> None:
        if step not in seen:
            seen.append(step)
            raise Halt(step)

    while True:
        try:
            verb(gate)
        except Halt:
            continue
        return seen

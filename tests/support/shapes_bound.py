"""Tables to which something is bound: policies, triggers, views, rights, owners. `shapes` has the plainer ones."""

from __future__ import annotations

from tests.support.lifecycle import Shape
from tests.support.writers import OPS, Work

T = "utilisateurs"
PLAIN = Work(table=T)
TABLE = f"CREATE TABLE {T} (id bigint PRIMARY KEY, nom text, autre int NOT NULL DEFAULT 0);\n"
ROWS = f"INSERT INTO {T} (id, nom, autre) SELECT i, 'Zoé ' || i, 0 FROM generate_series(1, 300) i;\n"
RENAME = f"ALTER TABLE {T} RENAME COLUMN nom TO nom_complet"
NO_NULL = tuple(op for op in OPS if op not in ("null", "default"))
LEAVES = Work(
    table="mesures",
    ops=(*[op for op in OPS if op not in ("upsert", "other")], "move"),
)


def role(name: str) -> str:
    """A script that makes a role of the cluster, whoever is faster."""
    return (
        f"DO $$BEGIN CREATE ROLE {name} LOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END$$;\n"
    )


def _lower(value: str | None) -> tuple[str | None, str | None]:
    return (value and value.lower(), value and value.lower())


_TRIGGERS = f"""CREATE TABLE audit (id bigint, avant text, apres text);
CREATE FUNCTION normalise() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN NEW.nom := lower(NEW.nom); RETURN NEW; END$$;
CREATE FUNCTION audite() RETURNS trigger LANGUAGE plpgsql AS
$$BEGIN INSERT INTO audit VALUES (NEW.id, CASE WHEN TG_OP = 'UPDATE' THEN OLD.nom END, NEW.nom); RETURN NULL; END$$;
CREATE FUNCTION rien() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'never'; END$$;
CREATE FUNCTION brouille() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN NEW.autre := -1; RETURN NEW; END$$;
CREATE FUNCTION vide() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NULL; END$$;
CREATE FUNCTION trop_long() RETURNS trigger LANGUAGE plpgsql AS
$$BEGIN IF length(NEW.nom) > 1000 THEN RAISE EXCEPTION 'too long'; END IF; RETURN NULL; END$$;
CREATE TRIGGER zz_normalise BEFORE INSERT OR UPDATE ON {T} FOR EACH ROW EXECUTE FUNCTION normalise();
CREATE TRIGGER audite AFTER INSERT OR UPDATE OF autre, nom ON {T} FOR EACH ROW EXECUTE FUNCTION audite();
CREATE TRIGGER quand AFTER UPDATE OF nom ON {T} FOR EACH ROW WHEN (NEW.nom = 'jamais') EXECUTE FUNCTION rien();
CREATE TRIGGER jamais BEFORE UPDATE OF nom ON {T} FOR EACH ROW EXECUTE FUNCTION rien();
CREATE TRIGGER toujours AFTER UPDATE OF nom ON {T} FOR EACH ROW EXECUTE FUNCTION trop_long();
CREATE TRIGGER replique BEFORE UPDATE ON {T} FOR EACH ROW EXECUTE FUNCTION brouille();
CREATE CONSTRAINT TRIGGER court AFTER INSERT OR UPDATE OF nom ON {T} DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION trop_long();
CREATE TRIGGER phrase AFTER UPDATE ON {T} REFERENCING OLD TABLE AS avant FOR EACH STATEMENT EXECUTE FUNCTION vide();
ALTER TABLE {T} DISABLE TRIGGER jamais;
ALTER TABLE {T} ENABLE REPLICA TRIGGER replique;
ALTER TABLE {T} ENABLE ALWAYS TRIGGER toujours;
"""

_DEPENDENTS = f"""CREATE TABLE langues (nom text PRIMARY KEY, cle bigint);
INSERT INTO langues SELECT 'fr' || i, i FROM generate_series(0, 9) i;
CREATE TABLE {T} (id bigint PRIMARY KEY, nom text NOT NULL DEFAULT 'fr0' CONSTRAINT court CHECK (length(nom) < 1000),
    autre int NOT NULL, taille int GENERATED ALWAYS AS (length(nom)) STORED,
    CONSTRAINT langue FOREIGN KEY (nom) REFERENCES langues ON UPDATE CASCADE);
CREATE INDEX i_nom ON {T} (nom DESC NULLS LAST) INCLUDE (autre);
CREATE INDEX i_bas ON {T} (lower(nom) text_pattern_ops) WHERE nom <> 'x';
CREATE STATISTICS st (dependencies) ON nom, autre FROM {T};
CREATE VIEW v_noms AS SELECT id, nom FROM {T} WHERE nom <> '';
CREATE VIEW v_tous AS SELECT v.nom, count(*) FROM v_noms v GROUP BY 1;
CREATE MATERIALIZED VIEW mv AS SELECT nom FROM {T};
CREATE FUNCTION lit(u {T}) RETURNS text LANGUAGE sql STABLE AS $$SELECT 'x'$$;
COMMENT ON COLUMN {T}.nom IS 'le nom';
ALTER TABLE {T} ALTER COLUMN nom SET STATISTICS 77, ALTER COLUMN nom SET STORAGE MAIN;
"""

_LEAVES = """CREATE TABLE mesures (id bigint, nom text, autre int NOT NULL) PARTITION BY LIST (autre);
CREATE TABLE mesures_0 PARTITION OF mesures FOR VALUES IN (0);
CREATE TABLE mesures_1 PARTITION OF mesures FOR VALUES IN (1);
CREATE FUNCTION touche() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$;
CREATE TRIGGER zzzz BEFORE INSERT OR UPDATE ON mesures_1 FOR EACH ROW EXECUTE FUNCTION touche();
CREATE TRIGGER partout AFTER UPDATE OF nom ON mesures FOR EACH ROW EXECUTE FUNCTION touche();
ALTER TABLE mesures_0 DISABLE TRIGGER partout;
ALTER TABLE mesures_1 ENABLE ALWAYS TRIGGER partout;
INSERT INTO mesures SELECT i, 'Zoé ' || i, i % 2 FROM generate_series(1, 300) i;
"""

_NORMALISED = f"""ALTER TABLE {T} OWNER TO pgw_owner;
CREATE FUNCTION normalise() RETURNS trigger LANGUAGE plpgsql AS
$$BEGIN NEW.nom := lower(NEW.nom); IF TG_OP = 'UPDATE' THEN NEW.fois := OLD.fois + 1; END IF; RETURN NEW; END$$;
ALTER FUNCTION normalise() OWNER TO pgw_owner;
ALTER TABLE {T} ADD fois int NOT NULL DEFAULT 0;
UPDATE {T} SET nom = lower(nom);
CREATE TRIGGER normalise BEFORE INSERT OR UPDATE ON {T} FOR EACH ROW EXECUTE FUNCTION normalise();
"""

_POLICIES = f"""ALTER TABLE {T} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {T} FORCE ROW LEVEL SECURITY;
CREATE POLICY lire ON {T} FOR SELECT TO pgw_app USING (nom IS DISTINCT FROM 'secret');
CREATE POLICY ecrire ON {T} TO pgw_app USING (true) WITH CHECK (nom IS NULL OR nom <> 'interdit');
GRANT SELECT, INSERT, UPDATE, DELETE ON {T} TO pgw_app;
"""

_GRANTS = f"""GRANT SELECT, DELETE, INSERT (id, nom, autre), UPDATE (nom, autre) ON {T} TO pgw_app;
GRANT SELECT (nom) ON {T} TO pgw_lit WITH GRANT OPTION;
GRANT SELECT (id, nom) ON {T} TO PUBLIC;
"""


def _number(name: str, column: str, after: str = "") -> Shape:
    """A renamed column that takes its values from a sequence."""
    return Shape(
        name=name,
        differs=name == "identity",
        setup=f"CREATE TABLE {T} (id bigint PRIMARY KEY, nom {column}, autre int);\n{after}"
        f"INSERT INTO {T} SELECT i, i + 1000000, 0 FROM generate_series(1, 300) i;\n",
        work=Work(table=T, ops=NO_NULL, old_value=str, new_value=str),
        rename=RENAME,
    )


BOUND: tuple[Shape, ...] = (
    Shape(
        name="forced_row_security",
        setup=role("pgw_app") + TABLE + ROWS + _POLICIES,
        work=Work(table=T, user="pgw_app"),
        rename=RENAME,
        mirror_grant="pgw_app",
        strategies=("copy",),
    ),
    Shape(
        name="forced_row_security_invoker",
        setup=role("pgw_app") + TABLE + ROWS + _POLICIES,
        work=Work(table=T, user="pgw_app"),
        rename=RENAME,
        mirror_grant="pgw_app",
        strategies=("alias",),
        versions=(15, 16, 17, 18),
    ),
    Shape(
        name="user_triggers",
        differs=True,
        setup=TABLE + ROWS + f"UPDATE {T} SET nom = lower(nom);\n" + _TRIGGERS,
        work=Work(table=T, old_value=lambda n: f"A{n}", new_value=lambda n: f"N{n}", seen_old=_lower, seen_new=_lower),
        rename=RENAME,
        strategies=("copy",),
        allow=frozenset({"user_triggers"}),
        bodies=True,
    ),
    Shape(
        name="trigger_on_one_leaf",
        differs=True,
        setup=_LEAVES,
        work=LEAVES,
        rename="ALTER TABLE mesures RENAME nom TO nom_complet",
        strategies=("copy",),
        allow=frozenset({"user_triggers"}),
    ),
    Shape(
        name="dependents",
        differs=True,
        setup=_DEPENDENTS + ROWS.replace("'Zoé ' || i", "'fr' || i % 10"),
        work=Work(
            table=T,
            ops=NO_NULL,
            old_value=lambda n: f"fr{n % 10}",
            new_value=lambda n: f"fr{n % 10}",
            default=("fr0", "fr0"),
        ),
        rename=RENAME,
    ),
    Shape(
        name="default",
        setup=f"CREATE TABLE {T} (id bigint PRIMARY KEY, nom text DEFAULT 'inconnu', autre int);\n" + ROWS,
        work=Work(table=T, ops=(*NO_NULL, "default"), default=("inconnu", "inconnu")),
        rename=RENAME,
    ),
    _number(
        "serial",
        "bigint",
        f"CREATE SEQUENCE s OWNED BY {T}.nom;\nALTER TABLE {T} ALTER nom SET DEFAULT nextval('s');\n",
    ),
    _number("identity", "bigint GENERATED BY DEFAULT AS IDENTITY (START WITH 7 INCREMENT BY 3)"),
    Shape(
        name="column_grants",
        setup=role("pgw_app") + role("pgw_lit") + TABLE + ROWS + _GRANTS,
        work=Work(table=T, user="pgw_app"),
        rename=RENAME,
        mirror_grant="pgw_app",
    ),
    Shape(
        name="published_columns",
        setup=TABLE + ROWS + f"CREATE PUBLICATION pub FOR TABLE {T} (id, nom);\n",
        work=PLAIN,
        rename=RENAME,
        strategies=("copy",),
        versions=(15, 16, 17, 18),
    ),
    Shape(
        name="ordinary_owner",
        setup=role("pgw_owner") + TABLE + ROWS + f"ALTER TABLE {T} OWNER TO pgw_owner;\n",
        work=PLAIN,
        rename=RENAME,
        runner="pgw_owner",
    ),
    Shape(
        name="ordinary_owner_with_triggers",
        setup=role("pgw_owner") + TABLE + ROWS + _NORMALISED,
        work=PLAIN,
        rename=RENAME,
        strategies=("copy",),
        runner="pgw_owner",
        allow=frozenset({"user_triggers"}),
        bodies=True,
    ),
)

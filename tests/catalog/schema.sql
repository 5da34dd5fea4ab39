-- One of everything that the snapshot tells apart. Statements of one version are added by the tests.
CREATE SCHEMA boutique;
CREATE SCHEMA "Odd ""schéma""";
CREATE TYPE boutique.humeur AS ENUM ('gai', 'triste');
CREATE FUNCTION boutique.touche() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.nom := trim(NEW.nom); RETURN NEW; END $$;

CREATE TABLE boutique.utilisateurs (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    serial_no bigserial,
    nom text COLLATE "C" NOT NULL DEFAULT 'x' CHECK (nom <> ''),
    parti text,
    email varchar(80) CONSTRAINT email_unique UNIQUE DEFERRABLE INITIALLY DEFERRED,
    humeur boutique.humeur,
    prix numeric(10,2)[],
    longueur int GENERATED ALWAYS AS (length(nom) + 1) STORED
) WITH (fillfactor = 80);
ALTER TABLE boutique.utilisateurs DROP COLUMN parti;
ALTER TABLE boutique.utilisateurs ALTER COLUMN email SET STATISTICS 50;
ALTER TABLE boutique.utilisateurs ALTER COLUMN email SET (n_distinct = -0.5);
ALTER TABLE boutique.utilisateurs ALTER COLUMN nom SET STORAGE EXTERNAL;
ALTER TABLE boutique.utilisateurs ALTER COLUMN nom SET COMPRESSION pglz;
COMMENT ON TABLE boutique.utilisateurs IS 'les gens';
COMMENT ON COLUMN boutique.utilisateurs.nom IS 'le nom';
CREATE INDEX par_nom ON boutique.utilisateurs (lower(nom) DESC, humeur) INCLUDE (serial_no) WHERE email <> '';
CREATE STATISTICS boutique.deux ON nom, email FROM boutique.utilisateurs;
CREATE TRIGGER t_of BEFORE UPDATE OF nom ON boutique.utilisateurs FOR EACH ROW
    WHEN (new.nom <> old.nom AND new.email IS NOT NULL) EXECUTE FUNCTION boutique.touche();
CREATE TRIGGER t_plain BEFORE INSERT OR UPDATE ON boutique.utilisateurs FOR EACH ROW EXECUTE FUNCTION boutique.touche();
ALTER TABLE boutique.utilisateurs ENABLE ALWAYS TRIGGER t_plain;
COMMENT ON TRIGGER t_plain ON boutique.utilisateurs IS 'toujours';

CREATE TABLE boutique.commandes (
    id int,
    cree_a date NOT NULL,
    utilisateur_id int REFERENCES boutique.utilisateurs ON DELETE CASCADE,
    total int
) PARTITION BY RANGE (cree_a, (total + 1));
CREATE TABLE boutique.commandes_2024 PARTITION OF boutique.commandes FOR VALUES FROM ('2024-01-01', 0) TO ('2025-01-01', 0);
CREATE INDEX par_total ON boutique.commandes (total);
CREATE TRIGGER t_parts AFTER INSERT ON boutique.commandes FOR EACH ROW EXECUTE FUNCTION boutique.touche();

CREATE TABLE "Odd ""schéma"""."Table ""1""" ("a b" int, UNIQUE ("a b"));
CREATE TABLE boutique.heir (plus int) INHERITS (boutique.utilisateurs);
CREATE TABLE boutique.avec_regle (id int);
CREATE RULE r AS ON INSERT TO boutique.avec_regle DO ALSO UPDATE boutique.utilisateurs SET nom = 'r' WHERE serial_no = NEW.id;

ALTER TABLE boutique.utilisateurs ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY p_own ON boutique.utilisateurs AS RESTRICTIVE FOR UPDATE TO pg_monitor, pg_read_all_data
    USING (nom = current_user) WITH CHECK (id > 0);
CREATE POLICY p_other ON boutique.avec_regle USING (EXISTS (SELECT FROM boutique.utilisateurs u WHERE u.email = 'x'));

CREATE VIEW boutique.v1 AS SELECT id, nom AS qui FROM boutique.utilisateurs;
CREATE VIEW boutique.v2 WITH (security_barrier) AS SELECT count(*) AS n FROM boutique.v1;
CREATE MATERIALIZED VIEW boutique.mv AS SELECT qui FROM boutique.v1;
CREATE UNIQUE INDEX mv_qui ON boutique.mv (qui);
CREATE FUNCTION boutique.standard(x int) RETURNS bigint LANGUAGE sql STABLE
    BEGIN ATOMIC SELECT count(nom) FROM boutique.utilisateurs; END;
CREATE PROCEDURE boutique.dynamique(IN a text, VARIADIC b int[]) LANGUAGE plpgsql SECURITY DEFINER SET search_path = boutique
    AS $$ BEGIN EXECUTE 'UPDATE utilisateurs SET nom = $1' USING a; END $$;

GRANT SELECT ON boutique.utilisateurs TO PUBLIC;
GRANT UPDATE (nom) ON boutique.utilisateurs TO pg_monitor WITH GRANT OPTION;
CREATE PUBLICATION pub_table FOR TABLE boutique.utilisateurs WITH (publish = 'insert, update');
CREATE PUBLICATION pub_all FOR ALL TABLES;

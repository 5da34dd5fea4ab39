-- Everything that statistics and plans know, small but with enough rows that ANALYZE finds what there is to find.
CREATE EXTENSION citext; CREATE EXTENSION hstore; CREATE EXTENSION ltree; CREATE EXTENSION pg_trgm;
CREATE EXTENSION btree_gin; CREATE EXTENSION btree_gist; CREATE EXTENSION bloom; CREATE EXTENSION postgres_fdw;
CREATE EXTENSION file_fdw;

CREATE TYPE humeur AS ENUM ('ravie', 'égale', 'triste', 'it''s "odd"');
CREATE DOMAIN entier AS int CHECK (VALUE < 1000000);
CREATE DOMAIN petit AS entier CHECK (VALUE >= 0);
CREATE TYPE adresse AS (rue text, numéro petit);
CREATE TYPE durée AS RANGE (subtype = float8);

CREATE TABLE types AS
SELECT i AS id, (ARRAY['ravie', 'égale', 'triste', 'it''s "odd"'])[1 + (i % 17) % 4]::humeur AS e, (i % 300)::petit AS d,
       ARRAY['ravie', CASE WHEN i % 3 = 0 THEN 'triste' ELSE 'égale' END]::humeur[] AS ae,
       ROW('rue ' || i % 9, i % 40)::adresse AS comp, ('Nom' || i % 500)::citext AS ci,
       hstore('a', (i % 10)::text) AS h, ('haut.' || i % 7 || '.bas')::ltree AS lt,
       jsonb_build_object('k', i % 20, 'v', 'x' || i % 5) AS jb, json_build_object('k', i) AS js,
       to_tsvector('simple', 'mot' || i % 50 || ' autre' || i % 7) AS ts, int4range(i % 100, i % 100 + 10) AS r,
       int4multirange(int4range(i % 50, i % 50 + 2), int4range(90, 90 + i % 5)) AS mr, durée(i % 10, i % 10 + 0.5) AS fr,
       ('10.0.' || i % 250 || '.1')::inet AS ip, md5((i % 5000)::text)::uuid AS u, decode(md5((i % 77)::text), 'hex') AS by,
       (i % 16)::bit(4) AS b, '2024-01-01'::timestamptz + i * interval '1 minute' AS tz, (i % 90) * interval '1 hour' AS iv,
       ('c' || i % 30)::char(8) AS ch, ('v' || i % 3000)::varchar(20) AS vc,
       CASE WHEN i % 50 = 0 THEN 'NaN' WHEN i % 51 = 0 THEN 'Infinity' ELSE (i % 200)::text END::numeric AS n,
       point(i, i) AS pt, ARRAY[i % 10, i % 13] AS ai, (i % 2 = 0) AS bo,
       CASE WHEN i % 4 = 0 THEN NULL ELSE chr(65 + i % 26) || md5(i::text) END AS t, (i % 1000)::money AS mo, i::float8 / 7 AS f,
       daterange('2024-01-01'::date + i % 100, '2024-01-01'::date + i % 100 + 5) AS dr, ('08:00:2b:00:00:' || to_hex(i % 256))::macaddr AS mac
FROM generate_series(1, 20000) i;
ALTER TABLE types ADD g text GENERATED ALWAYS AS (upper(t)) STORED, ADD PRIMARY KEY (id);
ALTER TABLE types ALTER vc SET STATISTICS 300, ALTER u SET (n_distinct = -0.5);
CREATE INDEX ON types (e, d); CREATE INDEX types_lower ON types (lower(t)) WHERE t IS NOT NULL;
CREATE INDEX ON types USING gin (ae); CREATE INDEX ON types USING gin (jb jsonb_path_ops); CREATE INDEX ON types USING gin (ts);
CREATE INDEX ON types USING gist (r); CREATE INDEX ON types USING spgist (ip inet_ops); CREATE INDEX ON types USING hash (u);
CREATE INDEX ON types USING brin (tz) WITH (pages_per_range = 4); CREATE INDEX ON types USING bloom (d, id);
CREATE INDEX ON types USING gin (t gin_trgm_ops); CREATE INDEX ON types (ci) INCLUDE (f); CREATE INDEX ON types ((jb ->> 'k'));
CREATE INDEX ON types (vc DESC NULLS LAST, n) WITH (fillfactor = 60); CREATE INDEX ON types USING gist (lt);
CREATE STATISTICS s_mcv (mcv) ON e, d FROM types; CREATE STATISTICS s_all ON bo, ci, d FROM types;
CREATE STATISTICS s_dep (dependencies, ndistinct) ON vc, d, e FROM types; CREATE STATISTICS s_exp ON (id % 7), (lower(vc)), d FROM types;
CREATE STATISTICS s_one ON (id % 11) FROM types;

CREATE TABLE parts (id bigint, région text, jour date, montant numeric(10, 2)) PARTITION BY LIST (région);
CREATE TABLE parts_n PARTITION OF parts FOR VALUES IN ('nord') PARTITION BY RANGE (jour);
CREATE TABLE parts_n1 PARTITION OF parts_n FOR VALUES FROM ('2024-01-01') TO ('2024-07-01');
CREATE TABLE parts_n2 PARTITION OF parts_n FOR VALUES FROM ('2024-07-01') TO ('2025-01-01');
CREATE TABLE parts_s PARTITION OF parts DEFAULT;
INSERT INTO parts SELECT i, CASE WHEN i % 3 = 0 THEN 'sud' ELSE 'nord' END, '2024-01-01'::date + i % 360, i % 500
FROM generate_series(1, 20000) i;
CREATE INDEX ON parts (jour); CREATE STATISTICS s_parts ON région, montant FROM parts;

CREATE TABLE parent (id int, nom text); CREATE TABLE enfant (extra int) INHERITS (parent);
INSERT INTO parent SELECT i, 'p' || i % 10 FROM generate_series(1, 3000) i;
INSERT INTO enfant SELECT i, 'e' || i % 100, i FROM generate_series(1, 3000) i;

CREATE TABLE clients (id int PRIMARY KEY, nom text, né date); CREATE TABLE ventes (id int PRIMARY KEY, client int REFERENCES clients, prix int, parti bool);
INSERT INTO clients SELECT i, 'nom ' || i, '1980-01-01'::date + i % 9000 FROM generate_series(1, 5000) i;
INSERT INTO ventes SELECT i, 1 + i * i % 5000, i % 777, i % 100 = 0 FROM generate_series(1, 30000) i;
CREATE INDEX ON ventes (client); CREATE INDEX ON ventes (prix) WHERE parti; ALTER TABLE ventes ADD jeté text; ALTER TABLE ventes DROP jeté;
ALTER TABLE ventes ADD reste int DEFAULT 3; CREATE STATISTICS s_dropped ON prix, parti, reste FROM ventes;
CREATE MATERIALIZED VIEW résumé AS SELECT client, sum(prix) AS total FROM ventes GROUP BY client; CREATE INDEX ON résumé (total);
CREATE VIEW vue AS SELECT c.nom, v.prix FROM clients c JOIN ventes v ON v.client = c.id WHERE v.parti;
CREATE UNLOGGED TABLE brouillon AS SELECT i AS id FROM generate_series(1, 5000) i; CREATE INDEX ON brouillon (id);
CREATE TABLE jamais (id int PRIMARY KEY, a int); INSERT INTO jamais SELECT i, i FROM generate_series(1, 4000) i;
CREATE TABLE vidée (id int); INSERT INTO vidée SELECT generate_series(1, 9000);
CREATE TABLE vide (id int);
CREATE COLLATION bytes (LOCALE = 'C'); CREATE TABLE triée (a text COLLATE bytes, b text COLLATE "C");
INSERT INTO triée SELECT md5(i::text), md5((-i)::text) FROM generate_series(1, 5000) i; CREATE INDEX ON triée (a);
CREATE SERVER ailleurs FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '192.0.2.1', dbname 'nulle part', use_remote_estimate 'true');
CREATE USER MAPPING FOR CURRENT_USER SERVER ailleurs OPTIONS (user 'x', password 'très secret');
CREATE FOREIGN TABLE lointaine (id int, a text) SERVER ailleurs OPTIONS (use_remote_estimate 'false');
CREATE SERVER fichiers FOREIGN DATA WRAPPER file_fdw;
CREATE FOREIGN TABLE lignes (a text) SERVER fichiers OPTIONS (filename '/nonexistent/file.csv');
UPDATE pg_class SET reltuples = 12345, relpages = 678 WHERE relname = 'lointaine';
CREATE SCHEMA "Un ""autre"".schéma
sur deux lignes"; CREATE SCHEMA clone; CREATE SCHEMA "select";
CREATE TABLE "Un ""autre"".schéma
sur deux lignes"."table" ("a b" int, "select" text); CREATE TABLE clone.clone (pgwright_empty int); CREATE TABLE "select"."from" (id int);
CREATE TABLE "é12345678901234567890123456789012345678901234567890123456789ab" ("a.b" int PRIMARY KEY); CREATE TABLE pgwright_empty (id int);
CREATE TABLE empty (id int); CREATE SCHEMA pgwright; CREATE TABLE pgwright.empty (journal int);
INSERT INTO "Un ""autre"".schéma
sur deux lignes"."table" SELECT i, 'x' || i FROM generate_series(1, 2000) i; INSERT INTO clone.clone SELECT generate_series(1, 2000);
CREATE INDEX "i
x" ON "Un ""autre"".schéma
sur deux lignes"."table" ("select");
CREATE FUNCTION piège() RETURNS text LANGUAGE sql IMMUTABLE AS '
--
-- Name: x; Type: TABLE; Schema: public; Owner: -
--
SELECT ''it''''s''::text';
CREATE FUNCTION deux(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RETURN 2 * $1; END$$;
ANALYZE;
TRUNCATE vidée; DELETE FROM pg_statistic WHERE starelid = 'jamais'::regclass;
UPDATE pg_class SET reltuples = -1, relpages = 0 WHERE relname IN ('jamais', 'jamais_pkey');

-- One table for each kind of condition, with names that need quotes, and enough rows that an index is worth it.
CREATE EXTENSION btree_gin;
CREATE SCHEMA "Boutique ""d'été""";
CREATE TABLE "Boutique ""d'été"""."Commandes.en ligne" (
    id int, "Client" int, "date d'""achat""" timestamp, état text, "order" int, montant int, note text, prix_ops int
);
INSERT INTO "Boutique ""d'été"""."Commandes.en ligne"
SELECT i, i % 997, '2024-01-01'::timestamp + i * interval '7 minutes',
       CASE WHEN i % 50 = 0 THEN 'EN_ATTENTE' ELSE 'LIVRÉE' END, (i * 7919) % 40000, (i * 31) % 9973,
       CASE WHEN i % 100 = 0 THEN NULL ELSE repeat('n', 20) || i END, (i * 17) % 5003
FROM generate_series(1, 40000) i;

CREATE TABLE clients (id int, nom text, pays text, né date, code text COLLATE "C.utf8", long text, résumé text);
INSERT INTO clients
SELECT i, 'Nom' || (i * 7919) % 20000, 'p' || i % 40, '1950-01-01'::date + i % 20000, 'c' || i, repeat(md5(i::text), 4),
       'un mot' || i % 3000 || ' et un autre' || i % 700
FROM generate_series(1, 20000) i;

CREATE TABLE documents (id int, corps jsonb, étiquettes text[], texte text);
INSERT INTO documents
SELECT i, jsonb_build_object('k', i % 5000, 'clé' || i % 2000, true, 'ville', 'v' || i % 900),
       ARRAY['t' || i % 1500, 't' || i % 7], 'le chat ' || md5(i::text) || ' dort'
FROM generate_series(1, 20000) i;

CREATE TABLE lieux (id int, période daterange, adresse inet, place point, zone box);
INSERT INTO lieux
SELECT i, daterange('2000-01-01'::date + i % 9000, '2000-01-03'::date + i % 9000), ('10.' || i % 200 || '.' || i % 251 || '.' || i % 199)::inet,
       point(i % 200, i % 317), box(point(i % 200, i % 317), point(i % 200 + 1, i % 317 + 1))
FROM generate_series(1, 20000) i;

CREATE TABLE mesures (at timestamp, capteur int, valeur float8);
INSERT INTO mesures SELECT '2024-01-01'::timestamp + i * interval '1 second', i % 500, i % 1000 FROM generate_series(1, 40000) i;

CREATE TABLE ventes (id bigint, jour date, magasin int, total int) PARTITION BY RANGE (jour);
CREATE TABLE ventes_1 PARTITION OF ventes FOR VALUES FROM ('2024-01-01') TO ('2024-07-01');
CREATE TABLE ventes_2 PARTITION OF ventes FOR VALUES FROM ('2024-07-01') TO ('2025-01-01') PARTITION BY LIST (magasin);
CREATE TABLE ventes_21 PARTITION OF ventes_2 DEFAULT;
INSERT INTO ventes SELECT i, '2024-01-01'::date + i % 360, i % 4000, i FROM generate_series(1, 40000) i;

-- Orders with all kinds of columns: in order, scattered, rare, wide, without values.
CREATE TABLE clients (id int PRIMARY KEY, nom text, pays text);
INSERT INTO clients SELECT i, 'Nom' || i, 'p' || i % 40 FROM generate_series(1, 20000) i;
CREATE TABLE "Commandes" (
    id int PRIMARY KEY, client int, "créée le" timestamp, statut text, montant int, note text, livré bool, code varchar(20)
);
INSERT INTO "Commandes"
SELECT i, (i * 7919) % 20000, '2024-01-01'::timestamp + i * interval '3 minutes',
       CASE WHEN i % 100 = 0 THEN 'EN_ATTENTE' ELSE 'LIVRÉE' END, (i * 31) % 9973,
       CASE WHEN i % 20 = 0 THEN NULL ELSE repeat('n', 30) || i END, i % 3 = 0, 'c' || i % 500
FROM generate_series(1, 100000) i;
CREATE INDEX commandes_code ON "Commandes" (code);
CREATE INDEX commandes_code_2 ON "Commandes" (code);
CREATE TABLE mesures (at date, capteur int, valeur int) PARTITION BY RANGE (at);
CREATE TABLE mesures_1 PARTITION OF mesures FOR VALUES FROM ('2024-01-01') TO ('2024-07-01');
CREATE TABLE mesures_2 PARTITION OF mesures FOR VALUES FROM ('2024-07-01') TO ('2025-01-01');
INSERT INTO mesures SELECT '2024-01-01'::date + i % 360, i % 4000, i FROM generate_series(1, 40000) i;

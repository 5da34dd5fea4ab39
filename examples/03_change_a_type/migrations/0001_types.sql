ALTER TABLE produits ALTER COLUMN id TYPE bigint;
ALTER TABLE lignes_commande ALTER COLUMN produit_id TYPE bigint;
-- pgwright: down = total::text
ALTER TABLE commandes ALTER COLUMN total TYPE numeric(12,2) USING total::numeric;
-- pgwright: down = créee_a AT TIME ZONE 'UTC'
ALTER TABLE commandes ALTER COLUMN créee_a TYPE timestamptz USING créee_a AT TIME ZONE 'UTC';

-- A shop that began smaller than it is.
ALTER TABLE produits ALTER COLUMN id TYPE int;
ALTER TABLE lignes_commande ALTER COLUMN produit_id TYPE int;
ALTER TABLE commandes ALTER COLUMN total DROP DEFAULT;
ALTER TABLE commandes ALTER COLUMN total TYPE text;
ALTER TABLE commandes ALTER COLUMN créee_a DROP DEFAULT;
ALTER TABLE commandes ALTER COLUMN créee_a TYPE timestamp USING créee_a AT TIME ZONE 'UTC';
CREATE VIEW chiffre AS SELECT utilisateur_id, count(*) AS commandes, max(total) AS plus_grand FROM commandes GROUP BY 1;

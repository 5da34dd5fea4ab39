-- A shop that somebody tuned once: autovacuum was in the way of an import and was never turned on again, and a third of
-- the orders has changed since anybody counted. What a product costs hangs together with which one it is.
ALTER TABLE lignes_commande SET (autovacuum_enabled = off);
UPDATE lignes_commande SET prix = produit_id * 1.5, "quantité" = 1 + produit_id % 7;
UPDATE commandes SET statut = 'ANNULEE' WHERE id % 3 = 0;

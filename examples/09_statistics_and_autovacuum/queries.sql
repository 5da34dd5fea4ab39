-- calls: 4000
-- mean_ms: 12
SELECT count(*) FROM lignes_commande WHERE produit_id = 7 AND prix = 10.5 AND "quantité" = 1;

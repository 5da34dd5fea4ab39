-- From pgwright health, and from pgwright advise statistics queries.sql --sample.
ALTER TABLE public.lignes_commande RESET (autovacuum_enabled);
CREATE STATISTICS public."lignes_commande_prix_produit_id_quantité_stats" (mcv)
    ON prix, produit_id, "quantité" FROM public.lignes_commande;
ANALYZE public.lignes_commande;

-- Both from pgwright explain slow.sql.
CREATE INDEX ON public.commandes (statut, "créee_a");
CREATE INDEX ON public.lignes_commande (commande_id);

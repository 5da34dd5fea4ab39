SELECT count(*) = 2 FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE c.relname IN ('commandes_statut_créee_a_idx', 'lignes_commande_commande_id_idx') AND i.indisvalid;

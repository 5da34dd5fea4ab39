SELECT NOT coalesce(reloptions::text LIKE '%autovacuum_enabled%', false) FROM pg_class WHERE oid = 'lignes_commande'::regclass;
SELECT count(*) = 1 FROM pg_statistic_ext WHERE stxrelid = 'lignes_commande'::regclass;

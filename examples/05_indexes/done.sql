SELECT count(*) = 4 FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE c.relname IN ('commandes_en_cours', 'produits_metadonnees', 'mesures_ts', 'commandes_par_utilisateur')
  AND i.indisvalid AND i.indisready;
SELECT pg_get_indexdef('commandes_en_cours'::regclass) LIKE '%(statut, "créee_a" DESC) WHERE (statut <> ''LIVREE''::text)'
    OR pg_get_indexdef('commandes_en_cours'::regclass) LIKE '%(statut, créee_a DESC) WHERE (statut <> ''LIVREE''::text)';

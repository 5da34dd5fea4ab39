SELECT count(*) = 0 FROM utilisateurs WHERE nom_complet IS DISTINCT FROM trim(nom_complet);
SELECT array_agg(attname::text ORDER BY attnum) = '{id,email,créé_a,nom_complet}' FROM pg_attribute
WHERE attrelid = 'utilisateurs'::regclass AND attnum > 0 AND NOT attisdropped;
SELECT count(*) = 0 FROM pg_trigger WHERE tgrelid = 'utilisateurs'::regclass AND NOT tgisinternal;

SELECT attnotnull AND format_type(atttypid, atttypmod) = 'character varying(200)' FROM pg_attribute
WHERE attrelid = 'utilisateurs'::regclass AND attname = 'nom_complet';
SELECT count(*) = 0 FROM pg_attribute WHERE attrelid = 'utilisateurs'::regclass AND attname IN ('nom', 'pgw_retired_nom')
AND NOT attisdropped;
SELECT count(*) > 0 FROM utilisateurs WHERE nom_complet = 'inconnu';

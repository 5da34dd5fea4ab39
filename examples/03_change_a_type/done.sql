SELECT bool_and(format_type(atttypid, atttypmod) = 'bigint') FROM pg_attribute
WHERE (attrelid, attname) IN (('produits'::regclass, 'id'), ('lignes_commande'::regclass, 'produit_id'));
SELECT count(*) = 1 FROM pg_constraint WHERE conrelid = 'produits'::regclass AND contype = 'p';
SELECT bool_and(convalidated) FROM pg_constraint WHERE confrelid = 'produits'::regclass;
SELECT attidentity = 'd' FROM pg_attribute WHERE attrelid = 'produits'::regclass AND attname = 'id';
SELECT sum(total) > 0 FROM commandes;
SELECT pg_typeof(max(plus_grand))::text = 'numeric' FROM chiffre;
SELECT count(*) = 0 FROM commandes WHERE créee_a > now();
SELECT count(*) = 0 FROM pg_attribute WHERE attrelid IN ('produits'::regclass, 'commandes'::regclass)
AND attname LIKE 'pgw%' AND NOT attisdropped;

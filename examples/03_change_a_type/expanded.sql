SELECT format_type(atttypid, atttypmod) = 'integer' FROM pg_attribute
WHERE attrelid = 'produits'::regclass AND attname = 'id';
WITH old AS (INSERT INTO commandes (total, créee_a, utilisateur_id) VALUES ('12.50', now(), 1) RETURNING total)
SELECT total = '12.50' FROM old;
SELECT count(*) > 0 FROM chiffre;

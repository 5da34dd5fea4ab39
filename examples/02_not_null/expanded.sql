SELECT count(*) = 0 FROM commandes WHERE référence IS NULL;
SELECT count(*) > 0 FROM commandes WHERE référence = 'C-' || id;
SELECT attnotnull FROM pg_attribute WHERE attrelid = 'commandes'::regclass AND attname = 'référence';
WITH forgotten AS (INSERT INTO commandes (référence, utilisateur_id) VALUES (NULL, 1) RETURNING référence, id)
SELECT référence = 'C-' || id FROM forgotten;

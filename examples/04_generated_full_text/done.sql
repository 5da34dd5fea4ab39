SELECT count(*) = 0 FROM produits WHERE recherche_ts IS DISTINCT FROM
to_tsvector('french', coalesce(nom, '') || ' ' || coalesce(description, ''));
SELECT indisvalid FROM pg_index WHERE indexrelid = 'produits_recherche'::regclass;
WITH neuf AS (INSERT INTO produits (nom, description) VALUES ('Lampe', 'des lumières') RETURNING recherche_ts)
SELECT recherche_ts @@ to_tsquery('french', 'lumière') FROM neuf;
WITH autre AS (UPDATE produits SET description = 'un chapeau' WHERE nom = 'Lampe' RETURNING recherche_ts)
SELECT bool_and(recherche_ts @@ to_tsquery('french', 'chapeaux')) FROM autre;

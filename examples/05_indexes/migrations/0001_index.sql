-- The orders that are under way, newest first: a few of very many.
CREATE INDEX commandes_en_cours ON commandes (statut, créee_a DESC) WHERE statut <> 'LIVREE';
-- For metadonnees @> '{"categorie": "electronique"}'.
CREATE INDEX produits_metadonnees ON produits USING gin (metadonnees jsonb_path_ops);
-- Measures come in the order of their time: a few kilobytes are enough.
CREATE INDEX mesures_ts ON mesures USING brin (ts);
-- Answers without a look into the table.
CREATE INDEX commandes_par_utilisateur ON commandes (utilisateur_id) INCLUDE (statut, total);

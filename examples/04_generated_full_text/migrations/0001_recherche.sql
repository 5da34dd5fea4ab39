ALTER TABLE produits ADD COLUMN recherche_ts tsvector GENERATED ALWAYS AS (
    to_tsvector('french', coalesce(nom, '') || ' ' || coalesce(description, ''))
) STORED;
CREATE INDEX produits_recherche ON produits USING gin (recherche_ts);

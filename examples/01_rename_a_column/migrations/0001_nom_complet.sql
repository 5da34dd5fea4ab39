-- The names were typed with spaces around them; the new column has them without.
-- pgwright: up = trim(nom)
ALTER TABLE utilisateurs RENAME COLUMN nom TO nom_complet;

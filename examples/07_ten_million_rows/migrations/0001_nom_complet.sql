ALTER TABLE utilisateurs RENAME COLUMN nom TO nom_complet;
-- pgwright: down = nom_complet
ALTER TABLE utilisateurs ALTER COLUMN nom_complet TYPE varchar(200) USING coalesce(trim(nom), 'inconnu');
ALTER TABLE utilisateurs ALTER COLUMN nom_complet SET NOT NULL;

WITH old AS (INSERT INTO utilisateurs (nom, email) VALUES ('  Zoé ', 'zoe@exemple.fr') RETURNING nom_complet)
SELECT nom_complet = 'Zoé' FROM old;
WITH new AS (INSERT INTO utilisateurs (nom_complet, email) VALUES ('Léa', 'lea@exemple.fr') RETURNING nom)
SELECT nom = 'Léa' FROM new;
SELECT count(*) = 0 FROM utilisateurs WHERE nom_complet IS DISTINCT FROM coalesce(trim(nom), 'inconnu');
DELETE FROM utilisateurs WHERE email IN ('zoe@exemple.fr', 'lea@exemple.fr') RETURNING true;

SELECT count(*) = 0 FROM utilisateurs WHERE nom_complet IS DISTINCT FROM trim(nom);
SELECT count(*) > 0 FROM utilisateurs WHERE nom IS DISTINCT FROM nom_complet;

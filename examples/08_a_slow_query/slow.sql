-- The waiting orders of the last 30 days, with the user and the number of lines.
SELECT c.id, c.référence, c.créee_a, u.nom, count(l.id) AS lignes
FROM commandes c
JOIN utilisateurs u ON u.id = c.utilisateur_id
JOIN lignes_commande l ON l.commande_id = c.id
WHERE c.statut = 'EN_ATTENTE' AND c.créee_a > now() - interval '30 days'
GROUP BY c.id, u.nom
ORDER BY c.créee_a DESC
LIMIT 50

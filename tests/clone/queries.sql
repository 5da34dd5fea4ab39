SELECT * FROM types WHERE e = 'triste' AND d = 17
SELECT * FROM types WHERE e > 'ravie'
SELECT * FROM types WHERE d BETWEEN 10 AND 20
SELECT * FROM types WHERE ae @> ARRAY['triste']::humeur[]
SELECT * FROM types WHERE 'égale' = ANY (ae)
SELECT * FROM types WHERE comp = ROW('rue 1', 10)::adresse
SELECT * FROM types WHERE ci = 'nom17'
SELECT * FROM types WHERE ci > 'nom4' ORDER BY ci LIMIT 10
SELECT * FROM types WHERE h @> 'a=>3'
SELECT * FROM types WHERE h = hstore('a', '1')
SELECT * FROM types WHERE lt <@ 'haut.3'
SELECT * FROM types WHERE jb @> '{"k": 3}'
SELECT * FROM types WHERE jb ->> 'k' = '3'
SELECT * FROM types WHERE jb = '{"k": 3, "v": "x3"}'
SELECT * FROM types WHERE js ->> 'k' = '3'
SELECT * FROM types WHERE ts @@ 'mot3 & autre2'::tsquery
SELECT * FROM types WHERE r && int4range(5, 7)
SELECT * FROM types WHERE r @> 55
SELECT * FROM types WHERE r < int4range(50, 51)
SELECT * FROM types WHERE mr && int4range(5, 7)
SELECT * FROM types WHERE fr @> 3.2::float8
SELECT * FROM types WHERE dr @> '2024-02-02'::date
SELECT * FROM types WHERE ip << '10.0.128.0/17'
SELECT * FROM types WHERE ip = '10.0.7.1'
SELECT * FROM types WHERE u = md5('7')::uuid
SELECT u, count(*) FROM types GROUP BY u
SELECT * FROM types WHERE by = decode(md5('7'), 'hex')
SELECT * FROM types WHERE b = B'0101' OR b > B'1100'
SELECT * FROM types WHERE tz > '2024-01-10' AND tz < '2024-01-10 02:00'
SELECT * FROM types WHERE iv < '3 hours'
SELECT * FROM types WHERE ch = 'c7' OR ch > 'c5'
SELECT * FROM types WHERE vc > 'v29' ORDER BY vc DESC NULLS LAST, n LIMIT 5
SELECT * FROM types WHERE vc = 'v17' AND d = 17
SELECT * FROM types WHERE n > 150 OR n = 'NaN' OR n = 'Infinity'
SELECT * FROM types WHERE pt <@ box '((0,0),(100,100))'
SELECT * FROM types WHERE pt IS NULL OR js IS NULL
SELECT * FROM types WHERE ai && ARRAY[3]
SELECT * FROM types WHERE mo > 500::money AND bo
SELECT * FROM types WHERE f BETWEEN 3 AND 5
SELECT * FROM types WHERE mac > '08:00:2b:00:00:aa'
SELECT * FROM types WHERE t LIKE 'Ab%'
SELECT * FROM types WHERE t ILIKE '%abcde%'
SELECT * FROM types WHERE lower(t) = 'x'
SELECT * FROM types WHERE lower(t) > 'm' AND t IS NOT NULL
SELECT * FROM types WHERE g = 'A' OR g IS NULL
SELECT * FROM types WHERE bo AND ci = 'Nom2' AND d = 2
SELECT e, d, count(*) FROM types GROUP BY e, d
SELECT count(*) FROM types GROUP BY bo, ci, d
SELECT * FROM types WHERE id % 7 = 3 AND lower(vc) = 'v3' AND d = 3
SELECT id % 11, count(*) FROM types GROUP BY 1
SELECT * FROM types WHERE d = deux(4)
SELECT * FROM parts WHERE jour = '2024-03-03'
SELECT * FROM parts WHERE région = 'nord' AND jour > '2024-12-12' AND montant < 20
SELECT région, montant, count(*) FROM parts GROUP BY 1, 2
SELECT * FROM parts_s WHERE montant = 3
SELECT * FROM parent WHERE nom = 'e7'
SELECT * FROM ONLY parent WHERE nom = 'p7'
SELECT * FROM parent p JOIN enfant e USING (id)
SELECT c.nom, sum(v.prix) FROM clients c JOIN ventes v ON v.client = c.id WHERE c.né < '1985-01-01' GROUP BY c.nom ORDER BY 2 DESC LIMIT 10
SELECT * FROM ventes WHERE prix > 700 AND parti
SELECT * FROM ventes WHERE prix = 7 AND NOT parti AND reste = 3
SELECT * FROM ventes v JOIN clients c ON c.id = v.client WHERE v.id < 500
SELECT max(id), min(id) FROM ventes
SELECT * FROM résumé WHERE total > 4000
SELECT * FROM vue WHERE nom LIKE 'nom 1%'
SELECT * FROM brouillon WHERE id = 7
SELECT * FROM jamais WHERE id = 7 AND a > 5
SELECT * FROM vidée JOIN vide USING (id)
SELECT * FROM triée WHERE a LIKE 'ab%' ORDER BY a
SELECT * FROM triée WHERE b < 'c' AND a > b
SELECT * FROM lignes
SELECT * FROM "Un ""autre"".schéma¶sur deux lignes"."table" WHERE "select" = 'x7'
SELECT * FROM clone.clone WHERE pgwright_empty < 7
UPDATE ventes SET prix = prix + 1 WHERE client = 7
DELETE FROM ventes WHERE prix = 7
INSERT INTO clients SELECT id + 100000, nom, né FROM clients WHERE né > '2000-01-01'

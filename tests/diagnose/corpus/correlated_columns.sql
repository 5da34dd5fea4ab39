-- setup
CREATE TABLE places (id int, customer_id int, kind int, city text, region text, "Pays" text);
CREATE TABLE known (id int, customer_id int, city text, region text, "Pays" text);
INSERT INTO places SELECT n, n % 2000, n % 7, 'city' || n % 50, 'region' || n % 50, 'pays' || n % 50
    FROM generate_series(1, 30000) n;
INSERT INTO known SELECT id, customer_id, city, region, "Pays" FROM places;
CREATE INDEX ON places (city);
CREATE INDEX ON known (city);
CREATE STATISTICS known_stats ON city, region, "Pays" FROM known;
ANALYZE;

-- found: each follows from the others
-- cure: CREATE STATISTICS public."places_Pays_city_region_stats" (dependencies, ndistinct, mcv) ON "Pays", city, region FROM public.places;
-- cure: ANALYZE public.places;
SELECT count(*) FROM places p JOIN places q USING (customer_id)
WHERE p.city = 'city7' AND p.region = 'region7' AND p."Pays" = 'pays7'
    AND q.city = 'city7' AND q.region = 'region7' AND q."Pays" = 'pays7';

-- found: a range beside them
SELECT count(*) FROM places p JOIN places q USING (customer_id)
WHERE p.city = 'city7' AND p.region = 'region7' AND p."Pays" = 'pays7'
    AND q.city = 'city7' AND q.region = 'region7' AND q."Pays" = 'pays7' AND p.id > 5000;

-- not found: the planner knows
SELECT count(*) FROM known p JOIN known q USING (customer_id)
WHERE p.city = 'city7' AND p.region = 'region7' AND p."Pays" = 'pays7'
    AND q.city = 'city7' AND q.region = 'region7' AND q."Pays" = 'pays7';

-- not found: the estimate is as wrong, and nothing came of it
SELECT count(*) FROM places WHERE city = 'city7' AND region = 'region7' AND "Pays" = 'pays7';

-- not found: they do not go together, and the estimate is right
SELECT count(*) FROM places p JOIN places q USING (customer_id)
WHERE p.city = 'city7' AND p.kind = 5 AND q.city = 'city8' AND q.kind = 5;

-- setup
CREATE TABLE places (id int, customer_id int, kind int, city text, region text, "Pays" text);
CREATE TABLE known (id int, customer_id int, city text, region text, "Pays" text);
INSERT INTO places SELECT n, n % 2000, n % 7, 'city' || n % 50, 'region' || n % 50, 'pays' || n % 50
    FROM generate_series(1, 30000) n;
INSERT INTO known SELECT id, customer_id, city, region, "Pays" FROM places;
CREATE INDEX ON places (city);
CREATE INDEX ON known (city);
CREATE TABLE streets (id int, customer_id int, town text, code text);
INSERT INTO streets SELECT n, n % 5000, 'town' || n % 400, 'code' || n % 400 FROM generate_series(1, 200000) n;
CREATE INDEX ON streets (town);
CREATE TABLE cars (id int, customer_id int, model int, colour int);
INSERT INTO cars SELECT n, n % 5000, n % 150, n % 150 / 10 + 100 * (n / 150 % 6) FROM generate_series(1, 200000) n;
CREATE INDEX ON cars (model);
CREATE STATISTICS known_stats ON city, region, "Pays" FROM known;
ANALYZE;

-- found: each follows from the others
-- cure: CREATE STATISTICS public."places_Pays_city_region_stats" (dependencies, ndistinct, mcv) ON "Pays", city, region FROM public.places;
-- cure: ANALYZE public.places;
SELECT count(*) FROM places p JOIN places q USING (customer_id)
WHERE p.city = 'city7' AND p.region = 'region7' AND p."Pays" = 'pays7'
    AND q.city = 'city7' AND q.region = 'region7' AND q."Pays" = 'pays7';

-- found: more towns than are kept
-- cure: CREATE STATISTICS public.streets_code_town_stats (dependencies, ndistinct) ON code, town FROM public.streets;
-- cure: ANALYZE public.streets;
SELECT count(*) FROM streets p JOIN streets q USING (customer_id)
WHERE p.town = 'town7' AND p.code = 'code7' AND q.town = 'town7' AND q.code = 'code7';

-- found: more models than are kept, and each in some colours only
-- cure: CREATE STATISTICS public.cars_colour_model_stats (ndistinct, mcv) ON colour, model FROM public.cars;
-- cure: ALTER STATISTICS public.cars_colour_model_stats SET STATISTICS 1000;
-- cure: ANALYZE public.cars;
SELECT count(*) FROM cars p JOIN cars q USING (customer_id)
WHERE p.model = 70 AND p.colour = 207 AND q.model = 70 AND q.colour = 207;

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

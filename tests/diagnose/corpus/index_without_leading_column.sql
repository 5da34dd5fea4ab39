-- setup
CREATE TABLE people (id int PRIMARY KEY, region int, name text, at timestamptz, kind int, note text);
INSERT INTO people SELECT n, n * 7 % 5003, 'n' || n % 50000, timestamptz '2024-01-01' + n * interval '1 min', n % 2000, repeat('x', 200)
    FROM generate_series(1, 200000) n;
CREATE INDEX people_region_name ON people (region, name);
CREATE INDEX people_at_kind ON people (at, kind);
ANALYZE people;

-- found: the first column is not compared
-- cure: CREATE INDEX ON public.people (name);
SELECT * FROM people WHERE name = 'n77';

-- found: the first column is only bounded
-- cure: CREATE INDEX ON public.people (kind, at);
-- set: enable_bitmapscan = off
SELECT * FROM people p WHERE at > '2024-05-01' AND kind = 77;

-- not found: both are compared
SELECT * FROM people WHERE region = 539 AND name = 'n77';

-- not found: the range comes last
SELECT * FROM people WHERE region = 539 AND name > 'n77';

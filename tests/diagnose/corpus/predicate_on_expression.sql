-- setup
CREATE TABLE users (id int PRIMARY KEY, email text, "Nom" varchar(40), tenant int, at timestamptz, seen timestamp, n int,
    state text, ref uuid, data jsonb);
INSERT INTO users SELECT n, 'User' || n || '@example.org', 'Nom ' || n, n % 20, timestamptz '2024-01-01' + n * interval '1 min',
    timestamp '2024-01-01' + n * interval '1 min', n, CASE WHEN n % 1000 > 0 THEN 'done' END, md5(n::text)::uuid,
    jsonb_build_object('k', 'v' || n) FROM generate_series(1, 150000) n;
CREATE INDEX ON users (seen);
CREATE INDEX ON users (n);
CREATE INDEX ON users (ref);
CREATE FUNCTION pure(t text) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    AS 'BEGIN RETURN reverse(t); END';
CREATE FUNCTION unsteady(t text) RETURNS text LANGUAGE plpgsql STABLE PARALLEL SAFE
    AS 'BEGIN RETURN reverse(t); END';
ANALYZE users;

-- found: an index on the expression
-- cure: CREATE INDEX ON public.users ((lower(email)));
SELECT id FROM users WHERE lower(email) = 'user77@example.org';

-- found: behind an equality that finds too much alone
-- cure: CREATE INDEX ON public.users (tenant, (upper("Nom"::text)));
SELECT id FROM users u WHERE tenant = 7 AND upper("Nom") = 'NOM 87';

-- found: the day of a timestamptz cannot be indexed, its bounds can
-- cure: CREATE INDEX ON public.users (at);
-- cure: SELECT id FROM users WHERE at >= '2024-02-03' AND at < '2024-02-04';
SELECT id FROM users WHERE at::date = '2024-02-03';

-- found: a column with an index
-- cure: SELECT count(*) FROM users WHERE seen >= '2024-02-03' AND seen < '2024-02-05';
SELECT count(*) FROM users WHERE date(seen) BETWEEN '2024-02-03' AND '2024-02-04';

-- found: a day by its beginning
-- cure: SELECT count(*) FROM users u WHERE u.seen >= '2024-03-01'::timestamp AND u.seen < ('2024-03-01'::timestamp + '1 day'::interval) AND n > 0;
SELECT count(*) FROM users u WHERE date_trunc('day', u.seen) = timestamp '2024-03-01' AND n > 0;

-- found: a sum
-- maybe: io_bound
-- cure: SELECT id FROM users WHERE n = (77 - 1);
SELECT id FROM users WHERE n + 1 = 77;

-- found: a key of a document
-- cure: CREATE INDEX ON public.users ((data ->> 'k'::text));
SELECT id FROM users WHERE data ->> 'k' = 'v77';

-- found: a function that is immutable
-- cure: CREATE INDEX ON public.users ((pure(email)));
SELECT id FROM users WHERE pure(email) = 'gro.elpmaxe@77resU';

-- found: a year
-- cure: SELECT id FROM users WHERE seen >= '2025-01-01' AND seen < '2026-01-01';
SELECT id FROM users WHERE extract(year FROM seen) = 2025;

-- not found: a function that is not
SELECT id FROM users WHERE unsteady(email) = 'gro.elpmaxe@77resU';

-- not found: a plain column finds the row
-- also: seq_scan_discards_rows
SELECT id FROM users WHERE lower(email) = 'user77@example.org' AND at = '2024-01-01 01:17';

-- not found: the condition keeps most rows
SELECT count(*) FROM users WHERE coalesce(state, '') = 'done';

-- not found: the hour of a timestamptz has no index and no bounds
SELECT count(*) FROM users WHERE to_char(at, 'DD HH24:MI') = '05 12:11';

-- setup
CREATE TABLE closed (id int, note text);
INSERT INTO closed SELECT n, 'note ' || n FROM generate_series(1, 40000) n;
CREATE TABLE opened (id int, note text);
INSERT INTO opened SELECT n, 'note ' || n FROM generate_series(1, 1000) n;
CREATE TABLE "Waiting" WITH (parallel_workers = 2) AS SELECT * FROM closed;
CREATE TABLE events (id int, note text) PARTITION BY RANGE (id);
CREATE TABLE events_old PARTITION OF events FOR VALUES FROM (0) TO (40001) WITH (parallel_workers = 0);
CREATE TABLE events_new PARTITION OF events FOR VALUES FROM (40001) TO (50000);
INSERT INTO events SELECT n, 'note ' || n FROM generate_series(1, 41000) n;
ANALYZE closed, opened, "Waiting", events, events_old, events_new;

-- found: an arm of UNION ALL below the size from which scans are shared
-- set: max_parallel_workers_per_gather = 2
-- set: parallel_setup_cost = 0
-- set: parallel_tuple_cost = 0
-- maybe: workers_missing
-- cure: ALTER TABLE public.closed SET (parallel_workers = 2);
SELECT count(*) FROM (SELECT note FROM closed WHERE sha512(sha512(sha512(note::bytea))) > ''
                      UNION ALL SELECT note FROM opened WHERE sha512(note::bytea) > '') every;

-- found: a partition that was told to have no workers
-- set: max_parallel_workers_per_gather = 2
-- set: parallel_setup_cost = 0
-- set: parallel_tuple_cost = 0
-- maybe: workers_missing
-- cure: ALTER TABLE public.events_old SET (parallel_workers = 2);
SELECT count(*) FROM events WHERE sha512(sha512(sha512(note::bytea))) > '';

-- not found: the large arm is shared
-- set: max_parallel_workers_per_gather = 2
-- set: parallel_setup_cost = 0
-- set: parallel_tuple_cost = 0
-- maybe: workers_missing
SELECT count(*) FROM (SELECT note FROM "Waiting" WHERE sha512(sha512(sha512(note::bytea))) > ''
                      UNION ALL SELECT note FROM opened WHERE sha512(note::bytea) > '') every;

-- not found: an arm for each process
-- set: max_parallel_workers_per_gather = 1
-- set: parallel_setup_cost = 0
-- set: parallel_tuple_cost = 0
-- maybe: workers_missing
SELECT count(*) FROM (SELECT note FROM closed WHERE sha512(sha512(sha512(note::bytea))) > ''
                      UNION ALL SELECT note FROM closed WHERE sha512(sha512(sha512(note::bytea))) > '' AND id > 0) every;

-- not found: an arm that no workers can share
-- set: max_parallel_workers_per_gather = 2
-- set: parallel_setup_cost = 0
-- set: parallel_tuple_cost = 0
-- maybe: workers_missing
SELECT count(*) FROM ((SELECT note FROM closed WHERE sha512(sha512(sha512(note::bytea))) > '' OFFSET 1)
                      UNION ALL SELECT note FROM opened WHERE sha512(note::bytea) > '') every;

-- setup
CREATE TABLE events (id int, at timestamptz NOT NULL, kind int) PARTITION BY RANGE (at);
CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2024-02-01');
CREATE TABLE events_2 PARTITION OF events FOR VALUES FROM ('2024-02-01') TO ('2024-03-01');
CREATE TABLE events_3 PARTITION OF events FOR VALUES FROM ('2024-03-01') TO ('2024-04-01');
CREATE TABLE events_4 PARTITION OF events FOR VALUES FROM ('2024-04-01') TO ('2024-05-01');
CREATE TABLE events_5 PARTITION OF events FOR VALUES FROM ('2024-05-01') TO ('2024-06-01');
CREATE TABLE events_6 PARTITION OF events FOR VALUES FROM ('2024-06-01') TO (MAXVALUE);
INSERT INTO events SELECT n, timestamptz '2024-01-01' + n * interval '1 min', n % 1000 FROM generate_series(1, 240000) n;
CREATE TABLE visits (id int, day date NOT NULL, page int) PARTITION BY RANGE (day);
DO $$ BEGIN
    FOR month IN 0..11 LOOP
        EXECUTE format('CREATE TABLE visits_%s PARTITION OF visits FOR VALUES FROM (%L) TO (%L)', month,
            date '2024-01-01' + make_interval(months => month), date '2024-01-01' + make_interval(months => month + 1));
    END LOOP;
END $$;
INSERT INTO visits SELECT n, date '2024-01-01' + n / 200, n FROM generate_series(1, 72000) n;
CREATE INDEX ON visits (page);
ANALYZE events, visits;

-- found: a cast, and a rewriting that means the same
-- set: max_parallel_workers_per_gather = 0
-- cure: SELECT * FROM events WHERE at >= '2024-03-05' AND at < '2024-03-06';
SELECT * FROM events WHERE at::date = '2024-03-05';

-- found: a function
-- set: max_parallel_workers_per_gather = 0
-- cure: SELECT count(*) FROM events e WHERE e.at >= '2024-03-01'::timestamptz AND e.at < ('2024-03-01'::timestamptz + '1 month'::interval);
SELECT count(*) FROM events e WHERE date_trunc('month', e.at) = '2024-03-01'::timestamptz;

-- found: a volatile function
-- cure: SELECT * FROM events WHERE at > (now() + '1 year'::interval);
SELECT * FROM events WHERE at > clock_timestamp() + interval '1 year';

-- found: a search in each month
-- cure: -- Add a condition on day, by which public.visits is partitioned, where the application knows one.
SELECT * FROM visits WHERE page = 777;

-- not found: every month has what is searched
SELECT count(*) FROM visits WHERE page % 2 = 0 OR page IS NULL;

-- not found: the condition leaves out all but one
-- also: seq_scan_discards_rows
SELECT * FROM events WHERE at BETWEEN '2024-03-05' AND '2024-03-06';

-- not found: now() has a value when the query begins
-- set: max_parallel_workers_per_gather = 0
-- maybe: useless_workers
-- also: seq_scan_discards_rows
SELECT * FROM events WHERE at > now() + interval '1 year';

-- not found: all partitions have rows
SELECT kind, count(*) FROM events GROUP BY kind;

-- not found: an index is what is missing first
-- set: max_parallel_workers_per_gather = 0
-- also: seq_scan_discards_rows
SELECT * FROM events WHERE id = 77;

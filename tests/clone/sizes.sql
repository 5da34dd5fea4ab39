CREATE EXTENSION pg_trgm; CREATE EXTENSION btree_gin; CREATE EXTENSION btree_gist; CREATE EXTENSION bloom;
SELECT setseed(0.3);
CREATE TABLE s AS SELECT i AS id, i % 100 AS few, (random() * 8000)::int AS mid, CASE WHEN i % 2 = 0 THEN i END AS half,
    md5(i::text) AS word, repeat(md5(i::text), 8) AS wide, 'statut ' || i % 5 AS status, (random() * 1000)::numeric(10, 2) AS num,
    now() - i * interval '1 minute' AS at, (i % 3 = 0) AS bo, ARRAY[i % 50, (random() * 1000)::int, i % 7] AS arr,
    ARRAY(SELECT 'tag' || (random() * 200)::int FROM generate_series(1, 1 + i % 5)) AS tags,
    jsonb_build_object('user', i % 2000, 'kind', 'k' || i % 20, 'tags', jsonb_build_array('a' || i % 10, 'b' || i % 100),
                       'score', round(random()::numeric, 3)) AS doc,
    to_tsvector('english', (SELECT string_agg(md5(((random() * 2000)::int)::text), ' ') FROM generate_series(1, 8 + i % 10))) AS ts,
    'name ' || substr(md5((i % 16000)::text), 1, 10) AS title, int4range(i, i + (random() * 100)::int) AS r,
    point(random() * 1000, random() * 1000) AS p, ('10.' || i % 200 || '.' || i % 255 || '.' || i % 250)::inet AS ip,
    int4range(i % 10, i % 10 + 3) AS slot, ('10.0.0.' || i % 20)::inet AS host
FROM generate_series(1, 40000) i;
CREATE TABLE pt (id int, k int, d date) PARTITION BY RANGE (d);
CREATE TABLE pt1 PARTITION OF pt FOR VALUES FROM ('2024-01-01') TO ('2024-07-01');
CREATE TABLE pt2 PARTITION OF pt FOR VALUES FROM ('2024-07-01') TO ('2025-01-01');
INSERT INTO pt SELECT i, i % 500, '2024-01-01'::date + i % 365 FROM generate_series(1, 40000) i;
ANALYZE;

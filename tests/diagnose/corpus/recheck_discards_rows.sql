-- setup
CREATE TABLE docs (id int PRIMARY KEY, data jsonb, at timestamptz, kind int, tags int[], note text);
INSERT INTO docs SELECT n, jsonb_build_object('a', n % 10, 'b', n % 2000, 'c', n % 11), timestamptz '2024-01-01' + n * interval '1 min',
    n * 7919 % 100000, ARRAY[n % 1000], repeat('x', 150) FROM generate_series(1, 100000) n;
CREATE INDEX docs_data ON docs USING gin (data);
CREATE INDEX docs_at ON docs USING brin (at);
CREATE INDEX docs_kind ON docs USING brin (kind);
CREATE INDEX docs_tags ON docs USING gin (tags);
ANALYZE docs;

-- found: a value that other keys have as well
-- set: enable_seqscan = off
-- cure: CREATE INDEX ON public.docs USING gin (data jsonb_path_ops);
SELECT * FROM docs WHERE data @> '{"b": 5}';

-- found: a few rows of a range of pages
-- set: enable_seqscan = off
-- cure: CREATE INDEX ON public.docs USING brin (at) WITH (pages_per_range = 16);
SELECT * FROM docs d WHERE at BETWEEN '2024-02-03 10:00' AND '2024-02-03 12:00';

-- found: ranges of pages say nothing about a column that does not follow them
-- set: enable_seqscan = off
-- cure: CREATE INDEX ON public.docs (kind);
SELECT * FROM docs WHERE kind = 77;

-- not found: GIN finds arrays exactly
SELECT * FROM docs WHERE tags @> ARRAY[77];

-- not found: the range of pages is what is asked for
-- set: enable_seqscan = off
SELECT count(note) FROM docs WHERE at < '2024-02-20';

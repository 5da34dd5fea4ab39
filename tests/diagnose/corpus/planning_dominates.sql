-- setup
CREATE TABLE measures (device int, at date, value int) PARTITION BY RANGE (at);
DO $$ BEGIN FOR n IN 0..499 LOOP
    EXECUTE format('CREATE TABLE measures_%s PARTITION OF measures FOR VALUES FROM (%L) TO (%L)', n,
        date '2020-01-01' + n, date '2020-01-01' + n + 1);
END LOOP; END $$;
INSERT INTO measures SELECT n % 100, date '2020-01-01' + n % 500, n FROM generate_series(1, 3000) n;
CREATE INDEX ON measures (device);
CREATE TABLE kinds (id int, parent int);
INSERT INTO kinds SELECT n, n - 1 FROM generate_series(1, 50) n;
ANALYZE measures, kinds;

-- found: every partition is looked at
-- maybe: partitions_not_pruned
-- cure: PREPARE planned_once AS SELECT * FROM measures WHERE device = 7 LIMIT 1;
-- cure: EXECUTE planned_once;
SELECT * FROM measures WHERE device = 7 LIMIT 1;

-- found: many orders of joins
SELECT count(*) FROM kinds a, kinds b, kinds c, kinds d, kinds e, kinds f, kinds g, kinds h, kinds i, kinds j
    WHERE b.id = a.parent AND c.parent = a.parent AND d.id = b.parent AND e.parent = b.parent AND f.id = c.parent
    AND g.parent = c.id AND h.id = d.parent AND i.parent = d.id AND j.id = e.parent AND a.id = 40;

-- not found: one partition
SELECT * FROM measures WHERE device = 7 AND at = '2020-02-02';

-- not found: it runs longer than it is planned
-- maybe: partitions_not_pruned
SELECT count(*) FROM measures m, generate_series(1, 300) n WHERE m.value > n;

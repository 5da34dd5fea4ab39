-- setup
CREATE TABLE notes (customer_id int, note text);
CREATE TABLE "Fresh" (id int, customer_id int, status text, kind int);
CREATE TABLE grown (id int, customer_id int, status text) WITH (autovacuum_enabled = off);
CREATE TABLE done (id int, customer_id int, status text) WITH (autovacuum_enabled = off);
CREATE TABLE closed (id int, status text) WITH (autovacuum_enabled = off);
CREATE TABLE known (id int, customer_id int, status text);
CREATE TABLE whole (id int, customer_id int, status text, kind int) PARTITION BY RANGE (id);
CREATE TABLE whole_1 PARTITION OF whole FOR VALUES FROM (0) TO (100000);
CREATE TABLE items (id int PRIMARY KEY, done_id int, note text);
CREATE TABLE many (id int, customer_id int, status text, kind int);
INSERT INTO items SELECT n, n, 'i' || n FROM generate_series(1, 40000) n;
CREATE INDEX ON items (done_id);
INSERT INTO notes SELECT n, 'c' || n FROM generate_series(1, 3000) n;
INSERT INTO grown SELECT n, n, 'OLD' FROM generate_series(1, 1000) n;
INSERT INTO done SELECT n, n % 3000, 'WAIT' FROM generate_series(1, 20000) n;
INSERT INTO known SELECT n, n % 3000, 'DONE' FROM generate_series(1, 2000) n;
INSERT INTO closed SELECT id, status FROM done;
CREATE INDEX ON done (status);
ANALYZE;
INSERT INTO "Fresh" SELECT n, n % 3000, 'DONE', 7 FROM generate_series(1, 800) n;
INSERT INTO grown SELECT n, n % 3000, 'NEW' FROM generate_series(1, 800) n;
INSERT INTO whole SELECT n, n % 3000, 'NEW', 7 FROM generate_series(1, 800) n;
INSERT INTO many SELECT n, n % 3000, 'NEW', 7 FROM generate_series(1, 20000) n;
UPDATE done SET status = 'DONE' WHERE id > 5;
UPDATE closed SET status = 'DONE' WHERE id > 5;

-- found: never analyzed
-- cure: ANALYZE public."Fresh";
SELECT count(*) FROM "Fresh" f JOIN "Fresh" g USING (customer_id)
WHERE f.status = 'DONE' AND f.kind = 7 AND g.status = 'DONE' AND g.kind = 7;

-- found: it is the partition whose statistics are asked
-- cure: ANALYZE public.whole_1;
SELECT count(*) FROM whole f JOIN whole g USING (customer_id)
WHERE f.status = 'NEW' AND f.kind = 7 AND g.status = 'NEW' AND g.kind = 7;

-- found: nearly twice as large as when it was analyzed
-- cure: ANALYZE public.grown;
SELECT count(*) FROM grown f JOIN grown g USING (customer_id) WHERE f.status = 'NEW' AND g.status = 'NEW';

-- found: all were waiting when it was analyzed, and nearly none is now
-- cure: ANALYZE public.done;
SELECT * FROM done WHERE status = 'WAIT';

-- found: the same, and all of another table is read for the few
-- cure: ANALYZE public.closed;
-- maybe: seq_scan_discards_rows
SELECT i.note FROM closed d JOIN items i ON i.done_id = d.id WHERE d.status = 'WAIT';

-- found: the hash table was planned for a few rows
-- set: work_mem = 256kB
-- cure: ANALYZE public.many;
SELECT count(*) FROM many m JOIN notes n USING (customer_id) WHERE m.status = 'NEW' AND m.kind = 7;

-- not found: the estimate is as wrong, and nothing came of it
SELECT count(*) FROM grown WHERE status = 'NEW';

-- not found: the statistics are right, and so is the join
SELECT sum(length(n.note)) FROM known k JOIN notes n USING (customer_id) WHERE k.status = 'DONE';

-- not found: nobody asked for all that was expected
SELECT * FROM "Fresh" f JOIN notes n USING (customer_id) WHERE f.status = 'DONE' AND f.kind = 7 LIMIT 1;

-- setup
CREATE TABLE notes (id int, k int, note text);
INSERT INTO notes SELECT n, (n * 7919) % 100000, 'note ' || n FROM generate_series(1, 100000) n;
ANALYZE notes;

-- found: narrow rows
-- set: work_mem = 1MB
-- set: max_parallel_workers_per_gather = 0
SELECT k, id FROM notes ORDER BY k;

-- found: in each process
-- set: work_mem = 256kB
-- set: max_parallel_workers_per_gather = 2
-- set: parallel_setup_cost = 0
-- set: parallel_tuple_cost = 0
-- set: min_parallel_table_scan_size = 0
-- maybe: useless_workers
SELECT k, id, note FROM notes ORDER BY note, k;

-- not found: it fits
-- set: work_mem = 64MB
-- set: max_parallel_workers_per_gather = 0
SELECT k, id FROM notes ORDER BY k;

-- not found: only the first rows are kept
-- set: work_mem = 64kB
-- set: max_parallel_workers_per_gather = 0
-- also: sort_without_index
SELECT k, id FROM notes ORDER BY k LIMIT 20;

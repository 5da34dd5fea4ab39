-- setup

-- found: one process
-- captured: jit_leader
-- cure: SET LOCAL jit = 'off';
SELECT 'three hundred thousand rows, two seconds of which are the compiler''s';

-- found: three processes that compile at the same time
-- captured: jit_workers
-- maybe: useless_workers worker_skew
SELECT 'the sum of all processes is more than the whole';

-- found: a statement that reads 300 rows
-- captured: jit_small
SELECT 'nearly nothing but the compiler';

-- not found: it compiles little and runs long
-- captured: jit_plain
-- maybe: seq_scan_discards_rows
SELECT 'without optimization';

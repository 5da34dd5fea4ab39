-- setup

-- found: a row of each page, right after a checkpoint
-- captured: wal_images_14
-- cure: -- Compare checkpoint_timeout and max_wal_size with what pg_stat_wal counts in that time.
UPDATE stock SET counted = counted + 1 WHERE id % 8 = 0;

-- found: a quarter of the rows of each page, on 18
-- captured: wal_images_18
DELETE FROM stock WHERE id % 4 = 0;

-- found: the scan takes dead versions away, and its images are most
-- captured: wal_scan_18
DELETE FROM stock WHERE id % 4 = 0;

-- not found: 26 MB of records, for the pages have their images
-- captured: wal_records_14
UPDATE stock SET counted = counted + 1;

-- not found: the same on 18
-- captured: wal_records_18
UPDATE stock SET counted = counted + 1;

-- not found: the images were compressed, most are records
-- captured: wal_compressed_18
UPDATE stock SET counted = counted + 1;

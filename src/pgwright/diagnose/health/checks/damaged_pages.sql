-- Pages that came back from the disk other than they were written.
--
-- ## What it is
--
-- The counter of failed checksums of a database, where checksums are on.
--
-- ## Why it is dangerous
--
-- Data was lost. What a page held cannot be trusted, and the disk, the file system or the memory that did it does it
-- again.
--
-- ## When it speaks
--
-- From the first page on.
--
-- ## Cure
--
-- No SQL repairs a page: restore from a backup of before, or fail over to a standby, whose pages are its own.
-- `pg_amcheck` names the tables.
--
-- ## Versions
--
-- 14 to 18.
--
-- ## Example
--
--     ERROR:  invalid page in block 0 of relation base/16384/16385
--
-- pgwright: severity = danger
-- pgwright: why = Data was lost, and what damaged it is still at work: the disk, the file system, or the memory.
SELECT coalesce(d.datname, 'shared catalogs') AS object,
       format('%s pages had a wrong checksum, the last one %s ago.', d.checksum_failures,
              date_trunc('second', now() - d.checksum_last_failure)) AS evidence,
       d.checksum_failures AS value
FROM pg_stat_database d
WHERE d.checksum_failures > 0
ORDER BY 1

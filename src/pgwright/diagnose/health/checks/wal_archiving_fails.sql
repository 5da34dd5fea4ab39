-- The server cannot archive its WAL, so it keeps all of it, and backups have a gap.
--
-- ## What it is
--
-- The last try of `archive_command` or `archive_library` failed, and none has succeeded since.
--
-- ## Why it is dangerous
--
-- WAL that is not archived is not deleted: it fills the disk, and then the server stops. Until it is archived no backup
-- leads past it.
--
-- ## When it speaks
--
-- From the first failure that no success followed, while archiving is on.
--
-- ## Cure
--
-- There is no SQL for it: the server's log has what the archive command said.
--
-- ## Versions
--
-- 14 to 18.
--
-- ## Example
--
--     archive_command = 'cp %p /mnt/backup/%f'  -- and /mnt/backup is not mounted
--
-- pgwright: severity = danger
-- pgwright: why = WAL that is not archived is kept until the disk is full, and backups end before it.
SELECT 'archive_command' AS object,
       format('%s could not be archived, %s ago; %s tries failed since %s.', a.last_failed_wal,
              date_trunc('second', now() - a.last_failed_time), a.failed_count,
              coalesce(date_trunc('second', a.stats_reset)::text, 'the start')) AS evidence,
       a.failed_count AS value
FROM pg_stat_archiver a
WHERE a.last_failed_time > coalesce(a.last_archived_time, '-infinity')
  AND current_setting('archive_mode') <> 'off'

-- A subscription that receives nothing: it is disabled, or its worker does not run.
--
-- ## What it is
--
-- A subscription of this database without a worker that applies changes.
--
-- ## Why it is dangerous
--
-- The tables here grow old, and the publisher keeps all its WAL for the slot until its disk is full.
--
-- ## When it speaks
--
-- Always: as a danger where it is enabled and its worker is not there, which means that it fails and is started again.
--
-- ## Cure
--
-- The server's log says why the worker ends; a conflict with rows that are here is the most frequent reason. One that is
-- disabled is enabled again, or dropped.
--
-- ## Versions
--
-- 14 to 18.
--
-- ## Example
--
--     ALTER SUBSCRIPTION ventes DISABLE;  -- and forgotten
--
-- pgwright: severity = danger
-- pgwright: why = The tables here grow old, and the publisher keeps all its WAL for the subscription.
SELECT s.subname AS object,
       CASE WHEN s.subenabled THEN 'It is enabled, and no worker of it runs.' ELSE 'It is disabled.' END AS evidence,
       CASE WHEN s.subenabled THEN 'danger' ELSE 'warning' END AS severity,
       CASE WHEN s.subenabled THEN '' ELSE format('ALTER SUBSCRIPTION %I ENABLE;', s.subname) END AS cure_sql
FROM pg_subscription s
WHERE s.subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND NOT EXISTS (SELECT FROM pg_stat_subscription w WHERE w.subid = s.oid AND w.pid IS NOT NULL)
  AND NOT pg_is_in_recovery()
ORDER BY 1

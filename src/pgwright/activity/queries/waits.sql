-- Who waits for a lock, for what, and for whom: those who wait longest, at most %(limit)s. pg_blocking_pids stops the
-- lock manager for a moment, so it is not asked for everybody. A parallel worker is its leader. `holders` are those
-- who hold a lock on the same thing, as [pid, gid, mode]; a prepared transaction has no pid and is found by the lock
-- that it holds on its own transaction id. Names are those of this database only.
WITH locks AS MATERIALIZED (
    SELECT l.* FROM pg_catalog.pg_locks l
), own AS (
    SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()
), first AS MATERIALIZED (
    SELECT l.* FROM locks l WHERE NOT l.granted ORDER BY l.waitstart NULLS LAST, l.pid LIMIT %(limit)s
), wanted AS MATERIALIZED (  -- few of many locks, so that only these get a name
    SELECT l.*, format('%%s|%%s|%%s|%%s|%%s|%%s|%%s|%%s|%%s|%%s', l.locktype, l.database, l.relation, l.page, l.tuple,
                       l.virtualxid, l.transactionid, l.classid, l.objid, l.objsubid) AS thing
    FROM locks l
    WHERE l.relation IN (SELECT f.relation FROM first f)
       OR l.relation IS NULL AND l.locktype IN (SELECT f.locktype FROM first f WHERE f.relation IS NULL)
), waiting AS MATERIALIZED (
    SELECT l.* FROM wanted l WHERE NOT l.granted ORDER BY l.waitstart NULLS LAST, l.pid LIMIT %(limit)s
), rows_of AS MATERIALIZED (  -- who waits for the end of a transaction may have the lock on the row that it wants
    SELECT l.pid, l.relation FROM locks l WHERE l.locktype = 'tuple' AND l.database = (SELECT own.oid FROM own)
), prepared AS MATERIALIZED (
    SELECT l.virtualtransaction, p.gid
    FROM pg_catalog.pg_prepared_xacts p
    JOIN locks l ON l.pid IS NULL AND l.locktype = 'transactionid' AND l.transactionid = p.transaction
), holding AS MATERIALIZED (
    SELECT h.thing, jsonb_agg(jsonb_build_array(coalesce(a.leader_pid, h.pid), p.gid, h.mode)) AS holders
    FROM wanted h
    LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = h.pid
    LEFT JOIN prepared p ON h.pid IS NULL AND p.virtualtransaction = h.virtualtransaction
    WHERE h.granted AND h.thing IN (SELECT w.thing FROM waiting w)
    GROUP BY h.thing
)
SELECT coalesce(a.leader_pid, w.pid) AS pid,
       w.locktype AS kind,
       w.mode,
       extract(epoch FROM clock_timestamp() - w.waitstart)::float8 AS seconds,
       coalesce(named.name, '') AS relation,
       coalesce(touched.name, '') AS row_of,
       coalesce(w.transactionid::text, w.virtualxid, '') AS transaction,
       w.classid::bigint AS classid,
       w.objid::bigint AS objid,
       w.objsubid,
       w.database IS NULL OR w.database IN (0, own.oid) AS here,
       pg_catalog.pg_blocking_pids(w.pid) AS blockers,
       coalesce(h.holders, '[]') AS holders,
       (SELECT count(*) FROM locks l WHERE NOT l.granted) AS waiting
FROM waiting w
CROSS JOIN own
LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = w.pid
LEFT JOIN holding h ON h.thing = w.thing
LEFT JOIN LATERAL (
    SELECT format('%%I.%%I', n.nspname, c.relname) AS name
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.oid = w.relation AND w.database IN (0, own.oid)
) named ON true
LEFT JOIN LATERAL (
    SELECT format('%%I.%%I', n.nspname, c.relname) AS name
    FROM rows_of t
    JOIN pg_catalog.pg_class c ON c.oid = t.relation
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE t.pid = w.pid
    LIMIT 1
) touched ON w.locktype = 'transactionid'
ORDER BY w.waitstart NULLS LAST, w.pid

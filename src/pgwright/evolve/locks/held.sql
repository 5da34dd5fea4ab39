-- Relation locks of one backend, but not those on catalogs, TOAST, indexes, temporary tables, pgwright's own tables
-- and relations that this transaction itself created: nobody else can wait for what nobody else can see.
--
-- A relation is this transaction's own creation when a row that is written once, at creation, has an xmin that is
-- still in progress (a visible row with such an xmin can only be ours; pg_class itself will not do, ALTER writes
-- it again): the dependency of its row type on it, and for a sequence, which has no row type, its attribute
-- tableoid. xmin has 32 bits; it is brought to 64 from the own transaction id, before which a row of a
-- subtransaction cannot have been written.
WITH me AS (SELECT pg_catalog.pg_current_xact_id_if_assigned()::text::bigint AS xid)
SELECT l.relation::bigint AS relation, l.mode
FROM pg_catalog.pg_locks l
JOIN pg_catalog.pg_class c ON c.oid = l.relation
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE l.locktype = 'relation'
  AND l.granted
  AND l.mode <> 'SIReadLock' -- of serializable transactions; it blocks nobody
  AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
  AND l.pid = coalesce(%(pid)s::int, pg_catalog.pg_backend_pid())
  AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
  AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'pgwright')
  AND n.nspname NOT LIKE 'pg\_temp\_%%'
  AND n.nspname NOT LIKE 'pg\_toast\_temp\_%%'
  AND NOT EXISTS (
    SELECT FROM me, LATERAL (
        SELECT d.xmin FROM pg_catalog.pg_depend d
        WHERE c.reltype <> 0 AND d.classid = 'pg_catalog.pg_type'::regclass AND d.objid = c.reltype
          AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = c.oid
        UNION ALL
        SELECT t.xmin FROM pg_catalog.pg_attribute t
        WHERE c.reltype = 0 AND t.attrelid = c.oid AND t.attnum = -6
      ) AS birth (xmin),
      LATERAL (SELECT (birth.xmin::text::bigint - me.xid %% 4294967296 + 4294967296) %% 4294967296) AS since (own)
    WHERE me.xid IS NOT NULL AND since.own < 2147483648
      AND CASE WHEN since.own < 2147483648
               THEN pg_catalog.pg_xact_status((me.xid + since.own)::text::xid8) = 'in progress' END)

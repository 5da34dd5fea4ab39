-- The table, where wanted with all that inherits from it (part), and on each the column that has the name of the
-- column with this attnum of the table (col). The files beside this one go on from here; each answers rows of
-- (relation oid, attnum or 0, the clauses of ALTER TABLE ONLY that would set what is set now).
WITH RECURSIVE part (oid) AS (
    SELECT %(relation)s::oid
    UNION
    SELECT i.inhrelid FROM pg_catalog.pg_inherits i JOIN part ON i.inhparent = part.oid WHERE %(below)s
),
col AS (
    SELECT a.* FROM part JOIN pg_catalog.pg_attribute a ON a.attrelid = part.oid
    WHERE NOT a.attisdropped AND a.attname = (
        SELECT r.attname FROM pg_catalog.pg_attribute r WHERE r.attrelid = %(relation)s AND r.attnum = %(column)s)
)

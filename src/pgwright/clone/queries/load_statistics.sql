-- Puts what `statistics.sql` read into pg_statistic. Slots: 1 most common values, or the lengths of ranges; 2 histogram, or
-- the bounds of ranges; 3 correlation; 4 most common elements; 5 how many elements. stakind and what goes with it: pg_statistic.h
-- and the typanalyze functions, the same from 14 to 18. array_in makes an array of any type out of text, and is
-- declared to return anyarray, as the columns of pg_statistic are.
WITH target AS (
    SELECT c.oid AS relid, a.attnum, a.atttypid, a.atttypmod, a.attcollation, base.type, base.element, base.range, s.*
    FROM pg_temp.source_statistics s
    JOIN pg_catalog.pg_namespace n ON n.nspname = s.schema
    JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = s.relation
    JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attname = s.attribute AND NOT a.attisdropped
    JOIN pg_temp.base_types base ON base.declared = a.atttypid
), made AS (
    SELECT t.*,
           own.equal AS own_equal, own.less AS own_less, part.equal AS part_equal,
           t.range_lengths IS NOT NULL AS is_range,
           CASE WHEN t.type = 'tsvector'::regtype THEN 'text'::regtype::oid ELSE t.element END AS part_type,
           CASE WHEN t.type = 'tsvector'::regtype THEN 100 ELSE t.attcollation END AS part_collation
    FROM target t
    LEFT JOIN pg_temp.operators own ON own.type = t.type
    LEFT JOIN pg_temp.operators part ON part.type = CASE WHEN t.type = 'tsvector'::regtype THEN 'text'::regtype::oid
                                                         ELSE t.element END
)
INSERT INTO pg_catalog.pg_statistic
SELECT relid, attnum, inherited, null_frac, width, n_distinct,
       CASE WHEN is_range THEN 6 WHEN common IS NOT NULL AND own_equal IS NOT NULL THEN 1 ELSE 0 END,
       CASE WHEN is_range THEN 7 WHEN histogram IS NOT NULL AND own_less IS NOT NULL THEN 2 ELSE 0 END,
       CASE WHEN correlation IS NOT NULL AND own_less IS NOT NULL THEN 3 ELSE 0 END,
       CASE WHEN elements IS NOT NULL AND part_equal IS NOT NULL THEN 4 ELSE 0 END,
       CASE WHEN element_counts IS NOT NULL AND part_equal IS NOT NULL THEN 5 ELSE 0 END,
       CASE WHEN is_range THEN 672 WHEN common IS NOT NULL THEN coalesce(own_equal, 0) ELSE 0 END,
       CASE WHEN is_range OR histogram IS NULL THEN 0 ELSE coalesce(own_less, 0) END,
       CASE WHEN correlation IS NOT NULL THEN coalesce(own_less, 0) ELSE 0 END,
       CASE WHEN elements IS NOT NULL THEN coalesce(part_equal, 0) ELSE 0 END,
       CASE WHEN element_counts IS NOT NULL THEN coalesce(part_equal, 0) ELSE 0 END,
       CASE WHEN NOT is_range AND common IS NOT NULL AND own_equal IS NOT NULL THEN attcollation ELSE 0 END,
       CASE WHEN NOT is_range AND histogram IS NOT NULL AND own_less IS NOT NULL THEN attcollation ELSE 0 END,
       CASE WHEN correlation IS NOT NULL AND own_less IS NOT NULL THEN attcollation ELSE 0 END,
       CASE WHEN elements IS NOT NULL AND part_equal IS NOT NULL THEN part_collation ELSE 0 END,
       CASE WHEN element_counts IS NOT NULL AND part_equal IS NOT NULL THEN part_collation ELSE 0 END,
       CASE WHEN is_range THEN ARRAY[range_empty] WHEN own_equal IS NOT NULL THEN common_fractions END,
       NULL,
       CASE WHEN correlation IS NOT NULL AND own_less IS NOT NULL THEN ARRAY[correlation] END,
       CASE WHEN part_equal IS NOT NULL THEN element_fractions END,
       CASE WHEN part_equal IS NOT NULL THEN element_counts END,
       CASE WHEN is_range THEN pg_catalog.array_in(range_lengths::cstring, 'float8'::regtype, -1)
            WHEN own_equal IS NOT NULL THEN pg_catalog.array_in(common::cstring, atttypid, atttypmod) END,
       CASE WHEN is_range THEN pg_catalog.array_in(range_bounds::cstring, range, -1)
            WHEN own_less IS NOT NULL THEN pg_catalog.array_in(histogram::cstring, atttypid, atttypmod) END,
       NULL,
       CASE WHEN part_equal IS NOT NULL THEN pg_catalog.array_in(elements::cstring, part_type, -1) END,
       NULL
FROM made
WHERE number BETWEEN %(first)s AND %(last)s

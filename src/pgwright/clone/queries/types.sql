-- For each type of a column its base type, the type of its elements or of the ranges in it, and which operators its
-- statistics are ordered by: those of the default b-tree class, as lookup_type_cache finds them: of the type itself, of
-- one that it is binary coercible to (varchar: text), or of its polymorphic family.
CREATE TEMP TABLE base_types AS
WITH RECURSIVE down(declared, type) AS (
    SELECT t.oid, t.oid FROM pg_catalog.pg_type t
    WHERE t.oid < 16384 AND t.typtype <> 'p'
       OR t.oid IN (SELECT DISTINCT a.atttypid FROM pg_catalog.pg_attribute a WHERE a.atttypid >= 16384)
    UNION ALL
    SELECT d.declared, t.typbasetype FROM down d JOIN pg_catalog.pg_type t ON t.oid = d.type WHERE t.typtype = 'd'
)
SELECT d.declared, d.type,
       CASE WHEN t.typsubscript::text IN ('array_subscript_handler', 'raw_array_subscript_handler')
            THEN t.typelem ELSE 0::oid END AS element,
       coalesce((SELECT r.rngtypid FROM pg_catalog.pg_range r WHERE r.rngmultitypid = d.type), d.type) AS range
FROM down d JOIN pg_catalog.pg_type t ON t.oid = d.type AND t.typtype <> 'd';

CREATE TEMP TABLE operators AS
WITH wanted AS (
    SELECT type FROM base_types UNION SELECT element FROM base_types WHERE element <> 0 UNION SELECT 'text'::regtype::oid
), chosen AS (
    SELECT w.type, c.opcfamily, c.opcintype,
           row_number() OVER (PARTITION BY w.type ORDER BY c.opcintype = w.type DESC, it.typispreferred DESC, c.oid) AS n
    FROM wanted w
    JOIN pg_catalog.pg_type t ON t.oid = w.type
    JOIN pg_catalog.pg_opclass c ON c.opcdefault AND c.opcmethod = 403
    JOIN pg_catalog.pg_type it ON it.oid = c.opcintype
    WHERE c.opcintype = w.type
       OR EXISTS (SELECT FROM pg_catalog.pg_cast k WHERE k.castsource = w.type AND k.casttarget = c.opcintype
                  AND k.castmethod = 'b' AND k.castcontext = 'i')
       OR c.opcintype = 'anyarray'::regtype AND t.typcategory = 'A' AND t.typelem <> 0 AND t.typlen = -1
       OR c.opcintype = 'anyenum'::regtype AND t.typtype = 'e'
       OR c.opcintype = 'anyrange'::regtype AND t.typtype = 'r'
       OR c.opcintype = 'anymultirange'::regtype AND t.typtype = 'm'
       OR c.opcintype = 'record'::regtype AND t.typtype = 'c'
)
SELECT c.type,
       (SELECT o.amopopr FROM pg_catalog.pg_amop o WHERE o.amopfamily = c.opcfamily AND o.amopstrategy = 3
        AND o.amoplefttype = c.opcintype AND o.amoprighttype = c.opcintype) AS equal,
       (SELECT o.amopopr FROM pg_catalog.pg_amop o WHERE o.amopfamily = c.opcfamily AND o.amopstrategy = 1
        AND o.amoplefttype = c.opcintype AND o.amoprighttype = c.opcintype) AS less
FROM chosen c WHERE c.n = 1;

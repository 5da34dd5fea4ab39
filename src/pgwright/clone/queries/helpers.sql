-- What the owner of the clone, who is no superuser, may do to its catalog. The schema is free: that of the source is not
-- copied.
CREATE SCHEMA pgwright;

CREATE TABLE pgwright.empty ();

-- All are of plpgsql, which remembers its plans: with functions of SQL making an index takes three times as long.
-- `swap`, `note` and `done` work together in one transaction, whose settings keep what they need to know.

-- Puts a table, and all that is partitioned below it, on the file of an empty one, and keeps what pg_class said before:
-- CREATE INDEX counts the rows again.
CREATE FUNCTION pgwright.swap(relation regclass) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan AS $$
DECLARE oids oid[];
BEGIN
    WITH RECURSIVE below AS (
        SELECT relation::oid AS oid
        UNION
        SELECT i.inhrelid FROM below b JOIN pg_inherits i ON i.inhparent = b.oid
        JOIN pg_class c ON c.oid = i.inhrelid AND c.relispartition
    )
    SELECT array_agg(oid) INTO oids FROM below;
    PERFORM set_config('pgwright.before', (
        SELECT coalesce(jsonb_agg(jsonb_build_array(
                   c.oid, c.relfilenode, c.reltablespace, c.relpages, c.reltuples, c.relallvisible)), '[]')::text
        FROM pg_class c WHERE c.oid = ANY (oids) AND c.relkind IN ('r', 'm')), true);
    PERFORM set_config('pgwright.newest', coalesce(pgwright.newest(relation), 0)::text, true);
    PERFORM set_config('pgwright.made', '[]', true);
    UPDATE pg_class c SET relfilenode = e.relfilenode, reltablespace = e.reltablespace
    FROM pg_class e
    WHERE c.oid = ANY (oids) AND c.relkind IN ('r', 'm') AND e.oid = 'pgwright.empty'::regclass;
END$$;

CREATE FUNCTION pgwright.newest(relation regclass) RETURNS oid
LANGUAGE plpgsql STABLE SET search_path = pg_catalog AS $$
BEGIN RETURN (SELECT max(indexrelid) FROM pg_index WHERE indrelid = relation); END$$;

-- Notes the index that has just been made on the table; nothing where there is none.
CREATE FUNCTION pgwright.note(relation regclass) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
    newest oid := pgwright.newest(relation);
    is_new bool := newest::text <> current_setting('pgwright.newest');
BEGIN
    PERFORM set_config('pgwright.newest', newest::text, true);
    PERFORM set_config('pgwright.made', (current_setting('pgwright.made')::jsonb ||
        CASE WHEN is_new THEN to_jsonb(newest::bigint) ELSE 'null' END)::text, true);
END$$;

-- Gives an index, and those of its partitions, statistics of the expressions that keep values apart, as the ANALYZE after its
-- build will find them: the function of each value that is known of the column, and as many different ones. Of other
-- expressions (a day of a time, a remainder) nothing is known before, and the planner has its own guess. Values stay texts:
-- the input of a domain would run code of the source.
CREATE FUNCTION pgwright.liken(index oid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    each record;
    common text;
    shares real[];
    bounds text;
BEGIN
    FOR each IN
        SELECT x.indexrelid, a.attnum, a.attcollation::regcollation AS collation, f.part[1] AS function,
               CASE WHEN o.atttypid = 'bpchar'::regtype THEN 'bpchar' ELSE 'text' END AS type,
               a.attcollation, s.stanullfrac, s.stawidth, s.stadistinct, v.common, v.shares, v.bounds
        FROM (SELECT index AS relid UNION SELECT t.relid::oid FROM pg_partition_tree(index::regclass) t) p
        JOIN pg_index x ON x.indexrelid = p.relid
        JOIN pg_attribute a ON a.attrelid = x.indexrelid AND x.indkey[a.attnum - 1] = 0 AND a.atttypid = 'text'::regtype
        CROSS JOIN LATERAL regexp_match(pg_get_indexdef(x.indexrelid, a.attnum, false),
                                        '^(lower|upper|btrim|md5|reverse)\((?:\((.+)\)::text|(.+))\)$') AS f(part)
        JOIN pg_attribute o ON o.attrelid = x.indrelid AND quote_ident(o.attname) = coalesce(f.part[2], f.part[3])
        JOIN pg_statistic s ON s.starelid = x.indrelid AND s.staattnum = o.attnum AND NOT s.stainherit
        CROSS JOIN LATERAL (
            SELECT max(k.list) FILTER (WHERE k.kind = 1) AS common, max(k.numbers) FILTER (WHERE k.kind = 1) AS shares,
                   max(k.list) FILTER (WHERE k.kind = 2) AS bounds
            FROM (VALUES (s.stakind1, s.stanumbers1, s.stavalues1::text), (s.stakind2, s.stanumbers2, s.stavalues2::text)
                 ) k(kind, numbers, list)) v
    LOOP
        EXECUTE format('SELECT array_agg(v ORDER BY n DESC, v)::text, array_agg(n ORDER BY n DESC, v) FROM
            (SELECT %I(v::text) COLLATE %s AS v, sum(n)::real AS n FROM unnest($1::%s[], $2) u(v, n) GROUP BY 1) g',
            each.function, each.collation, each.type) INTO common, shares USING each.common, each.shares;
        EXECUTE format('SELECT array_agg(v ORDER BY v)::text FROM
            (SELECT DISTINCT %I(v::text) COLLATE %s AS v FROM unnest($1::%s[]) v) g',
            each.function, each.collation, each.type) INTO bounds USING each.bounds;
        INSERT INTO pg_statistic
        SELECT each.indexrelid, each.attnum, false, each.stanullfrac, each.stawidth, each.stadistinct,
               CASE WHEN common IS NULL THEN 0 ELSE 1 END, CASE WHEN bounds IS NULL THEN 0 ELSE 2 END, 0, 0, 0,
               CASE WHEN common IS NULL THEN 0 ELSE '=(text,text)'::regoperator END,
               CASE WHEN bounds IS NULL THEN 0 ELSE '<(text,text)'::regoperator END, 0, 0, 0,
               CASE WHEN common IS NULL THEN 0 ELSE each.attcollation END,
               CASE WHEN bounds IS NULL THEN 0 ELSE each.attcollation END, 0, 0, 0,
               shares, NULL, NULL, NULL, NULL,
               array_in(common::cstring, 'text'::regtype, -1), array_in(bounds::cstring, 'text'::regtype, -1),
               NULL, NULL, NULL;
    END LOOP;
END$$;

-- The expressions of indexes of which nothing is known, each with its table and the statement that makes statistics of it:
-- none where the table is partitioned, because its partitions are what is scanned. Known are those with statistics of their
-- own, those of an index of the source, and those that `liken` has foretold.
CREATE FUNCTION pgwright.unknown(indexes oid[]) RETURNS TABLE (expression text, relation text, statement text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN RETURN QUERY
    SELECT DISTINCT ON (x.indrelid, e.text)
           regexp_replace(e.text, '^\((.*)\)$', '\1'), format('%I.%I', n.nspname, c.relname),
           CASE WHEN c.relkind <> 'p'
                THEN format('CREATE STATISTICS %I.%I ON %s FROM %I.%I', n.nspname,
                            format('pgwright_%s_%s', x.indexrelid, a.attnum), e.text, n.nspname, c.relname) END
    FROM pg_index x
    JOIN pg_class c ON c.oid = x.indrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = x.indexrelid AND a.attnum <= x.indnkeyatts AND x.indkey[a.attnum - 1] = 0
    CROSS JOIN LATERAL pg_get_indexdef(x.indexrelid, a.attnum, false) AS e(text)
    WHERE x.indexrelid = ANY (indexes)
      AND NOT EXISTS (SELECT FROM pg_index o
                      JOIN pg_statistic s ON s.starelid = o.indexrelid
                      WHERE o.indrelid = x.indrelid AND pg_get_indexdef(o.indexrelid, s.staattnum, false) = e.text)
      AND NOT EXISTS (SELECT FROM pg_statistic_ext t
                      JOIN pg_statistic_ext_data d ON d.stxoid = t.oid AND d.stxdexpr IS NOT NULL
                      CROSS JOIN LATERAL unnest(pg_get_statisticsobjdef_expressions(t.oid)) AS k(text)
                      WHERE t.stxrelid = x.indrelid AND btrim(k.text, '()') = btrim(e.text, '()'))
    ORDER BY x.indrelid, e.text, x.indexrelid, a.attnum;
END$$;

-- Puts the tables back, hides the indexes that were noted, and tells what they are: for each what `made` says, or null.
CREATE FUNCTION pgwright.done() RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    made jsonb;
    before jsonb := current_setting('pgwright.before');
BEGIN
    UPDATE pg_class c
    SET relfilenode = (x ->> 1)::oid, reltablespace = (x ->> 2)::oid, relpages = (x ->> 3)::int,
        reltuples = (x ->> 4)::real, relallvisible = (x ->> 5)::int
    FROM jsonb_array_elements(before) x WHERE c.oid = (x ->> 0)::oid;
    PERFORM pgwright.liken(o::oid)
    FROM jsonb_array_elements_text(current_setting('pgwright.made')::jsonb) o WHERE o IS NOT NULL;
    made := (SELECT jsonb_agg(pgwright.made(o::oid) ORDER BY n)
             FROM jsonb_array_elements_text(current_setting('pgwright.made')::jsonb) WITH ORDINALITY m(o, n));
    UPDATE pg_index SET indisvalid = false
    WHERE indexrelid IN (SELECT (y ->> 'oid')::oid FROM jsonb_array_elements(made) x, jsonb_array_elements(x) y
                         WHERE jsonb_typeof(x) = 'array');
    RETURN made;
END$$;

CREATE FUNCTION pgwright.show(oids oid[], shown bool) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    UPDATE pg_index SET indisvalid = shown WHERE indexrelid = ANY (oids) AND indisvalid <> shown;
END$$;

-- Writes what pg_class is to count of indexes, and gives them a file of another number where that is not 0: an array of
-- [oid, pages, rows, file].
CREATE FUNCTION pgwright.count(counts jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    UPDATE pg_class c SET relpages = (x ->> 1)::int, reltuples = (x ->> 2)::real,
        relfilenode = CASE WHEN x ->> 3 = '0' THEN c.relfilenode ELSE (x ->> 3)::oid END
    FROM jsonb_array_elements(counts) x WHERE c.oid = (x ->> 0)::oid;
END$$;

-- The columns of an index, each an object with the fields of `index_size.Column`. The statistics are those of the column of the
-- table; those of an expression are the index's own. The fourth support function of a b-tree class says whether equal
-- values are the same bytes, so that they can share a tuple; text under a collation that is not deterministic has none of
-- that. The eleventh of a GiST class lets the build sort. Of ranges ANALYZE says that all differ: there are as many as
-- bounds in its histogram (kind 7), where these repeat.
CREATE FUNCTION pgwright.columns(index oid) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan AS $$
BEGIN RETURN (
    SELECT jsonb_agg(jsonb_build_object(
        'is_key', a.attnum <= x.indnkeyatts, 'length', a.attlen, 'align', a.attalign,
        'stored', coalesce((SELECT greatest(k.typlen, 0) FROM pg_type k WHERE k.oid = c.opckeytype), 0),
        'width', coalesce(s.stawidth, CASE WHEN a.attlen > 0 THEN a.attlen END,  -- of an expression as its column, if alike
                          (SELECT max(r.stawidth) FROM pg_depend d
                           JOIN pg_statistic r ON r.starelid = d.refobjid AND r.staattnum = d.refobjsubid
                           JOIN pg_attribute o ON o.attrelid = d.refobjid AND o.attnum = d.refobjsubid
                           JOIN pg_type ot ON ot.oid = o.atttypid
                           JOIN pg_type xt ON xt.oid = a.atttypid AND xt.typcategory = ot.typcategory
                           WHERE d.classid = 'pg_class'::regclass AND d.objid = x.indexrelid
                                 AND d.refobjid = x.indrelid AND d.refobjsubid > 0), 16),
        'nulls', coalesce(s.stanullfrac, 0),
        'distinct', coalesce((SELECT count(DISTINCT b)
                              FROM unnest((CASE 7 WHEN s.stakind1 THEN s.stavalues1::text
                                                  WHEN s.stakind2 THEN s.stavalues2::text END)::text[]) b
                              HAVING count(DISTINCT b) < count(*) / 2), s.stadistinct, 0),
        'elements', coalesce((SELECT n[cardinality(n)]
                              FROM (VALUES (s.stakind4, s.stanumbers4), (s.stakind5, s.stanumbers5)) v(k, n)
                              WHERE k = 5), 0),
        'common', coalesce(e.common, '[]'), 'rarest', coalesce(e.rarest, 0), 'element_width', coalesce(e.width, 8),
        'operator_class', c.opcname,
        'equal_is_same', EXISTS (SELECT FROM pg_amproc p WHERE p.amprocfamily = c.opcfamily AND p.amprocnum = 4
                                 AND p.amproclefttype = c.opcintype AND p.amprocrighttype = c.opcintype)
            AND NOT EXISTS (SELECT FROM pg_collation l
                            WHERE l.oid = x.indcollation[a.attnum - 1] AND NOT l.collisdeterministic),
        'is_sorted', EXISTS (SELECT FROM pg_amproc p WHERE p.amprocfamily = c.opcfamily AND p.amprocnum = 11
                             AND p.amproclefttype = c.opcintype),
        'expression', pg_get_indexdef(x.indexrelid, a.attnum, false)) ORDER BY a.attnum)
    FROM pg_index x
    JOIN pg_attribute a ON a.attrelid = x.indexrelid
    LEFT JOIN pg_statistic s
        ON s.starelid = CASE WHEN x.indkey[a.attnum - 1] = 0 THEN x.indexrelid ELSE x.indrelid END
       AND s.staattnum = CASE WHEN x.indkey[a.attnum - 1] = 0 THEN a.attnum ELSE x.indkey[a.attnum - 1] END
       AND NOT s.stainherit
    LEFT JOIN pg_opclass c ON a.attnum <= x.indnkeyatts AND c.oid = x.indclass[a.attnum - 1]
    LEFT JOIN LATERAL (
        -- Most common elements: their fractions, and then the smallest and the largest, and of arrays that of NULLs.
        -- Eight groups of them are told, each by how many there are and their mean.
        SELECT (SELECT jsonb_agg(jsonb_build_array(g.count, g.mean))
                FROM (SELECT count(*), avg(f.fraction) AS mean
                      FROM (SELECT u AS fraction, ntile(8) OVER (ORDER BY u) AS n
                            FROM unnest(v.n[1:cardinality(v.n) - v.more]) u) f GROUP BY f.n) g) AS common,
               v.n[cardinality(v.n) - v.more + 1] AS rarest,
               (SELECT avg(octet_length(t)) FROM unnest(v.elements::text::text[]) t) AS width
        FROM (SELECT s.stanumbers4 AS n, s.stavalues4 AS elements,
                     CASE WHEN a.atttypid = 'tsvector'::regtype THEN 2 ELSE 3 END AS more
              WHERE s.stakind4 = 4) v
    ) e ON true
    WHERE x.indexrelid = index
); END$$;

-- An index that has just been made, and on a partitioned table those of its partitions; each an object.
CREATE FUNCTION pgwright.made(index oid) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan AS $$
BEGIN RETURN (
    SELECT jsonb_agg(jsonb_build_object(
        'oid', x.indexrelid::bigint, 'schema', n.nspname, 'name', c.relname, 'method', m.amname,
        'options', coalesce(c.reloptions, '{}'), 'path', pg_relation_filepath(x.indexrelid),
        'definition', pg_get_indexdef(x.indexrelid), 'predicate', coalesce(pg_get_expr(x.indpred, x.indrelid), ''),
        'is_partitioned', t.relkind = 'p', 'table_schema', tn.nspname, 'table', t.relname,
        'rows', t.reltuples, 'heap_pages', t.relpages, 'columns', pgwright.columns(x.indexrelid))
        ORDER BY p.level, p.relid)
    FROM (SELECT index AS relid, 0 AS level
          UNION SELECT t.relid::oid, t.level FROM pg_partition_tree(index::regclass) t WHERE t.level > 0) p
    JOIN pg_index x ON x.indexrelid = p.relid
    JOIN pg_class c ON c.oid = x.indexrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_am m ON m.oid = c.relam
    JOIN pg_class t ON t.oid = x.indrelid
    JOIN pg_namespace tn ON tn.oid = t.relnamespace
); END$$;

-- Puts extended statistics into the clone. Before 15 the catalog knows no `inherited`. The rows of pg_statistic of %(view)s
-- are those of its expressions.
INSERT INTO pg_catalog.pg_statistic_ext_data (stxoid, {inherited_column} stxdndistinct, stxddependencies, stxdmcv, stxdexpr)
SELECT e.oid, {inherited_value} %(n_distinct)s::bytea::pg_ndistinct, %(dependencies)s::bytea::pg_dependencies,
       %(combinations)s::bytea::pg_mcv_list,
       CASE WHEN %(view)s <> 0 THEN
           ARRAY(SELECT s FROM pg_catalog.pg_statistic s WHERE s.starelid = %(view)s ORDER BY s.staattnum) END
FROM pg_catalog.pg_statistic_ext e
JOIN pg_catalog.pg_namespace n ON n.oid = e.stxnamespace
WHERE e.stxname = %(name)s AND n.nspname = %(schema)s

-- Puts what ANALYZE has found in a sample (%(sample)s) into the catalog as if it had found it in the whole table. Before 15
-- the catalog knows no `inherited`. {columns} are those of pg_statistic, {counted} the same with the numbers of different
-- values that the whole table has: %(distinct)s, one for each expression.
INSERT INTO pg_catalog.pg_statistic_ext_data (stxoid, {inherited_column} stxdndistinct, stxddependencies, stxdmcv, stxdexpr)
SELECT %(statistics)s, {inherited_value} %(n_distinct)s::bytea::pg_ndistinct, %(dependencies)s::bytea::pg_dependencies,
       %(common)s::bytea::pg_mcv_list,
       CASE WHEN d.stxdexpr IS NOT NULL THEN
           ARRAY(SELECT ROW({counted})::pg_catalog.pg_statistic
                 FROM unnest(d.stxdexpr) WITH ORDINALITY AS e({columns}, place) ORDER BY e.place) END
FROM pg_catalog.pg_statistic_ext_data d WHERE d.stxoid = %(sample)s

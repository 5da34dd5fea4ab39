-- found: pg_stat_statements
-- severity: notice
-- cure: CREATE EXTENSION pg_stat_statements;
SELECT 1;

-- not found: it is there
CREATE EXTENSION pg_stat_statements;

UPDATE pg_catalog.pg_foreign_server
SET srvoptions = ARRAY(SELECT o FROM unnest(srvoptions) o WHERE o NOT LIKE 'use_remote_estimate=%')
WHERE 'use_remote_estimate' IN (SELECT split_part(o, '=', 1) FROM unnest(srvoptions) o);
UPDATE pg_catalog.pg_foreign_table
SET ftoptions = ARRAY(SELECT o FROM unnest(ftoptions) o WHERE o NOT LIKE 'use_remote_estimate=%')
WHERE 'use_remote_estimate' IN (SELECT split_part(o, '=', 1) FROM unnest(ftoptions) o)

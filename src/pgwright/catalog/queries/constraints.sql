-- Constraints of tables. NOT NULL has rows of its own since 18.
SELECT k.oid, k.conrelid, k.conname::text, k.contype::text, coalesce(k.conkey, '{}')::int[],
       CASE WHEN k.conrelid = ANY (%(locked)s::oid[]) OR k.confrelid = ANY (%(locked)s::oid[]) THEN ''
            WHEN k.contype = 'n' THEN 'NOT NULL ' || quote_ident(a.attname) 
                || CASE WHEN k.connoinherit THEN ' NO INHERIT' ELSE '' END
                || CASE WHEN k.convalidated THEN '' ELSE ' NOT VALID' END
            ELSE pg_get_constraintdef(k.oid) END,
       k.convalidated, k.condeferrable, k.condeferred, k.connoinherit, k.coninhcount > 0, k.conislocal,
       nullif(k.confrelid, 0), coalesce(k.confkey, '{}')::int[], nullif(k.conindid, 0), nullif(k.conparentid, 0),
       d.description,
       k.conenforced --@ has_not_enforced
       true --@ not has_not_enforced
FROM pg_constraint k
LEFT JOIN pg_attribute a ON k.contype = 'n' AND a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
LEFT JOIN pg_description d ON d.objoid = k.oid AND d.classoid = 'pg_catalog.pg_constraint'::regclass AND d.objsubid = 0
WHERE k.conrelid = ANY (%(relations)s::oid[])
ORDER BY k.conrelid, k.oid

-- A constraint that was never proven for the rows that are there: NOT VALID, or not enforced at all.
--
-- ## What it is
--
-- CHECK, foreign key and, from 18 on, NOT NULL constraints, of tables and of domains, that `pg_constraint` does not call
-- validated. One that is NOT ENFORCED (18) proves nothing for new rows either.
--
-- ## Why it is dangerous
--
-- Rows that break it may be there, and everybody who reads the definition believes that there are none. The planner does
-- not trust it, and a dump that holds such rows cannot be restored once the constraint is valid.
--
-- ## When it speaks
--
-- Always. A constraint that pgwright added and has not validated yet is one of these: its migration goes on.
--
-- ## Cure
--
-- `VALIDATE CONSTRAINT` reads the table and stops nobody. It fails where a row breaks the constraint, and names it.
--
-- ## Versions
--
-- 14 to 18; 18 brings NOT ENFORCED, and NOT NULL constraints that are NOT VALID.
--
-- ## Example
--
--     ALTER TABLE commandes ADD CHECK (total >= 0) NOT VALID;
--
-- pgwright: severity = warning
-- pgwright: why = Rows that break it may be there; the planner does not use it, and readers believe it.
SELECT CASE WHEN c.contypid <> 0 THEN tn.nspname || '.' || t.typname ELSE n.nspname || '.' || r.relname END
         || '.' || c.conname AS object,
       CASE WHEN to_jsonb(c) ->> 'conenforced' = 'false' THEN 'It is not enforced: '
            ELSE 'It is not valid for the rows that were there: ' END
         || rtrim(replace(replace(pg_get_constraintdef(c.oid), ' NOT VALID', ''), ' NOT ENFORCED', '')) || '.' AS evidence,
       CASE WHEN to_jsonb(c) ->> 'conenforced' = 'false' THEN 'notice' ELSE 'warning' END AS severity,
       CASE WHEN c.contypid <> 0 THEN format('ALTER DOMAIN %I.%I VALIDATE CONSTRAINT %I;', tn.nspname, t.typname, c.conname)
            WHEN to_jsonb(c) ->> 'conenforced' = 'false' AND c.contype = 'f'
              THEN format('ALTER TABLE %I.%I ALTER CONSTRAINT %I ENFORCED;', n.nspname, r.relname, c.conname)
            WHEN to_jsonb(c) ->> 'conenforced' = 'false'
              THEN format(E'ALTER TABLE %I.%I DROP CONSTRAINT %I;\nALTER TABLE %1$I.%2$I ADD CONSTRAINT %3$I %s;',
                          n.nspname, r.relname, c.conname, replace(pg_get_constraintdef(c.oid), ' NOT ENFORCED', ''))
            ELSE format('ALTER TABLE %I.%I VALIDATE CONSTRAINT %I;', n.nspname, r.relname, c.conname) END AS cure_sql
FROM pg_constraint c
LEFT JOIN pg_class r ON r.oid = c.conrelid
LEFT JOIN pg_namespace n ON n.oid = r.relnamespace
LEFT JOIN pg_type t ON t.oid = c.contypid
LEFT JOIN pg_namespace tn ON tn.oid = t.typnamespace
WHERE (NOT c.convalidated OR to_jsonb(c) ->> 'conenforced' = 'false')
  AND c.conparentid = 0
  AND NOT c.coninhcount > 0
ORDER BY 1

-- setup
CREATE TABLE products (id int PRIMARY KEY, name text, "Beschreibung" varchar(200), kind int);
INSERT INTO products SELECT n, 'product ' || n, md5(n::text), n % 50 FROM generate_series(1, 100000) n;
CREATE INDEX ON products (name);
ANALYZE products;

-- found: in the middle
-- cure: CREATE EXTENSION IF NOT EXISTS pg_trgm;
-- cure: CREATE INDEX ON public.products USING gin (name gin_trgm_ops);
SELECT id FROM products WHERE name LIKE '%uct 777%';

-- found: without case, in a varchar, beside an equality that finds too much
-- cure: CREATE EXTENSION IF NOT EXISTS pg_trgm;
-- cure: CREATE INDEX ON public.products USING gin ("Beschreibung" gin_trgm_ops);
SELECT id FROM products p WHERE "Beschreibung" ILIKE '%ABCDE%' AND kind < 40;

-- found: an expression with a regular expression
-- cure: CREATE EXTENSION IF NOT EXISTS pg_trgm;
-- cure: CREATE INDEX ON public.products USING gin ((upper(name)) gin_trgm_ops);
SELECT id FROM products WHERE upper(name) ~ 'T 7777.?$';

-- not found: a trigram index cannot find two letters
SELECT id FROM products WHERE name LIKE '%77%9%';

-- not found: it matches nearly all
SELECT count(*) FROM products WHERE name LIKE '%product%';

-- not found: it begins with what is known
-- also: seq_scan_discards_rows
SELECT id FROM products WHERE "Beschreibung" LIKE 'abcd%';

-- setup
CREATE TABLE products (id int PRIMARY KEY, name text COLLATE "C.utf8", short varchar(50) COLLATE "C.utf8", plain text COLLATE "C",
    free text COLLATE "C.utf8");
INSERT INTO products SELECT n, md5(n::text), md5(n::text), md5(n::text), md5(n::text) FROM generate_series(1, 100000) n;
CREATE INDEX ON products (name);
CREATE INDEX ON products (short);
CREATE INDEX ON products (plain);
ANALYZE products;

-- found: sorted by a language
-- cure: CREATE INDEX ON public.products (name text_pattern_ops);
SELECT id FROM products WHERE name LIKE 'abcd%';

-- found: a regular expression on a varchar
-- cure: CREATE INDEX ON public.products (short text_pattern_ops);
SELECT id FROM products p WHERE short ~ '^abcd';

-- not found: sorted by bytes
SELECT id FROM products WHERE plain LIKE 'abcd%';

-- not found: there is no index yet
-- also: seq_scan_discards_rows
SELECT id FROM products WHERE free LIKE 'abcd%';

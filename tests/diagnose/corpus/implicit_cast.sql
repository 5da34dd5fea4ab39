-- setup
CREATE TABLE parts (id bigint PRIMARY KEY, code char(12), ref uuid, "Größe" int, name varchar(30));
INSERT INTO parts SELECT n, 'c' || n, md5(n::text)::uuid, n % 30000, 'n' || n FROM generate_series(1, 150000) n;
CREATE INDEX ON parts (code);
CREATE INDEX ON parts (ref);
CREATE INDEX ON parts (name);
ANALYZE parts;

-- found: a number with a point
-- cure: SELECT * FROM parts WHERE id = 77;
SELECT * FROM parts WHERE id = 77.0;

-- found: a float, and no index on the column
-- cure: CREATE INDEX ON public.parts ("Größe");
-- cure: SELECT id FROM parts p WHERE p."Größe" = 77;
SELECT id FROM parts p WHERE p."Größe" = 77::float8;

-- found: char(n) compared with text
-- cure: SELECT id FROM parts WHERE code = 'c77'::bpchar;
SELECT id FROM parts WHERE code = 'c77'::text;

-- found: the text of a uuid
-- cure: SELECT id FROM parts WHERE ref = '28dd2c79-55ce-9264-5624-0d84f8ff1e4e'::uuid;
SELECT id FROM parts WHERE ref::text = '28dd2c79-55ce-9264-5624-0d84f8ff1e4e';

-- not found: another integer type needs no cast
SELECT * FROM parts WHERE id = 77::smallint;

-- not found: the cast of a varchar to text is none
SELECT * FROM parts WHERE name = 'n77'::text;

-- not found: nothing is discarded
SELECT count(*) FROM parts WHERE id > 0.5;

-- not found: no integer is equal, so the index is on the expression
-- also: predicate_on_expression
SELECT * FROM parts WHERE id = 77.5;

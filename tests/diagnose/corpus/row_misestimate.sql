-- setup
CREATE TABLE orders (id int, customer_id int, "Client" text);
CREATE FUNCTION chosen(many int) RETURNS SETOF int LANGUAGE plpgsql STABLE ROWS 1 AS
    $$ BEGIN RETURN QUERY SELECT generate_series(1, many); END $$;
INSERT INTO orders SELECT n, 1 + n % 4000,
    CASE WHEN n % 1000 < 400 THEN 'big' || n % 100 WHEN n % 1000 < 402 THEN 'middle' ELSE 'small' || n END
    FROM generate_series(1, 200000) n;
CREATE INDEX ON orders ("Client");
ANALYZE;

-- found: more common than all but those that are listed
-- cure: ALTER TABLE public.orders ALTER COLUMN "Client" SET STATISTICS 1000;
-- cure: ANALYZE public.orders;
SELECT count(*) FROM orders o JOIN orders p USING (customer_id) WHERE o."Client" = 'middle' AND p."Client" = 'middle';

-- found: a function that says of itself that it gives one row
-- cure: ALTER FUNCTION public.chosen ROWS 2000;
SELECT count(*) FROM chosen(1500) c(id) JOIN chosen(1500) d(id) ON c.id = d.id;

-- not found: the value is listed
SELECT count(*) FROM orders o JOIN orders p USING (customer_id) WHERE o."Client" = 'big7' AND p."Client" = 'big7';

-- not found: the estimate is as wrong, and nothing came of it
SELECT count(*) FROM orders o WHERE "Client" = 'middle';

-- not found: the function gives what is expected of it
SELECT count(*) FROM chosen(1) c(id) JOIN orders o ON o.id = c.id WHERE o."Client" = 'big7';

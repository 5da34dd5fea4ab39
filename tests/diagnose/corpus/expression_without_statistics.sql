-- setup
CREATE TABLE orders (id int, customer_id int, "créé" timestamp, status varchar(10));
CREATE TABLE counted (id int, customer_id int, at timestamp);
INSERT INTO orders SELECT n, n % 20000, timestamp '2024-01-01' + n * interval '20 h', 'Wait'
    FROM generate_series(1, 290) n;
INSERT INTO counted SELECT n, n % 20000, timestamp '2024-01-01' + n * interval '20 h' FROM generate_series(1, 290) n;
CREATE STATISTICS counted_at_stats ON (date_trunc('year', at)) FROM counted;
ANALYZE;

-- found: all orders are of that year
-- cure: CREATE STATISTICS public."orders_créé_stats" ON (date_trunc('year'::text, "créé")) FROM public.orders;
-- cure: ANALYZE public.orders;
SELECT count(*) FROM orders o JOIN orders p USING (customer_id)
WHERE date_trunc('year', o."créé") = '2024-01-01' AND date_trunc('year', p."créé") = '2024-01-01';

-- found: the type of the column hides behind a cast
-- cure: CREATE STATISTICS public.orders_status_stats ON (lower(status::text)) FROM public.orders;
-- cure: ANALYZE public.orders;
SELECT count(*) FROM orders o JOIN orders p USING (customer_id)
WHERE lower(o.status) = 'wait' AND lower(p.status) = 'wait';

-- found: two that go together
-- cure: CREATE STATISTICS public."orders_créé_status_stats" ON (date_trunc('year'::text, "créé")), (lower(status::text)) FROM public.orders;
-- cure: ANALYZE public.orders;
SELECT count(*) FROM orders o JOIN orders p USING (customer_id)
WHERE date_trunc('year', o."créé") = '2024-01-01' AND date_trunc('year', p."créé") = '2024-01-01'
    AND lower(o.status) = 'wait' AND lower(p.status) = 'wait';

-- not found: it has statistics
SELECT count(*) FROM counted o JOIN counted p USING (customer_id)
WHERE date_trunc('year', o.at) = '2024-01-01' AND date_trunc('year', p.at) = '2024-01-01';

-- not found: the estimate is as wrong, and nothing came of it
SELECT count(*) FROM orders o WHERE date_trunc('year', o."créé") = '2024-01-01';

-- setup
CREATE TABLE customers (id int PRIMARY KEY, name text);
CREATE TABLE shops (id int, country text, region text, city text);
CREATE TABLE sales (id int, customer_id int, country text, region text, city text);
INSERT INTO customers SELECT n, 'c' || n FROM generate_series(1, 30000) n;
INSERT INTO shops SELECT n, 'country' || n, 'region' || n, 'city' || n FROM generate_series(1, 100) n;
INSERT INTO sales SELECT n, 1 + n % 30000, 'country' || 1 + n % 100, 'region' || 1 + n % 100, 'city' || 1 + n % 100
    FROM generate_series(1, 60000) n;
ANALYZE;

-- found: a join on columns that go together, of which no statistics can be made
-- cure: SET LOCAL enable_nestloop = 'off';
SELECT sum(length(c.name)) FROM shops s JOIN sales v USING (country, region, city) JOIN customers c ON c.id = v.customer_id;

-- not found: a join on one column is estimated well
SELECT sum(length(c.name)) FROM shops s JOIN sales v USING (city) JOIN customers c ON c.id = v.customer_id;

-- not found: many loops, as expected, and few beside the rows of the inner side
SELECT sum(length(c.name)) FROM shops s JOIN customers c ON c.id = s.id * 7;

-- setup
CREATE TABLE documents (id int, title text, body text);
INSERT INTO documents SELECT n, 'title ' || n, (SELECT string_agg(md5((n * k)::text), ' ') FROM generate_series(1, 300) k)
    FROM generate_series(1, 1500) n;
ANALYZE documents;

-- found: what lies outside of the rows is fetched for the output
-- majors: 17 18
-- cure: -- Select body only where the client needs it.
SELECT * FROM documents;

-- not found: without it
SELECT id, title FROM documents;

-- not found: it is read, but one row is given
SELECT max(length(body)) FROM documents;

-- Units and links are numbered without sequences: one runner works at a time, by the lease, and what looks at all
-- sequences of the database (their room, their types, their replication) sees only those of the application. Version 4.
CREATE FUNCTION pgwright.next_unit() RETURNS bigint LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp
    AS 'SELECT coalesce(max(id), 0) + 1 FROM pgwright.unit';
CREATE FUNCTION pgwright.next_link() RETURNS bigint LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp
    AS 'SELECT coalesce(max(position), 0) + 1 FROM pgwright.link';
ALTER TABLE pgwright.unit ALTER COLUMN id DROP IDENTITY;
ALTER TABLE pgwright.unit ALTER COLUMN id SET DEFAULT pgwright.next_unit();
ALTER TABLE pgwright.link ALTER COLUMN position DROP IDENTITY;
ALTER TABLE pgwright.link ALTER COLUMN position SET DEFAULT pgwright.next_link();

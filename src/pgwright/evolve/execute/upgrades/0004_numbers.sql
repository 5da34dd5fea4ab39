-- Units and links are numbered without sequences: one runner works at a time, by the lease, and what looks at all
-- sequences of the database (their room, their types, their replication) sees only those of the application. Version 4.
ALTER TABLE pgwright.unit ALTER COLUMN id DROP IDENTITY;
ALTER TABLE pgwright.link ALTER COLUMN position DROP IDENTITY;

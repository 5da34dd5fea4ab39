-- The extensions of which candidates need operator classes and that the server could make here.
SELECT name::text FROM pg_catalog.pg_available_extensions WHERE name = 'pg_trgm'

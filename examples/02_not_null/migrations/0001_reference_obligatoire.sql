-- Some orders have no reference, and the old application forgets it still: they get one from their number.
-- pgwright: on_null = 'C-' || id
ALTER TABLE commandes ALTER COLUMN référence SET NOT NULL;

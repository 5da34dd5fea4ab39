SELECT attnotnull FROM pg_attribute WHERE attrelid = 'commandes'::regclass AND attname = 'référence';
SELECT count(*) = 0 FROM pg_constraint WHERE conrelid = 'commandes'::regclass AND contype = 'c';
SELECT count(*) = 0 FROM pg_trigger WHERE tgrelid = 'commandes'::regclass AND NOT tgisinternal;

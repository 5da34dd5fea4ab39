-- A shop with years of history: the last 30 days are a small part of it.
UPDATE commandes SET créee_a = now() - id * interval '1 hour';

-- found: ventes "é"
-- severity: warning
-- stays
-- cure: ALTER SUBSCRIPTION "ventes ""é""" ENABLE;
CREATE SUBSCRIPTION "ventes ""é""" CONNECTION 'host=/nowhere' PUBLICATION p WITH (connect = false, slot_name = 'rien');

-- not found: publications are no subscriptions
CREATE TABLE t (id int PRIMARY KEY);
CREATE PUBLICATION p FOR TABLE t;

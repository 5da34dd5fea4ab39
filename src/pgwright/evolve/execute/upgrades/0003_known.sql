-- The structure as it was when a verb last ended well, by object: what differs now was changed past pgwright. `parts`
-- has the digests of columns, constraints, indexes and so on of a table. Version 3.
CREATE TABLE pgwright.known (
    kind text NOT NULL,
    schema text NOT NULL,
    name text NOT NULL,
    digest text NOT NULL,
    parts jsonb,
    PRIMARY KEY (kind, schema, name)
);

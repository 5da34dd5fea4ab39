-- The structure as it was when pgwright last looked, by object: what differs now was changed past pgwright. Version 3.
CREATE TABLE pgwright.known (
    kind text NOT NULL,
    schema text NOT NULL,
    name text NOT NULL,
    digest text NOT NULL,
    PRIMARY KEY (kind, schema, name)
);

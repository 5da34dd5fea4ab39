-- What other terminals tell a runner that works: stop for a while, or keep to other limits. Version 2.
CREATE TABLE pgwright.control (
    single boolean PRIMARY KEY DEFAULT true CHECK (single),
    paused_by text,
    paused_at timestamptz,
    limits jsonb NOT NULL DEFAULT '{}',
    reason text,
    reason_at timestamptz
);
INSERT INTO pgwright.control DEFAULT VALUES;

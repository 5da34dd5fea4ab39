-- What other terminals tell a runner that works: stop for a while, or keep to other limits; and what it tells them.
-- Version 2. `limits` is by name of the reading, null for off. What is held back and how fast it goes is written by
-- the runner that holds the lease.
CREATE TABLE pgwright.control (
    single boolean PRIMARY KEY DEFAULT true CHECK (single),
    paused_by text,
    paused_at timestamptz,
    pause_reason text,
    limits jsonb NOT NULL DEFAULT '{}',
    reason text,
    reason_at timestamptz,
    rows_per_second double precision,
    seconds_left double precision,
    told_at timestamptz
);
INSERT INTO pgwright.control DEFAULT VALUES;

-- The row that the probe writes while a pass runs: as long as that takes, a small write of the application takes.
CREATE TABLE pgwright.probe (
    single boolean PRIMARY KEY DEFAULT true CHECK (single),
    writes bigint NOT NULL DEFAULT 0
);
INSERT INTO pgwright.probe DEFAULT VALUES;

-- Blocks that the rounds before the last one have walked, for the progress only: `next_block` stays where it is until
-- the last round, which leaves no row behind.
ALTER TABLE pgwright.chunk ADD COLUMN walked bigint NOT NULL DEFAULT 0;

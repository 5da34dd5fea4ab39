-- The journal: what was started, how far it is, and what keeps two columns in step. Version 1.
CREATE SCHEMA IF NOT EXISTS pgwright;
COMMENT ON SCHEMA pgwright IS 'The journal of pgwright. Do not change it by hand.';

CREATE TABLE pgwright.journal (
    single boolean PRIMARY KEY DEFAULT true CHECK (single),
    version integer NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO pgwright.journal (version) VALUES (1);

-- A unit: the migrations that were started together.
CREATE TABLE pgwright.unit (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    fingerprint text NOT NULL,
    warnings jsonb NOT NULL DEFAULT '[]',
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE pgwright.migration (
    name text PRIMARY KEY,
    number text NOT NULL,
    checksum text NOT NULL,
    unit bigint NOT NULL REFERENCES pgwright.unit,
    position integer NOT NULL,
    state text NOT NULL CHECK (state IN ('pending', 'expanding', 'expanded', 'contracting', 'retiring', 'done',
                                         'rolling back', 'rolled back')),
    planned jsonb NOT NULL,
    error jsonb,
    started_at timestamptz NOT NULL DEFAULT now(),
    expanded_at timestamptz,
    retire_at timestamptz,
    finished_at timestamptz
);

CREATE TABLE pgwright.step (
    unit bigint NOT NULL REFERENCES pgwright.unit,
    id text NOT NULL,
    position integer NOT NULL,
    migration text,
    phase text NOT NULL,
    body jsonb NOT NULL,
    state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'running', 'failed', 'done', 'undone')),
    result jsonb,
    error jsonb,
    backend_pid integer,
    backend_start timestamptz,
    started_at timestamptz,
    finished_at timestamptz,
    PRIMARY KEY (unit, id)
);

-- The open links between an old and a new column, in the order in which they were opened.
CREATE TABLE pgwright.link (
    id text PRIMARY KEY,
    position bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    unit bigint NOT NULL REFERENCES pgwright.unit,
    relation oid NOT NULL,
    body jsonb NOT NULL
);

-- Block ranges of a pass: claimed with SKIP LOCKED, done when no row of theirs is left to fill.
CREATE TABLE pgwright.chunk (
    unit bigint NOT NULL REFERENCES pgwright.unit,
    step text NOT NULL,
    relation oid NOT NULL,
    file_node oid NOT NULL,
    first_block bigint NOT NULL,
    last_block bigint NOT NULL,
    next_block bigint NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    rows bigint NOT NULL DEFAULT 0,
    done boolean NOT NULL DEFAULT false,
    worker integer,
    PRIMARY KEY (unit, step, relation, first_block)
);
-- A pass over a terabyte has 32,000 of them, and each batch asks for the next.
CREATE INDEX chunk_to_do ON pgwright.chunk (unit, step, attempts, relation, first_block) WHERE NOT done;

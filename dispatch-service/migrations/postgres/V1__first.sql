-- Times are seconds since 1970 (UTC). Hashes, keys and sealed things are bytes. Texts are ordered by
-- their bytes on both back ends.

-- The public log ------------------------------------------------------------------------------

-- One row: how far the log is. Whoever appends locks it first.
CREATE TABLE log_head (
    id BIGINT PRIMARY KEY,
    size BIGINT NOT NULL,
    root BYTEA NOT NULL,
    -- Number of the checkpoint that was signed last.
    checkpoint BIGINT NOT NULL,
    -- Time of the last entry: entries never go back in time.
    time BIGINT NOT NULL
);

-- The entries, in order, as they stand in the log.
CREATE TABLE log_entry (
    idx BIGINT PRIMARY KEY,
    entry BYTEA NOT NULL
);

-- Hashes of complete subtrees of 256^level leaves: level 0 are the leaves.
CREATE TABLE log_node (
    level BIGINT NOT NULL,
    idx BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    PRIMARY KEY (level, idx)
);

-- Every checkpoint that was ever signed, with the log's own signature only.
CREATE TABLE log_checkpoint (
    number BIGINT PRIMARY KEY,
    size BIGINT NOT NULL UNIQUE,
    note TEXT COLLATE "C" NOT NULL
);

-- Cosignature lines of witnesses.
CREATE TABLE log_cosignature (
    number BIGINT NOT NULL,
    witness TEXT COLLATE "C" NOT NULL,
    line TEXT COLLATE "C" NOT NULL,
    time BIGINT NOT NULL,
    PRIMARY KEY (number, witness)
);

-- RFC 3161 tokens over checkpoints.
CREATE TABLE log_token (
    number BIGINT PRIMARY KEY,
    token BYTEA NOT NULL
);

-- The register: what the log says, as tables. All of it can be rebuilt from the log. ------------

CREATE TABLE register_body (
    body TEXT COLLATE "C" PRIMARY KEY,
    last_number BIGINT NOT NULL
);

CREATE TABLE register_plan (
    idx BIGINT PRIMARY KEY,
    body TEXT COLLATE "C" NOT NULL,
    year BIGINT NOT NULL,
    document BYTEA NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    time TEXT COLLATE "C" NOT NULL
);
CREATE INDEX register_plan_year ON register_plan (body, year);

CREATE TABLE register_planned (
    body TEXT COLLATE "C" NOT NULL,
    draw TEXT COLLATE "C" NOT NULL,
    year BIGINT NOT NULL,
    title TEXT COLLATE "C" NOT NULL,
    latest TEXT COLLATE "C" NOT NULL,
    idx BIGINT NOT NULL,
    PRIMARY KEY (body, draw)
);

-- One row for each draw that was announced.
CREATE TABLE register_draw (
    commitment BYTEA PRIMARY KEY,
    idx BIGINT NOT NULL UNIQUE,
    body TEXT COLLATE "C" NOT NULL,
    draw TEXT COLLATE "C" NOT NULL,
    sequence BIGINT NOT NULL,
    title TEXT COLLATE "C" NOT NULL,
    -- announced, drawn, disclosed, voided
    state TEXT COLLATE "C" NOT NULL,
    document BYTEA NOT NULL,
    announced BIGINT NOT NULL,
    draw_time BIGINT NOT NULL,
    disclosure_time BIGINT NOT NULL,
    window_end TEXT COLLATE "C" NOT NULL,
    round BIGINT NOT NULL,
    replay BIGINT NOT NULL,
    repeats TEXT COLLATE "C" NOT NULL,
    parent TEXT COLLATE "C" NOT NULL,
    -- The announcement as its entry has it, JSON.
    announcement TEXT COLLATE "C" NOT NULL,
    root BYTEA,
    records BIGINT,
    disclosure BYTEA,
    bundle TEXT COLLATE "C" NOT NULL,
    UNIQUE (body, draw),
    UNIQUE (body, sequence)
);
CREATE INDEX register_draw_state ON register_draw (state, draw_time);

-- Every entry that belongs to a draw, in the order of the log.
CREATE TABLE register_step (
    idx BIGINT PRIMARY KEY,
    commitment BYTEA NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    stage BIGINT NOT NULL,
    time BIGINT NOT NULL
);
CREATE INDEX register_step_draw ON register_step (commitment, idx);

CREATE TABLE register_voided (
    body TEXT COLLATE "C" NOT NULL,
    draw TEXT COLLATE "C" NOT NULL,
    idx BIGINT NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (body, draw)
);

-- Blobs: content-addressed, in pieces, each written once. ---------------------------------------

CREATE TABLE blob (
    digest BYTEA PRIMARY KEY,
    length BIGINT NOT NULL,
    -- 1: all pieces are there.
    complete BIGINT NOT NULL,
    created BIGINT NOT NULL,
    -- Set when the law let it expire: the pieces are gone, this row stays.
    expired BIGINT,
    expired_reason TEXT COLLATE "C"
);

CREATE TABLE blob_piece (
    digest BYTEA NOT NULL,
    piece BIGINT NOT NULL,
    bytes BYTEA NOT NULL,
    PRIMARY KEY (digest, piece)
);

-- Documents that everybody may fetch by their SHA-256.
CREATE TABLE document (
    digest BYTEA PRIMARY KEY,
    media TEXT COLLATE "C" NOT NULL
);

-- Rosters by their Merkle root.
CREATE TABLE roster (
    root BYTEA NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    records BIGINT NOT NULL,
    digest BYTEA NOT NULL,
    PRIMARY KEY (root, kind)
);

-- Campaigns: what only the bureau sees. Sealed files are encrypted; the key is not here. ---------

CREATE TABLE draft (
    id TEXT COLLATE "C" PRIMARY KEY,
    title TEXT COLLATE "C" NOT NULL,
    owner TEXT COLLATE "C" NOT NULL,
    department TEXT COLLATE "C" NOT NULL,
    region TEXT COLLATE "C" NOT NULL,
    -- open, announced, withdrawn
    state TEXT COLLATE "C" NOT NULL,
    replay BIGINT NOT NULL,
    commitment BYTEA,
    created BIGINT NOT NULL,
    changed BIGINT NOT NULL
);

-- Files of drafts (by draft id) and of announced draws (by commitment in hexadecimal).
CREATE TABLE held_file (
    holder TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    -- 1: encrypted under the envelope key, seen by whom its handler lets see it.
    sealed BIGINT NOT NULL,
    digest BYTEA NOT NULL,
    media TEXT COLLATE "C" NOT NULL,
    length BIGINT NOT NULL,
    PRIMARY KEY (holder, name)
);

-- What the service itself has to do for a draw, and whose it is.
CREATE TABLE work (
    commitment BYTEA PRIMARY KEY,
    department TEXT COLLATE "C" NOT NULL,
    region TEXT COLLATE "C" NOT NULL,
    owner TEXT COLLATE "C" NOT NULL,
    -- When something is due next; NULL when nothing is left to do.
    due BIGINT,
    attempts BIGINT NOT NULL,
    -- Why the last attempt failed, for people; empty after a success.
    fault TEXT COLLATE "C" NOT NULL
);
CREATE INDEX work_due ON work (due);

CREATE TABLE stage (
    commitment BYTEA NOT NULL,
    number BIGINT NOT NULL,
    -- frozen, drawn
    state TEXT COLLATE "C" NOT NULL,
    round BIGINT NOT NULL,
    due BIGINT NOT NULL,
    PRIMARY KEY (commitment, number)
);

-- What one person asked for and another has to agree to.
CREATE TABLE proposal (
    id TEXT COLLATE "C" PRIMARY KEY,
    -- announce, void, stage, opening
    kind TEXT COLLATE "C" NOT NULL,
    -- Draft id, or commitment in hexadecimal.
    target TEXT COLLATE "C" NOT NULL,
    -- SHA-256 over everything that is agreed to.
    digest BYTEA NOT NULL,
    detail TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    department TEXT COLLATE "C" NOT NULL,
    region TEXT COLLATE "C" NOT NULL,
    proposer TEXT COLLATE "C" NOT NULL,
    proposed BIGINT NOT NULL,
    -- open, approved, rejected, withdrawn
    state TEXT COLLATE "C" NOT NULL,
    decider TEXT COLLATE "C",
    decided BIGINT
);
CREATE INDEX proposal_target ON proposal (target, kind, state);

-- People ----------------------------------------------------------------------------------------

CREATE TABLE person (
    name TEXT COLLATE "C" PRIMARY KEY,
    shown TEXT COLLATE "C" NOT NULL,
    -- Roles, blank-separated and ascending.
    roles TEXT COLLATE "C" NOT NULL,
    -- Empty: all.
    department TEXT COLLATE "C" NOT NULL,
    region TEXT COLLATE "C" NOT NULL,
    -- Id in the officer roster, for officers.
    officer TEXT COLLATE "C" NOT NULL,
    -- Empty: no password; such a person comes through the gateway.
    password TEXT COLLATE "C" NOT NULL,
    disabled BIGINT NOT NULL,
    failures BIGINT NOT NULL,
    locked_until BIGINT NOT NULL,
    created BIGINT NOT NULL
);

CREATE TABLE session (
    digest BYTEA PRIMARY KEY,
    person TEXT COLLATE "C" NOT NULL,
    created BIGINT NOT NULL,
    seen BIGINT NOT NULL,
    expires BIGINT NOT NULL
);

CREATE TABLE token (
    id TEXT COLLATE "C" PRIMARY KEY,
    digest BYTEA NOT NULL UNIQUE,
    person TEXT COLLATE "C" NOT NULL,
    label TEXT COLLATE "C" NOT NULL,
    scopes TEXT COLLATE "C" NOT NULL,
    created BIGINT NOT NULL,
    expires BIGINT NOT NULL,
    revoked BIGINT NOT NULL
);

-- Who did what; every look at a sealed list.
CREATE TABLE audit (
    number BIGINT PRIMARY KEY,
    time BIGINT NOT NULL,
    person TEXT COLLATE "C" NOT NULL,
    action TEXT COLLATE "C" NOT NULL,
    target TEXT COLLATE "C" NOT NULL,
    detail TEXT COLLATE "C" NOT NULL,
    request TEXT COLLATE "C" NOT NULL,
    -- SHA-256 over the digest of the record before and this record: a gap or a change shows.
    chain BYTEA NOT NULL
);
CREATE INDEX audit_target ON audit (target, number);

-- Answers to changes, by whom and under which key: a change that is sent twice is done once.
-- The body is encrypted: it may be one that shows a secret once.
CREATE TABLE answer (
    person TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    request BYTEA NOT NULL,
    status BIGINT NOT NULL,
    body BYTEA NOT NULL,
    created BIGINT NOT NULL,
    PRIMARY KEY (person, key)
);
CREATE INDEX answer_created ON answer (created);

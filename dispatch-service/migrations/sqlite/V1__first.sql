-- Times are seconds since 1970 (UTC). Hashes, keys and sealed things are bytes. Texts are ordered by
-- their bytes on both back ends.

-- The public log ------------------------------------------------------------------------------

-- One row: how far the log is. Whoever appends locks it first.
CREATE TABLE log_head (
    id INTEGER PRIMARY KEY,
    size INTEGER NOT NULL,
    root BLOB NOT NULL,
    -- Number of the checkpoint that was signed last.
    checkpoint INTEGER NOT NULL,
    -- Time of the last entry: entries never go back in time.
    time INTEGER NOT NULL
) STRICT;

-- The entries, in order, as they stand in the log.
CREATE TABLE log_entry (
    idx INTEGER PRIMARY KEY,
    entry BLOB NOT NULL
) STRICT;

-- Hashes of complete subtrees of 256^level leaves: level 0 are the leaves.
CREATE TABLE log_node (
    level INTEGER NOT NULL,
    idx INTEGER NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (level, idx)
) STRICT;

-- Every checkpoint that was ever signed, with the log's own signature only.
CREATE TABLE log_checkpoint (
    number INTEGER PRIMARY KEY,
    size INTEGER NOT NULL UNIQUE,
    note TEXT NOT NULL
) STRICT;

-- Cosignature lines of witnesses.
CREATE TABLE log_cosignature (
    number INTEGER NOT NULL,
    witness TEXT NOT NULL,
    line TEXT NOT NULL,
    time INTEGER NOT NULL,
    PRIMARY KEY (number, witness)
) STRICT;

-- RFC 3161 tokens over checkpoints.
CREATE TABLE log_token (
    number INTEGER PRIMARY KEY,
    token BLOB NOT NULL
) STRICT;

-- The register: what the log says, as tables. All of it can be rebuilt from the log. ------------

CREATE TABLE register_body (
    body TEXT PRIMARY KEY,
    last_number INTEGER NOT NULL
) STRICT;

CREATE TABLE register_plan (
    idx INTEGER PRIMARY KEY,
    body TEXT NOT NULL,
    year INTEGER NOT NULL,
    document BLOB NOT NULL,
    reason TEXT NOT NULL,
    time TEXT NOT NULL
) STRICT;
CREATE INDEX register_plan_year ON register_plan (body, year);

CREATE TABLE register_planned (
    body TEXT NOT NULL,
    draw TEXT NOT NULL,
    year INTEGER NOT NULL,
    title TEXT NOT NULL,
    latest TEXT NOT NULL,
    idx INTEGER NOT NULL,
    PRIMARY KEY (body, draw)
) STRICT;

-- One row for each draw that was announced.
CREATE TABLE register_draw (
    commitment BLOB PRIMARY KEY,
    idx INTEGER NOT NULL UNIQUE,
    body TEXT NOT NULL,
    draw TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    title TEXT NOT NULL,
    -- announced, drawn, disclosed, voided
    state TEXT NOT NULL,
    document BLOB NOT NULL,
    announced INTEGER NOT NULL,
    draw_time INTEGER NOT NULL,
    disclosure_time INTEGER NOT NULL,
    window_end TEXT NOT NULL,
    round INTEGER NOT NULL,
    replay INTEGER NOT NULL,
    repeats TEXT NOT NULL,
    parent TEXT NOT NULL,
    -- The announcement as its entry has it, JSON.
    announcement TEXT NOT NULL,
    root BLOB,
    records INTEGER,
    disclosure BLOB,
    bundle TEXT NOT NULL,
    UNIQUE (body, draw),
    UNIQUE (body, sequence)
) STRICT;
CREATE INDEX register_draw_state ON register_draw (state, draw_time);

-- Every entry that belongs to a draw, in the order of the log.
CREATE TABLE register_step (
    idx INTEGER PRIMARY KEY,
    commitment BLOB NOT NULL,
    kind TEXT NOT NULL,
    stage INTEGER NOT NULL,
    time INTEGER NOT NULL
) STRICT;
CREATE INDEX register_step_draw ON register_step (commitment, idx);

CREATE TABLE register_voided (
    body TEXT NOT NULL,
    draw TEXT NOT NULL,
    idx INTEGER NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (body, draw)
) STRICT;

-- Blobs: content-addressed, in pieces, each written once. ---------------------------------------

CREATE TABLE blob (
    digest BLOB PRIMARY KEY,
    length INTEGER NOT NULL,
    -- 1: all pieces are there.
    complete INTEGER NOT NULL,
    created INTEGER NOT NULL,
    -- Set when the law let it expire: the pieces are gone, this row stays.
    expired INTEGER,
    expired_reason TEXT
) STRICT;

CREATE TABLE blob_piece (
    digest BLOB NOT NULL,
    piece INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (digest, piece)
) STRICT;

-- Documents that everybody may fetch by their SHA-256.
CREATE TABLE document (
    digest BLOB PRIMARY KEY,
    media TEXT NOT NULL
) STRICT;

-- Rosters by their Merkle root.
CREATE TABLE roster (
    root BLOB NOT NULL,
    kind TEXT NOT NULL,
    records INTEGER NOT NULL,
    digest BLOB NOT NULL,
    PRIMARY KEY (root, kind)
) STRICT;

-- Campaigns: what only the bureau sees. Sealed files are encrypted; the key is not here. ---------

CREATE TABLE draft (
    id TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    owner TEXT NOT NULL,
    department TEXT NOT NULL,
    region TEXT NOT NULL,
    -- open, announced, withdrawn
    state TEXT NOT NULL,
    replay INTEGER NOT NULL,
    commitment BLOB,
    created INTEGER NOT NULL,
    changed INTEGER NOT NULL
) STRICT;

-- Files of drafts (by draft id) and of announced draws (by commitment in hexadecimal).
CREATE TABLE held_file (
    holder TEXT NOT NULL,
    name TEXT NOT NULL,
    -- 1: encrypted under the envelope key, seen by whom its handler lets see it.
    sealed INTEGER NOT NULL,
    digest BLOB NOT NULL,
    media TEXT NOT NULL,
    length INTEGER NOT NULL,
    PRIMARY KEY (holder, name)
) STRICT;

-- What the service itself has to do for a draw, and whose it is.
CREATE TABLE work (
    commitment BLOB PRIMARY KEY,
    department TEXT NOT NULL,
    region TEXT NOT NULL,
    owner TEXT NOT NULL,
    -- When something is due next; NULL when nothing is left to do.
    due INTEGER,
    attempts INTEGER NOT NULL,
    -- Why the last attempt failed, for people; empty after a success.
    fault TEXT NOT NULL
) STRICT;
CREATE INDEX work_due ON work (due);

CREATE TABLE stage (
    commitment BLOB NOT NULL,
    number INTEGER NOT NULL,
    -- frozen, drawn
    state TEXT NOT NULL,
    round INTEGER NOT NULL,
    due INTEGER NOT NULL,
    PRIMARY KEY (commitment, number)
) STRICT;

-- What one person asked for and another has to agree to.
CREATE TABLE proposal (
    id TEXT PRIMARY KEY,
    -- announce, void, stage, opening
    kind TEXT NOT NULL,
    -- Draft id, or commitment in hexadecimal.
    target TEXT NOT NULL,
    -- SHA-256 over everything that is agreed to.
    digest BLOB NOT NULL,
    detail TEXT NOT NULL,
    reason TEXT NOT NULL,
    department TEXT NOT NULL,
    region TEXT NOT NULL,
    proposer TEXT NOT NULL,
    proposed INTEGER NOT NULL,
    -- open, approved, rejected, withdrawn
    state TEXT NOT NULL,
    decider TEXT,
    decided INTEGER
) STRICT;
CREATE INDEX proposal_target ON proposal (target, kind, state);

-- People ----------------------------------------------------------------------------------------

CREATE TABLE person (
    name TEXT PRIMARY KEY,
    shown TEXT NOT NULL,
    -- Roles, blank-separated and ascending.
    roles TEXT NOT NULL,
    -- Empty: all.
    department TEXT NOT NULL,
    region TEXT NOT NULL,
    -- Id in the officer roster, for officers.
    officer TEXT NOT NULL,
    -- Empty: no password; such a person comes through the gateway.
    password TEXT NOT NULL,
    disabled INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    locked_until INTEGER NOT NULL,
    created INTEGER NOT NULL
) STRICT;

CREATE TABLE session (
    digest BLOB PRIMARY KEY,
    person TEXT NOT NULL,
    created INTEGER NOT NULL,
    seen INTEGER NOT NULL,
    expires INTEGER NOT NULL
) STRICT;

CREATE TABLE token (
    id TEXT PRIMARY KEY,
    digest BLOB NOT NULL UNIQUE,
    person TEXT NOT NULL,
    label TEXT NOT NULL,
    scopes TEXT NOT NULL,
    created INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    revoked INTEGER NOT NULL
) STRICT;

-- Who did what; every look at a sealed list.
CREATE TABLE audit (
    number INTEGER PRIMARY KEY,
    time INTEGER NOT NULL,
    person TEXT NOT NULL,
    action TEXT NOT NULL,
    target TEXT NOT NULL,
    detail TEXT NOT NULL,
    request TEXT NOT NULL,
    -- SHA-256 over the digest of the record before and this record: a gap or a change shows.
    chain BLOB NOT NULL
) STRICT;
CREATE INDEX audit_target ON audit (target, number);

-- Answers to changes, by whom and under which key: a change that is sent twice is done once.
-- The body is encrypted: it may be one that shows a secret once.
CREATE TABLE answer (
    person TEXT NOT NULL,
    key TEXT NOT NULL,
    request BLOB NOT NULL,
    status INTEGER NOT NULL,
    body BLOB NOT NULL,
    created INTEGER NOT NULL,
    PRIMARY KEY (person, key)
) STRICT;
CREATE INDEX answer_created ON answer (created);

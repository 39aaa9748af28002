-- What happened, in order, and the Merkle tree over it. Each entry is one leaf: its
-- position is its place in the ledger. The columns beside the entry are copies to
-- search by; verifying the ledger compares them with the entry.

CREATE TABLE events (
    position   INTEGER NOT NULL PRIMARY KEY, -- its place in the ledger, from 0, without gaps
    at         INTEGER NOT NULL,             -- when
    acquirer   TEXT,                         -- whose; null for the whole installation
    case_id    TEXT,                         -- the case it belongs to, when it belongs to one
    kind       TEXT    NOT NULL,             -- what happened, a stable name
    actor_kind TEXT    NOT NULL,             -- what kind of party did it
    actor      TEXT,                         -- which one, when it has a name
    entry      TEXT    NOT NULL              -- JSON, the leaf exactly as hashed; no personal data in clear
) STRICT;
CREATE INDEX events_by_case ON events (case_id, position) WHERE case_id IS NOT NULL;
CREATE INDEX events_by_actor ON events (acquirer, actor_kind, actor, position);
CREATE INDEX events_by_kind ON events (acquirer, kind, position);

-- Every hash of the tree that is final, in the order of the C2SP stored-hash index.
CREATE TABLE ledger_hashes (
    position INTEGER NOT NULL PRIMARY KEY, -- stored-hash index
    hash     BLOB    NOT NULL              -- SHA-256, 32 bytes
) STRICT;

-- One row: the signed tree head over all events.
CREATE TABLE ledger_checkpoints (
    id   INTEGER NOT NULL PRIMARY KEY CHECK (id = 1), -- there is one
    size INTEGER NOT NULL,                            -- how many leaves it covers
    note TEXT    NOT NULL                             -- C2SP signed note
) STRICT;

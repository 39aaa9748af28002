-- Backups of terminals. The sealed files lie among the stored objects; here is what they
-- are, what is on its way, and where each journal was last known to stand.

CREATE TABLE snapshots (
    id         TEXT    NOT NULL PRIMARY KEY,               -- names it; the terminal drew it
    acquirer   TEXT    NOT NULL,                           -- to whose key it is sealed
    merchant   TEXT    NOT NULL,                           -- whose transactions are in it
    terminal   TEXT    NOT NULL REFERENCES terminals (id), -- which made it
    case_id    TEXT    NOT NULL REFERENCES cases (id),     -- for which case
    bytes      INTEGER NOT NULL,                           -- how long the sealed file is
    digest     BLOB    NOT NULL,                           -- SHA-256 over the sealed file
    records    INTEGER NOT NULL,                           -- how many records are in it
    head       BLOB    NOT NULL,                           -- where its journal stands, CBOR
    batch      INTEGER NOT NULL,                           -- the batch that was open then
    stored_at  INTEGER NOT NULL,                           -- when it was checked and stored
    removed_at INTEGER                                     -- when its file was removed
) STRICT;
CREATE INDEX snapshots_of_terminal ON snapshots (terminal, stored_at, id);
CREATE INDEX snapshots_kept ON snapshots (stored_at, id) WHERE removed_at IS NULL;

-- One upload a terminal: a newer one takes its place.
CREATE TABLE snapshot_uploads (
    terminal TEXT    NOT NULL PRIMARY KEY REFERENCES terminals (id), -- from which terminal
    snapshot TEXT    NOT NULL,                                       -- which backup
    case_id  TEXT    NOT NULL REFERENCES cases (id),                 -- for which case
    manifest BLOB    NOT NULL,                                       -- what the terminal signed of it
    bytes    INTEGER NOT NULL,                                       -- how long it will be
    kept     INTEGER NOT NULL,                                       -- how much of it is here
    begun_at INTEGER NOT NULL                                        -- when it was announced
) STRICT;

CREATE TABLE snapshot_parts (
    terminal TEXT    NOT NULL REFERENCES snapshot_uploads (terminal), -- of whose upload
    start    INTEGER NOT NULL,                                        -- where in the file it stands
    part     BLOB    NOT NULL,                                        -- the bytes, sealed as they came
    PRIMARY KEY (terminal, start)
) STRICT;

CREATE TABLE journal_heads (
    terminal    TEXT    NOT NULL PRIMARY KEY REFERENCES terminals (id), -- whose journal
    head        BLOB    NOT NULL,                                       -- where it stands, CBOR
    batch       INTEGER NOT NULL,                                       -- the batch that is open there
    reported_at INTEGER NOT NULL                                        -- when the terminal said so
) STRICT;

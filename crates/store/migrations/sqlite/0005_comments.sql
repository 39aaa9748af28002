-- What reviewers write. The ledger holds its keyed digest; the text may name people,
-- so it is sealed here and goes with the acquirer's data key.

CREATE TABLE comments (
    case_id     TEXT    NOT NULL REFERENCES cases (id), -- on which case
    version     INTEGER NOT NULL,                       -- after how many of its events
    text_sealed BLOB    NOT NULL,                       -- what was written
    PRIMARY KEY (case_id, version)
) STRICT;

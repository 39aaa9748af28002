-- Backups that are to be put back, one a terminal at a time. What became of each is in
-- the ledger; here is what is under way, and how the last one ended.

CREATE TABLE restores (
    terminal TEXT    NOT NULL PRIMARY KEY REFERENCES terminals (id), -- onto which terminal
    snapshot TEXT    NOT NULL REFERENCES snapshots (id),             -- which backup
    state    TEXT    NOT NULL,                                       -- asked, approved, declined, done, failed
    person   TEXT    NOT NULL,                                       -- who asked: never who approves
    asked_at INTEGER NOT NULL,                                       -- when
    file     BLOB,                                                   -- sealed anew for this terminal; wiped when it ends
    ended_at INTEGER                                                 -- when it was declined, put back, or failed
) STRICT;

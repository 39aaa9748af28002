-- The watch: how far it has read, what it remembers, and the alerts that it raised.

-- One row. What happened before the watch was set up teaches it habits and raises nothing.
CREATE TABLE watch_position (
    id          INTEGER NOT NULL PRIMARY KEY CHECK (id = 1), -- there is one
    next        INTEGER NOT NULL,                            -- the first event that was not read yet
    speaks_from INTEGER NOT NULL                             -- the first event that may raise an alert
) STRICT;
INSERT INTO watch_position (id, next, speaks_from)
    SELECT 1, 0, COALESCE(MAX(position) + 1, 0) FROM events;

-- What a rule remembers of one subject: a bounded text that goes when it is old.
CREATE TABLE watch_memories (
    acquirer   TEXT    NOT NULL, -- whose
    rule       TEXT    NOT NULL, -- which rule
    about      TEXT    NOT NULL, -- of whom or what: `merchant/NUMBER`, `staff/ACCOUNT`
    memory     TEXT    NOT NULL, -- JSON; no personal data
    touched_at INTEGER NOT NULL, -- when it last changed
    PRIMARY KEY (acquirer, rule, about)
) STRICT;
CREATE INDEX watch_memories_by_age ON watch_memories (touched_at);

CREATE TABLE alerts (
    id             TEXT    NOT NULL PRIMARY KEY,               -- names it
    acquirer       TEXT    NOT NULL REFERENCES acquirers (id), -- whose
    rule           TEXT    NOT NULL,                           -- which rule spoke
    urgency        INTEGER NOT NULL,                           -- 0 is the most urgent
    about          TEXT    NOT NULL,                           -- JSON: whom or what it is about
    state          TEXT    NOT NULL,                           -- open, owned, closed
    raised_at      INTEGER NOT NULL,                           -- when
    position       INTEGER NOT NULL,                           -- the event that says so, and why
    owner          TEXT,                                       -- the account that looks into it
    taken_at       INTEGER,                                    -- since when
    outcome        TEXT,                                       -- what it came to
    comment_sealed BLOB,                                       -- what its owner wrote
    closed_at      INTEGER                                     -- when it was settled
) STRICT;
CREATE INDEX alerts_waiting ON alerts (acquirer, state, urgency, raised_at, id);
CREATE INDEX alerts_by_time ON alerts (acquirer, raised_at);

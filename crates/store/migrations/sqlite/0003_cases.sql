-- Cases as they stand, folded from their events, and what they hand out.

CREATE TABLE cases (
    id           TEXT    NOT NULL PRIMARY KEY, -- names it; authorises nothing
    acquirer     TEXT    NOT NULL,             -- whose
    merchant     TEXT,                         -- null when what was named does not exist
    terminal     TEXT,                         -- null when what was named does not exist
    operator     INTEGER,                      -- null when what was named does not exist
    channel      TEXT    NOT NULL,             -- where it came from
    state        TEXT    NOT NULL,             -- where it stands
    is_open      INTEGER NOT NULL,             -- 1 until it is closed or effective
    is_proven    INTEGER NOT NULL,             -- 1 once somebody has proven something
    deadline_at  INTEGER,                      -- when time alone changes it
    token_digest BLOB,                         -- keyed digest of the holder's token
    opened_at    INTEGER NOT NULL,             -- when it began
    changed_at   INTEGER NOT NULL,             -- when it last moved
    version      INTEGER NOT NULL,             -- how many events are folded in
    folded       TEXT    NOT NULL              -- JSON of the whole case
) STRICT;
-- One open case an operator, counted from the first proof: a case that nobody has
-- proven stands in nobody's way, or a stranger could keep the operator out.
CREATE UNIQUE INDEX cases_open ON cases (terminal, operator) WHERE is_open = 1 AND is_proven = 1;
CREATE INDEX cases_by_operator ON cases (terminal, operator) WHERE is_open = 1;
CREATE INDEX cases_due ON cases (deadline_at) WHERE is_open = 1;
CREATE INDEX cases_by_acquirer ON cases (acquirer, opened_at, id);
CREATE INDEX cases_by_state ON cases (acquirer, state, opened_at, id);
CREATE INDEX cases_by_merchant ON cases (merchant, opened_at, id);

-- One live challenge a case and kind: a newer one takes the place of the older.
CREATE TABLE challenges (
    case_id           TEXT    NOT NULL, -- for which case
    kind              TEXT    NOT NULL, -- the kind of evidence it would give
    digest            BLOB    NOT NULL, -- keyed digest of the code, bound to case and kind
    destination_index BLOB,             -- keyed digest of where it was sent
    sent_at           INTEGER NOT NULL, -- when
    expires_at        INTEGER NOT NULL, -- until when it may be answered
    tries_left        INTEGER NOT NULL, -- how many answers it still takes
    answered_at       INTEGER,          -- when it was answered rightly
    PRIMARY KEY (case_id, kind)
) STRICT;

CREATE TABLE reset_codes (
    id         TEXT    NOT NULL PRIMARY KEY, -- names it; the code is not in it
    case_id    TEXT    NOT NULL,             -- the approved case
    terminal   TEXT    NOT NULL,             -- the only terminal that takes it
    operator   INTEGER NOT NULL,             -- the only operator it is for
    digest     BLOB    NOT NULL,             -- keyed digest of the code, bound to its case
    issued_at  INTEGER NOT NULL,             -- when
    expires_at INTEGER NOT NULL,             -- until when it may be typed
    tries_left INTEGER NOT NULL,             -- how many wrong ones it still takes
    state      TEXT    NOT NULL              -- live, redeemed, spent, superseded, expired
) STRICT;
CREATE UNIQUE INDEX reset_codes_live ON reset_codes (terminal, operator) WHERE state = 'live';
CREATE INDEX reset_codes_by_case ON reset_codes (case_id);

-- Guesses, by minute. A row is one minute of one subject.
CREATE TABLE attempts (
    scope   TEXT    NOT NULL, -- what is counted, a word of the rules
    subject TEXT    NOT NULL, -- which one
    minute  INTEGER NOT NULL, -- Unix time in minutes
    count   INTEGER NOT NULL, -- how many in that minute
    last_at INTEGER NOT NULL, -- the last of them
    PRIMARY KEY (scope, subject, minute)
) STRICT, WITHOUT ROWID;
CREATE INDEX attempts_by_minute ON attempts (minute);

CREATE TABLE credentials (
    terminal   TEXT    NOT NULL, -- the operator's terminal
    operator   INTEGER NOT NULL, -- the operator's number
    version    INTEGER NOT NULL, -- 1 for the first, one more for each
    record     BLOB    NOT NULL, -- OPAQUE registration record; the password cannot be read from it
    case_id    TEXT    NOT NULL, -- the approved case it came from
    state      TEXT    NOT NULL, -- active, replaced, revoked
    created_at INTEGER NOT NULL, -- when it became effective
    ends_at    INTEGER,          -- when it ends by itself, where a deadline was set
    ended_at   INTEGER,          -- when it was replaced or revoked
    PRIMARY KEY (terminal, operator, version),
    FOREIGN KEY (terminal, operator) REFERENCES operators (terminal, number)
) STRICT;
CREATE INDEX credentials_due ON credentials (ends_at) WHERE state = 'active' AND ends_at IS NOT NULL;
CREATE UNIQUE INDEX credentials_active ON credentials (terminal, operator) WHERE state = 'active';

CREATE TABLE sessions (
    id         TEXT    NOT NULL PRIMARY KEY, -- one signed-on operator
    terminal   TEXT    NOT NULL,             -- where
    operator   INTEGER NOT NULL,             -- who
    started_at INTEGER NOT NULL,             -- when the sign-on finished
    ended_at   INTEGER,                      -- when it ended
    ended_by   TEXT                          -- why: sign_off, effective, revoked, superseded, removed
) STRICT;
CREATE INDEX sessions_live ON sessions (terminal, operator) WHERE ended_at IS NULL;

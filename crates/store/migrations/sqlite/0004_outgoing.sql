-- What leaves, and what must not happen twice. Nothing is sent inside a request:
-- it is written here in the same transaction, and sent from here.

CREATE TABLE commands (
    id              TEXT    NOT NULL PRIMARY KEY, -- named in the terminal's acknowledgement
    terminal        TEXT    NOT NULL,             -- for which terminal
    operator        INTEGER,                      -- about which operator, when about one
    kind            TEXT    NOT NULL,             -- what it asks for
    sequence        INTEGER NOT NULL,             -- strictly increasing per terminal
    body            BLOB    NOT NULL,             -- the command, encoded
    state           TEXT    NOT NULL,             -- queued, delivered, done, not_done, expired, superseded
    queued_at       INTEGER NOT NULL,             -- when it was written
    expires_at      INTEGER NOT NULL,             -- until when it may be delivered
    delivered_at    INTEGER,                      -- when it last went out on a link
    ended_at        INTEGER,                      -- when it was acknowledged or given up
    UNIQUE (terminal, sequence)
) STRICT;
CREATE INDEX commands_pending ON commands (terminal, sequence) WHERE ended_at IS NULL;
CREATE INDEX commands_due ON commands (expires_at) WHERE ended_at IS NULL;

CREATE TABLE outbox (
    id                 TEXT    NOT NULL PRIMARY KEY, -- the message
    idempotency_key    TEXT    NOT NULL UNIQUE,      -- one effect, one message
    kind               TEXT    NOT NULL,             -- sms, mail, webhook
    owner              TEXT    NOT NULL,             -- whose data key seals it
    destination_sealed BLOB,                         -- where it goes; wiped when it ends
    body_sealed        BLOB,                         -- what it says; wiped when it ends
    state              TEXT    NOT NULL,             -- waiting, sent, dead
    tries              INTEGER NOT NULL,             -- how often it was taken up
    next_at            INTEGER NOT NULL,             -- not before
    queued_at          INTEGER NOT NULL,             -- when it was written
    ended_at           INTEGER,                      -- when it was sent or given up
    last_fault         TEXT                          -- why the last try failed, without personal data
) STRICT;
CREATE INDEX outbox_due ON outbox (next_at, id) WHERE state = 'waiting';
CREATE INDEX outbox_dead ON outbox (ended_at, id) WHERE state = 'dead';

CREATE TABLE idempotency (
    principal      TEXT    NOT NULL, -- who asked
    key            TEXT    NOT NULL, -- the key they sent
    request_digest BLOB    NOT NULL, -- SHA-256 over method, path and body
    owner          TEXT    NOT NULL, -- whose data key seals the answer
    answer_sealed  BLOB    NOT NULL, -- the answer given
    created_at     INTEGER NOT NULL, -- when
    PRIMARY KEY (principal, key)
) STRICT;
CREATE INDEX idempotency_by_age ON idempotency (created_at);

CREATE TABLE meta (
    name       TEXT    NOT NULL PRIMARY KEY, -- what it is
    value      BLOB    NOT NULL,             -- wrapped where it is secret
    changed_at INTEGER NOT NULL              -- when it was last written
) STRICT;

-- Who has left without anybody saying so: accounts that nobody uses are put to rest, and
-- once a year a merchant says of everybody with access whether they still should have it.

ALTER TABLE operators ADD COLUMN signed_on_at INTEGER;                -- when they last signed on
ALTER TABLE operators ADD COLUMN dormant_at   INTEGER;                -- since when the account is at rest; a new password wakes it
ALTER TABLE operators ADD COLUMN look_at      INTEGER NOT NULL DEFAULT 0; -- when the sweep looks at it next
UPDATE operators SET signed_on_at =
    (SELECT MAX(started_at) FROM sessions
     WHERE sessions.terminal = operators.terminal AND sessions.operator = operators.number);
CREATE INDEX operators_to_look_at ON operators (look_at, terminal, number)
    WHERE removed_at IS NULL AND dormant_at IS NULL AND credential_version IS NOT NULL;

ALTER TABLE managers ADD COLUMN signed_in_at INTEGER;                 -- when they last signed in
ALTER TABLE managers ADD COLUMN dormant_at   INTEGER;                 -- since when the account is at rest; an administrator wakes it
ALTER TABLE managers ADD COLUMN look_at      INTEGER NOT NULL DEFAULT 0; -- when the sweep looks at it next
-- Nobody has noted sign-ins so far: everybody counts as seen on the day of the upgrade.
UPDATE managers SET signed_in_at = CAST(strftime('%s', 'now') AS INTEGER) * 1000;
CREATE INDEX managers_to_look_at ON managers (look_at, id)
    WHERE disabled_at IS NULL AND dormant_at IS NULL;

ALTER TABLE merchants ADD COLUMN review_look_at INTEGER NOT NULL DEFAULT 0; -- when the sweep looks next whether a review of access is due
CREATE INDEX merchants_to_look_at ON merchants (review_look_at, number);

-- The reviews of who has access, one row a round.
CREATE TABLE access_reviews (
    merchant     TEXT    NOT NULL REFERENCES merchants (number), -- whose
    round        INTEGER NOT NULL,                               -- 1 for the first
    acquirer     TEXT    NOT NULL REFERENCES acquirers (id),     -- its tenant
    opened_at    INTEGER NOT NULL,                               -- when it fell due and the merchant was told
    overdue_at   INTEGER NOT NULL,                               -- from when on it is overdue
    reminded_at  INTEGER,                                        -- when the merchant was reminded
    completed_at INTEGER,                                        -- when a manager had answered for everybody
    completed_by TEXT REFERENCES managers (id),                  -- which one
    PRIMARY KEY (merchant, round)
) STRICT;
CREATE UNIQUE INDEX access_reviews_open ON access_reviews (merchant) WHERE completed_at IS NULL;
CREATE INDEX access_reviews_by_acquirer ON access_reviews (acquirer, merchant) WHERE completed_at IS NULL;

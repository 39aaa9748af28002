-- Sessions that can be listed and ended one by one, and that know when their owner
-- last proved who they are; accounts that know whether their first password was
-- replaced. Sessions live a day at most: whoever is signed in signs in again.

DROP TABLE staff_sessions;

CREATE TABLE staff_sessions (
    token_digest BLOB    NOT NULL PRIMARY KEY, -- keyed digest of the token
    id           TEXT    NOT NULL UNIQUE,      -- names it in lists; opens nothing
    acquirer     TEXT    NOT NULL,             -- the account's tenant
    account      TEXT    NOT NULL,             -- whose session
    network      TEXT    NOT NULL,             -- where it was started, as a network and never an address
    device       TEXT    NOT NULL,             -- family of browser and system, one of a few words
    started_at   INTEGER NOT NULL,             -- when it began
    used_at      INTEGER NOT NULL,             -- when it was last used
    proved_at    INTEGER NOT NULL,             -- when its owner last proved who they are
    idle_until   INTEGER NOT NULL,             -- ends unless used before
    ends_at      INTEGER NOT NULL,             -- ends in any case
    FOREIGN KEY (acquirer, account) REFERENCES staff (acquirer, account)
) STRICT;
CREATE INDEX staff_sessions_by_account ON staff_sessions (acquirer, account, used_at);

ALTER TABLE staff ADD COLUMN password_chosen_at INTEGER; -- when its owner chose the password in force; null while it is the first one

-- The reviewers' queue, the most urgent first.
CREATE INDEX cases_in_review ON cases (acquirer, deadline_at, id) WHERE state = 'in_review';

-- The people of a merchant who sign in to the portal: who they are, how they prove
-- it, and what they have begun. Codes and tokens are here as keyed digests only.

CREATE TABLE managers (
    id           TEXT    NOT NULL PRIMARY KEY,                   -- names the account
    acquirer     TEXT    NOT NULL REFERENCES acquirers (id),     -- its tenant
    merchant     TEXT    NOT NULL REFERENCES merchants (number), -- whose manager
    person       TEXT    NOT NULL,                               -- who that is; duties are kept apart by person
    name_sealed  BLOB    NOT NULL,                               -- what they are called
    phone_sealed BLOB    NOT NULL,                               -- where their sign-in codes go
    phone_index  BLOB    NOT NULL,                               -- keyed digest of the phone
    rights       TEXT    NOT NULL,                               -- words of the rules, with spaces between
    created_at   INTEGER NOT NULL,                               -- when the account was made
    disabled_at  INTEGER                                         -- when it was closed
) STRICT;
CREATE UNIQUE INDEX managers_phone ON managers (merchant, phone_index) WHERE disabled_at IS NULL;
CREATE INDEX managers_by_phone ON managers (acquirer, phone_index, merchant) WHERE disabled_at IS NULL;
CREATE INDEX managers_by_merchant ON managers (acquirer, merchant, id);

-- A sign-in that waits for its code. There is one for a phone that is nobody's too: it
-- looks the same and never succeeds.
CREATE TABLE manager_sign_ins (
    token_digest BLOB    NOT NULL PRIMARY KEY, -- keyed digest of what the asking device holds
    acquirer     TEXT    NOT NULL,             -- whose managers are meant
    phone_index  BLOB    NOT NULL,             -- keyed digest of the phone that was named
    code_digest  BLOB    NOT NULL,             -- keyed digest of the code, bound to this sign-in
    started_at   INTEGER NOT NULL,             -- when
    expires_at   INTEGER NOT NULL,             -- until when the code may be typed
    tries_left   INTEGER NOT NULL,             -- how many answers it still takes
    answered_at  INTEGER                       -- when it was answered rightly; it counts once
) STRICT;
CREATE INDEX manager_sign_ins_by_age ON manager_sign_ins (expires_at);

CREATE TABLE manager_sessions (
    id           TEXT    NOT NULL PRIMARY KEY,             -- names it in lists; authorises nothing
    token_digest BLOB    NOT NULL UNIQUE,                  -- keyed digest of the cookie's token
    manager      TEXT    NOT NULL REFERENCES managers (id), -- as whom it acts now
    acquirer     TEXT    NOT NULL,                         -- their tenant
    phone_index  BLOB    NOT NULL,                         -- the phone that was proved: all managers with it may be acted as
    started_at   INTEGER NOT NULL,                         -- when it began
    proved_at    INTEGER NOT NULL,                         -- when a code was last answered
    idle_until   INTEGER NOT NULL,                         -- ends unless used before
    ends_at      INTEGER NOT NULL                          -- ends in any case
) STRICT;
CREATE INDEX manager_sessions_by_phone ON manager_sessions (acquirer, phone_index, started_at);
CREATE INDEX manager_sessions_by_manager ON manager_sessions (manager);

-- A new contact that waits for the code that was sent to it. One a merchant: a newer
-- one takes the place of the older.
CREATE TABLE contact_changes (
    merchant     TEXT    NOT NULL PRIMARY KEY REFERENCES merchants (number), -- whose contact
    manager      TEXT    NOT NULL REFERENCES managers (id),                  -- who asked for it
    phone_sealed BLOB    NOT NULL,                                           -- the new number
    phone_index  BLOB    NOT NULL,                                           -- keyed digest of the new number
    code_digest  BLOB    NOT NULL,                                           -- keyed digest of the code
    asked_at     INTEGER NOT NULL,                                           -- when
    expires_at   INTEGER NOT NULL,                                           -- until when the code may be typed
    tries_left   INTEGER NOT NULL                                            -- how many answers it still takes
) STRICT;

-- Which events outside cases concern which merchant, to find them by. The events are
-- the truth; this says where they lie.
CREATE TABLE merchant_history (
    merchant TEXT    NOT NULL, -- whose
    position INTEGER NOT NULL, -- the event's place in the ledger
    PRIMARY KEY (merchant, position)
) STRICT, WITHOUT ROWID;
INSERT INTO merchant_history (merchant, position)
    SELECT json_extract(entry, '$.merchant'), position FROM events
    WHERE case_id IS NULL AND json_extract(entry, '$.merchant') IS NOT NULL;
INSERT INTO merchant_history (merchant, position)
    SELECT terminals.merchant, events.position
    FROM events JOIN terminals ON terminals.id = json_extract(events.entry, '$.terminal')
    WHERE events.kind IN ('operator_added', 'operator_removed', 'terminal_enrolled', 'terminal_retired');

-- A manager's list of the merchant's sign-ons, newest first.
CREATE INDEX sessions_by_start ON sessions (terminal, started_at);

-- Who there is: acquirers, merchants, their terminals and people.
--
-- Names, phones and document numbers are sealed (`…_sealed`) under the data key of
-- their owner, and found through keyed digests (`…_index`). Times are Unix
-- milliseconds in UTC.

CREATE TABLE acquirers (
    id         TEXT    NOT NULL PRIMARY KEY, -- the tenant's short name
    name       TEXT    NOT NULL,             -- as shown on screens
    created_at INTEGER NOT NULL              -- when it was set up
) STRICT;

-- Destroying a row here erases everything sealed for its owner.
CREATE TABLE data_keys (
    owner      TEXT    NOT NULL PRIMARY KEY, -- `merchant/NUMBER` or `acquirer/ID`
    wrapped    BLOB    NOT NULL,             -- the random data key, sealed by a key derived from the root key
    created_at INTEGER NOT NULL              -- when it was drawn
) STRICT;

CREATE TABLE merchants (
    number      TEXT    NOT NULL PRIMARY KEY,                -- fifteen digits
    acquirer    TEXT    NOT NULL REFERENCES acquirers (id),  -- its tenant
    status      TEXT    NOT NULL,                            -- active, suspended, closed
    name_sealed BLOB    NOT NULL,                            -- the trading name
    created_at  INTEGER NOT NULL,                            -- when it was recorded
    changed_at  INTEGER NOT NULL                             -- when its status or name last changed
) STRICT;
CREATE INDEX merchants_by_acquirer ON merchants (acquirer, number);

-- The documents that a counter may compare, never in clear.
CREATE TABLE merchant_documents (
    merchant       TEXT    NOT NULL REFERENCES merchants (number), -- whose
    role           TEXT    NOT NULL,                               -- business, holder, proxy
    document_index BLOB    NOT NULL,                               -- keyed digest of kind and number
    added_at       INTEGER NOT NULL,                               -- when it was registered
    removed_at     INTEGER,                                        -- when it stopped counting
    PRIMARY KEY (merchant, role, document_index)
) STRICT;

-- The registered phone, with its history: a case looks at how old the present one
-- is, and a notice goes to the previous one as well.
CREATE TABLE contacts (
    merchant     TEXT    NOT NULL REFERENCES merchants (number), -- whose
    version      INTEGER NOT NULL,                               -- 1 for the first, one more for each change
    phone_sealed BLOB    NOT NULL,                               -- the number
    phone_index  BLOB    NOT NULL,                               -- keyed digest of the number
    changed_at   INTEGER NOT NULL,                               -- since when it counts
    replaced_at  INTEGER,                                        -- until when it counted; null for the present one
    PRIMARY KEY (merchant, version)
) STRICT;
CREATE UNIQUE INDEX contacts_present ON contacts (merchant) WHERE replaced_at IS NULL;
CREATE INDEX contacts_by_phone ON contacts (phone_index) WHERE replaced_at IS NULL;

CREATE TABLE terminals (
    id            TEXT    NOT NULL PRIMARY KEY,                   -- names the device in envelopes
    acquirer      TEXT    NOT NULL REFERENCES acquirers (id),     -- its tenant
    merchant      TEXT    NOT NULL REFERENCES merchants (number), -- where it stands
    number        TEXT    NOT NULL,                               -- eight characters
    serial_number TEXT    NOT NULL,                               -- as printed on the device
    model         TEXT    NOT NULL,                               -- the vendor's name for it
    status        TEXT    NOT NULL,                               -- active, retired
    device_key    BLOB,                                           -- Ed25519 public key; null until enrolled
    backup_key    BLOB,                                           -- X25519 public key; null until enrolled
    capabilities  TEXT    NOT NULL,                               -- JSON, as the terminal last said
    uplink        INTEGER NOT NULL,                               -- the highest counter taken from it
    sequence      INTEGER NOT NULL,                               -- the last command sequence given out
    created_at    INTEGER NOT NULL,                               -- when it was recorded
    enrolled_at   INTEGER,                                        -- when its present keys were taken
    seen_at       INTEGER                                         -- when it was last heard
) STRICT;
CREATE UNIQUE INDEX terminals_serial_number ON terminals (acquirer, serial_number) WHERE status = 'active';
CREATE UNIQUE INDEX terminals_number ON terminals (merchant, number) WHERE status = 'active';
CREATE INDEX terminals_by_serial_number ON terminals (serial_number);

-- One live enrolment code a terminal; a newer one takes the place of the older.
CREATE TABLE enrolments (
    terminal        TEXT    NOT NULL PRIMARY KEY REFERENCES terminals (id), -- what may be enrolled
    code_key_sealed BLOB    NOT NULL,                                       -- the key derived from the code
    created_at      INTEGER NOT NULL,                                       -- when the code was drawn
    expires_at      INTEGER NOT NULL,                                       -- until when it may be used
    used_at         INTEGER                                                 -- when it was
) STRICT;

CREATE TABLE operators (
    terminal           TEXT    NOT NULL REFERENCES terminals (id), -- on which terminal
    number             INTEGER NOT NULL,                           -- 0 to 99; the rank follows from it
    credential_version INTEGER,                                    -- the one in force; null when there is none
    created_at         INTEGER NOT NULL,                           -- when it was set up
    removed_at         INTEGER,                                    -- when it was taken away
    PRIMARY KEY (terminal, number)
) STRICT;

CREATE TABLE staff (
    acquirer      TEXT    NOT NULL REFERENCES acquirers (id), -- their tenant
    account       TEXT    NOT NULL,                           -- as typed at sign-in
    person        TEXT    NOT NULL,                           -- who that is; duties are kept apart by person
    role          TEXT    NOT NULL,                           -- agent, clerk, reviewer, auditor, administrator
    password_hash TEXT    NOT NULL,                           -- Argon2id, PHC string
    created_at    INTEGER NOT NULL,                           -- when the account was made
    disabled_at   INTEGER,                                    -- when it was closed
    PRIMARY KEY (acquirer, account)
) STRICT;

CREATE TABLE staff_sessions (
    token_digest BLOB    NOT NULL PRIMARY KEY, -- keyed digest of the cookie's token
    acquirer     TEXT    NOT NULL,             -- the account's tenant
    account      TEXT    NOT NULL,             -- whose session
    started_at   INTEGER NOT NULL,             -- when it began
    idle_until   INTEGER NOT NULL,             -- ends unless used before
    ends_at      INTEGER NOT NULL,             -- ends in any case
    FOREIGN KEY (acquirer, account) REFERENCES staff (acquirer, account)
) STRICT;
CREATE INDEX staff_sessions_by_account ON staff_sessions (acquirer, account);

-- The whole schema as it stands after migration 20; PostgreSQL begins here. Tables and
-- columns are those of SQLite, which a test compares; what only several writers at once
-- need stands at the end. Collation is the database's own and has to be C: lists are
-- paged in the order of bytes.

-- Who there is: acquirers, merchants, their terminals and people.
--
-- Names, phones and document numbers are sealed (`…_sealed`) under the data key of
-- their owner, and found through keyed digests (`…_index`). Times are Unix
-- milliseconds in UTC.

CREATE TABLE acquirers (
    id         TEXT   NOT NULL PRIMARY KEY, -- the tenant's short name
    name       TEXT   NOT NULL,             -- as shown on screens
    created_at BIGINT NOT NULL              -- when it was set up
);

-- Destroying a row here erases everything sealed for its owner.
CREATE TABLE data_keys (
    owner      TEXT   NOT NULL PRIMARY KEY, -- `merchant/NUMBER` or `acquirer/ID`
    wrapped    BYTEA  NOT NULL,             -- the random data key, sealed by a key derived from the root key
    created_at BIGINT NOT NULL              -- when it was drawn
);

CREATE TABLE merchants (
    number          TEXT   NOT NULL PRIMARY KEY,               -- fifteen digits
    acquirer        TEXT   NOT NULL REFERENCES acquirers (id), -- its tenant
    status          TEXT   NOT NULL,                           -- active, suspended, closed
    name_sealed     BYTEA  NOT NULL,                           -- the trading name
    created_at      BIGINT NOT NULL,                           -- when it was recorded
    changed_at      BIGINT NOT NULL,                           -- when its status or name last changed
    review_look_at  BIGINT NOT NULL DEFAULT 0,                 -- when the sweep looks next whether a review of access is due
    language        TEXT,                                      -- the language of messages, `zh-CN` or `en`; null for the acquirer's
    closed_at       BIGINT,                                    -- since when it is closed; the time for which data is kept counts from it
    erased_at       BIGINT,                                    -- when its data key was destroyed; its number is never given to another
    erasure_look_at BIGINT NOT NULL DEFAULT 0                  -- when the sweep looks next whether its time is over
);
CREATE INDEX merchants_by_acquirer ON merchants (acquirer, number);

-- The documents that a counter may compare, never in clear.
CREATE TABLE merchant_documents (
    merchant       TEXT   NOT NULL REFERENCES merchants (number), -- whose
    role           TEXT   NOT NULL,                               -- business, holder, proxy
    document_index BYTEA  NOT NULL,                               -- keyed digest of kind and number
    added_at       BIGINT NOT NULL,                               -- when it was registered
    removed_at     BIGINT,                                        -- when it stopped counting
    PRIMARY KEY (merchant, role, document_index)
);

-- The registered phone, with its history: a case looks at how old the present one
-- is, and a notice goes to the previous one as well.
CREATE TABLE contacts (
    merchant     TEXT   NOT NULL REFERENCES merchants (number), -- whose
    version      BIGINT NOT NULL,                               -- 1 for the first, one more for each change
    phone_sealed BYTEA  NOT NULL,                               -- the number
    phone_index  BYTEA  NOT NULL,                               -- keyed digest of the number
    changed_at   BIGINT NOT NULL,                               -- since when it counts
    replaced_at  BIGINT,                                        -- until when it counted; null for the present one
    PRIMARY KEY (merchant, version)
);
CREATE UNIQUE INDEX contacts_present ON contacts (merchant) WHERE replaced_at IS NULL;
CREATE INDEX contacts_by_phone ON contacts (phone_index) WHERE replaced_at IS NULL;

CREATE TABLE terminals (
    id            TEXT   NOT NULL PRIMARY KEY,                   -- names the device in envelopes
    acquirer      TEXT   NOT NULL REFERENCES acquirers (id),     -- its tenant
    merchant      TEXT   NOT NULL REFERENCES merchants (number), -- where it stands
    number        TEXT   NOT NULL,                               -- eight characters
    serial_number TEXT   NOT NULL,                               -- as printed on the device
    model         TEXT   NOT NULL,                               -- the vendor's name for it
    status        TEXT   NOT NULL,                               -- active, retired
    device_key    BYTEA,                                         -- Ed25519 public key; null until enrolled
    backup_key    BYTEA,                                         -- X25519 public key; null until enrolled
    capabilities  TEXT   NOT NULL,                               -- JSON, as the terminal last said
    uplink        BIGINT NOT NULL,                               -- the highest counter taken from it
    sequence      BIGINT NOT NULL,                               -- the last command sequence given out
    created_at    BIGINT NOT NULL,                               -- when it was recorded
    enrolled_at   BIGINT,                                        -- when its present keys were taken
    seen_at       BIGINT                                         -- when it was last heard
);
CREATE UNIQUE INDEX terminals_serial_number ON terminals (acquirer, serial_number) WHERE status = 'active';
CREATE UNIQUE INDEX terminals_number ON terminals (merchant, number) WHERE status = 'active';
CREATE INDEX terminals_by_serial_number ON terminals (serial_number);

-- One live enrolment code a terminal; a newer one takes the place of the older.
CREATE TABLE enrolments (
    terminal        TEXT   NOT NULL PRIMARY KEY REFERENCES terminals (id), -- what may be enrolled
    code_key_sealed BYTEA  NOT NULL,                                       -- the key derived from the code
    created_at      BIGINT NOT NULL,                                       -- when the code was drawn
    expires_at      BIGINT NOT NULL,                                       -- until when it may be used
    used_at         BIGINT                                                 -- when it was
);

CREATE TABLE operators (
    terminal           TEXT   NOT NULL REFERENCES terminals (id), -- on which terminal
    number             BIGINT NOT NULL,                           -- 0 to 99; the rank follows from it
    credential_version BIGINT,                                    -- the one in force; null when there is none
    created_at         BIGINT NOT NULL,                           -- when it was set up
    removed_at         BIGINT,                                    -- when it was taken away
    signed_on_at       BIGINT,                                    -- when they last signed on
    dormant_at         BIGINT,                                    -- since when the account is at rest; a new password wakes it
    look_at            BIGINT NOT NULL DEFAULT 0,                 -- when the sweep looks at it next
    rest_cause         TEXT,                                      -- why the account is at rest; null with dormant_at where nobody had signed on for long, before causes were written
    PRIMARY KEY (terminal, number)
);

CREATE TABLE staff (
    acquirer           TEXT   NOT NULL REFERENCES acquirers (id), -- their tenant
    account            TEXT   NOT NULL,                           -- as typed at sign-in
    person             TEXT   NOT NULL,                           -- who that is; duties are kept apart by person
    role               TEXT   NOT NULL,                           -- agent, clerk, reviewer, auditor, administrator
    password_hash      TEXT   NOT NULL,                           -- Argon2id, PHC string
    created_at         BIGINT NOT NULL,                           -- when the account was made
    disabled_at        BIGINT,                                    -- when it was closed
    password_chosen_at BIGINT,                                    -- when its owner chose the password in force; null while it is the first one
    PRIMARY KEY (acquirer, account)
);

-- What happened, in order, and the Merkle tree over it. Each entry is one leaf: its
-- position is its place in the ledger. The columns beside the entry are copies to
-- search by; verifying the ledger compares them with the entry.

CREATE TABLE events (
    position   BIGINT NOT NULL PRIMARY KEY, -- its place in the ledger, from 0, without gaps
    at         BIGINT NOT NULL,             -- when
    acquirer   TEXT,                        -- whose; null for the whole installation
    case_id    TEXT,                        -- the case it belongs to, when it belongs to one
    kind       TEXT   NOT NULL,             -- what happened, a stable name
    actor_kind TEXT   NOT NULL,             -- what kind of party did it
    actor      TEXT,                        -- which one, when it has a name
    entry      TEXT   NOT NULL              -- JSON, the leaf exactly as hashed; no personal data in clear
);
CREATE INDEX events_by_case ON events (case_id, position) WHERE case_id IS NOT NULL;
CREATE INDEX events_by_actor ON events (acquirer, actor_kind, actor, position);
CREATE INDEX events_by_kind ON events (acquirer, kind, position);

-- Every hash of the tree that is final, in the order of the C2SP stored-hash index.
CREATE TABLE ledger_hashes (
    position BIGINT NOT NULL PRIMARY KEY, -- stored-hash index
    hash     BYTEA  NOT NULL              -- SHA-256, 32 bytes
);

-- One row: the signed tree head over all events.
CREATE TABLE ledger_checkpoints (
    id   BIGINT NOT NULL PRIMARY KEY CHECK (id = 1), -- there is one
    size BIGINT NOT NULL,                            -- how many leaves it covers
    note TEXT   NOT NULL                             -- C2SP signed note
);

-- Cases as they stand, folded from their events, and what they hand out.

CREATE TABLE cases (
    id           TEXT   NOT NULL PRIMARY KEY, -- names it; authorises nothing
    acquirer     TEXT   NOT NULL,             -- whose
    merchant     TEXT,                        -- null when what was named does not exist
    terminal     TEXT,                        -- null when what was named does not exist
    operator     BIGINT,                      -- null when what was named does not exist
    channel      TEXT   NOT NULL,             -- where it came from
    state        TEXT   NOT NULL,             -- where it stands
    is_open      BIGINT NOT NULL,             -- 1 until it is closed or effective
    is_proven    BIGINT NOT NULL,             -- 1 once somebody has proven something
    deadline_at  BIGINT,                      -- when time alone changes it
    token_digest BYTEA,                       -- keyed digest of the holder's token
    opened_at    BIGINT NOT NULL,             -- when it began
    changed_at   BIGINT NOT NULL,             -- when it last moved
    version      BIGINT NOT NULL,             -- how many events are folded in
    folded       TEXT   NOT NULL              -- JSON of the whole case
);
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
    case_id           TEXT   NOT NULL, -- for which case
    kind              TEXT   NOT NULL, -- the kind of evidence it would give
    digest            BYTEA  NOT NULL, -- keyed digest of the code, bound to case and kind
    destination_index BYTEA,           -- keyed digest of where it was sent
    sent_at           BIGINT NOT NULL, -- when
    expires_at        BIGINT NOT NULL, -- until when it may be answered
    tries_left        BIGINT NOT NULL, -- how many answers it still takes
    answered_at       BIGINT,          -- when it was answered rightly
    PRIMARY KEY (case_id, kind)
);

CREATE TABLE reset_codes (
    id         TEXT   NOT NULL PRIMARY KEY, -- names it; the code is not in it
    case_id    TEXT   NOT NULL,             -- the approved case
    terminal   TEXT   NOT NULL,             -- the only terminal that takes it
    operator   BIGINT NOT NULL,             -- the only operator it is for
    digest     BYTEA  NOT NULL,             -- keyed digest of the code, bound to its case
    issued_at  BIGINT NOT NULL,             -- when
    expires_at BIGINT NOT NULL,             -- until when it may be typed
    tries_left BIGINT NOT NULL,             -- how many wrong ones it still takes
    state      TEXT   NOT NULL              -- live, redeemed, spent, superseded, expired
);
CREATE UNIQUE INDEX reset_codes_live ON reset_codes (terminal, operator) WHERE state = 'live';
CREATE INDEX reset_codes_by_case ON reset_codes (case_id);

-- Guesses, by minute. A row is one minute of one subject.
CREATE TABLE attempts (
    scope   TEXT   NOT NULL, -- what is counted, a word of the rules
    subject TEXT   NOT NULL, -- which one
    minute  BIGINT NOT NULL, -- Unix time in minutes
    count   BIGINT NOT NULL, -- how many in that minute
    last_at BIGINT NOT NULL, -- the last of them
    PRIMARY KEY (scope, subject, minute)
);
CREATE INDEX attempts_by_minute ON attempts (minute);

CREATE TABLE credentials (
    terminal   TEXT   NOT NULL, -- the operator's terminal
    operator   BIGINT NOT NULL, -- the operator's number
    version    BIGINT NOT NULL, -- 1 for the first, one more for each
    record     BYTEA  NOT NULL, -- OPAQUE registration record; the password cannot be read from it
    case_id    TEXT   NOT NULL, -- the approved case it came from
    state      TEXT   NOT NULL, -- active, replaced, revoked
    created_at BIGINT NOT NULL, -- when it became effective
    ends_at    BIGINT,          -- when it ends by itself, where a deadline was set
    ended_at   BIGINT,          -- when it was replaced or revoked
    PRIMARY KEY (terminal, operator, version),
    FOREIGN KEY (terminal, operator) REFERENCES operators (terminal, number)
);
CREATE INDEX credentials_due ON credentials (ends_at) WHERE state = 'active' AND ends_at IS NOT NULL;
CREATE UNIQUE INDEX credentials_active ON credentials (terminal, operator) WHERE state = 'active';

CREATE TABLE sessions (
    id         TEXT   NOT NULL PRIMARY KEY, -- one signed-on operator
    terminal   TEXT   NOT NULL,             -- where
    operator   BIGINT NOT NULL,             -- who
    started_at BIGINT NOT NULL,             -- when the sign-on finished
    ended_at   BIGINT,                      -- when it ended
    ended_by   TEXT                         -- why: sign_off, effective, revoked, superseded, removed
);
CREATE INDEX sessions_live ON sessions (terminal, operator) WHERE ended_at IS NULL;

-- What leaves, and what must not happen twice. Nothing is sent inside a request:
-- it is written here in the same transaction, and sent from here.

CREATE TABLE commands (
    id           TEXT   NOT NULL PRIMARY KEY, -- named in the terminal's acknowledgement
    terminal     TEXT   NOT NULL,             -- for which terminal
    operator     BIGINT,                      -- about which operator, when about one
    kind         TEXT   NOT NULL,             -- what it asks for
    sequence     BIGINT NOT NULL,             -- strictly increasing per terminal
    body         BYTEA  NOT NULL,             -- the command, encoded
    state        TEXT   NOT NULL,             -- queued, delivered, done, not_done, expired, superseded
    queued_at    BIGINT NOT NULL,             -- when it was written
    expires_at   BIGINT NOT NULL,             -- until when it may be delivered
    delivered_at BIGINT,                      -- when it last went out on a link
    ended_at     BIGINT,                      -- when it was acknowledged or given up
    UNIQUE (terminal, sequence)
);
CREATE INDEX commands_pending ON commands (terminal, sequence) WHERE ended_at IS NULL;
CREATE INDEX commands_due ON commands (expires_at) WHERE ended_at IS NULL;

CREATE TABLE outbox (
    id                 TEXT   NOT NULL PRIMARY KEY, -- the message
    idempotency_key    TEXT   NOT NULL UNIQUE,      -- one effect, one message
    kind               TEXT   NOT NULL,             -- sms, mail, webhook
    owner              TEXT   NOT NULL,             -- whose data key seals it
    destination_sealed BYTEA,                       -- where it goes; wiped when it ends
    body_sealed        BYTEA,                       -- what it says; wiped when it ends
    state              TEXT   NOT NULL,             -- waiting, sent, dead
    tries              BIGINT NOT NULL,             -- how often it was taken up
    next_at            BIGINT NOT NULL,             -- not before
    queued_at          BIGINT NOT NULL,             -- when it was written
    ended_at           BIGINT,                      -- when it was sent or given up
    last_fault         TEXT                         -- why the last try failed, without personal data
);
CREATE INDEX outbox_due ON outbox (next_at, id) WHERE state = 'waiting';
CREATE INDEX outbox_dead ON outbox (ended_at, id) WHERE state = 'dead';

CREATE TABLE idempotency (
    principal      TEXT   NOT NULL, -- who asked
    key            TEXT   NOT NULL, -- the key they sent
    request_digest BYTEA  NOT NULL, -- SHA-256 over method, path and body
    owner          TEXT   NOT NULL, -- whose data key seals the answer
    answer_sealed  BYTEA  NOT NULL, -- the answer given
    created_at     BIGINT NOT NULL, -- when
    PRIMARY KEY (principal, key)
);
CREATE INDEX idempotency_by_age ON idempotency (created_at);

CREATE TABLE meta (
    name       TEXT   NOT NULL PRIMARY KEY, -- what it is
    value      BYTEA  NOT NULL,             -- wrapped where it is secret
    changed_at BIGINT NOT NULL              -- when it was last written
);

-- What reviewers write. The ledger holds its keyed digest; the text may name people,
-- so it is sealed here and goes with the acquirer's data key.

CREATE TABLE comments (
    case_id     TEXT   NOT NULL REFERENCES cases (id), -- on which case
    version     BIGINT NOT NULL,                       -- after how many of its events
    text_sealed BYTEA  NOT NULL,                       -- what was written
    PRIMARY KEY (case_id, version)
);

-- The people of a merchant who sign in to the portal: who they are, how they prove
-- it, and what they have begun. Codes and tokens are here as keyed digests only.

CREATE TABLE managers (
    id           TEXT   NOT NULL PRIMARY KEY,                   -- names the account
    acquirer     TEXT   NOT NULL REFERENCES acquirers (id),     -- its tenant
    merchant     TEXT   NOT NULL REFERENCES merchants (number), -- whose manager
    person       TEXT   NOT NULL,                               -- who that is; duties are kept apart by person
    name_sealed  BYTEA  NOT NULL,                               -- what they are called
    phone_sealed BYTEA  NOT NULL,                               -- where their sign-in codes go
    phone_index  BYTEA  NOT NULL,                               -- keyed digest of the phone
    rights       TEXT   NOT NULL,                               -- words of the rules, with spaces between
    created_at   BIGINT NOT NULL,                               -- when the account was made
    disabled_at  BIGINT,                                        -- when it was closed
    signed_in_at BIGINT,                                        -- when they last signed in
    dormant_at   BIGINT,                                        -- since when the account is at rest; an administrator wakes it
    look_at      BIGINT NOT NULL DEFAULT 0                      -- when the sweep looks at it next
);
CREATE UNIQUE INDEX managers_phone ON managers (merchant, phone_index) WHERE disabled_at IS NULL;
CREATE INDEX managers_by_phone ON managers (acquirer, phone_index, merchant) WHERE disabled_at IS NULL;
CREATE INDEX managers_by_merchant ON managers (acquirer, merchant, id);

-- A sign-in that waits for its code. There is one for a phone that is nobody's too: it
-- looks the same and never succeeds.
CREATE TABLE manager_sign_ins (
    token_digest BYTEA  NOT NULL PRIMARY KEY, -- keyed digest of what the asking device holds
    acquirer     TEXT   NOT NULL,             -- whose managers are meant
    phone_index  BYTEA  NOT NULL,             -- keyed digest of the phone that was named
    code_digest  BYTEA  NOT NULL,             -- keyed digest of the code, bound to this sign-in
    started_at   BIGINT NOT NULL,             -- when
    expires_at   BIGINT NOT NULL,             -- until when the code may be typed
    tries_left   BIGINT NOT NULL,             -- how many answers it still takes
    answered_at  BIGINT                       -- when it was answered rightly; it counts once
);
CREATE INDEX manager_sign_ins_by_age ON manager_sign_ins (expires_at);

CREATE TABLE manager_sessions (
    id           TEXT   NOT NULL PRIMARY KEY,              -- names it in lists; authorises nothing
    token_digest BYTEA  NOT NULL UNIQUE,                   -- keyed digest of the cookie's token
    manager      TEXT   NOT NULL REFERENCES managers (id), -- as whom it acts now
    acquirer     TEXT   NOT NULL,                          -- their tenant
    phone_index  BYTEA  NOT NULL,                          -- the phone that was proved: all managers with it may be acted as
    started_at   BIGINT NOT NULL,                          -- when it began
    proved_at    BIGINT NOT NULL,                          -- when a code was last answered
    idle_until   BIGINT NOT NULL,                          -- ends unless used before
    ends_at      BIGINT NOT NULL                           -- ends in any case
);
CREATE INDEX manager_sessions_by_phone ON manager_sessions (acquirer, phone_index, started_at);
CREATE INDEX manager_sessions_by_manager ON manager_sessions (manager);

-- A new contact that waits for the code that was sent to it. One a merchant: a newer
-- one takes the place of the older.
CREATE TABLE contact_changes (
    merchant     TEXT   NOT NULL PRIMARY KEY REFERENCES merchants (number), -- whose contact
    manager      TEXT   NOT NULL REFERENCES managers (id),                  -- who asked for it
    phone_sealed BYTEA  NOT NULL,                                           -- the new number
    phone_index  BYTEA  NOT NULL,                                           -- keyed digest of the new number
    code_digest  BYTEA  NOT NULL,                                           -- keyed digest of the code
    asked_at     BIGINT NOT NULL,                                           -- when
    expires_at   BIGINT NOT NULL,                                           -- until when the code may be typed
    tries_left   BIGINT NOT NULL                                            -- how many answers it still takes
);

-- Which events outside cases concern which merchant, to find them by. The events are
-- the truth; this says where they lie.
CREATE TABLE merchant_history (
    merchant TEXT   NOT NULL, -- whose
    position BIGINT NOT NULL, -- the event's place in the ledger
    PRIMARY KEY (merchant, position)
);

-- A manager's list of the merchant's sign-ons, newest first.
CREATE INDEX sessions_by_start ON sessions (terminal, started_at);

-- A merchant's trade as the acquirer's system reports it, what is asked about it, and
-- what messages cost. There is no column that could hold a card number, a track or a
-- PIN block: the sender's own reference is kept as a keyed digest. Amounts are whole
-- fen of CNY; a day is `YYYY-MM-DD` where the merchants are.

CREATE TABLE transactions (
    acquirer         TEXT   NOT NULL,                               -- whose
    reference_digest BYTEA  NOT NULL,                               -- keyed digest of the sender's reference
    merchant         TEXT   NOT NULL REFERENCES merchants (number), -- where it was taken
    terminal_number  TEXT   NOT NULL,                               -- on which terminal
    kind             TEXT   NOT NULL,                               -- sale, refund, void
    amount_fen       BIGINT NOT NULL,                               -- how much
    taken_at         BIGINT NOT NULL,                               -- when
    day              TEXT   NOT NULL,                               -- the day of that
    batch            BIGINT NOT NULL,                               -- the terminal's batch number
    settled_on       TEXT,                                          -- the day it was settled; null until then
    PRIMARY KEY (acquirer, reference_digest)
);
-- The settled days of one merchant: all that a day's sums need, without the table.
CREATE INDEX transactions_by_day ON transactions (merchant, day, kind, amount_fen, settled_on);

CREATE TABLE settlements (
    acquirer         TEXT   NOT NULL,                               -- whose
    reference_digest BYTEA  NOT NULL,                               -- keyed digest of the sender's reference
    merchant         TEXT   NOT NULL REFERENCES merchants (number), -- who was paid
    paid_on          TEXT   NOT NULL,                               -- the day it came to the account
    gross_fen        BIGINT NOT NULL,                               -- before fees
    fees_fen         BIGINT NOT NULL,                               -- taken off
    net_fen          BIGINT NOT NULL,                               -- paid into the account
    PRIMARY KEY (acquirer, reference_digest)
);
CREATE UNIQUE INDEX settlements_by_day ON settlements (merchant, paid_on);

-- A retired terminal's last transactions still come in.
CREATE INDEX terminals_of_merchant ON terminals (merchant, number);

-- The questions that whoever speaks for a merchant is asked. One drawing serves every
-- case for some days, so that no further case brings other questions.
CREATE TABLE question_sets (
    about       TEXT   NOT NULL, -- keyed digest of the merchant's number, whether or not there is one
    drawn_at    BIGINT NOT NULL, -- when
    is_real     BIGINT NOT NULL, -- 0 where they are made up and nothing can match
    questions   TEXT   NOT NULL, -- JSON: kinds and days, no answers
    tries_left  BIGINT NOT NULL, -- how many answers they still take
    answered_at BIGINT,          -- when they were answered rightly: somebody has heard the answers
    PRIMARY KEY (about, drawn_at)
);

-- Which of them a case was asked.
CREATE TABLE case_questions (
    case_id    TEXT   NOT NULL PRIMARY KEY, -- which case
    about      TEXT   NOT NULL,             -- which questions
    drawn_at   BIGINT NOT NULL,             -- which questions
    expires_at BIGINT NOT NULL,             -- until when this case may answer
    FOREIGN KEY (about, drawn_at) REFERENCES question_sets (about, drawn_at)
);

-- What messages have cost, by day and purse.
CREATE TABLE message_spending (
    acquirer   TEXT   NOT NULL, -- who pays
    day        TEXT   NOT NULL, -- which day
    purse      TEXT   NOT NULL, -- asked, owed
    messages   BIGINT NOT NULL, -- how many were queued
    fen        BIGINT NOT NULL, -- what they cost
    alarmed_at BIGINT,          -- when the cap was first met
    PRIMARY KEY (acquirer, day, purse)
);

-- Scans of the documents that were inspected at a counter. A picture is sealed with
-- its merchant's data key and goes with it; what is left says that there was one.

CREATE TABLE scans (
    id             TEXT   NOT NULL PRIMARY KEY,           -- names it; authorises nothing
    case_id        TEXT   NOT NULL REFERENCES cases (id), -- of which case
    merchant       TEXT   NOT NULL,                       -- whose data key seals it
    kind           TEXT   NOT NULL,                       -- of which document, a kind of evidence
    side           TEXT   NOT NULL,                       -- front, back
    file_index     BYTEA  NOT NULL,                       -- keyed digest of the file as it came
    pixel_index    BYTEA  NOT NULL,                       -- keyed digest of the pixels in it
    picture_sealed BYTEA,                                 -- the picture as it is kept; wiped when replaced
    taken_at       BIGINT NOT NULL,                       -- when
    replaced_at    BIGINT                                 -- when another took its place
);
CREATE UNIQUE INDEX scans_kept ON scans (case_id, kind, side) WHERE replaced_at IS NULL;
CREATE INDEX scans_by_file ON scans (file_index);
CREATE INDEX scans_by_pixels ON scans (pixel_index);

CREATE INDEX cases_proven_gathering ON cases (acquirer, opened_at, id) WHERE state = 'gathering' AND is_proven = 1;

-- Sessions that can be listed and ended one by one, and that know when their owner
-- last proved who they are; accounts that know whether their first password was
-- replaced. Sessions live a day at most: whoever is signed in signs in again.

CREATE TABLE staff_sessions (
    token_digest BYTEA  NOT NULL PRIMARY KEY, -- keyed digest of the token
    id           TEXT   NOT NULL UNIQUE,      -- names it in lists; opens nothing
    acquirer     TEXT   NOT NULL,             -- the account's tenant
    account      TEXT   NOT NULL,             -- whose session
    network      TEXT   NOT NULL,             -- where it was started, as a network and never an address
    device       TEXT   NOT NULL,             -- family of browser and system, one of a few words
    started_at   BIGINT NOT NULL,             -- when it began
    used_at      BIGINT NOT NULL,             -- when it was last used
    proved_at    BIGINT NOT NULL,             -- when its owner last proved who they are
    idle_until   BIGINT NOT NULL,             -- ends unless used before
    ends_at      BIGINT NOT NULL,             -- ends in any case
    FOREIGN KEY (acquirer, account) REFERENCES staff (acquirer, account)
);
CREATE INDEX staff_sessions_by_account ON staff_sessions (acquirer, account, used_at);

-- The reviewers' queue, the most urgent first.
CREATE INDEX cases_in_review ON cases (acquirer, deadline_at, id) WHERE state = 'in_review';

-- What is known of terminals besides their keys: how far the numbers that prove one in
-- hand have come, and how it said it is.

-- The key of the numbers is not here: it follows from the terminal's backup key and a
-- key derived from the root key. A row means that the terminal knows such numbers.
CREATE TABLE in_hand_numbers (
    terminal     TEXT   NOT NULL PRIMARY KEY REFERENCES terminals (id), -- whose numbers
    next_counter BIGINT NOT NULL,                                       -- numbers of lower counters match nothing any more
    far_counter  BIGINT,                                                -- the counter of a number beyond the look-ahead; the one after it is taken
    changed_at   BIGINT NOT NULL                                        -- when one of them last changed
);

-- The last report of each terminal. A hint for whoever helps; nothing is permitted
-- because of it.
CREATE TABLE terminal_health (
    terminal            TEXT   NOT NULL PRIMARY KEY REFERENCES terminals (id), -- whose
    report              BYTEA  NOT NULL,                                       -- as it came, CBOR, with its version
    clock_ahead_seconds BIGINT NOT NULL,                                       -- its clock against ours when it came; negative where it is behind
    reported_at         BIGINT NOT NULL                                        -- when it came, by our clock
);

-- What the desk looks for: the hotline's open cases, and an operator's newest case
-- that somebody has proven.

CREATE INDEX cases_open_by_channel ON cases (acquirer, channel, opened_at, id) WHERE is_open = 1;
CREATE INDEX cases_proven_by_operator ON cases (terminal, operator, opened_at, id) WHERE is_proven = 1;

-- Backups of terminals. The sealed files lie among the stored objects; here is what they
-- are, what is on its way, and where each journal was last known to stand.

CREATE TABLE snapshots (
    id         TEXT   NOT NULL PRIMARY KEY,               -- names it; the terminal drew it
    acquirer   TEXT   NOT NULL,                           -- to whose key it is sealed
    merchant   TEXT   NOT NULL,                           -- whose transactions are in it
    terminal   TEXT   NOT NULL REFERENCES terminals (id), -- which made it
    case_id    TEXT   NOT NULL REFERENCES cases (id),     -- for which case
    bytes      BIGINT NOT NULL,                           -- how long the sealed file is
    digest     BYTEA  NOT NULL,                           -- SHA-256 over the sealed file
    records    BIGINT NOT NULL,                           -- how many records are in it
    head       BYTEA  NOT NULL,                           -- where its journal stands, CBOR
    batch      BIGINT NOT NULL,                           -- the batch that was open then
    stored_at  BIGINT NOT NULL,                           -- when it was checked and stored
    removed_at BIGINT                                     -- when its file was removed
);
CREATE INDEX snapshots_of_terminal ON snapshots (terminal, stored_at, id);
CREATE INDEX snapshots_kept ON snapshots (stored_at, id) WHERE removed_at IS NULL;

-- One upload a terminal: a newer one takes its place.
CREATE TABLE snapshot_uploads (
    terminal TEXT   NOT NULL PRIMARY KEY REFERENCES terminals (id), -- from which terminal
    snapshot TEXT   NOT NULL,                                       -- which backup
    case_id  TEXT   NOT NULL REFERENCES cases (id),                 -- for which case
    manifest BYTEA  NOT NULL,                                       -- what the terminal signed of it
    bytes    BIGINT NOT NULL,                                       -- how long it will be
    kept     BIGINT NOT NULL,                                       -- how much of it is here
    begun_at BIGINT NOT NULL                                        -- when it was announced
);

CREATE TABLE snapshot_parts (
    terminal TEXT   NOT NULL REFERENCES snapshot_uploads (terminal), -- of whose upload
    start    BIGINT NOT NULL,                                        -- where in the file it stands
    part     BYTEA  NOT NULL,                                        -- the bytes, sealed as they came
    PRIMARY KEY (terminal, start)
);

CREATE TABLE journal_heads (
    terminal    TEXT   NOT NULL PRIMARY KEY REFERENCES terminals (id), -- whose journal
    head        BYTEA  NOT NULL,                                       -- where it stands, CBOR
    batch       BIGINT NOT NULL,                                       -- the batch that is open there
    reported_at BIGINT NOT NULL                                        -- when the terminal said so
);

-- Backups that are to be put back, one a terminal at a time. What became of each is in
-- the ledger; here is what is under way, and how the last one ended.

CREATE TABLE restores (
    terminal TEXT   NOT NULL PRIMARY KEY REFERENCES terminals (id), -- onto which terminal
    snapshot TEXT   NOT NULL REFERENCES snapshots (id),             -- which backup
    state    TEXT   NOT NULL,                                       -- asked, approved, declined, done, failed
    person   TEXT   NOT NULL,                                       -- who asked: never who approves
    asked_at BIGINT NOT NULL,                                       -- when
    file     BYTEA,                                                 -- sealed anew for this terminal; wiped when it ends
    ended_at BIGINT                                                 -- when it was declined, put back, or failed
);

-- What terminals do without a link, and tell of later.

-- The last deed that each terminal told of, and what it was answered: said again, it is
-- answered again and not done again.
CREATE TABLE deeds (
    terminal TEXT   NOT NULL PRIMARY KEY REFERENCES terminals (id), -- which terminal
    number   BIGINT NOT NULL,                                       -- the terminal's own number of it
    answer   BYTEA  NOT NULL,                                       -- the reply, CBOR
    taken_at BIGINT NOT NULL                                        -- when
);

-- Challenges that were answered. The answer itself is nowhere: it follows from keys.
CREATE TABLE offline_answers (
    terminal    TEXT   NOT NULL REFERENCES terminals (id), -- which terminal showed it
    counter     BIGINT NOT NULL,                           -- of the challenge; never answered twice
    operator    BIGINT NOT NULL,                           -- for whom
    case_id     TEXT   NOT NULL REFERENCES cases (id),     -- in which case
    code        TEXT   NOT NULL,                           -- the code of that case that it is
    answered_at BIGINT NOT NULL,                           -- when
    PRIMARY KEY (terminal, counter)
);

-- Applications for terminals. What an applicant wrote is sealed with a data key of the
-- application's own, and goes with it; what is in clear names no person.

CREATE TABLE applications (
    id            TEXT   NOT NULL PRIMARY KEY,               -- names it; authorises nothing
    acquirer      TEXT   NOT NULL REFERENCES acquirers (id), -- with whom
    state         TEXT   NOT NULL,                           -- where it stands
    is_open       BIGINT NOT NULL,                           -- 1 while something can still happen to it
    merchant      TEXT,                                      -- what it became; null until approved
    terminal      TEXT,                                      -- what was sent; null until shipped
    deadline_at   BIGINT,                                    -- when it lapses by itself
    started_at    BIGINT NOT NULL,                           -- when it began
    changed_at    BIGINT NOT NULL,                           -- when it last moved
    version       BIGINT NOT NULL,                           -- how many events are folded in
    folded        TEXT   NOT NULL,                           -- JSON of the whole application
    token_digest  BYTEA  NOT NULL,                           -- keyed digest of its holder's token
    phone_index   BYTEA  NOT NULL,                           -- keyed digest of the applicant's phone
    phone_sealed  BYTEA  NOT NULL,                           -- that phone
    draft_sealed  BYTEA,                                     -- what was typed into the form, JSON
    remark_sealed BYTEA,                                     -- what the applicant was last told in words
    parcel_sealed BYTEA,                                     -- who carries the terminal, under which number
    erased_at     BIGINT                                     -- when its data key was destroyed
);
CREATE INDEX applications_by_state ON applications (acquirer, state, changed_at, id);
CREATE INDEX applications_kept ON applications (state, changed_at, id) WHERE is_open = 0 AND erased_at IS NULL;
CREATE INDEX applications_due ON applications (deadline_at) WHERE is_open = 1;
CREATE INDEX applications_by_terminal ON applications (terminal) WHERE is_open = 1;
CREATE INDEX applications_by_merchant ON applications (merchant) WHERE merchant IS NOT NULL;

-- One live code an application: a newer one takes the place of the older.
CREATE TABLE application_codes (
    application TEXT   NOT NULL PRIMARY KEY REFERENCES applications (id), -- to whose phone it went
    digest      BYTEA  NOT NULL,                                          -- keyed digest of the code
    expires_at  BIGINT NOT NULL,                                          -- until when it may be typed
    tries_left  BIGINT NOT NULL                                           -- how many answers it still takes
);

-- Pictures of papers, made anew and sealed like the form.
CREATE TABLE application_papers (
    application    TEXT   NOT NULL REFERENCES applications (id), -- of which application
    paper          TEXT   NOT NULL,                              -- which paper
    picture_sealed BYTEA  NOT NULL,                              -- the picture
    file_index     BYTEA  NOT NULL,                              -- keyed digest of the file as it came
    pixel_index    BYTEA  NOT NULL,                              -- keyed digest of the pixels in it
    taken_at       BIGINT NOT NULL,                              -- when
    PRIMARY KEY (application, paper)
);
CREATE INDEX application_papers_by_pixels ON application_papers (pixel_index);

-- Deposits that were agreed with an application, one a terminal. Whether one is earned
-- back follows from the merchant's transactions on that terminal; amounts are whole fen.

CREATE TABLE deposits (
    terminal     TEXT   NOT NULL PRIMARY KEY REFERENCES terminals (id), -- for which terminal
    acquirer     TEXT   NOT NULL REFERENCES acquirers (id),             -- who holds it
    merchant     TEXT   NOT NULL REFERENCES merchants (number),         -- who paid it
    number       TEXT   NOT NULL,                                       -- the terminal's number then
    deposit_fen  BIGINT NOT NULL,                                       -- how much
    taken_fen    BIGINT NOT NULL,                                       -- what has to be taken
    within_days  BIGINT NOT NULL,                                       -- within how many days
    activated_on TEXT   NOT NULL,                                       -- the day from which they count
    last_day     TEXT   NOT NULL,                                       -- the last day that counts
    state        TEXT   NOT NULL,                                       -- counting, earned, missed, returned
    counted_fen  BIGINT NOT NULL,                                       -- what counted when last looked at
    earned_on    TEXT,                                                  -- the day that reached it
    due_on       TEXT   NOT NULL,                                       -- from which day it is to be looked at again
    changed_at   BIGINT NOT NULL                                        -- when it last came to another state
);
CREATE INDEX deposits_by_state ON deposits (acquirer, state, changed_at, terminal);
CREATE INDEX deposits_by_merchant ON deposits (merchant, terminal);
CREATE INDEX deposits_due ON deposits (due_on, terminal) WHERE state = 'counting';

-- What one terminal took on its days.
CREATE INDEX transactions_by_terminal ON transactions (merchant, terminal_number, day);

-- Who has left without anybody saying so: accounts that nobody uses are put to rest, and
-- once a year a merchant says of everybody with access whether they still should have it.

CREATE INDEX operators_to_look_at ON operators (look_at, terminal, number)
    WHERE removed_at IS NULL AND dormant_at IS NULL AND credential_version IS NOT NULL;

CREATE INDEX managers_to_look_at ON managers (look_at, id)
    WHERE disabled_at IS NULL AND dormant_at IS NULL;

CREATE INDEX merchants_to_look_at ON merchants (review_look_at, number);

-- The reviews of who has access, one row a round.
CREATE TABLE access_reviews (
    merchant     TEXT   NOT NULL REFERENCES merchants (number), -- whose
    round        BIGINT NOT NULL,                               -- 1 for the first
    acquirer     TEXT   NOT NULL REFERENCES acquirers (id),     -- its tenant
    opened_at    BIGINT NOT NULL,                               -- when it fell due and the merchant was told
    overdue_at   BIGINT NOT NULL,                               -- from when on it is overdue
    reminded_at  BIGINT,                                        -- when the merchant was reminded
    completed_at BIGINT,                                        -- when a manager had answered for everybody
    completed_by TEXT   REFERENCES managers (id),               -- which one
    PRIMARY KEY (merchant, round)
);
CREATE UNIQUE INDEX access_reviews_open ON access_reviews (merchant) WHERE completed_at IS NULL;
CREATE INDEX access_reviews_by_acquirer ON access_reviews (acquirer, merchant) WHERE completed_at IS NULL;

-- The watch: how far it has read, what it remembers, and the alerts that it raised.

-- One row. What happened before the watch was set up teaches it habits and raises nothing.
CREATE TABLE watch_position (
    id          BIGINT NOT NULL PRIMARY KEY CHECK (id = 1), -- there is one
    next        BIGINT NOT NULL,                            -- the first event that was not read yet
    speaks_from BIGINT NOT NULL                             -- the first event that may raise an alert
);
INSERT INTO watch_position (id, next, speaks_from) VALUES (1, 0, 0);

-- What a rule remembers of one subject: a bounded text that goes when it is old.
CREATE TABLE watch_memories (
    acquirer   TEXT   NOT NULL, -- whose
    rule       TEXT   NOT NULL, -- which rule
    about      TEXT   NOT NULL, -- of whom or what: `merchant/NUMBER`, `staff/ACCOUNT`
    memory     TEXT   NOT NULL, -- JSON; no personal data
    touched_at BIGINT NOT NULL, -- when it last changed
    PRIMARY KEY (acquirer, rule, about)
);
CREATE INDEX watch_memories_by_age ON watch_memories (touched_at);

CREATE TABLE alerts (
    id             TEXT   NOT NULL PRIMARY KEY,               -- names it
    acquirer       TEXT   NOT NULL REFERENCES acquirers (id), -- whose
    rule           TEXT   NOT NULL,                           -- which rule spoke
    urgency        BIGINT NOT NULL,                           -- 0 is the most urgent
    about          TEXT   NOT NULL,                           -- JSON: whom or what it is about
    state          TEXT   NOT NULL,                           -- open, owned, closed
    raised_at      BIGINT NOT NULL,                           -- when
    position       BIGINT NOT NULL,                           -- the event that says so, and why
    owner          TEXT,                                      -- the account that looks into it
    taken_at       BIGINT,                                    -- since when
    outcome        TEXT,                                      -- what it came to
    comment_sealed BYTEA,                                     -- what its owner wrote
    closed_at      BIGINT                                     -- when it was settled
);
CREATE INDEX alerts_waiting ON alerts (acquirer, state, urgency, raised_at, id);
CREATE INDEX alerts_by_time ON alerts (acquirer, raised_at);

-- Campaigns: planned resets of many operators. Nothing here names a person; a title is
-- sealed, because people write names into titles.

CREATE TABLE campaigns (
    id              TEXT   NOT NULL PRIMARY KEY,               -- names it; authorises nothing
    acquirer        TEXT   NOT NULL REFERENCES acquirers (id), -- whose
    state           TEXT   NOT NULL,                           -- where it stands
    is_open         BIGINT NOT NULL,                           -- 1 while something can still happen to it
    planned_at      BIGINT NOT NULL,                           -- when it was planned
    changed_at      BIGINT NOT NULL,                           -- when it last moved
    version         BIGINT NOT NULL,                           -- how many events are folded in
    folded          TEXT   NOT NULL,                           -- JSON of the whole campaign
    title_sealed    BYTEA  NOT NULL,                           -- what it is called
    look_at         BIGINT NOT NULL,                           -- when the sweep looks at it next
    cursor_merchant TEXT   NOT NULL,                           -- how far the list is made
    cursor_number   TEXT   NOT NULL,                           -- the terminal's number there
    cursor_operator BIGINT NOT NULL                            -- the operator there
);
CREATE INDEX campaigns_by_acquirer ON campaigns (acquirer, planned_at, id);
CREATE INDEX campaigns_due ON campaigns (look_at, id) WHERE is_open = 1;

-- What people say of a campaign. The ledger holds its keyed digest.
CREATE TABLE campaign_comments (
    campaign    TEXT   NOT NULL REFERENCES campaigns (id), -- of which campaign
    version     BIGINT NOT NULL,                           -- after how many events it was said
    text_sealed BYTEA  NOT NULL,                           -- what was written
    PRIMARY KEY (campaign, version)
);

-- The merchants of a campaign: one is in one wave, and asked once.
CREATE TABLE campaign_merchants (
    campaign TEXT   NOT NULL REFERENCES campaigns (id),     -- of which campaign
    merchant TEXT   NOT NULL REFERENCES merchants (number), -- which one
    shuffle  BIGINT NOT NULL,                               -- its place in the order that waves are filled in
    targets  BIGINT NOT NULL,                               -- how many operators of it are on the list
    wave     BIGINT NOT NULL,                               -- from 1; 0 until the list is whole
    asked_at BIGINT,                                        -- when it was asked, or passed over
    rest_at  BIGINT,                                        -- when old passwords open nothing any more; null when done or never
    PRIMARY KEY (campaign, merchant)
);
CREATE INDEX campaign_merchants_by_wave ON campaign_merchants (campaign, wave, merchant);
CREATE INDEX campaign_merchants_to_ask ON campaign_merchants (campaign, wave, merchant) WHERE asked_at IS NULL;
CREATE INDEX campaign_merchants_by_merchant ON campaign_merchants (merchant, campaign) WHERE asked_at IS NOT NULL;
CREATE INDEX campaign_merchants_to_rest ON campaign_merchants (rest_at) WHERE rest_at IS NOT NULL;

-- The list, one row an operator.
CREATE TABLE campaign_targets (
    campaign   TEXT   NOT NULL REFERENCES campaigns (id), -- of which campaign
    merchant   TEXT   NOT NULL,                           -- whose operator
    number     TEXT   NOT NULL,                           -- the terminal's number when the list was made
    operator   BIGINT NOT NULL,                           -- the operator's number
    terminal   TEXT   NOT NULL,                           -- the terminal
    state      TEXT   NOT NULL,                           -- how far it has come
    wave       BIGINT NOT NULL,                           -- the wave it was asked in; 0 before
    is_due     BIGINT NOT NULL,                           -- 1 while a new password is asked for
    case_id    TEXT,                                      -- its latest case
    rested_at  BIGINT,                                    -- since when its old password opens nothing for this campaign
    changed_at BIGINT NOT NULL,                           -- when it last moved
    PRIMARY KEY (campaign, merchant, number, operator)
);
CREATE INDEX campaign_targets_by_state ON campaign_targets (campaign, state, wave);
CREATE INDEX campaign_targets_due ON campaign_targets (terminal, operator) WHERE is_due = 1;
CREATE INDEX campaign_targets_by_case ON campaign_targets (case_id) WHERE case_id IS NOT NULL;

-- Whether an alert concerns an operator is asked at every decision.
CREATE INDEX alerts_about ON alerts (acquirer, about);

-- A list is made in the order of merchants and terminals, a batch at a time.
CREATE UNIQUE INDEX terminals_by_place ON terminals (acquirer, merchant, number) WHERE status = 'active';

-- What is held of a merchant and its people is erased when its time is over, or when one
-- person asks for it and another approves.

CREATE INDEX merchants_closed ON merchants (closed_at, number)
    WHERE closed_at IS NOT NULL AND erased_at IS NULL;

-- The last request for each merchant.
CREATE TABLE erasures (
    merchant TEXT   NOT NULL PRIMARY KEY REFERENCES merchants (number), -- whose data
    acquirer TEXT   NOT NULL REFERENCES acquirers (id),                 -- its tenant
    state    TEXT   NOT NULL,                                           -- asked, declined, done
    reason   TEXT   NOT NULL,                                           -- why, a word of the rules
    account  TEXT   NOT NULL,                                           -- by which account it was asked
    person   TEXT   NOT NULL,                                           -- who that is: never who approves
    asked_at BIGINT NOT NULL,                                           -- when
    ended_at BIGINT                                                     -- when somebody else decided
);
CREATE INDEX erasures_waiting ON erasures (acquirer, asked_at, merchant) WHERE state = 'asked';

-- What is found by its merchant to be shown to them, or to go with them.
CREATE INDEX scans_of_merchant ON scans (merchant, taken_at, id);
CREATE INDEX snapshots_of_merchant ON snapshots (merchant, stored_at, id);

-- What many writers at once need.

-- Events that are committed with their effect and wait for their place in the ledger:
-- one node at a time moves them into `events`, in this order, and signs the tree.
CREATE TABLE events_waiting (
    id         BIGINT NOT NULL GENERATED ALWAYS AS IDENTITY PRIMARY KEY, -- in the order of writing: what follows from an event comes after it
    at         BIGINT NOT NULL,                                         -- as in `events`, and so the others
    acquirer   TEXT,
    case_id    TEXT,
    kind       TEXT   NOT NULL,
    actor_kind TEXT   NOT NULL,
    actor      TEXT,
    entry      TEXT   NOT NULL
);
CREATE INDEX events_waiting_by_actor ON events_waiting (acquirer, actor_kind, actor, kind);

-- Every event in order; one that waits stands where it would stand if its turn were now.
CREATE VIEW events_with_waiting AS
    SELECT position, case_id, entry FROM events
    UNION ALL
    SELECT (SELECT COALESCE(MAX(position), -1) FROM events) + ROW_NUMBER() OVER (ORDER BY id),
           case_id, entry
    FROM events_waiting;

-- What was committed, by whom it was asked: whoever loses the connection at the very
-- COMMIT finds out here what became of it.
CREATE TABLE commits (
    node   BIGINT      NOT NULL,               -- drawn by a node at its start
    number BIGINT      NOT NULL,               -- the node's own count
    at     TIMESTAMPTZ NOT NULL DEFAULT now(), -- by the database's clock; deleted when nobody can ask any more
    PRIMARY KEY (node, number)
);
CREATE INDEX commits_by_age ON commits (at);

-- Gives every start of a node its number.
CREATE SEQUENCE nodes;

-- Has no rows. Every writer locks it so that many may write at once, and whoever has to
-- be alone locks it so that nobody else does.
CREATE TABLE writers ();

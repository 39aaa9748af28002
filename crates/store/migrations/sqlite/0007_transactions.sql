-- A merchant's trade as the acquirer's system reports it, what is asked about it, and
-- what messages cost. There is no column that could hold a card number, a track or a
-- PIN block: the sender's own reference is kept as a keyed digest. Amounts are whole
-- fen of CNY; a day is `YYYY-MM-DD` where the merchants are.

CREATE TABLE transactions (
    acquirer         TEXT    NOT NULL,                               -- whose
    reference_digest BLOB    NOT NULL,                               -- keyed digest of the sender's reference
    merchant         TEXT    NOT NULL REFERENCES merchants (number), -- where it was taken
    terminal_number  TEXT    NOT NULL,                               -- on which terminal
    kind             TEXT    NOT NULL,                               -- sale, refund, void
    amount_fen       INTEGER NOT NULL,                               -- how much
    taken_at         INTEGER NOT NULL,                               -- when
    day              TEXT    NOT NULL,                               -- the day of that
    batch            INTEGER NOT NULL,                               -- the terminal's batch number
    settled_on       TEXT,                                           -- the day it was settled; null until then
    PRIMARY KEY (acquirer, reference_digest)
) STRICT;
-- The settled days of one merchant: all that a day's sums need, without the table.
CREATE INDEX transactions_by_day ON transactions (merchant, day, kind, amount_fen, settled_on);

CREATE TABLE settlements (
    acquirer         TEXT    NOT NULL,                               -- whose
    reference_digest BLOB    NOT NULL,                               -- keyed digest of the sender's reference
    merchant         TEXT    NOT NULL REFERENCES merchants (number), -- who was paid
    paid_on          TEXT    NOT NULL,                               -- the day it came to the account
    gross_fen        INTEGER NOT NULL,                               -- before fees
    fees_fen         INTEGER NOT NULL,                               -- taken off
    net_fen          INTEGER NOT NULL,                               -- paid into the account
    PRIMARY KEY (acquirer, reference_digest)
) STRICT;
CREATE UNIQUE INDEX settlements_by_day ON settlements (merchant, paid_on);

-- A retired terminal's last transactions still come in.
CREATE INDEX terminals_of_merchant ON terminals (merchant, number);

-- The questions that whoever speaks for a merchant is asked. One drawing serves every
-- case for some days, so that no further case brings other questions.
CREATE TABLE question_sets (
    about       TEXT    NOT NULL, -- keyed digest of the merchant's number, whether or not there is one
    drawn_at    INTEGER NOT NULL, -- when
    is_real     INTEGER NOT NULL, -- 0 where they are made up and nothing can match
    questions   TEXT    NOT NULL, -- JSON: kinds and days, no answers
    tries_left  INTEGER NOT NULL, -- how many answers they still take
    answered_at INTEGER,          -- when they were answered rightly: somebody has heard the answers
    PRIMARY KEY (about, drawn_at)
) STRICT;

-- Which of them a case was asked.
CREATE TABLE case_questions (
    case_id    TEXT    NOT NULL PRIMARY KEY, -- which case
    about      TEXT    NOT NULL,             -- which questions
    drawn_at   INTEGER NOT NULL,             -- which questions
    expires_at INTEGER NOT NULL,             -- until when this case may answer
    FOREIGN KEY (about, drawn_at) REFERENCES question_sets (about, drawn_at)
) STRICT;

-- What messages have cost, by day and purse.
CREATE TABLE message_spending (
    acquirer   TEXT    NOT NULL, -- who pays
    day        TEXT    NOT NULL, -- which day
    purse      TEXT    NOT NULL, -- asked, owed
    messages   INTEGER NOT NULL, -- how many were queued
    fen        INTEGER NOT NULL, -- what they cost
    alarmed_at INTEGER,          -- when the cap was first met
    PRIMARY KEY (acquirer, day, purse)
) STRICT, WITHOUT ROWID;

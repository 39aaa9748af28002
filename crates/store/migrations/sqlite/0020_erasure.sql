-- What is held of a merchant and its people is erased when its time is over, or when one
-- person asks for it and another approves.

ALTER TABLE merchants ADD COLUMN closed_at       INTEGER;                    -- since when it is closed; the time for which data is kept counts from it
ALTER TABLE merchants ADD COLUMN erased_at       INTEGER;                    -- when its data key was destroyed; its number is never given to another
ALTER TABLE merchants ADD COLUMN erasure_look_at INTEGER NOT NULL DEFAULT 0; -- when the sweep looks next whether its time is over
-- When a merchant was closed has not been kept so far: at the latest when it last changed.
UPDATE merchants SET closed_at = changed_at WHERE status = 'closed';
CREATE INDEX merchants_closed ON merchants (closed_at, number)
    WHERE closed_at IS NOT NULL AND erased_at IS NULL;

-- The last request for each merchant.
CREATE TABLE erasures (
    merchant TEXT    NOT NULL PRIMARY KEY REFERENCES merchants (number), -- whose data
    acquirer TEXT    NOT NULL REFERENCES acquirers (id),                 -- its tenant
    state    TEXT    NOT NULL,                                           -- asked, declined, done
    reason   TEXT    NOT NULL,                                           -- why, a word of the rules
    account  TEXT    NOT NULL,                                           -- by which account it was asked
    person   TEXT    NOT NULL,                                           -- who that is: never who approves
    asked_at INTEGER NOT NULL,                                           -- when
    ended_at INTEGER                                                     -- when somebody else decided
) STRICT;
CREATE INDEX erasures_waiting ON erasures (acquirer, asked_at, merchant) WHERE state = 'asked';

-- What is found by its merchant to be shown to them, or to go with them.
CREATE INDEX scans_of_merchant ON scans (merchant, taken_at, id);
CREATE INDEX snapshots_of_merchant ON snapshots (merchant, stored_at, id);

-- A phone of an applicant whose data was erased cannot be told by its blind index either.
UPDATE applications SET phone_index = zeroblob(32) WHERE erased_at IS NOT NULL;

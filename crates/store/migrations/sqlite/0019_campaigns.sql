-- Campaigns: planned resets of many operators. Nothing here names a person; a title is
-- sealed, because people write names into titles.

CREATE TABLE campaigns (
    id              TEXT    NOT NULL PRIMARY KEY,               -- names it; authorises nothing
    acquirer        TEXT    NOT NULL REFERENCES acquirers (id), -- whose
    state           TEXT    NOT NULL,                           -- where it stands
    is_open         INTEGER NOT NULL,                           -- 1 while something can still happen to it
    planned_at      INTEGER NOT NULL,                           -- when it was planned
    changed_at      INTEGER NOT NULL,                           -- when it last moved
    version         INTEGER NOT NULL,                           -- how many events are folded in
    folded          TEXT    NOT NULL,                           -- JSON of the whole campaign
    title_sealed    BLOB    NOT NULL,                           -- what it is called
    look_at         INTEGER NOT NULL,                           -- when the sweep looks at it next
    cursor_merchant TEXT    NOT NULL,                           -- how far the list is made
    cursor_number   TEXT    NOT NULL,                           -- the terminal's number there
    cursor_operator INTEGER NOT NULL                            -- the operator there
) STRICT;
CREATE INDEX campaigns_by_acquirer ON campaigns (acquirer, planned_at, id);
CREATE INDEX campaigns_due ON campaigns (look_at, id) WHERE is_open = 1;

-- What people say of a campaign. The ledger holds its keyed digest.
CREATE TABLE campaign_comments (
    campaign    TEXT    NOT NULL REFERENCES campaigns (id), -- of which campaign
    version     INTEGER NOT NULL,                           -- after how many events it was said
    text_sealed BLOB    NOT NULL,                           -- what was written
    PRIMARY KEY (campaign, version)
) STRICT;

-- The merchants of a campaign: one is in one wave, and asked once.
CREATE TABLE campaign_merchants (
    campaign TEXT    NOT NULL REFERENCES campaigns (id),     -- of which campaign
    merchant TEXT    NOT NULL REFERENCES merchants (number), -- which one
    shuffle  INTEGER NOT NULL,                               -- its place in the order that waves are filled in
    targets  INTEGER NOT NULL,                               -- how many operators of it are on the list
    wave     INTEGER NOT NULL,                               -- from 1; 0 until the list is whole
    asked_at INTEGER,                                        -- when it was asked, or passed over
    rest_at  INTEGER,                                        -- when old passwords open nothing any more; null when done or never
    PRIMARY KEY (campaign, merchant)
) STRICT;
CREATE INDEX campaign_merchants_by_wave ON campaign_merchants (campaign, wave, merchant);
CREATE INDEX campaign_merchants_to_ask ON campaign_merchants (campaign, wave, merchant) WHERE asked_at IS NULL;
CREATE INDEX campaign_merchants_by_merchant ON campaign_merchants (merchant, campaign) WHERE asked_at IS NOT NULL;
CREATE INDEX campaign_merchants_to_rest ON campaign_merchants (rest_at) WHERE rest_at IS NOT NULL;

-- The list, one row an operator.
CREATE TABLE campaign_targets (
    campaign   TEXT    NOT NULL REFERENCES campaigns (id), -- of which campaign
    merchant   TEXT    NOT NULL,                           -- whose operator
    number     TEXT    NOT NULL,                           -- the terminal's number when the list was made
    operator   INTEGER NOT NULL,                           -- the operator's number
    terminal   TEXT    NOT NULL,                           -- the terminal
    state      TEXT    NOT NULL,                           -- how far it has come
    wave       INTEGER NOT NULL,                           -- the wave it was asked in; 0 before
    is_due     INTEGER NOT NULL,                           -- 1 while a new password is asked for
    case_id    TEXT,                                       -- its latest case
    rested_at  INTEGER,                                    -- since when its old password opens nothing for this campaign
    changed_at INTEGER NOT NULL,                           -- when it last moved
    PRIMARY KEY (campaign, merchant, number, operator)
) STRICT, WITHOUT ROWID;
CREATE INDEX campaign_targets_by_state ON campaign_targets (campaign, state, wave);
CREATE INDEX campaign_targets_due ON campaign_targets (terminal, operator) WHERE is_due = 1;
CREATE INDEX campaign_targets_by_case ON campaign_targets (case_id) WHERE case_id IS NOT NULL;

-- Whether an alert concerns an operator is asked at every decision.
CREATE INDEX alerts_about ON alerts (acquirer, about);

-- A list is made in the order of merchants and terminals, a batch at a time.
CREATE UNIQUE INDEX terminals_by_place ON terminals (acquirer, merchant, number) WHERE status = 'active';

ALTER TABLE merchants ADD COLUMN language TEXT; -- the language of messages, `zh-CN` or `en`; null for the acquirer's
ALTER TABLE operators ADD COLUMN rest_cause TEXT; -- why the account is at rest; null with dormant_at where nobody had signed on for long, before causes were written

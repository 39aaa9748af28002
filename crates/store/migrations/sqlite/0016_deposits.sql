-- Deposits that were agreed with an application, one a terminal. Whether one is earned
-- back follows from the merchant's transactions on that terminal; amounts are whole fen.

CREATE TABLE deposits (
    terminal     TEXT    NOT NULL PRIMARY KEY REFERENCES terminals (id), -- for which terminal
    acquirer     TEXT    NOT NULL REFERENCES acquirers (id),             -- who holds it
    merchant     TEXT    NOT NULL REFERENCES merchants (number),         -- who paid it
    number       TEXT    NOT NULL,                                       -- the terminal's number then
    deposit_fen  INTEGER NOT NULL,                                       -- how much
    taken_fen    INTEGER NOT NULL,                                       -- what has to be taken
    within_days  INTEGER NOT NULL,                                       -- within how many days
    activated_on TEXT    NOT NULL,                                       -- the day from which they count
    last_day     TEXT    NOT NULL,                                       -- the last day that counts
    state        TEXT    NOT NULL,                                       -- counting, earned, missed, returned
    counted_fen  INTEGER NOT NULL,                                       -- what counted when last looked at
    earned_on    TEXT,                                                   -- the day that reached it
    due_on       TEXT    NOT NULL,                                       -- from which day it is to be looked at again
    changed_at   INTEGER NOT NULL                                        -- when it last came to another state
) STRICT;
CREATE INDEX deposits_by_state ON deposits (acquirer, state, changed_at, terminal);
CREATE INDEX deposits_by_merchant ON deposits (merchant, terminal);
CREATE INDEX deposits_due ON deposits (due_on, terminal) WHERE state = 'counting';

-- What one terminal took on its days.
CREATE INDEX transactions_by_terminal ON transactions (merchant, terminal_number, day);

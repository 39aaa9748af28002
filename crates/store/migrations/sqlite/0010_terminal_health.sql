-- What is known of terminals besides their keys: how far the numbers that prove one in
-- hand have come, and how it said it is.

-- The key of the numbers is not here: it follows from the terminal's backup key and a
-- key derived from the root key. A row means that the terminal knows such numbers.
CREATE TABLE in_hand_numbers (
    terminal     TEXT    NOT NULL PRIMARY KEY REFERENCES terminals (id), -- whose numbers
    next_counter INTEGER NOT NULL,                                       -- numbers of lower counters match nothing any more
    far_counter  INTEGER,                                                -- the counter of a number beyond the look-ahead; the one after it is taken
    changed_at   INTEGER NOT NULL                                        -- when one of them last changed
) STRICT;

-- The last report of each terminal. A hint for whoever helps; nothing is permitted
-- because of it.
CREATE TABLE terminal_health (
    terminal            TEXT    NOT NULL PRIMARY KEY REFERENCES terminals (id), -- whose
    report              BLOB    NOT NULL,                                       -- as it came, CBOR, with its version
    clock_ahead_seconds INTEGER NOT NULL,                                       -- its clock against ours when it came; negative where it is behind
    reported_at         INTEGER NOT NULL                                        -- when it came, by our clock
) STRICT;

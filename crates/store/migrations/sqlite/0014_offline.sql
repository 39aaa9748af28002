-- What terminals do without a link, and tell of later.

-- The last deed that each terminal told of, and what it was answered: said again, it is
-- answered again and not done again.
CREATE TABLE deeds (
    terminal TEXT    NOT NULL PRIMARY KEY REFERENCES terminals (id), -- which terminal
    number   INTEGER NOT NULL,                                       -- the terminal's own number of it
    answer   BLOB    NOT NULL,                                       -- the reply, CBOR
    taken_at INTEGER NOT NULL                                        -- when
) STRICT;

-- Challenges that were answered. The answer itself is nowhere: it follows from keys.
CREATE TABLE offline_answers (
    terminal    TEXT    NOT NULL REFERENCES terminals (id), -- which terminal showed it
    counter     INTEGER NOT NULL,                           -- of the challenge; never answered twice
    operator    INTEGER NOT NULL,                           -- for whom
    case_id     TEXT    NOT NULL REFERENCES cases (id),     -- in which case
    code        TEXT    NOT NULL,                           -- the code of that case that it is
    answered_at INTEGER NOT NULL,                           -- when
    PRIMARY KEY (terminal, counter)
) STRICT;

-- Applications for terminals. What an applicant wrote is sealed with a data key of the
-- application's own, and goes with it; what is in clear names no person.

CREATE TABLE applications (
    id            TEXT    NOT NULL PRIMARY KEY,               -- names it; authorises nothing
    acquirer      TEXT    NOT NULL REFERENCES acquirers (id), -- with whom
    state         TEXT    NOT NULL,                           -- where it stands
    is_open       INTEGER NOT NULL,                           -- 1 while something can still happen to it
    merchant      TEXT,                                       -- what it became; null until approved
    terminal      TEXT,                                       -- what was sent; null until shipped
    deadline_at   INTEGER,                                    -- when it lapses by itself
    started_at    INTEGER NOT NULL,                           -- when it began
    changed_at    INTEGER NOT NULL,                           -- when it last moved
    version       INTEGER NOT NULL,                           -- how many events are folded in
    folded        TEXT    NOT NULL,                           -- JSON of the whole application
    token_digest  BLOB    NOT NULL,                           -- keyed digest of its holder's token
    phone_index   BLOB    NOT NULL,                           -- keyed digest of the applicant's phone
    phone_sealed  BLOB    NOT NULL,                           -- that phone
    draft_sealed  BLOB,                                       -- what was typed into the form, JSON
    remark_sealed BLOB,                                       -- what the applicant was last told in words
    parcel_sealed BLOB,                                       -- who carries the terminal, under which number
    erased_at     INTEGER                                     -- when its data key was destroyed
) STRICT;
CREATE INDEX applications_by_state ON applications (acquirer, state, changed_at, id);
CREATE INDEX applications_kept ON applications (state, changed_at, id) WHERE is_open = 0 AND erased_at IS NULL;
CREATE INDEX applications_due ON applications (deadline_at) WHERE is_open = 1;
CREATE INDEX applications_by_terminal ON applications (terminal) WHERE is_open = 1;
CREATE INDEX applications_by_merchant ON applications (merchant) WHERE merchant IS NOT NULL;

-- One live code an application: a newer one takes the place of the older.
CREATE TABLE application_codes (
    application TEXT    NOT NULL PRIMARY KEY REFERENCES applications (id), -- to whose phone it went
    digest      BLOB    NOT NULL,                                          -- keyed digest of the code
    expires_at  INTEGER NOT NULL,                                          -- until when it may be typed
    tries_left  INTEGER NOT NULL                                           -- how many answers it still takes
) STRICT;

-- Pictures of papers, made anew and sealed like the form.
CREATE TABLE application_papers (
    application    TEXT    NOT NULL REFERENCES applications (id), -- of which application
    paper          TEXT    NOT NULL,                              -- which paper
    picture_sealed BLOB    NOT NULL,                              -- the picture
    file_index     BLOB    NOT NULL,                              -- keyed digest of the file as it came
    pixel_index    BLOB    NOT NULL,                              -- keyed digest of the pixels in it
    taken_at       INTEGER NOT NULL,                              -- when
    PRIMARY KEY (application, paper)
) STRICT;
CREATE INDEX application_papers_by_pixels ON application_papers (pixel_index);

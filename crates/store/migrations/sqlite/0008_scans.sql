-- Scans of the documents that were inspected at a counter. A picture is sealed with
-- its merchant's data key and goes with it; what is left says that there was one.

CREATE TABLE scans (
    id             TEXT    NOT NULL PRIMARY KEY,           -- names it; authorises nothing
    case_id        TEXT    NOT NULL REFERENCES cases (id), -- of which case
    merchant       TEXT    NOT NULL,                       -- whose data key seals it
    kind           TEXT    NOT NULL,                       -- of which document, a kind of evidence
    side           TEXT    NOT NULL,                       -- front, back
    file_index     BLOB    NOT NULL,                       -- keyed digest of the file as it came
    pixel_index    BLOB    NOT NULL,                       -- keyed digest of the pixels in it
    picture_sealed BLOB,                                   -- the picture as it is kept; wiped when replaced
    taken_at       INTEGER NOT NULL,                       -- when
    replaced_at    INTEGER                                 -- when another took its place
) STRICT;
CREATE UNIQUE INDEX scans_kept ON scans (case_id, kind, side) WHERE replaced_at IS NULL;
CREATE INDEX scans_by_file ON scans (file_index);
CREATE INDEX scans_by_pixels ON scans (pixel_index);

CREATE INDEX cases_proven_gathering ON cases (acquirer, opened_at, id) WHERE state = 'gathering' AND is_proven = 1;

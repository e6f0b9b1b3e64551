-- What people corrected, and what was learned from it.

-- What a letter is, as a person says. The newest word counts; the earlier ones stand in the journal.
CREATE TABLE correction (
  message_id   BIGINT  PRIMARY KEY REFERENCES message (id),
  activity_id  BIGINT  NOT NULL REFERENCES activity (id),
  kind         TEXT    NOT NULL CHECK (kind IN ('contact-submission', 'contact-update', 'contact-withdrawal',
                 'liaison-statement', 'meeting', 'document', 'inquiry', 'auto-reply', 'bounce', 'bulk', 'unclassified')),
  filed_kind   TEXT    NOT NULL,            -- what it was when it was filed; the same where a person confirmed it
  corrected_by TEXT    NOT NULL,
  corrected_at BIGINT  NOT NULL,
  buckets      BYTEA   NOT NULL             -- the n-grams that were learned from it, two octets each, the low one first: exactly these are taken back
);
CREATE INDEX correction_activity ON correction (activity_id, kind);

-- How many corrected letters of a kind hold an n-gram; rows of nought are taken away.
CREATE TABLE learned (
  activity_id BIGINT  NOT NULL REFERENCES activity (id),
  kind        TEXT    NOT NULL,
  bucket      BIGINT  NOT NULL,             -- 0 to 65535: the n-gram's hash
  letters     BIGINT  NOT NULL,
  PRIMARY KEY (activity_id, kind, bucket)
);

-- One row an activity: how often something was learned, so that a running daemon notices cheaply that there is more.
CREATE TABLE learning (
  activity_id BIGINT  PRIMARY KEY REFERENCES activity (id),
  revision    BIGINT  NOT NULL
);

-- Set aside: a person said that the letter is no liaison statement. The row stays and is left out of lists.
ALTER TABLE liaison ADD COLUMN set_aside_at BIGINT;

-- What is still to be done in the mailboxes, and how far each folder was read.

-- A letter to be moved to its kind's folder, or only labelled. Done after the filing, replayed until done.
CREATE TABLE shelving (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  activity_id   INTEGER NOT NULL REFERENCES activity (id),
  message_id    INTEGER NOT NULL REFERENCES message (id),
  mailbox       TEXT    NOT NULL,           -- the place it lies in, as in sighting
  folder        TEXT    NOT NULL,
  uid_validity  INTEGER NOT NULL,
  uid           TEXT    NOT NULL,
  target_folder TEXT,                       -- path with / between levels; none: it is labelled where it lies
  keywords      TEXT    NOT NULL,           -- JSON list of IMAP keywords
  state         TEXT    NOT NULL CHECK (state IN ('pending', 'done', 'gone', 'failed')),
  tries         INTEGER NOT NULL,
  due_at        INTEGER NOT NULL,
  note          TEXT    NOT NULL,           -- why the latest try failed
  settled_at    INTEGER,
  UNIQUE (mailbox, folder, uid_validity, uid)
) STRICT;
CREATE INDEX shelving_due ON shelving (mailbox, state, due_at);
CREATE INDEX shelving_open ON shelving (activity_id, state) WHERE state <> 'done';
CREATE INDEX shelving_message ON shelving (message_id);

-- How far a folder was read: a hint that saves work, never a reason to pass over a letter.
CREATE TABLE cursor (
  mailbox      TEXT    NOT NULL,
  folder       TEXT    NOT NULL,
  activity_id  INTEGER NOT NULL REFERENCES activity (id),
  uid_validity INTEGER NOT NULL,
  highest_uid  INTEGER NOT NULL,
  modseq       INTEGER NOT NULL,            -- RFC 7162; 0 where unknown
  updated_at   INTEGER NOT NULL,
  PRIMARY KEY (mailbox, folder)
) STRICT;

-- Liaison statements, and what is due.

-- A liaison statement (Rec. ITU-T A.1): at most one to a letter.
CREATE TABLE liaison (
  id             INTEGER PRIMARY KEY AUTOINCREMENT,
  activity_id    INTEGER NOT NULL REFERENCES activity (id),
  message_id     INTEGER NOT NULL UNIQUE REFERENCES message (id),
  reference      TEXT,                      -- its own number, as written
  title          TEXT,
  from_body      TEXT,                      -- the body that sends it
  to_bodies      TEXT NOT NULL,             -- JSON list: for action and comment
  cc_bodies      TEXT NOT NULL,             -- JSON list: for information
  purpose        TEXT CHECK (purpose IN ('action', 'comment', 'information')), -- the strongest thing asked
  reply_by       TEXT,                      -- day (2012-08-22), only where a date is stated
  reply_by_words TEXT,                      -- the deadline's own words
  in_reply_to    TEXT,                      -- the number it answers
  questions      TEXT NOT NULL,             -- JSON list: 4/17
  contacts       TEXT NOT NULL,             -- JSON list: the contacts it names
  filed_at       INTEGER NOT NULL
) STRICT;
CREATE INDEX liaison_filed ON liaison (activity_id, filed_at);

-- Something that is due.
CREATE TABLE deadline (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  activity_id INTEGER NOT NULL REFERENCES activity (id),
  topic       TEXT    NOT NULL,             -- a stable name: charter:contacts, liaison:17
  title       TEXT    NOT NULL,
  due_at      INTEGER NOT NULL,             -- the last moment that is in time
  state       TEXT    NOT NULL CHECK (state IN ('open', 'met', 'missed', 'waived')),
  message_id  INTEGER REFERENCES message (id), -- the letter that set it; none for the charter's own
  settled_at  INTEGER,
  UNIQUE (activity_id, topic)
) STRICT;
CREATE INDEX deadline_due ON deadline (activity_id, state, due_at);

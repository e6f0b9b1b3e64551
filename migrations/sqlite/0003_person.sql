-- The list: people, what was changed by which letter, the expected seats and who fills them since when.

-- Somebody on the list.
CREATE TABLE person (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  activity_id  INTEGER NOT NULL REFERENCES activity (id),
  name         TEXT    NOT NULL,            -- as written, without honorific
  honorific    TEXT,
  organization TEXT,
  role         TEXT,
  email        TEXT,                        -- lower case
  phone        TEXT,                        -- E.164, or the digits as written
  country      TEXT,                        -- ISO 3166-1 alpha-2
  category     TEXT,                        -- the charter's word
  study_groups TEXT    NOT NULL,            -- JSON list, canonical (SG17)
  language     TEXT    CHECK (language IN ('ar', 'zh', 'en', 'fr', 'ru', 'es')),
  source_id    INTEGER REFERENCES message (id), -- the letter that put the person on the list or changed the row last
  added_at     INTEGER NOT NULL,
  changed_at   INTEGER NOT NULL,
  left_at      INTEGER,                     -- taken off the list; the row stays for the history
  bounced_at   INTEGER                      -- since when the address takes no mail
) STRICT;
CREATE INDEX person_email ON person (email);
CREATE INDEX person_name  ON person (name);
CREATE INDEX person_added ON person (activity_id, added_at);

-- Every change of the list, field by field, with the letter it comes from: shown, proposed to the secretariat, undone.
CREATE TABLE person_change (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  activity_id INTEGER NOT NULL REFERENCES activity (id),
  person_id   INTEGER REFERENCES person (id), -- none: a proposal for somebody who is not on the list
  message_id  INTEGER REFERENCES message (id), -- none: changed by a person of the secretariat
  found       INTEGER NOT NULL,             -- which person of the letter, counted from 0; keeps the fields of one together
  action      TEXT    NOT NULL CHECK (action IN ('add', 'update', 'withdraw')),
  field       TEXT    NOT NULL,             -- 'name', 'email' …; 'seat' for one taken or left
  old_value   TEXT,
  new_value   TEXT,
  state       TEXT    NOT NULL CHECK (state IN ('applied', 'proposed', 'undone', 'refused')),
  changed_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX person_change_person  ON person_change (person_id);
CREATE INDEX person_change_message ON person_change (message_id);
CREATE INDEX person_change_state   ON person_change (activity_id, state, changed_at);

-- A body from which the charter expects a representative.
CREATE TABLE seat (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  activity_id INTEGER NOT NULL REFERENCES activity (id),
  word        TEXT    NOT NULL,             -- the charter's id of the seat (sg17)
  body        TEXT    NOT NULL,
  category    TEXT    NOT NULL,
  email       TEXT,                         -- where the request goes
  position    INTEGER NOT NULL,             -- order in the charter
  retired_at  INTEGER,                      -- the charter does not name it any more
  asked_at    INTEGER,                      -- when a request or reminder last went out
  promised_at INTEGER,                      -- when the body last said that a name follows
  promised_by INTEGER REFERENCES message (id),
  bounced_at  INTEGER,                      -- since when the seat's own address takes no mail
  UNIQUE (activity_id, word)
) STRICT;

-- Who fills or filled a seat. The row without an end is the present.
CREATE TABLE seat_holder (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  activity_id INTEGER NOT NULL REFERENCES activity (id),
  seat_id     INTEGER NOT NULL REFERENCES seat (id),
  person_id   INTEGER NOT NULL REFERENCES person (id),
  from_at     INTEGER NOT NULL,
  until_at    INTEGER,
  source_id   INTEGER REFERENCES message (id), -- the letter that named the person
  ended_by    INTEGER REFERENCES message (id)  -- the letter that withdrew or replaced the person
) STRICT;
CREATE UNIQUE INDEX seat_holder_now ON seat_holder (seat_id, person_id) WHERE until_at IS NULL;
CREATE INDEX seat_holder_person ON seat_holder (person_id);

-- Changes that the owner of an entry is asked about.

-- A letter that asks the address on file whether a proposed change is right. Its answer counts once, from that address alone, and not for ever.
CREATE TABLE confirmation (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  activity_id INTEGER NOT NULL REFERENCES activity (id),
  outbox_id   INTEGER NOT NULL UNIQUE REFERENCES outbox (id), -- the letter that asks
  code        TEXT    NOT NULL UNIQUE,      -- 32 hexadecimal digits of that letter: a keyed hash of proposal and address (128 bits)
  address     TEXT    NOT NULL,             -- who is asked, and the only one who may answer
  message_id  INTEGER NOT NULL REFERENCES message (id), -- the letter that proposes the change
  found       INTEGER NOT NULL,             -- which person of it, as in person_change
  asked_at    INTEGER NOT NULL,
  expires_at  INTEGER NOT NULL,
  outcome     TEXT    CHECK (outcome IN ('accepted', 'refused', 'decided')), -- none: open; decided: by the secretariat
  answered_by INTEGER REFERENCES message (id), -- the letter that answered
  answered_at INTEGER
) STRICT;
CREATE INDEX confirmation_message ON confirmation (message_id, found);

-- Who comes to the meeting.

-- An answer to an invitation (iMIP, METHOD:REPLY). Of one address the latest counts.
CREATE TABLE registration (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  activity_id INTEGER NOT NULL REFERENCES activity (id),
  message_id  INTEGER NOT NULL REFERENCES message (id), -- the letter that answers
  name        TEXT,                         -- as the answer writes it
  email       TEXT,                         -- the address that was invited
  attendance  TEXT NOT NULL CHECK (attendance IN ('accepted', 'declined', 'tentative')),
  filed_at    INTEGER NOT NULL
) STRICT;
CREATE INDEX registration_activity ON registration (activity_id, id);

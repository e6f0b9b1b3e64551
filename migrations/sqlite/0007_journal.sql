-- Every decision, for ever: no row is changed or taken away. Names no person: words and addresses stay in rows that can be erased.
CREATE TABLE journal (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  activity_id INTEGER NOT NULL REFERENCES activity (id),
  at          INTEGER NOT NULL,
  actor       TEXT    NOT NULL,             -- 'jcabot', or the name a command was run by
  event       TEXT    NOT NULL,             -- a fixed word: filed, held, accepted, shelved …
  message_id  INTEGER REFERENCES message (id),
  outbox_id   INTEGER REFERENCES outbox (id),
  detail      TEXT    NOT NULL              -- JSON: what was decided, by which rules
) STRICT;
CREATE INDEX journal_message ON journal (message_id);
CREATE INDEX journal_outbox  ON journal (outbox_id) WHERE outbox_id IS NOT NULL;
CREATE INDEX journal_at      ON journal (activity_id, at);

CREATE TRIGGER journal_is_never_changed BEFORE UPDATE ON journal
BEGIN
  SELECT RAISE(ABORT, 'The journal is append-only');
END;
CREATE TRIGGER journal_is_never_shortened BEFORE DELETE ON journal
BEGIN
  SELECT RAISE(ABORT, 'The journal is append-only');
END;

-- Who works on this ledger, what is wrong just now, and to whom the database itself lets no letter be written.

-- One row: the daemon that works. The others wait until its beat stands still.
CREATE TABLE leader (
  id     INTEGER PRIMARY KEY CHECK (id = 1),
  epoch  INTEGER NOT NULL,                  -- one more with each change of hands; every claim carries it
  beat   INTEGER NOT NULL,                  -- one more every few seconds while the daemon lives
  holder TEXT    NOT NULL,                  -- machine, boot and process of the daemon; empty: it stepped down in order
  since  INTEGER NOT NULL
) STRICT;
INSERT INTO leader (id, epoch, beat, holder, since) VALUES (1, 0, 0, '', 0);

-- A start of the daemon. One without an end is running, or has died; many deaths in a short time are a crash loop.
CREATE TABLE start (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  at       INTEGER NOT NULL,
  ended_at INTEGER                          -- it ended in order
) STRICT;
CREATE INDEX start_at ON start (at);

-- Something that does not work, from its first notice to its end. At most one open row for each subject.
CREATE TABLE incident (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  subject    TEXT    NOT NULL,              -- what: 'mailbox jca', 'transport', 'clock', 'safe-mode', 'breaker' …
  words      TEXT    NOT NULL,              -- why, as far as it is known
  began_at   INTEGER NOT NULL,
  ended_at   INTEGER,
  alarmed_at INTEGER                        -- the secretariat was told
) STRICT;
CREATE UNIQUE INDEX incident_open ON incident (subject) WHERE ended_at IS NULL;
CREATE INDEX incident_began ON incident (began_at);

-- When each mailbox, and the way out, last answered.
CREATE TABLE contact_time (
  subject TEXT    PRIMARY KEY,
  at      INTEGER NOT NULL
) STRICT;

-- No letter goes to an envelope sender, ours or another's: what comes back from there is a bounce (RFC 5321, 4.5.5).
CREATE TRIGGER outbox_spares_bounce_addresses BEFORE INSERT ON outbox
WHEN NEW.recipient LIKE '%+bounce-%@%' OR NEW.recipient LIKE 'mailer-daemon@%' OR NEW.recipient = ''
BEGIN
  SELECT RAISE(IGNORE);
END;
CREATE TRIGGER outbox_turns_to_no_bounce_address BEFORE UPDATE OF recipient ON outbox
WHEN NEW.recipient LIKE '%+bounce-%@%' OR NEW.recipient LIKE 'mailer-daemon@%' OR NEW.recipient = ''
BEGIN
  SELECT RAISE(ABORT, 'A bounce address is never written to');
END;
-- A letter that deserves no answer (automatic mail, a bounce, what came to a bounce address) gets none, whoever asks for it.
CREATE TRIGGER outbox_answers_no_machine BEFORE INSERT ON outbox
WHEN NEW.kind = 'acknowledgement' AND (SELECT answer FROM message WHERE id = NEW.message_id) = 'none'
BEGIN
  SELECT RAISE(IGNORE);
END;

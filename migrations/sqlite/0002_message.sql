-- Letters that came in: what they are, their bytes, where they were seen, how they hang together.

-- Letters that belong together. The figures are kept with each filing, so that lists need not count.
CREATE TABLE thread (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  activity_id INTEGER NOT NULL REFERENCES activity (id),
  subject     TEXT    NOT NULL,             -- base subject of its first letter
  letters     INTEGER NOT NULL,
  latest_kind TEXT    NOT NULL,
  latest_at   INTEGER NOT NULL,             -- when its latest letter was sent
  needs_reply INTEGER NOT NULL CHECK (needs_reply IN (0, 1)) -- a person of the secretariat must answer
) STRICT;
CREATE INDEX thread_waiting ON thread (activity_id, needs_reply, latest_at);

-- A filed letter.
CREATE TABLE message (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  activity_id  INTEGER NOT NULL REFERENCES activity (id),
  thread_id    INTEGER NOT NULL REFERENCES thread (id),
  fingerprint  TEXT    NOT NULL,            -- SHA-256 over what makes it this letter; two copies of it are one row
  kind         TEXT    NOT NULL CHECK (kind IN ('contact-submission', 'contact-update', 'contact-withdrawal',
                 'liaison-statement', 'meeting', 'document', 'inquiry', 'auto-reply', 'bounce', 'bulk', 'unclassified')),
  confidence   INTEGER NOT NULL,            -- millionths
  language     TEXT    CHECK (language IN ('ar', 'zh', 'en', 'fr', 'ru', 'es')), -- none: another one, or too little text
  answer       TEXT    NOT NULL CHECK (answer IN ('acknowledge', 'none', 'triage')), -- what it deserves, not what was sent
  subject      TEXT    NOT NULL,
  sender       TEXT,                        -- none: From holds no address, or several
  rfc_id       TEXT,                        -- its Message-ID without brackets; not unique: two letters may claim the same
  sent_at      INTEGER NOT NULL,            -- its Date field; without one, when it was filed
  received_at  INTEGER,                     -- when the mailbox took it, if the mailbox says
  filed_at     INTEGER NOT NULL,
  needs_reply  INTEGER NOT NULL CHECK (needs_reply IN (0, 1)),
  same_id_as   INTEGER REFERENCES message (id), -- an earlier letter with the same Message-ID and other content (F27)
  evidence     TEXT    NOT NULL,            -- JSON: the rules that fired, with the letter's words
  reasons      TEXT    NOT NULL,            -- JSON: why it is answered or not, in the order weighed
  findings     TEXT    NOT NULL,            -- JSON: what was taken out, with sources
  defects      TEXT    NOT NULL,            -- JSON: what is damaged
  UNIQUE (fingerprint, activity_id)
) STRICT;
-- What few rows share stands first, the activity never alone before it: both databases take an index on the one activity there is
-- for a search, and read the whole table.
CREATE INDEX message_rfc_id ON message (rfc_id);
CREATE INDEX message_sender ON message (sender, id);
CREATE INDEX message_filed  ON message (activity_id, filed_at, id, kind);
CREATE INDEX message_thread ON message (thread_id);

-- The bytes of a letter as they came, compressed once.
CREATE TABLE raw (
  message_id  INTEGER PRIMARY KEY REFERENCES message (id),
  activity_id INTEGER NOT NULL REFERENCES activity (id),
  bytes       BLOB    NOT NULL,             -- one zstd frame
  size        INTEGER NOT NULL              -- octets of the whole letter; more than the frame holds when only the header was fetched
) STRICT;

-- The ids that a letter names in In-Reply-To and References: one way to its thread, also when the letter it answers comes later.
CREATE TABLE message_reference (
  rfc_id      TEXT    NOT NULL,
  message_id  INTEGER NOT NULL REFERENCES message (id),
  activity_id INTEGER NOT NULL REFERENCES activity (id),
  PRIMARY KEY (rfc_id, message_id)
) STRICT;

-- A place in a mailbox where a letter was seen. (mailbox, folder, UIDVALIDITY, UID) never names two letters.
CREATE TABLE sighting (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  activity_id  INTEGER NOT NULL REFERENCES activity (id),
  mailbox      TEXT    NOT NULL,            -- its name in the configuration; 'import' for imported letters
  folder       TEXT    NOT NULL,            -- decoded; for an import the path
  uid_validity INTEGER NOT NULL,            -- 0 where there is none
  uid          TEXT    NOT NULL,            -- IMAP UID, or the base name of a Maildir file
  message_id   INTEGER NOT NULL REFERENCES message (id),
  seen_at      INTEGER NOT NULL,
  gone_at      INTEGER,                     -- no longer there: moved or deleted, by us or by a person
  UNIQUE (mailbox, folder, uid_validity, uid)
) STRICT;
CREATE INDEX sighting_message ON sighting (message_id);

-- How often the daemon began to read a letter that is not filed yet; counted before reading, so that a letter that kills is found out.
CREATE TABLE intake_attempt (
  activity_id INTEGER NOT NULL REFERENCES activity (id),
  fingerprint TEXT    NOT NULL,
  attempts    INTEGER NOT NULL,
  first_at    INTEGER NOT NULL,
  latest_at   INTEGER NOT NULL,
  PRIMARY KEY (fingerprint, activity_id)
) STRICT;

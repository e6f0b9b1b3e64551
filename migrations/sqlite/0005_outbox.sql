-- Letters that go out, and what keeps a loop from becoming a storm.

-- A letter out: frozen bytes with their final Message-ID. Rows stay: an activity must be able to prove what it answered.
CREATE TABLE outbox (
  id               INTEGER PRIMARY KEY AUTOINCREMENT,
  activity_id      INTEGER NOT NULL REFERENCES activity (id),
  intent           TEXT    NOT NULL,        -- what the letter is for; a second one for the same is not written
  rfc_id           TEXT    NOT NULL UNIQUE, -- Message-ID without brackets: a keyed hash of the intent, the same at every try
  state            TEXT    NOT NULL CHECK (state IN ('held', 'ready', 'claimed', 'retry', 'accepted', 'failed', 'ambiguous', 'dropped')),
  kind             TEXT    NOT NULL CHECK (kind IN ('acknowledgement', 'reminder', 'digest', 'notice')),
  recipient        TEXT    NOT NULL,
  recipient_domain TEXT    NOT NULL,
  message_id       INTEGER REFERENCES message (id), -- the letter it answers
  thread_id        INTEGER REFERENCES thread (id),
  seat_id          INTEGER REFERENCES seat (id),    -- the seat it asks; counts as asked once the letter is accepted
  bytes            BLOB    NOT NULL,        -- the whole message, CRLF line ends
  due_at           INTEGER NOT NULL,        -- not before this moment
  tries            INTEGER NOT NULL,        -- counted when claimed; settling names it
  unknown          INTEGER NOT NULL,        -- tries whose end nobody knows (RFC 1047); at most three are made again
  lease_until      INTEGER,                 -- a sender that is silent so long has died; its row is ambiguous, never ready
  epoch            INTEGER NOT NULL,        -- which leader claimed it; for several daemons on one database
  phase            TEXT    NOT NULL,        -- how far the latest try came
  note             TEXT    NOT NULL,        -- why it is held, or the server's last words
  code             TEXT,                    -- enhanced status code of the latest answer (RFC 3463)
  enqueued_at      INTEGER NOT NULL,
  claimed_at       INTEGER,                 -- the latest claim; the caps count it
  accepted_at      INTEGER,
  released_by      TEXT,                    -- who let it go by hand; such a letter is not counted against the caps
  witness_id       TEXT,                    -- where a witness copy was found (kept free for it)
  witnessed_at     INTEGER,
  UNIQUE (activity_id, intent)
) STRICT;
CREATE INDEX outbox_due       ON outbox (due_at, id) WHERE state IN ('ready', 'retry', 'ambiguous', 'claimed');
CREATE INDEX outbox_claimed   ON outbox (claimed_at);
CREATE INDEX outbox_recipient ON outbox (recipient, claimed_at);
CREATE INDEX outbox_domain    ON outbox (recipient_domain, claimed_at);
CREATE INDEX outbox_message   ON outbox (message_id);
CREATE INDEX outbox_listed    ON outbox (activity_id, state, id);
CREATE INDEX outbox_accepted  ON outbox (activity_id, accepted_at) WHERE accepted_at IS NOT NULL;

-- One row: whether automatic mail may leave this installation at all.
CREATE TABLE breaker (
  id          INTEGER PRIMARY KEY CHECK (id = 1),
  opened_at   INTEGER,                      -- automatic mail stands still since then, until a person releases it
  reason      TEXT    NOT NULL,
  pause_until INTEGER NOT NULL              -- the installation's own cap is reached; the queue waits until then
) STRICT;
INSERT INTO breaker (id, opened_at, reason, pause_until) VALUES (1, NULL, '', 0);

-- A cap that was reached. Two of them within a day open the breaker.
CREATE TABLE cap_hit (
  cap         TEXT    NOT NULL CHECK (cap IN ('address-day', 'domain-day', 'hour', 'day')),
  subject     TEXT    NOT NULL,             -- address or domain, or the number of the hour or day
  activity_id INTEGER NOT NULL REFERENCES activity (id), -- whose letter met the cap
  hit_at      INTEGER NOT NULL,
  cleared_at  INTEGER,                      -- a person released the breaker since
  PRIMARY KEY (cap, subject, hit_at)
) STRICT;
CREATE INDEX cap_hit_recent ON cap_hit (hit_at);

-- A week's digest to the chair: once, however often the daemon starts.
CREATE TABLE digest (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  activity_id INTEGER NOT NULL REFERENCES activity (id),
  iso_week    TEXT    NOT NULL,             -- 2012-W34
  outbox_id   INTEGER NOT NULL REFERENCES outbox (id),
  written_at  INTEGER NOT NULL,
  UNIQUE (activity_id, iso_week)
) STRICT;

-- What this database is, and which activities it serves.

-- One row: this installation. Made at the first start and never changed, so that a restored backup is the same installation.
CREATE TABLE instance (
  id         INTEGER PRIMARY KEY CHECK (id = 1),
  name       TEXT    NOT NULL,              -- random word, quoted in the loop mark of every outgoing letter
  secret     BLOB    NOT NULL,              -- 32 random bytes: the key of outgoing Message-IDs and bounce addresses
  created_at INTEGER NOT NULL               -- all times: microseconds since 1970, UTC
) STRICT;

-- A Joint Coordination Activity, as its charter (rules/charters) lays it down.
CREATE TABLE activity (
  id             INTEGER PRIMARY KEY AUTOINCREMENT,
  name           TEXT    NOT NULL UNIQUE,   -- the charter's short name
  time_zone      TEXT    NOT NULL,          -- IANA zone in which its days end
  watching_since INTEGER NOT NULL           -- first start; letters older than this are filed and not answered
) STRICT;

-- How many things of a kind happened on a day: what is asked over all time is added up here, not counted in big tables.
CREATE TABLE counter (
  activity_id INTEGER NOT NULL REFERENCES activity (id),
  name        TEXT    NOT NULL,             -- a kind of letter, 'copies', 'accepted'
  day         INTEGER NOT NULL,             -- whole days since 1970, UTC
  value       INTEGER NOT NULL,
  PRIMARY KEY (activity_id, name, day)
) STRICT;

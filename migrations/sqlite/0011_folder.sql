-- The mailboxes against the ledger: what each folder ever listed, what became of it, and what waits to be filed.

-- A folder as it was last looked at. Every letter that it ever listed was filed, is a copy of one on file, was moved in by shelving,
-- is a copy of our own, was gone before it could be read, or waits: listed = filed + copies + moved_in + own + never_seen + arrivals.
-- Each figure is counted where the thing happens, so that a sum that does not come out is a letter lost.
CREATE TABLE folder (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  activity_id  INTEGER NOT NULL REFERENCES activity (id),
  mailbox      TEXT    NOT NULL,            -- as in sighting; 'import' has one row for all its paths
  folder       TEXT    NOT NULL,
  uid_validity INTEGER NOT NULL,
  uid_next     INTEGER NOT NULL,            -- no letter that comes later has a lower UID; 0 where there is no such order
  listed       INTEGER NOT NULL,
  filed        INTEGER NOT NULL,            -- for the first time
  copies       INTEGER NOT NULL,            -- on file already
  moved_in     INTEGER NOT NULL,            -- put there by shelving
  own          INTEGER NOT NULL,            -- copies of our own letters, moved on to the folder of witnesses
  never_seen   INTEGER NOT NULL,            -- expunged by somebody before they could be read
  held         INTEGER NOT NULL,            -- letters in it when it was last looked at
  trouble      TEXT    NOT NULL,            -- why it could not be looked at the last time; empty when it could
  looked_at    INTEGER NOT NULL,
  UNIQUE (mailbox, folder)
) STRICT;

-- A letter that a folder listed and that is not on file yet.
CREATE TABLE arrival (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  activity_id  INTEGER NOT NULL REFERENCES activity (id),
  mailbox      TEXT    NOT NULL,
  folder       TEXT    NOT NULL,
  uid_validity INTEGER NOT NULL,
  uid          TEXT    NOT NULL,
  listed_at    INTEGER NOT NULL,
  tries        INTEGER NOT NULL,            -- how often it could not be read
  due_at       INTEGER NOT NULL,            -- not tried again before
  note         TEXT    NOT NULL,            -- why it could not be read
  UNIQUE (mailbox, folder, uid_validity, uid)
) STRICT;
CREATE INDEX arrival_listed ON arrival (activity_id, listed_at);

-- Where a copy would land, written down before COPY: after a crash it is known whether it was made (RELIABILITY F15).
ALTER TABLE shelving ADD COLUMN landing_validity INTEGER;
ALTER TABLE shelving ADD COLUMN landing_next INTEGER;

-- A ledger of before: the figures of its folders are what its sightings say.
INSERT INTO folder (activity_id, mailbox, folder, uid_validity, uid_next, listed, filed, copies, moved_in, own, never_seen, held, trouble, looked_at)
SELECT activity_id, mailbox, folder, MAX(uid_validity), 0, COUNT(*), SUM(is_first), COUNT(*) - SUM(is_first), 0, 0, 0, 0, '', MAX(seen_at)
  FROM (SELECT s.activity_id, s.mailbox, CASE WHEN s.mailbox = 'import' THEN '' ELSE s.folder END AS folder, s.uid_validity, s.seen_at,
               CASE WHEN s.id = (SELECT MIN(f.id) FROM sighting f WHERE f.message_id = s.message_id) THEN 1 ELSE 0 END AS is_first
          FROM sighting s) AS seen
 GROUP BY activity_id, mailbox, folder;

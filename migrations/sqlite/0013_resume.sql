-- A ledger that was restored or rebuilt: what had come before that moment may have been answered, and is never answered again.
ALTER TABLE activity ADD COLUMN resumed_at INTEGER;

ALTER TABLE waymark_checkpoints ADD COLUMN max_batch INTEGER NOT NULL DEFAULT 0;
ALTER TABLE waymark_checkpoints ADD COLUMN careful_until INTEGER NOT NULL DEFAULT 0;

-- The event that a shard is about to handle, if it runs event by event after a process has ended,
-- and how often one ended in it.
CREATE TABLE waymark_attempts (
  projection TEXT NOT NULL,
  shard      INTEGER NOT NULL,
  position   INTEGER NOT NULL,
  event_id   BLOB NOT NULL,
  generation INTEGER NOT NULL,
  owner      TEXT, -- null: nobody is at it now
  begun_at   INTEGER NOT NULL,
  crashes    INTEGER NOT NULL,
  long_ends  INTEGER NOT NULL,
  ends       INTEGER NOT NULL,
  last_end   TEXT NOT NULL,
  PRIMARY KEY (projection, shard)
) STRICT, WITHOUT ROWID;

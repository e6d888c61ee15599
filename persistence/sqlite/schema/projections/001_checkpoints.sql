CREATE TABLE waymark_checkpoints (
  projection           TEXT NOT NULL,
  shard                INTEGER NOT NULL,
  position             INTEGER NOT NULL,
  epoch                INTEGER NOT NULL,
  generation           INTEGER NOT NULL,
  log_id               TEXT NOT NULL,
  event_id_at_position BLOB NOT NULL,
  last_event_id        BLOB,
  last_event_type      TEXT NOT NULL,
  last_event_at        INTEGER,
  last_processed_at    INTEGER,
  events_processed     INTEGER NOT NULL,
  projection_version   INTEGER NOT NULL,
  shards               INTEGER NOT NULL,
  key_rule             TEXT NOT NULL,
  owner                TEXT,
  renewed_at           INTEGER,
  failure              TEXT, -- a stored failure as JSON
  PRIMARY KEY (projection, shard)
) STRICT, WITHOUT ROWID;

-- The plain position store: a number under a name.
CREATE TABLE waymark_positions (
  name     TEXT PRIMARY KEY,
  position INTEGER NOT NULL,
  saved_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

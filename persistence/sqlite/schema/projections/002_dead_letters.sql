CREATE TABLE waymark_dead_letters (
  id                 INTEGER PRIMARY KEY AUTOINCREMENT, -- an id is never given twice
  projection         TEXT NOT NULL,
  shard              INTEGER NOT NULL,
  position           INTEGER NOT NULL,
  generation         INTEGER NOT NULL,
  sequence_key       TEXT NOT NULL,
  projection_version INTEGER NOT NULL,
  error              TEXT NOT NULL,
  attempts           TEXT NOT NULL, -- JSON: [{"at": microseconds, "error": text}]
  created_at         INTEGER NOT NULL,
  -- the event as it stands in the log
  event_id           BLOB NOT NULL,
  event_type         TEXT NOT NULL,
  schema_version     INTEGER NOT NULL,
  aggregate_type     TEXT NOT NULL,
  aggregate_id       TEXT NOT NULL,
  aggregate_version  INTEGER NOT NULL,
  occurred_at        INTEGER NOT NULL,
  recorded_at        INTEGER NOT NULL,
  tenant_id          TEXT,
  actor_id           TEXT,
  correlation_id     TEXT,
  causation_id       TEXT,
  metadata           TEXT,
  data               TEXT NOT NULL,
  UNIQUE (projection, shard, position, generation)
) STRICT;

-- Events of a key whose earlier event was given up, kept by position until the letter is settled.
CREATE TABLE waymark_parked (
  projection   TEXT NOT NULL,
  shard        INTEGER NOT NULL,
  generation   INTEGER NOT NULL,
  sequence_key TEXT NOT NULL,
  position     INTEGER NOT NULL,
  PRIMARY KEY (projection, shard, generation, sequence_key, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE waymark_log (
  one        INTEGER PRIMARY KEY CHECK (one = 1),
  log_id     TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

-- Times are microseconds since 1970 in UTC. Positions are computed, never AUTOINCREMENT, so that
-- they are dense and in commit order.
CREATE TABLE waymark_events (
  position          INTEGER PRIMARY KEY,
  event_id          BLOB NOT NULL UNIQUE CHECK (length(event_id) = 16),
  event_type        TEXT NOT NULL,
  schema_version    INTEGER NOT NULL,
  aggregate_type    TEXT NOT NULL,
  aggregate_id      TEXT NOT NULL,
  aggregate_version INTEGER NOT NULL,
  occurred_at       INTEGER NOT NULL,
  recorded_at       INTEGER NOT NULL,
  tenant_id         TEXT,
  actor_id          TEXT,
  correlation_id    TEXT,
  causation_id      TEXT,
  metadata          TEXT,
  data              TEXT NOT NULL,
  UNIQUE (aggregate_type, aggregate_id, aggregate_version)
) STRICT;

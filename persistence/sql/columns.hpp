#pragma once

/// The columns of an event in the order in which `event_from` takes them.
#define WAYMARK_EVENT_COLUMNS_AND(METADATA, DATA)                                                  \
  "position, event_id, event_type, schema_version, aggregate_type, aggregate_id, "                 \
  "aggregate_version, occurred_at, recorded_at, tenant_id, actor_id, correlation_id, "             \
  "causation_id, " METADATA ", " DATA
#define WAYMARK_EVENT_COLUMNS WAYMARK_EVENT_COLUMNS_AND("metadata", "data")

/// Of a checkpoint, as checkpoint_rows writes and reads them.
#define WAYMARK_CHECKPOINT_COLUMNS                                                                 \
  "projection, shard, position, epoch, generation, log_id, event_id_at_position, last_event_id, "  \
  "last_event_type, last_event_at, last_processed_at, events_processed, projection_version, "      \
  "shards, key_rule, owner, renewed_at, failure, max_batch, careful_until"

/// Of an attempt marker, as attempt_rows reads them.
#define WAYMARK_ATTEMPT_COLUMNS                                                                    \
  "position, event_id, generation, owner, begun_at, crashes, long_ends, ends, last_end, "          \
  "sequence_key"

/// Of a letter, as letter_rows writes them; it reads the id before them.
#define WAYMARK_LETTER_COLUMNS                                                                     \
  "projection, shard, generation, sequence_key, projection_version, error, attempts, "             \
  "created_at, " WAYMARK_EVENT_COLUMNS

/// Of a settled letter, as settled_rows reads them.
#define WAYMARK_SETTLED_COLUMNS                                                                    \
  "letter_id, projection, shard, position, generation, sequence_key, event_id, event_type, "       \
  "error, verb, settled_by, settled_at"

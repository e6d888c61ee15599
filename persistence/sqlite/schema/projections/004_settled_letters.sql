-- What stays of a letter that was retried with success or discarded; the event is in the log.
CREATE TABLE waymark_settled_letters (
  letter_id    INTEGER PRIMARY KEY,
  projection   TEXT NOT NULL,
  shard        INTEGER NOT NULL,
  position     INTEGER NOT NULL,
  generation   INTEGER NOT NULL,
  sequence_key TEXT NOT NULL,
  event_id     BLOB NOT NULL,
  event_type   TEXT NOT NULL,
  error        TEXT NOT NULL,
  verb         TEXT NOT NULL, -- retry or discard
  settled_by   TEXT NOT NULL,
  settled_at   INTEGER NOT NULL
) STRICT;

CREATE INDEX waymark_dead_letters_by_key
  ON waymark_dead_letters (projection, shard, generation, sequence_key);

-- What stays of a letter that was retried with success or discarded; the event is in the log.
CREATE TABLE {schema}.settled_letters (
  letter_id    bigint PRIMARY KEY,
  projection   text COLLATE "C" NOT NULL,
  shard        integer NOT NULL,
  position     bigint NOT NULL,
  generation   bigint NOT NULL,
  sequence_key bytea NOT NULL,
  event_id     uuid NOT NULL,
  event_type   text NOT NULL,
  error        text NOT NULL,
  verb         text NOT NULL, -- retry or discard
  settled_by   text NOT NULL,
  settled_at   timestamptz NOT NULL
);

CREATE INDEX dead_letters_by_key
  ON {schema}.dead_letters (projection, shard, generation, sequence_key);

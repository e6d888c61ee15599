CREATE TABLE {schema}.dead_letters (
  id                 bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  projection         text COLLATE "C" NOT NULL,
  shard              integer NOT NULL,
  position           bigint NOT NULL,
  generation         bigint NOT NULL,
  sequence_key       bytea NOT NULL, -- may hold NUL, which text may not
  projection_version integer NOT NULL,
  error              text NOT NULL,
  attempts           text NOT NULL, -- JSON: [{"at": microseconds, "error": text}]
  created_at         timestamptz NOT NULL,
  -- the event as it stands in the log
  event_id           uuid NOT NULL,
  event_type         text NOT NULL,
  schema_version     integer NOT NULL,
  aggregate_type     text NOT NULL,
  aggregate_id       text NOT NULL,
  aggregate_version  bigint NOT NULL,
  occurred_at        timestamptz NOT NULL,
  recorded_at        timestamptz NOT NULL,
  tenant_id          text,
  actor_id           text,
  correlation_id     text,
  causation_id       text,
  metadata           text,
  data               text NOT NULL,
  UNIQUE (projection, shard, position, generation)
);

-- Events of a key whose earlier event was given up, kept by position until the letter is settled.
CREATE TABLE {schema}.parked (
  projection   text COLLATE "C" NOT NULL,
  shard        integer NOT NULL,
  generation   bigint NOT NULL,
  sequence_key bytea NOT NULL,
  position     bigint NOT NULL,
  PRIMARY KEY (projection, shard, generation, sequence_key, position)
);

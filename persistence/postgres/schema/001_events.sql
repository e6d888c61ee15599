CREATE TABLE {schema}.log (
  one        boolean PRIMARY KEY DEFAULT true CHECK (one),
  log_id     text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
INSERT INTO {schema}.log (log_id) VALUES (gen_random_uuid()::text);

-- Positions are computed under a lock, never by a sequence, so that they are dense and in commit
-- order. data is text and not jsonb, which refuses some of what JSON allows and does not keep the
-- rest as it was.
CREATE TABLE {schema}.events (
  position          bigint PRIMARY KEY,
  event_id          uuid NOT NULL UNIQUE,
  event_type        text COLLATE "C" NOT NULL,
  schema_version    integer NOT NULL,
  aggregate_type    text COLLATE "C" NOT NULL,
  aggregate_id      text COLLATE "C" NOT NULL,
  aggregate_version bigint NOT NULL,
  occurred_at       timestamptz NOT NULL,
  recorded_at       timestamptz NOT NULL,
  tenant_id         text COLLATE "C",
  actor_id          text,
  correlation_id    text,
  causation_id      text,
  metadata          text,
  data              text NOT NULL,
  UNIQUE (aggregate_type, aggregate_id, aggregate_version)
);

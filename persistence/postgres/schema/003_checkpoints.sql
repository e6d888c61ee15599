CREATE TABLE {schema}.checkpoints (
  projection           text COLLATE "C" NOT NULL,
  shard                integer NOT NULL,
  position             bigint NOT NULL,
  epoch                bigint NOT NULL,
  generation           bigint NOT NULL,
  log_id               text NOT NULL,
  event_id_at_position uuid NOT NULL,
  last_event_id        uuid,
  last_event_type      text NOT NULL,
  last_event_at        timestamptz,
  last_processed_at    timestamptz,
  events_processed     bigint NOT NULL,
  projection_version   integer NOT NULL,
  shards               integer NOT NULL,
  key_rule             text NOT NULL,
  owner                text COLLATE "C",
  renewed_at           timestamptz,
  failure              text, -- a stored failure as JSON
  PRIMARY KEY (projection, shard)
) WITH (fillfactor = 50); -- room for the row's next version on the same page

-- The plain position store: a number under a name.
CREATE TABLE {schema}.positions (
  name     text COLLATE "C" PRIMARY KEY,
  position bigint NOT NULL,
  saved_at timestamptz NOT NULL
);

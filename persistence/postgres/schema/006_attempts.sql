ALTER TABLE {schema}.checkpoints
  ADD COLUMN max_batch bigint NOT NULL DEFAULT 0,
  ADD COLUMN careful_until bigint NOT NULL DEFAULT 0;

-- The event that a shard is about to handle, if it runs event by event after a process has ended,
-- and how often one ended in it.
CREATE TABLE {schema}.attempts (
  projection text COLLATE "C" NOT NULL,
  shard      integer NOT NULL,
  position   bigint NOT NULL,
  event_id   uuid NOT NULL,
  generation bigint NOT NULL,
  owner      text COLLATE "C", -- null: nobody is at it now
  begun_at   timestamptz NOT NULL,
  crashes    integer NOT NULL,
  long_ends  integer NOT NULL,
  ends       integer NOT NULL,
  last_end   text NOT NULL,
  PRIMARY KEY (projection, shard)
);

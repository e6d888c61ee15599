-- The server sessions in which a process may hold locks, so that one that does not answer any more
-- can be told from its successors: a pid is given again, a pid with its start time never.
CREATE TABLE {schema}.sessions (
  process       text COLLATE "C" NOT NULL, -- as in checkpoints.owner, without what follows a dot
  pid           integer NOT NULL,
  backend_start timestamptz NOT NULL,
  PRIMARY KEY (process, pid, backend_start)
);

-- Appends a group of commands, each on its own terms. The only way in which events may be written.
--
-- stream_types, stream_ids          the streams of the group, each once
-- command_streams, expected, counts per command: which of the streams (from 1), the version that
--                                   the stream must have (0: no stream, -1: any, -2: it exists),
--                                   and how many events
-- event_commands ... event_data     per event, in order of their commands
-- at                                dates the group; the server's clock if null
--
-- Answers a row per command: outcome 0 (written), 1 (another version: last_version is the stream's)
-- or 2 (the log has ids of it already: nothing was written).
CREATE FUNCTION {schema}.append(
  stream_types text[], stream_ids text[],
  command_streams integer[], expected bigint[], counts integer[],
  event_commands integer[], event_ids uuid[], event_types text[], event_schemas integer[],
  event_times timestamptz[], event_tenants text[], event_actors text[], event_correlations text[],
  event_causations text[], event_metadata text[], event_data text[],
  at timestamptz DEFAULT NULL)
RETURNS TABLE (outcome integer, first_position bigint, last_position bigint, last_version bigint)
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '10s'
SET enable_seqscan = off
AS $append$
DECLARE
  head bigint;
  recorded timestamptz;
  versions bigint[];
  known integer[];
  outcomes integer[] := '{}';
  positions_before bigint[] := '{}';
  versions_before bigint[] := '{}';
  events_before bigint[] := '{}';
  seen bigint := 0;
  version bigint;
  fits boolean;
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'waymark appends in READ COMMITTED only, this transaction is %',
      upper(current_setting('transaction_isolation'))
      USING ERRCODE = '25001', HINT = 'a snapshot taken before the lock would number events twice';
  END IF;
  -- A statement of its own: only what follows it sees all that was committed under the lock.
  PERFORM pg_advisory_xact_lock(hashtextextended('waymark append {schema_name}', 0));
  IF current_setting('synchronous_commit') NOT IN ('on', 'remote_apply') THEN
    PERFORM set_config('synchronous_commit', 'on', true);
  END IF;

  SELECT e.position, e.recorded_at INTO head, recorded
  FROM {schema}.events e ORDER BY e.position DESC LIMIT 1;
  head := coalesce(head, 0);
  recorded := greatest(recorded, coalesce(at, clock_timestamp()));

  -- Ids before versions. The LIMIT keeps the planner to one index look-up per id.
  SELECT array_agg(DISTINCT u.command) INTO known
  FROM unnest(event_commands, event_ids) AS u(command, id)
  CROSS JOIN LATERAL (SELECT 1 FROM {schema}.events e WHERE e.event_id = u.id LIMIT 1) AS there;

  SELECT array_agg(coalesce(newest.aggregate_version, 0) ORDER BY s.n) INTO versions
  FROM unnest(stream_types, stream_ids) WITH ORDINALITY AS s(type, id, n)
  LEFT JOIN LATERAL (
    SELECT e.aggregate_version FROM {schema}.events e
    WHERE e.aggregate_type = s.type AND e.aggregate_id = s.id
    ORDER BY e.aggregate_version DESC LIMIT 1) AS newest ON true;

  FOR i IN 1 .. cardinality(expected) LOOP
    version := versions[command_streams[i]];
    fits := CASE expected[i] WHEN -1 THEN true WHEN -2 THEN version > 0
                             ELSE version = expected[i] END;
    positions_before[i] := head;
    versions_before[i] := version;
    events_before[i] := seen;
    seen := seen + counts[i];
    IF known IS NOT NULL AND i = ANY (known) THEN
      outcomes[i] := 2;
    ELSIF NOT fits THEN
      outcomes[i] := 1;
    ELSE
      outcomes[i] := 0;
      head := head + counts[i];
      versions[command_streams[i]] := version + counts[i];
    END IF;
  END LOOP;

  INSERT INTO {schema}.events
    (position, event_id, event_type, schema_version, aggregate_type, aggregate_id,
     aggregate_version, occurred_at, recorded_at, tenant_id, actor_id, correlation_id,
     causation_id, metadata, data)
  SELECT positions_before[u.command] + u.n - events_before[u.command], u.id, u.type, u.schema,
         stream_types[command_streams[u.command]], stream_ids[command_streams[u.command]],
         versions_before[u.command] + u.n - events_before[u.command],
         coalesce(u.occurred, recorded), recorded, u.tenant, u.actor, u.correlation, u.causation,
         u.metadata, u.data
  FROM unnest(event_commands, event_ids, event_types, event_schemas, event_times, event_tenants,
              event_actors, event_correlations, event_causations, event_metadata, event_data)
       WITH ORDINALITY AS u(command, id, type, schema, occurred, tenant, actor, correlation,
                            causation, metadata, data, n)
  WHERE outcomes[u.command] = 0;

  RETURN QUERY
  SELECT o.outcome, o.before + 1, o.before + o.count,
         o.version + CASE o.outcome WHEN 0 THEN o.count ELSE 0 END
  FROM unnest(outcomes, positions_before, versions_before, counts)
       AS o(outcome, before, version, count);
END
$append$;

-- One event from a transaction of one's own. It holds every other append up until that transaction
-- ends, so call it last. Raises 40001 if the stream has another version, 23505 for a known id.
CREATE FUNCTION {schema}.append_event(
  aggregate_type text, aggregate_id text, event_type text, data text,
  expected bigint DEFAULT -1, event_id uuid DEFAULT gen_random_uuid(), metadata text DEFAULT NULL,
  tenant_id text DEFAULT NULL)
RETURNS bigint
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $append_event$
DECLARE
  answer record;
BEGIN
  PERFORM data::json, metadata::json;
  SELECT * INTO answer FROM {schema}.append(
    ARRAY[aggregate_type], ARRAY[aggregate_id], ARRAY[1], ARRAY[expected], ARRAY[1], ARRAY[1],
    ARRAY[event_id], ARRAY[event_type], ARRAY[1], ARRAY[NULL::timestamptz], ARRAY[tenant_id],
    ARRAY[NULL::text], ARRAY[NULL::text], ARRAY[NULL::text], ARRAY[metadata], ARRAY[data]);
  IF answer.outcome = 1 THEN
    RAISE EXCEPTION 'the stream %/% is at version %, the append expected %', aggregate_type,
      aggregate_id, answer.last_version, expected USING ERRCODE = '40001';
  ELSIF answer.outcome = 2 THEN
    RAISE EXCEPTION 'event % is already in the log', event_id USING ERRCODE = '23505';
  END IF;
  RETURN answer.first_position;
END
$append_event$;

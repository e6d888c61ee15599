-- The sequence key of the event under way, once it is known.
ALTER TABLE {schema}.attempts ADD COLUMN sequence_key bytea;

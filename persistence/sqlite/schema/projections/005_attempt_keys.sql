-- The sequence key of the event under way, once it is known.
ALTER TABLE waymark_attempts ADD COLUMN sequence_key TEXT;

#pragma once

namespace waymark::sql {

// The statements on waymark's own records, as each database says them best. Behind each stand its
// parameters in order; "shard" stands for two, projection and shard. What a row of an answer holds
// is in columns.hpp, or said here.

struct checkpoint_sql {
  const char* find;            ///< shard
  const char* of_projection;   ///< projection
  const char* lock_projection; ///< projection; keeps others from writing until the end
  const char* all;
  const char* put;           ///< the columns; in the place of the one with the same key
  const char* generation_at; ///< shard, epoch; answers the generation
  /// shard, epoch, from, to, id at the position; last event's id, type and time; now, handled
  const char* advance;
  const char* set_failure;       ///< shard, epoch, failure
  const char* release;           ///< shard, epoch
  const char* renew;             ///< owner, now
  const char* remove_from_shard; ///< projection, first shard to go
  const char* raise_epochs;      ///< projection
};

struct attempt_sql {
  const char* find;   ///< shard
  const char* begin;  ///< shard, epoch, position, event id, now
  const char* end;    ///< shard, epoch
  const char* settle; ///< shard, owner, crashes, long ends, ends, last end
  const char* remove; ///< shard
  const char* drop;   ///< projection
};

struct letter_sql {
  const char* add;    ///< the columns; nothing if there is one of the position and generation
  const char* update; ///< shard, generation, id, error, attempts, version
  const char* list;   ///< id to begin behind, projection or null, sequence key or null, most
  const char* find;   ///< id
  const char* at;     ///< shard, position
  const char* counts; ///< shard; answers letters, parked keys, parked events
};

struct parked_sql {
  const char* park;      ///< shard, generation, sequence key, position
  const char* unpark;    ///< as park
  const char* drop;      ///< projection
  const char* keys;      ///< shard; each key once, in order
  const char* positions; ///< shard, sequence key; in order
  const char* queues;    ///< shard; answers key, events, id of its letter or null, letter's version
};

struct settled_sql {
  const char* settle;        ///< shard, generation, id, verb, by, at
  const char* remove_letter; ///< id; null if `settle` has taken the letter away itself
  const char* list;          ///< as letter_sql::list
};

struct position_sql {
  const char* save; ///< name, position, now
  const char* load; ///< name
};

/// All of them. Texts that live as long as the program: their addresses are what they are kept by.
struct record_sql {
  checkpoint_sql checkpoints;
  attempt_sql attempts;
  letter_sql letters;
  parked_sql parked;
  settled_sql settled;
  position_sql positions;
  /// Waits until it is alone with claims, resets and the making of tables; null if whoever has a
  /// writing transaction is.
  const char* enter_claims;
  const char* now; ///< The database's clock; null if it has none.
};

} // namespace waymark::sql

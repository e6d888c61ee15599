#pragma once

#include <waymark/messages/attempt_marker.hpp>
#include <waymark/messages/checkpoint.hpp>
#include <waymark/messages/dead_letter.hpp>
#include <waymark/messages/error.hpp>
#include <waymark/messages/evidence.hpp>
#include <waymark/messages/letter_settlement.hpp>
#include <waymark/persistence/read_model.hpp>

#include <chrono>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace waymark {

/// Every store takes sequence keys of so many bytes; longer ones are given to none.
inline constexpr std::size_t max_sequence_key_bytes = 2'000;

/// Who wants to own a shard of a projection, and as what.
struct claim_request {
  shard_key key;
  int shards = 1;
  std::string key_rule;
  int projection_version = 1;
  std::string log_id; ///< Kept if the row is new.
  std::string owner;  ///< See process_instance.hpp.
  std::chrono::milliseconds owner_timeout{10'000};
  bool take_over = false; ///< An operator's word: claim it whoever holds it.
  /// Events that this owner may have under way beyond the stored position.
  std::int64_t max_batch = 0;
};

/// What a claim came to.
struct claim_result {
  enum class status : std::uint8_t {
    granted,
    held,          ///< Another live process owns it: stand by.
    newer_version, ///< A higher projection version has owned it: this one never claims.
    mismatch       ///< Other shard count or key rule: refused until a reset.
  };
  status state = status::granted;
  checkpoint record;                    ///< As stored now; with the new epoch if granted.
  std::vector<std::string> parked_keys; ///< If granted: keys with parked events, each once.
  /// projection_version before a granted claim; 0 if new. The claim has stored the new one: who
  /// wants to rebuild for it resets before claiming, or a crash in between forgets to.
  int previous_version = 0;
  /// If granted: the event that was under way when a process ended, and how often one did. At or
  /// below the stored position it is one of a replay, or done with.
  std::optional<attempt_marker> suspect;
  /// If granted: the owner before, if it ended without a release; in words.
  std::string ended_owner;
  std::string detail;                   ///< In words, if not granted: who, since when, what to do.
};

/// Proof of ownership, presented with every write.
struct ownership {
  shard_key key;
  std::int64_t epoch = 0;
};

/// Whether a compare-and-set on (epoch, stored position) took effect.
enum class commit_status : std::uint8_t {
  committed,
  fenced ///< The row has another epoch or position; everything was rolled back.
};

/// What is parked for one key.
struct parked_queue {
  std::string sequence_key;
  std::int64_t events = 0;
  /// The letter that the key stands before; empty if the process ended in the middle of a replay,
  /// between the letter's event and the rest.
  std::optional<std::int64_t> letter_id;
  int letter_version = 0; ///< The projection version that has tried it last; 0 without a letter.
  friend bool operator==(const parked_queue&, const parked_queue&) = default;
};

/// One transaction over read model, checkpoint, dead letters and parked positions (guarantee G2).
/// Used by one thread; rolls back when destroyed without a commit.
class unit_of_work {
 public:
  virtual ~unit_of_work() = default;
  unit_of_work(const unit_of_work&) = delete;
  unit_of_work& operator=(const unit_of_work&) = delete;

  /// The handlers' access. @throws usage_error if this store keeps no tables.
  [[nodiscard]] virtual read_model& model() = 0;

  /// Whether its owner's epoch was over already when its transaction began, which one from
  /// `begin_ahead` finds out with its first statement; before that, this one looks.
  [[nodiscard]] virtual bool fenced() { return false; }

  /// True once a statement of this unit has failed; it can then only be rolled back.
  [[nodiscard]] virtual bool failed() const noexcept = 0;

  /// What the first statement that failed has thrown, which says who is to blame even if the
  /// handler swallowed it; null if none failed, or if this store does not keep it.
  [[nodiscard]] virtual std::exception_ptr failure() const noexcept { return nullptr; }

  /// Keeps an event of a parked key for later.
  virtual void park(std::string_view sequence_key, position_t position) = 0;

  /// The event at `position` is no longer parked: it was handled, or given up itself.
  virtual void unpark(std::string_view sequence_key, position_t position) = 0;

  /// Writes a letter of this shard and its current generation; one that is already there for the
  /// same position and generation is left.
  virtual void add_letter(const dead_letter& letter) = 0;

  /// Writes what a further attempt has changed in a letter, by its id: error, attempts and
  /// projection version. False if it is not a letter of this shard and its current generation.
  virtual bool update_letter(const dead_letter& letter) = 0;

  /// Takes a letter away, and keeps the record of how it was settled. False if it is not a letter
  /// of this shard and its current generation.
  virtual bool settle_letter(std::int64_t id, const settlement& how) = 0;

  /// Takes the shard's attempt marker away together with this unit's commit. Stores without
  /// markers have nothing to do.
  virtual void clear_attempt() {}

  /// Checks that the transaction is still the one begun, advances the checkpoint by
  /// compare-and-set, clears a stored failure, renews the owner, and commits.
  /// @throws store_error; with `outcome_unknown` reload and compare positions (guarantee G3).
  /// @throws statement_error if a statement of this unit had failed, or a handler ended the
  ///   transaction.
  [[nodiscard]] virtual commit_status commit(const checkpoint_advance& advance) = 0;

 protected:
  unit_of_work() = default;
};

/// A statement to be tried out; see `projection_store::try_statements`.
struct sql_trial {
  enum class kind : std::uint8_t {
    table,   ///< Makes a table: run, so that others may refer to it.
    script,  ///< One or more statements without parameters: only prepared.
    handler, ///< One statement, with $1, $2 … as parameters: only prepared.
  };
  kind how = kind::handler;
  std::string sql;
};

/// Where checkpoints, dead letters and read models live together. Every store passes the contract
/// suite in <waymark/contract/projection_store_contract.hpp>.
///
/// All members are thread-safe and synchronous, and throw store_error when the store can't serve.
/// `begin` may wait for its turn; a thread holds at most one unit of work of a store.
class projection_store {
 public:
  virtual ~projection_store() = default;
  projection_store(const projection_store&) = delete;
  projection_store& operator=(const projection_store&) = delete;

  /// Where it is, for people and logs; never holds a password.
  [[nodiscard]] virtual const std::string& address() const noexcept = 0;

  /// How many units of work can make progress at the same time: 1 for a SQLite file.
  [[nodiscard]] virtual int max_sessions() const noexcept = 0;

  /// Creates what a projection needs (its `.table` statements), in a transaction of its own.
  /// @throws projection_error naming the statement; store_error, also if somebody keeps locked what
  ///   it needs: nobody can claim while it waits, so it does not wait for long.
  virtual void prepare_tables(std::span<const std::string> statements) = 0;

  /// What the database says against each statement, empty where it would take it. All are tried in
  /// order, and nothing is changed: SQLite tries them on empty copies of its tables, PostgreSQL in
  /// one transaction that is rolled back, whose statements wait a second for a lock and run for
  /// two.
  /// @throws usage_error if this store keeps no tables (unless a store says otherwise, it has no
  ///   way to try); store_error, also if one takes longer than that.
  [[nodiscard]] virtual std::vector<std::string>
  try_statements(std::span<const sql_trial> trials) {
    static_cast<void>(trials);
    throw usage_error{address() + " has no way to try out statements"};
  }

  /// Writes the shard's marker, durably, before the handler of its event runs. The counts of a
  /// marker for the same position and generation stay, and so does its sequence key, unless
  /// `subject` has one; the marker of another event is replaced. Only position, event_id and, if it
  /// is known, sequence_key of `subject` matter. A store that can't outlive the process has no
  /// markers, and nothing to do.
  ///
  /// If the process dies
  ///   before this has committed: nobody is blamed, and the next owner writes the marker again;
  ///   after it, before the handler: the end says nothing, and counts as one of `max_ends` in a row
  ///     until the event succeeds;
  ///   in the handler: the next claim finds the marker, and what ended the process;
  ///   after it, before the unit's commit: as in the handler, since the effect is not there;
  ///   after the unit's commit, which takes the marker away too: the event is done with.
  [[nodiscard]] virtual commit_status begin_attempt(const ownership& owner,
                                                    const attempt_marker& subject) {
    static_cast<void>(owner);
    static_cast<void>(subject);
    return commit_status::committed;
  }

  /// The attempt under way has ended without a success and without a harm: nobody is at it any
  /// more. Nothing happens if fenced.
  virtual void end_attempt(const ownership& owner) { static_cast<void>(owner); }

  /// The marker of a shard, if there is one.
  [[nodiscard]] virtual std::optional<attempt_marker> find_attempt(const shard_key& key) {
    static_cast<void>(key);
    return std::nullopt;
  }

  /// Claims each, in one transaction: first updates the row (epoch + 1), which makes every older
  /// owner's next commit fail. Granted if the row is new, released, its owner's `renewed_at` is
  /// older than `owner_timeout` by the store's clock, its owner is provably dead, is this very
  /// owner, or on `take_over`.
  ///
  /// If the owner before has ended without a release, the record's `careful_until` is raised by its
  /// `max_batch`, and a marker that it has left open is counted as one more end (`after_end`), all
  /// in this transaction: if the process dies before its commit, the next claim counts instead;
  /// after it, nobody counts that end again.
  [[nodiscard]] virtual std::vector<claim_result>
  claim(std::span<const claim_request> requests) = 0;

  /// Gives a shard up so that others may claim it at once. Nothing happens if fenced.
  virtual void release(std::span<const ownership> owned) = 0;

  /// One statement that renews every row of `owner`.
  /// @returns what it owns after that, from which an idle owner learns what was taken from it;
  ///   nothing if the store can't tell without a wait.
  virtual std::optional<std::vector<ownership>> renew(std::string_view owner) = 0;

  /// The record of a shard; empty if it was never claimed.
  [[nodiscard]] virtual std::optional<checkpoint> load(const shard_key& key) = 0;

  /// Every record, by name and shard.
  [[nodiscard]] virtual std::vector<checkpoint> load_all() = 0;

  /// How long a handler of this projection may take, in units of work begun from now on; 0: as long
  /// as it likes. A store that ends transactions in which nothing happens waits longer than that;
  /// the longest that it was told counts.
  virtual void allow_handlers(const std::string& projection, std::chrono::milliseconds at_most) {
    static_cast<void>(projection);
    static_cast<void>(at_most);
  }

  /// Starts a unit of work after checking that `owner` still holds the epoch.
  /// @returns null if fenced.
  [[nodiscard]] virtual std::unique_ptr<unit_of_work> begin(const ownership& owner) = 0;

  /// The same for handlers that go on at once: the store may put the look at the epoch off until
  /// there is a statement to send with it. If `owner` is fenced, that statement throws store_error,
  /// or the commit says so, and nothing is written.
  /// @returns null if it has looked and `owner` is fenced.
  [[nodiscard]] virtual std::unique_ptr<unit_of_work> begin_ahead(const ownership& owner) {
    return begin(owner);
  }

  /// Advances a checkpoint without handlers (at-least-once, and events that nobody wanted).
  [[nodiscard]] virtual commit_status save(const ownership& owner,
                                           const checkpoint_advance& advance) = 0;

  /// Keeps or clears the reason why a shard stands still.
  [[nodiscard]] virtual commit_status store_failure(const ownership& owner,
                                                    const std::optional<stored_failure>& why) = 0;

  /// Empties a projection, all shards in one transaction: first raises every epoch, then runs
  /// `truncate`, raises the generation, drops parked events and markers, sets the positions to 0
  /// and keeps what `as` says (shards, key rule, version, log) with no owner. Letters stay, as
  /// history.
  /// @throws projection_error naming the statement that can't be run.
  virtual void reset(const claim_request& as, std::span<const std::string> truncate) = 0;

  /// Letters of every generation, oldest id first.
  [[nodiscard]] virtual std::vector<dead_letter> letters(const letter_query& query) = 0;
  [[nodiscard]] virtual std::optional<dead_letter> letter(std::int64_t id) = 0;

  /// The letter of an event, in the shard's current generation.
  [[nodiscard]] virtual std::optional<dead_letter> letter_at(const shard_key& key,
                                                             position_t position) = 0;

  /// The records of letters that were settled, by the id of the letter, lowest first.
  [[nodiscard]] virtual std::vector<settled_letter>
  settled_letters(const letter_query& query) = 0;

  /// What a shard has set aside in its current generation.
  [[nodiscard]] virtual letter_counts counts(const shard_key& key) = 0;

  /// Distinct keys with parked events of the current generation.
  [[nodiscard]] virtual std::vector<std::string> parked_keys(const shard_key& key) = 0;

  /// Every key with parked events of the current generation, in order.
  [[nodiscard]] virtual std::vector<parked_queue> parked_queues(const shard_key& key) = 0;

  /// Positions parked for one key, in order.
  [[nodiscard]] virtual std::vector<position_t> parked_positions(const shard_key& key,
                                                                 std::string_view sequence_key) = 0;

  /// The plain position store: a number under a name, nothing else. For readers who drive a
  /// projection themselves.
  virtual void save_position(std::string_view name, position_t position) = 0;
  [[nodiscard]] virtual std::optional<position_t> load_position(std::string_view name) = 0;

  /// Which other session of the database holds a lock that the unit of work of `key` in this
  /// process waits for; empty if it waits for none, or if this store can't tell.
  [[nodiscard]] virtual std::optional<lock_wait> blocked_by(const shard_key& key) {
    static_cast<void>(key);
    return std::nullopt;
  }

  /// Ends the transaction of the unit of work of `key` in this process from outside, as far as the
  /// database can: a statement of it that runs fails. Callable while its thread hangs.
  /// @returns whether there was one to end.
  virtual bool interrupt(const shard_key& key) {
    static_cast<void>(key);
    return false;
  }

  /// Runs `queries` against the read models in a read-only transaction.
  /// @throws usage_error if this store keeps no tables; statement_error on an attempt to write.
  virtual void read(const std::function<void(read_model&)>& queries) = 0;

 protected:
  projection_store() = default;
};

} // namespace waymark

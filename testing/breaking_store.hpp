#pragma once

#include <waymark/persistence/projection_store.hpp>

#include <memory>
#include <string>

namespace waymark::testing {

/// Thrown in place of the end of the process; not a std::exception, so that nothing takes it for an
/// error that it could deal with.
struct simulated_crash {};

/// What happens at a step of the path of a batch.
enum class breakage {
  none,
  crash,       ///< The process ends: every later call fails too, until `revive`.
  store_fault, ///< The store can't serve this one call, or its reply is lost.
  crash_after_commits
};

/// A projection_store in front of another one, which breaks once at a numbered step: before and
/// after a claim, at each statement of a handler, before and after each commit.
class breaking_store final : public projection_store {
 public:
  /// Counts the steps and knows which one breaks; shared with the units of work.
  class steps {
   public:
    steps(breakage what, int at) : what_{what}, at_{at} {}
    /// Marks a step; `done` means that what it names has taken effect.
    void pass(const char* name, bool done = false, bool commit = false);
    [[nodiscard]] bool dead() const noexcept { return dead_; }
    void revive() noexcept { dead_ = false; }
    [[nodiscard]] int count() const noexcept { return count_; }
    /// The step that broke, e.g. "before the commit"; empty if none did.
    [[nodiscard]] const std::string& broken_at() const noexcept { return broken_at_; }

   private:
    breakage what_;
    int at_;
    int count_ = 0;
    bool dead_ = false;
    std::string broken_at_;
  };

  /// @param at the step that breaks, from 1; for crash_after_commits, how many commits do.
  breaking_store(std::shared_ptr<projection_store> inner, breakage what, int at)
      : inner_{std::move(inner)}, steps_{std::make_shared<steps>(what, at)} {}

  [[nodiscard]] steps& path() noexcept { return *steps_; }

  const std::string& address() const noexcept override { return inner_->address(); }
  int max_sessions() const noexcept override { return inner_->max_sessions(); }
  void prepare_tables(std::span<const std::string> statements) override;
  std::vector<claim_result> claim(std::span<const claim_request> requests) override;
  commit_status begin_attempt(const ownership& owner, const attempt_marker& subject) override;
  void end_attempt(const ownership& owner) override;
  std::optional<attempt_marker> find_attempt(const shard_key& key) override {
    return inner_->find_attempt(key);
  }
  void release(std::span<const ownership> owned) override;
  std::optional<std::vector<ownership>> renew(std::string_view owner) override {
    return inner_->renew(owner);
  }
  std::optional<checkpoint> load(const shard_key& key) override { return inner_->load(key); }
  std::vector<checkpoint> load_all() override { return inner_->load_all(); }
  std::unique_ptr<unit_of_work> begin(const ownership& owner) override;
  commit_status save(const ownership& owner, const checkpoint_advance& advance) override;
  commit_status store_failure(const ownership& owner,
                              const std::optional<stored_failure>& why) override {
    return inner_->store_failure(owner, why);
  }
  void reset(const claim_request& as, std::span<const std::string> truncate) override;
  std::vector<dead_letter> letters(const letter_query& query) override {
    return inner_->letters(query);
  }
  std::optional<dead_letter> letter(std::int64_t id) override { return inner_->letter(id); }
  std::optional<dead_letter> letter_at(const shard_key& key, position_t position) override {
    return inner_->letter_at(key, position);
  }
  std::vector<settled_letter> settled_letters(const letter_query& query) override {
    return inner_->settled_letters(query);
  }
  std::vector<parked_queue> parked_queues(const shard_key& key) override {
    return inner_->parked_queues(key);
  }
  letter_counts counts(const shard_key& key) override { return inner_->counts(key); }
  std::vector<std::string> parked_keys(const shard_key& key) override {
    return inner_->parked_keys(key);
  }
  std::vector<position_t> parked_positions(const shard_key& key,
                                           std::string_view sequence_key) override {
    return inner_->parked_positions(key, sequence_key);
  }
  void save_position(std::string_view name, position_t position) override {
    inner_->save_position(name, position);
  }
  std::optional<position_t> load_position(std::string_view name) override {
    return inner_->load_position(name);
  }
  void read(const std::function<void(read_model&)>& queries) override { inner_->read(queries); }

 private:
  std::shared_ptr<projection_store> inner_;
  std::shared_ptr<steps> steps_;
};

} // namespace waymark::testing

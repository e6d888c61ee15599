#include "tests/simulation/mutants.hpp"

namespace waymark::sim {

namespace {

class broken_unit final : public unit_of_work {
 public:
  broken_unit(mutant which, std::unique_ptr<unit_of_work> real,
              std::shared_ptr<projection_store> in, const ownership& owner, rng& random)
      : which_{which}, real_{std::move(real)}, in_{std::move(in)}, owner_{owner}, random_{random} {}

  [[nodiscard]] read_model& model() override { return real_->model(); }
  [[nodiscard]] bool failed() const noexcept override { return real_->failed(); }
  [[nodiscard]] std::exception_ptr failure() const noexcept override { return real_->failure(); }
  void park(std::string_view sequence_key, position_t position) override {
    if (which_ != mutant::loses_parked || !random_.one_in(5))
      real_->park(sequence_key, position);
  }
  void unpark(std::string_view sequence_key, position_t position) override {
    real_->unpark(sequence_key, position);
  }
  void add_letter(const dead_letter& letter) override {
    if (which_ != mutant::loses_letter || !random_.one_in(5))
      real_->add_letter(letter);
  }
  bool update_letter(const dead_letter& letter) override { return real_->update_letter(letter); }
  bool settle_letter(std::int64_t id, const settlement& how) override {
    return real_->settle_letter(id, how);
  }
  void clear_attempt() override { real_->clear_attempt(); }

  [[nodiscard]] commit_status commit(const checkpoint_advance& advance) override {
    if (which_ == mutant::forgets_effects && random_.one_in(10)) {
      real_.reset();
      return in_->save(owner_, advance);
    }
    if (which_ == mutant::forgets_checkpoint && random_.one_in(10)) {
      auto nowhere = advance;
      nowhere.to = advance.from;
      return real_->commit(nowhere);
    }
    return real_->commit(advance);
  }

 private:
  mutant which_;
  std::unique_ptr<unit_of_work> real_;
  std::shared_ptr<projection_store> in_;
  ownership owner_;
  rng& random_;
};

class broken_store final : public projection_store {
 public:
  broken_store(mutant which, std::shared_ptr<projection_store> real, rng& random)
      : which_{which}, real_{std::move(real)}, random_{random} {}

  [[nodiscard]] const std::string& address() const noexcept override { return real_->address(); }
  [[nodiscard]] int max_sessions() const noexcept override { return real_->max_sessions(); }
  void prepare_tables(std::span<const std::string> statements) override {
    real_->prepare_tables(statements);
  }
  [[nodiscard]] std::vector<claim_result> claim(std::span<const claim_request> requests) override {
    return real_->claim(requests);
  }
  [[nodiscard]] commit_status begin_attempt(const ownership& owner,
                                            const attempt_marker& subject) override {
    return real_->begin_attempt(owner, subject);
  }
  void end_attempt(const ownership& owner) override { real_->end_attempt(owner); }
  [[nodiscard]] std::optional<attempt_marker> find_attempt(const shard_key& key) override {
    return real_->find_attempt(key);
  }
  void release(std::span<const ownership> owned) override { real_->release(owned); }
  void renew(std::string_view owner) override { real_->renew(owner); }
  [[nodiscard]] std::optional<checkpoint> load(const shard_key& key) override {
    return real_->load(key);
  }
  [[nodiscard]] std::vector<checkpoint> load_all() override { return real_->load_all(); }
  [[nodiscard]] std::unique_ptr<unit_of_work> begin(const ownership& owner) override {
    const auto as = pretend(owner);
    auto unit = real_->begin(as);
    if (!unit)
      return nullptr;
    return std::make_unique<broken_unit>(which_, std::move(unit), real_, as, random_);
  }
  [[nodiscard]] commit_status save(const ownership& owner,
                                   const checkpoint_advance& advance) override {
    return real_->save(pretend(owner), advance);
  }
  [[nodiscard]] commit_status store_failure(const ownership& owner,
                                            const std::optional<stored_failure>& why) override {
    return real_->store_failure(pretend(owner), why);
  }
  void reset(const claim_request& as, std::span<const std::string> truncate) override {
    real_->reset(as, which_ == mutant::resets_half ? std::span<const std::string>{} : truncate);
  }
  [[nodiscard]] std::vector<dead_letter> letters(const letter_query& query) override {
    return real_->letters(query);
  }
  [[nodiscard]] std::optional<dead_letter> letter(std::int64_t id) override {
    return real_->letter(id);
  }
  [[nodiscard]] std::optional<dead_letter> letter_at(const shard_key& key,
                                                     position_t position) override {
    return real_->letter_at(key, position);
  }
  [[nodiscard]] std::vector<settled_letter> settled_letters(const letter_query& query) override {
    return real_->settled_letters(query);
  }
  [[nodiscard]] std::vector<parked_queue> parked_queues(const shard_key& key) override {
    return real_->parked_queues(key);
  }
  [[nodiscard]] letter_counts counts(const shard_key& key) override { return real_->counts(key); }
  [[nodiscard]] std::vector<std::string> parked_keys(const shard_key& key) override {
    return real_->parked_keys(key);
  }
  [[nodiscard]] std::vector<position_t> parked_positions(const shard_key& key,
                                                         std::string_view sequence_key) override {
    return real_->parked_positions(key, sequence_key);
  }
  void save_position(std::string_view name, position_t position) override {
    real_->save_position(name, position);
  }
  [[nodiscard]] std::optional<position_t> load_position(std::string_view name) override {
    return real_->load_position(name);
  }
  void read(const std::function<void(read_model&)>& queries) override { real_->read(queries); }

 private:
  [[nodiscard]] ownership pretend(const ownership& owner) {
    if (which_ != mutant::ignores_epoch)
      return owner;
    const auto now = real_->load(owner.key);
    return now ? ownership{owner.key, now->epoch} : owner;
  }

  mutant which_;
  std::shared_ptr<projection_store> real_;
  rng& random_;
};

class broken_log final : public event_store {
 public:
  broken_log(std::shared_ptr<event_store> real, rng& random)
      : real_{std::move(real)}, random_{random} {}

  using event_store::append;
  [[nodiscard]] const std::string& address() const noexcept override { return real_->address(); }
  [[nodiscard]] std::string log_id() override { return real_->log_id(); }
  std::vector<append_result> append(std::span<const append_command> group) override {
    if (group.size() != 1 || !random_.one_in(5))
      return real_->append(group);
    append_result lie;
    lie.value.first_position = real_->head() + 1;
    lie.value.last_position = real_->head() + static_cast<position_t>(group.front().events.size());
    return {lie};
  }
  [[nodiscard]] std::vector<event> read_stream(const stream_id& stream,
                                               const stream_range& range) override {
    return real_->read_stream(stream, range);
  }
  [[nodiscard]] page read_all(position_t after, const read_limit& limit,
                              const event_filter& filter) override {
    return real_->read_all(after, limit, filter);
  }
  [[nodiscard]] position_t head() override { return real_->head(); }
  position_t wait_for(position_t after, std::chrono::milliseconds timeout) override {
    return real_->wait_for(after, timeout);
  }
  [[nodiscard]] std::optional<event_mark> mark_at(position_t position) override {
    return real_->mark_at(position);
  }
  [[nodiscard]] timestamp now() override { return real_->now(); }

 private:
  std::shared_ptr<event_store> real_;
  rng& random_;
};

} // namespace

std::string_view to_string(mutant which) {
  static constexpr std::string_view names[] = {
      "none",          "forgets_effects", "forgets_checkpoint", "loses_parked",  "loses_letter",
      "ignores_epoch", "resets_half",     "loses_append",       "forgets_timers"};
  return names[static_cast<std::size_t>(which)];
}

std::shared_ptr<projection_store> mutate(mutant which, std::shared_ptr<projection_store> real,
                                         rng& random) {
  if (which == mutant::none || which == mutant::loses_append || which == mutant::forgets_timers)
    return real;
  return std::make_shared<broken_store>(which, std::move(real), random);
}

std::shared_ptr<event_store> mutate(mutant which, std::shared_ptr<event_store> real, rng& random) {
  if (which != mutant::loses_append)
    return real;
  return std::make_shared<broken_log>(std::move(real), random);
}

} // namespace waymark::sim

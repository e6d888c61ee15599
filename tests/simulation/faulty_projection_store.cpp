#include "tests/simulation/faulty_projection_store.hpp"

#include <waymark/messages/error.hpp>

#include <exception>
#include <type_traits>

namespace waymark::sim {

namespace {

/// Statements of handlers. As in a real store, the first failure stays.
class faulty_read_model final : public read_model {
 public:
  faulty_read_model(read_model& real, fault_plan& plan) : real_{real}, plan_{plan} {}

  [[nodiscard]] const std::exception_ptr& failure() const noexcept { return failure_; }

 private:
  std::int64_t do_execute(std::string_view sql, std::span<const sql_value> args) override {
    return remembering([&] {
      plan_.before("execute a statement", true);
      return real_.execute_values(sql, args);
    });
  }
  result_set do_query(std::string_view sql, std::span<const sql_value> args) override {
    return remembering([&] {
      plan_.before("query");
      return real_.query_values(sql, args);
    });
  }

  template <class Call>
  std::invoke_result_t<Call&> remembering(Call call) {
    if (failure_)
      std::rethrow_exception(failure_);
    try {
      return call();
    } catch (...) {
      failure_ = std::current_exception();
      throw;
    }
  }

  read_model& real_;
  fault_plan& plan_;
  std::exception_ptr failure_;
};

class faulty_unit final : public unit_of_work {
 public:
  faulty_unit(std::unique_ptr<unit_of_work> real, fault_plan& plan, ledger& book,
              const projection_store& in, const ownership& owner)
      : real_{std::move(real)}, plan_{plan}, book_{book}, in_{in}, owner_{owner} {}

  [[nodiscard]] read_model& model() override {
    if (!model_)
      model_ = std::make_unique<faulty_read_model>(real_->model(), plan_);
    return *model_;
  }
  [[nodiscard]] bool failed() const noexcept override { return injected() || real_->failed(); }
  [[nodiscard]] std::exception_ptr failure() const noexcept override {
    return injected() ? injected() : real_->failure();
  }

  void park(std::string_view sequence_key, position_t position) override {
    plan_.before("park", true);
    real_->park(sequence_key, position);
  }
  void unpark(std::string_view sequence_key, position_t position) override {
    plan_.before("unpark", true);
    real_->unpark(sequence_key, position);
  }
  void add_letter(const dead_letter& letter) override {
    plan_.before("add a letter", true);
    real_->add_letter(letter);
  }
  bool update_letter(const dead_letter& letter) override {
    plan_.before("update a letter", true);
    return real_->update_letter(letter);
  }
  bool settle_letter(std::int64_t id, const settlement& how) override {
    plan_.before("settle a letter", true);
    return real_->settle_letter(id, how);
  }
  void clear_attempt() override {
    plan_.before("clear an attempt", true);
    real_->clear_attempt();
  }
  [[nodiscard]] commit_status commit(const checkpoint_advance& advance) override {
    if (const auto first = injected())
      std::rethrow_exception(first);
    plan_.before("commit", true);
    const auto status = real_->commit(advance);
    if (status == commit_status::committed)
      book_.advanced(in_, owner_, advance);
    plan_.after("commit");
    return status;
  }

 private:
  [[nodiscard]] std::exception_ptr injected() const noexcept {
    return model_ ? model_->failure() : nullptr;
  }

  std::unique_ptr<unit_of_work> real_;
  std::unique_ptr<faulty_read_model> model_;
  fault_plan& plan_;
  ledger& book_;
  const projection_store& in_;
  ownership owner_;
};

class faulty_projection_store final : public projection_store {
 public:
  faulty_projection_store(std::shared_ptr<projection_store> real, fault_plan& plan, ledger& book)
      : real_{std::move(real)}, plan_{plan}, book_{book} {}

  [[nodiscard]] const std::string& address() const noexcept override { return real_->address(); }
  [[nodiscard]] int max_sessions() const noexcept override { return real_->max_sessions(); }

  void prepare_tables(std::span<const std::string> statements) override {
    writing("make tables", [&] { real_->prepare_tables(statements); });
  }
  [[nodiscard]] std::vector<claim_result> claim(std::span<const claim_request> requests) override {
    std::vector<claim_result> results;
    writing("claim", [&] {
      results = real_->claim(requests);
      for (const auto& each : results)
        if (each.state == claim_result::status::granted)
          book_.granted(*this, each.record);
    });
    return results;
  }
  [[nodiscard]] commit_status begin_attempt(const ownership& owner,
                                            const attempt_marker& subject) override {
    auto status = commit_status::fenced;
    writing("begin an attempt", [&] { status = real_->begin_attempt(owner, subject); });
    return status;
  }
  void end_attempt(const ownership& owner) override {
    writing("end an attempt", [&] { real_->end_attempt(owner); });
  }
  [[nodiscard]] std::optional<attempt_marker> find_attempt(const shard_key& key) override {
    return reading([&] { return real_->find_attempt(key); });
  }
  void release(std::span<const ownership> owned) override {
    writing("release", [&] { real_->release(owned); });
  }
  void renew(std::string_view owner) override {
    writing("renew", [&] { real_->renew(owner); });
  }
  [[nodiscard]] std::optional<checkpoint> load(const shard_key& key) override {
    return reading([&] { return real_->load(key); });
  }
  [[nodiscard]] std::vector<checkpoint> load_all() override {
    return reading([&] { return real_->load_all(); });
  }
  [[nodiscard]] std::unique_ptr<unit_of_work> begin(const ownership& owner) override {
    plan_.others_may_run();
    plan_.before("begin", true);
    auto unit = real_->begin(owner);
    if (!unit)
      return nullptr;
    return std::make_unique<faulty_unit>(std::move(unit), plan_, book_, *this, owner);
  }
  [[nodiscard]] commit_status save(const ownership& owner,
                                   const checkpoint_advance& advance) override {
    auto status = commit_status::fenced;
    writing("save a position", [&] {
      status = real_->save(owner, advance);
      if (status == commit_status::committed)
        book_.advanced(*this, owner, advance);
    });
    return status;
  }
  [[nodiscard]] commit_status store_failure(const ownership& owner,
                                            const std::optional<stored_failure>& why) override {
    auto status = commit_status::fenced;
    writing("keep a failure", [&] {
      status = real_->store_failure(owner, why);
      if (status == commit_status::committed)
        book_.wrote(*this, owner, "keep a failure");
    });
    return status;
  }
  void reset(const claim_request& as, std::span<const std::string> truncate) override {
    writing("reset", [&] {
      real_->reset(as, truncate);
      book_.reset(*this, as.key.projection, real_->load_all());
    });
  }
  [[nodiscard]] std::vector<dead_letter> letters(const letter_query& query) override {
    return reading([&] { return real_->letters(query); });
  }
  [[nodiscard]] std::optional<dead_letter> letter(std::int64_t id) override {
    return reading([&] { return real_->letter(id); });
  }
  [[nodiscard]] std::optional<dead_letter> letter_at(const shard_key& key,
                                                     position_t position) override {
    return reading([&] { return real_->letter_at(key, position); });
  }
  [[nodiscard]] std::vector<settled_letter> settled_letters(const letter_query& query) override {
    return reading([&] { return real_->settled_letters(query); });
  }
  [[nodiscard]] std::vector<parked_queue> parked_queues(const shard_key& key) override {
    return reading([&] { return real_->parked_queues(key); });
  }
  [[nodiscard]] letter_counts counts(const shard_key& key) override {
    return reading([&] { return real_->counts(key); });
  }
  [[nodiscard]] std::vector<std::string> parked_keys(const shard_key& key) override {
    return reading([&] { return real_->parked_keys(key); });
  }
  [[nodiscard]] std::vector<position_t> parked_positions(const shard_key& key,
                                                         std::string_view sequence_key) override {
    return reading([&] { return real_->parked_positions(key, sequence_key); });
  }
  void save_position(std::string_view name, position_t position) override {
    writing("save a position", [&] { real_->save_position(name, position); });
  }
  [[nodiscard]] std::optional<position_t> load_position(std::string_view name) override {
    return reading([&] { return real_->load_position(name); });
  }
  void read(const std::function<void(read_model&)>& queries) override {
    reading([&] { real_->read(queries); });
  }

 private:
  template <class Call>
  std::invoke_result_t<Call&> reading(Call call) {
    plan_.others_may_run();
    plan_.before("read a record");
    return call();
  }
  template <class Call>
  void writing(const char* place, Call call) {
    plan_.others_may_run();
    plan_.before(place, true);
    call();
    plan_.after(place);
  }

  std::shared_ptr<projection_store> real_;
  fault_plan& plan_;
  ledger& book_;
};

} // namespace

std::shared_ptr<projection_store> make_faulty(std::shared_ptr<projection_store> real,
                                              fault_plan& plan, ledger& book) {
  return std::make_shared<faulty_projection_store>(std::move(real), plan, book);
}

} // namespace waymark::sim

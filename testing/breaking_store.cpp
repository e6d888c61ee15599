#include "testing/breaking_store.hpp"

#include <waymark/messages/error.hpp>

#include <utility>

namespace waymark::testing {

namespace {

using steps_ptr = std::shared_ptr<breaking_store::steps>;

class breaking_model final : public read_model {
 public:
  breaking_model(read_model& inner, steps_ptr path, bool& broken)
      : inner_{inner}, path_{std::move(path)}, broken_{broken} {}

 private:
  std::int64_t do_execute(std::string_view sql, std::span<const sql_value> args) override {
    pass();
    return inner_.execute_values(sql, args);
  }

  result_set do_query(std::string_view sql, std::span<const sql_value> args) override {
    pass();
    return inner_.query_values(sql, args);
  }

  void pass() {
    const bool was = std::exchange(broken_, true);
    path_->pass("at a statement of a handler");
    broken_ = was;
  }

  read_model& inner_;
  steps_ptr path_;
  bool& broken_;
};

class breaking_unit final : public unit_of_work {
 public:
  breaking_unit(std::unique_ptr<unit_of_work> inner, steps_ptr path)
      : inner_{std::move(inner)}, path_{std::move(path)} {}

  read_model& model() override {
    if (!model_)
      model_ = std::make_unique<breaking_model>(inner_->model(), path_, broken_);
    return *model_;
  }

  bool failed() const noexcept override { return broken_ || inner_->failed(); }
  std::exception_ptr failure() const noexcept override { return inner_->failure(); }
  void park(std::string_view key, position_t position) override { inner_->park(key, position); }
  void unpark(std::string_view key, position_t position) override { inner_->unpark(key, position); }
  void add_letter(const dead_letter& letter) override { inner_->add_letter(letter); }
  bool update_letter(const dead_letter& letter) override { return inner_->update_letter(letter); }
  bool settle_letter(std::int64_t id, const settlement& how) override {
    return inner_->settle_letter(id, how);
  }
  void clear_attempt() override { inner_->clear_attempt(); }

  commit_status commit(const checkpoint_advance& advance) override {
    path_->pass("before a commit");
    if (broken_)
      throw statement_error{"a statement of this unit of work failed"};
    const auto status = inner_->commit(advance);
    path_->pass("after a commit", true, true);
    return status;
  }

 private:
  std::unique_ptr<unit_of_work> inner_;
  steps_ptr path_;
  bool broken_ = false;
  std::unique_ptr<breaking_model> model_;
};

} // namespace

void breaking_store::steps::pass(const char* name, bool done, bool commit) {
  if (dead_)
    throw simulated_crash{};
  if (what_ == breakage::crash_after_commits) {
    if (!commit || count_ >= at_)
      return;
    ++count_;
    dead_ = true;
    throw simulated_crash{};
  }
  if (++count_ != at_ || what_ == breakage::none)
    return;
  broken_at_ = name;
  if (what_ == breakage::store_fault)
    throw store_error{std::string{"simulated fault "} + name,
                      done ? store_error::outcome::unknown : store_error::outcome::nothing_done};
  dead_ = true;
  throw simulated_crash{};
}

void breaking_store::prepare_tables(std::span<const std::string> statements) {
  steps_->pass("before the tables were made");
  inner_->prepare_tables(statements);
}

std::vector<claim_result> breaking_store::claim(std::span<const claim_request> requests) {
  steps_->pass("before a claim");
  auto results = inner_->claim(requests);
  steps_->pass("after a claim", true);
  return results;
}

commit_status breaking_store::begin_attempt(const ownership& owner,
                                            const attempt_marker& subject) {
  steps_->pass("before a marker");
  const auto status = inner_->begin_attempt(owner, subject);
  steps_->pass("after a marker", true);
  return status;
}

void breaking_store::end_attempt(const ownership& owner) {
  if (!steps_->dead())
    inner_->end_attempt(owner);
}

void breaking_store::release(std::span<const ownership> owned) {
  if (!steps_->dead())
    inner_->release(owned);
}

std::unique_ptr<unit_of_work> breaking_store::begin(const ownership& owner) {
  steps_->pass("before a transaction");
  auto unit = inner_->begin(owner);
  if (!unit)
    return nullptr;
  return std::make_unique<breaking_unit>(std::move(unit), steps_);
}

commit_status breaking_store::save(const ownership& owner, const checkpoint_advance& advance) {
  steps_->pass("before a save of the checkpoint");
  const auto status = inner_->save(owner, advance);
  steps_->pass("after a save of the checkpoint", true, true);
  return status;
}

void breaking_store::reset(const claim_request& as, std::span<const std::string> truncate) {
  steps_->pass("before a reset");
  inner_->reset(as, truncate);
  steps_->pass("after a reset", true);
}

} // namespace waymark::testing

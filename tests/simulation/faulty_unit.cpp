#include "tests/simulation/faulty_unit.hpp"

#include <exception>
#include <type_traits>
#include <variant>

namespace waymark::sim {

namespace {

/// Letters are written in few transactions only, and settled in fewer.
constexpr int seldom = 6;
constexpr int replayed = 40;

/// Statements of handlers. As in a real store, the first failure stays.
class faulty_read_model final : public read_model {
 public:
  faulty_read_model(read_model& real, fault_plan& plan, std::vector<position_t>& effects)
      : real_{real}, plan_{plan}, effects_{effects} {}

  [[nodiscard]] const std::exception_ptr& failure() const noexcept { return failure_; }

 private:
  std::int64_t do_execute(std::string_view sql, std::span<const sql_value> args) override {
    return remembering([&] {
      plan_.before("execute a statement", true);
      const auto changed = real_.execute_values(sql, args);
      if (sql.starts_with("INSERT INTO seen_")) // the last one of each handler
        effects_.push_back(std::get<std::int64_t>(args.front().get()));
      return changed;
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
  std::vector<position_t>& effects_;
  std::exception_ptr failure_;
};

class faulty_unit final : public unit_of_work {
 public:
  faulty_unit(std::unique_ptr<unit_of_work> real, fault_plan& plan, ledger& book,
              projection_store& in, const ownership& owner)
      : real_{std::move(real)}, plan_{plan}, book_{book}, in_{in} {
    done_.by = owner;
  }

  [[nodiscard]] read_model& model() override {
    if (!model_)
      model_ = std::make_unique<faulty_read_model>(real_->model(), plan_, done_.effects);
    return *model_;
  }
  [[nodiscard]] bool failed() const noexcept override { return injected() || real_->failed(); }
  [[nodiscard]] std::exception_ptr failure() const noexcept override {
    return injected() ? injected() : real_->failure();
  }

  void park(std::string_view sequence_key, position_t position) override {
    plan_.before("park", true, seldom);
    real_->park(sequence_key, position);
    done_.parked.emplace_back(sequence_key, position);
  }
  void unpark(std::string_view sequence_key, position_t position) override {
    plan_.before("unpark", true, replayed);
    real_->unpark(sequence_key, position);
    done_.unparked.emplace_back(sequence_key, position);
  }
  void add_letter(const dead_letter& letter) override {
    plan_.before("add a letter", true, seldom);
    real_->add_letter(letter);
    done_.written.push_back(letter);
  }
  bool update_letter(const dead_letter& letter) override {
    plan_.before("update a letter", true, replayed);
    const bool updated = real_->update_letter(letter);
    if (updated)
      done_.changed.push_back(letter);
    return updated;
  }
  bool settle_letter(std::int64_t id, const settlement& how) override {
    plan_.before("settle a letter", true, replayed);
    const bool settled = real_->settle_letter(id, how);
    if (settled)
      done_.settled.emplace_back(id, how);
    return settled;
  }
  void clear_attempt() override {
    plan_.before("clear an attempt", true);
    real_->clear_attempt();
    done_.takes_marker_away = true;
  }
  [[nodiscard]] commit_status commit(const checkpoint_advance& advance) override {
    if (const auto first = injected())
      std::rethrow_exception(first);
    plan_.before("commit", true);
    const auto status = real_->commit(advance);
    if (status == commit_status::committed) {
      done_.advance = advance;
      book_.committed(in_, done_);
      if (done_.takes_marker_away)
        plan_.spot().process->forget(done_.by.key);
    }
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
  projection_store& in_;
  transaction done_;
};

} // namespace

std::unique_ptr<unit_of_work> make_faulty(std::unique_ptr<unit_of_work> real, fault_plan& plan,
                                          ledger& book, projection_store& in,
                                          const ownership& owner) {
  return std::make_unique<faulty_unit>(std::move(real), plan, book, in, owner);
}

} // namespace waymark::sim

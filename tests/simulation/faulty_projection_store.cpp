#include "tests/simulation/faulty_projection_store.hpp"

#include "tests/simulation/faulty_unit.hpp"

#include <type_traits>

namespace waymark::sim {

namespace {

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
      std::vector<std::optional<checkpoint>> before;
      for (const auto& each : requests)
        before.push_back(real_->load(each.key));
      results = real_->claim(requests);
      for (std::size_t i = 0; i < results.size(); ++i)
        if (results[i].state == claim_result::status::granted)
          book_.granted(*real_, before[i], requests[i], results[i]);
    });
    return results;
  }
  [[nodiscard]] commit_status begin_attempt(const ownership& owner,
                                            const attempt_marker& subject) override {
    auto status = commit_status::fenced;
    auto* process = plan_.spot().process;
    writing("begin an attempt", [&] {
      status = real_->begin_attempt(owner, subject);
      if (status == commit_status::committed)
        book_.marked(*real_, owner, subject, *process);
    });
    if (status == commit_status::committed) {
      process->forget(owner.key); // the same again, with its key
      process->attempts.push_back({owner.key, subject.position, plan_.spot().depth, {}});
    }
    return status;
  }
  void end_attempt(const ownership& owner) override {
    plan_.spot().process->forget(owner.key);
    writing("end an attempt", [&] {
      real_->end_attempt(owner);
      book_.unmarked(*real_, owner);
    });
  }
  [[nodiscard]] std::optional<attempt_marker> find_attempt(const shard_key& key) override {
    return reading([&] { return real_->find_attempt(key); });
  }
  void release(std::span<const ownership> owned) override {
    writing("release", [&] { real_->release(owned); });
  }
  std::optional<std::vector<ownership>> renew(std::string_view owner) override {
    std::optional<std::vector<ownership>> owned;
    writing("renew", [&] { owned = real_->renew(owner); });
    return owned;
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
    return make_faulty(std::move(unit), plan_, book_, *real_, owner);
  }
  [[nodiscard]] commit_status save(const ownership& owner,
                                   const checkpoint_advance& advance) override {
    auto status = commit_status::fenced;
    writing("save a position", [&] {
      status = real_->save(owner, advance);
      if (status == commit_status::committed)
        book_.committed(*real_, {owner, advance, {}, {}, {}, {}, {}, {}, false});
    });
    return status;
  }
  [[nodiscard]] commit_status store_failure(const ownership& owner,
                                            const std::optional<stored_failure>& why) override {
    auto status = commit_status::fenced;
    const auto keep = [&] {
      status = real_->store_failure(owner, why);
      if (status == commit_status::committed)
        book_.wrote(*real_, owner, "keep a failure");
    };
    writing("keep a failure", keep, 6); // it seldom comes to that
    return status;
  }
  void reset(const claim_request& as, std::span<const std::string> truncate) override {
    writing("reset", [&] {
      real_->reset(as, truncate);
      book_.reset(*real_, as.key.projection, real_->load_all());
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
  void writing(const char* place, Call call, int often = 1) {
    plan_.others_may_run();
    plan_.before(place, true, often);
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

#include "persistence/memory/memory_projection_store.hpp"

#include "persistence/claim_rule.hpp"
#include "persistence/fault_point.hpp"
#include "persistence/memory/memory_rows.hpp"

#include <waymark/messages/error.hpp>

#include <algorithm>
#include <mutex>

namespace waymark {

namespace {

[[noreturn]] void refuse_tables() {
  throw usage_error{"this projection store keeps no tables; use a projection in memory, or open a "
                    "store that has a database (memory: or sqlite:FILE)"};
}

/// The rows, and the lock that every transaction holds. Units of work outlive their store.
struct memory_tables {
  std::mutex mutex;
  memory_rows rows;
};

/// Gathers what a batch wants to change and does it in one step at the commit.
class memory_unit_of_work final : public unit_of_work {
 public:
  memory_unit_of_work(std::shared_ptr<memory_tables> in, const clock& clk, const ownership& owner)
      : in_{std::move(in)}, clock_{clk}, owner_{owner} {}

  [[nodiscard]] read_model& model() override { refuse_tables(); }
  [[nodiscard]] bool failed() const noexcept override { return false; }

  void park(std::string_view sequence_key, position_t position) override {
    change([key = std::string{sequence_key}, position, this](memory_rows& rows) {
      rows.park(owner_.key, key, position);
    });
  }
  void unpark(std::string_view sequence_key, position_t position) override {
    change([key = std::string{sequence_key}, position, this](memory_rows& rows) {
      rows.unpark(owner_.key, key, position);
    });
  }
  void add_letter(const dead_letter& letter) override {
    change([letter, this](memory_rows& rows) { rows.add_letter(letter, owner_.key); });
  }
  bool update_letter(const dead_letter& letter) override {
    if (!may_change(letter.id))
      return false;
    change([letter, this](memory_rows& rows) { rows.update_letter(letter, owner_.key); });
    return true;
  }
  bool settle_letter(std::int64_t id, const settlement& how) override {
    if (!may_change(id))
      return false;
    change([id, how, this](memory_rows& rows) { rows.settle_letter(id, how, owner_.key); });
    settled_.push_back(id);
    return true;
  }

  [[nodiscard]] commit_status commit(const checkpoint_advance& advance) override {
    require_open();
    ended_ = true;
    fault_point("unit.before_commit");
    {
      const std::lock_guard lock{in_->mutex};
      auto* record = in_->rows.at_epoch(owner_);
      if (record == nullptr || record->position != advance.from)
        return commit_status::fenced;
      for (const auto& each : changes_)
        each(in_->rows);
      apply_advance(*record, advance, clock_.now());
    }
    fault_point("unit.after_commit");
    return commit_status::committed;
  }

 private:
  [[nodiscard]] bool may_change(std::int64_t letter) const {
    if (std::find(settled_.begin(), settled_.end(), letter) != settled_.end())
      return false;
    const std::lock_guard lock{in_->mutex};
    return in_->rows.may_change(letter, owner_.key);
  }
  void require_open() const {
    if (ended_)
      throw usage_error{"this unit of work has ended; begin another"};
  }
  void change(std::function<void(memory_rows&)> action) {
    require_open();
    changes_.push_back(std::move(action));
  }

  std::shared_ptr<memory_tables> in_;
  const clock& clock_;
  ownership owner_;
  bool ended_ = false;
  std::vector<std::function<void(memory_rows&)>> changes_;
  std::vector<std::int64_t> settled_; ///< Letters that these changes take away.
};

class memory_projection_store final : public projection_store {
 public:
  explicit memory_projection_store(const clock& clk) : clock_{clk} {}

  [[nodiscard]] const std::string& address() const noexcept override {
    static const std::string name{"memory:"};
    return name;
  }
  [[nodiscard]] int max_sessions() const noexcept override { return 4; }

  void prepare_tables(std::span<const std::string> statements) override {
    if (!statements.empty())
      refuse_tables();
  }

  [[nodiscard]] std::vector<claim_result> claim(std::span<const claim_request> requests) override {
    const std::lock_guard lock{in_->mutex};
    std::vector<claim_result> results;
    for (const auto& request : requests)
      results.push_back(claim_one(request));
    return results;
  }

  void release(std::span<const ownership> owned) override {
    const std::lock_guard lock{in_->mutex};
    for (const auto& each : owned)
      if (auto* record = in_->rows.at_epoch(each)) {
        record->owner.reset();
        record->renewed_at.reset();
        record->max_batch = 0;
      }
  }

  std::optional<std::vector<ownership>> renew(std::string_view owner) override {
    const std::lock_guard lock{in_->mutex};
    std::vector<ownership> owned;
    for (auto& [key, record] : in_->rows.checkpoints)
      if (record.owner == owner) {
        record.renewed_at = clock_.now();
        owned.push_back({key, record.epoch});
      }
    return owned;
  }

  [[nodiscard]] std::optional<checkpoint> load(const shard_key& key) override {
    const std::lock_guard lock{in_->mutex};
    const auto found = in_->rows.checkpoints.find(key);
    return found == in_->rows.checkpoints.end() ? std::nullopt : std::optional{found->second};
  }

  [[nodiscard]] std::vector<checkpoint> load_all() override {
    const std::lock_guard lock{in_->mutex};
    std::vector<checkpoint> result;
    for (const auto& [key, record] : in_->rows.checkpoints)
      result.push_back(record);
    return result;
  }

  [[nodiscard]] std::unique_ptr<unit_of_work> begin(const ownership& owner) override {
    const std::lock_guard lock{in_->mutex};
    if (in_->rows.at_epoch(owner) == nullptr)
      return nullptr;
    return std::make_unique<memory_unit_of_work>(in_, clock_, owner);
  }

  [[nodiscard]] commit_status save(const ownership& owner,
                                   const checkpoint_advance& advance) override {
    return memory_unit_of_work{in_, clock_, owner}.commit(advance);
  }

  [[nodiscard]] commit_status store_failure(const ownership& owner,
                                            const std::optional<stored_failure>& why) override {
    const std::lock_guard lock{in_->mutex};
    auto* record = in_->rows.at_epoch(owner);
    if (record == nullptr)
      return commit_status::fenced;
    record->failure = why;
    return commit_status::committed;
  }

  void reset(const claim_request& as, std::span<const std::string> truncate) override {
    if (!truncate.empty())
      refuse_tables();
    const std::lock_guard lock{in_->mutex};
    const auto before = in_->rows.of_projection(as.key.projection);
    in_->rows.forget(as.key.projection);
    for (int shard = 0; shard < as.shards; ++shard) {
      auto record = reset_record(as, shard, before);
      in_->rows.checkpoints[record.key] = std::move(record);
    }
  }

  [[nodiscard]] std::vector<dead_letter> letters(const letter_query& query) override {
    const std::lock_guard lock{in_->mutex};
    return in_->rows.list(query);
  }

  [[nodiscard]] std::optional<dead_letter> letter(std::int64_t id) override {
    const std::lock_guard lock{in_->mutex};
    const auto found = in_->rows.letters.find(id);
    return found == in_->rows.letters.end() ? std::nullopt : std::optional{found->second};
  }

  [[nodiscard]] std::optional<dead_letter> letter_at(const shard_key& key,
                                                     position_t position) override {
    const std::lock_guard lock{in_->mutex};
    return in_->rows.letter_at(key, position);
  }

  [[nodiscard]] std::vector<settled_letter> settled_letters(const letter_query& query) override {
    const std::lock_guard lock{in_->mutex};
    return in_->rows.list_settled(query);
  }

  [[nodiscard]] std::vector<parked_queue> parked_queues(const shard_key& key) override {
    const std::lock_guard lock{in_->mutex};
    return in_->rows.parked_queues(key);
  }

  [[nodiscard]] letter_counts counts(const shard_key& key) override {
    const std::lock_guard lock{in_->mutex};
    return in_->rows.counts(key);
  }

  [[nodiscard]] std::vector<std::string> parked_keys(const shard_key& key) override {
    const std::lock_guard lock{in_->mutex};
    return in_->rows.parked_keys(key);
  }

  [[nodiscard]] std::vector<position_t> parked_positions(const shard_key& key,
                                                         std::string_view sequence_key) override {
    const std::lock_guard lock{in_->mutex};
    return in_->rows.parked_positions(key, std::string{sequence_key});
  }

  void save_position(std::string_view name, position_t position) override {
    const std::lock_guard lock{in_->mutex};
    in_->rows.positions.insert_or_assign(std::string{name}, position);
  }

  [[nodiscard]] std::optional<position_t> load_position(std::string_view name) override {
    const std::lock_guard lock{in_->mutex};
    const auto found = in_->rows.positions.find(std::string{name});
    return found == in_->rows.positions.end() ? std::nullopt : std::optional{found->second};
  }

  void read(const std::function<void(read_model&)>&) override { refuse_tables(); }

 private:
  claim_result claim_one(const claim_request& request) {
    const auto siblings = in_->rows.of_projection(request.key.projection);
    const auto now = clock_.now();
    if (auto no = refusal(request, siblings, now))
      return *std::move(no);
    auto granted = grant(request, siblings, {}, now);
    in_->rows.checkpoints[request.key] = granted.record;
    granted.parked_keys = in_->rows.parked_keys(request.key);
    return granted;
  }

  const clock& clock_;
  std::shared_ptr<memory_tables> in_ = std::make_shared<memory_tables>();
};

} // namespace

std::shared_ptr<projection_store> make_memory_projection_store(const clock& clk) {
  return std::make_shared<memory_projection_store>(clk);
}

} // namespace waymark

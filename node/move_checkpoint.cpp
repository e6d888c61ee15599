#include "node/move_checkpoint.hpp"

#include <waymark/messages/error.hpp>
#include <waymark/persistence/process_instance.hpp>

#include <algorithm>

namespace waymark::node {

namespace {

claim_request request_for(const checkpoint& record, std::chrono::milliseconds owner_timeout) {
  claim_request request;
  request.key = record.key;
  request.shards = record.shards;
  request.key_rule = record.key_rule;
  request.projection_version = record.projection_version;
  request.log_id = record.log_id;
  request.owner = this_process_instance();
  request.owner_timeout = owner_timeout;
  return request;
}

/// What is owned is given up again, whatever happens.
class claimed {
 public:
  explicit claimed(projection_store& in) : in_{in} {}
  ~claimed() {
    try {
      in_.release(owned_);
    } catch (const error&) { // Then the record says a process that is gone, which is as good.
    }
  }
  claimed(const claimed&) = delete;
  claimed& operator=(const claimed&) = delete;

  void claim(const std::vector<checkpoint>& records, std::chrono::milliseconds owner_timeout) {
    std::vector<claim_request> requests;
    for (const auto& each : records)
      requests.push_back(request_for(each, owner_timeout));
    for (const auto& each : in_.claim(requests)) {
      if (each.state != claim_result::status::granted)
        throw error{to_string(each.record.key) + " is not free: " + each.detail};
      owned_.push_back({each.record.key, each.record.epoch});
    }
  }

  [[nodiscard]] const std::vector<ownership>& owned() const noexcept { return owned_; }

 private:
  projection_store& in_;
  std::vector<ownership> owned_;
};

uuid id_at(event_store& log, position_t position) {
  if (position == 0)
    return {};
  const auto mark = log.mark_at(position);
  if (!mark)
    throw usage_error{"the log ends at position " + std::to_string(log.head())};
  return mark->event_id;
}

} // namespace

std::vector<checkpoint> records_of(const recorded_projection& of) {
  auto all = of.in->load_all();
  all.erase(std::remove_if(all.begin(), all.end(),
                           [&](const checkpoint& c) { return c.key.projection != of.spec->name; }),
            all.end());
  return all;
}

position_span positions_of(const recorded_projection& of, const std::vector<checkpoint>& records) {
  if (records.empty())
    throw usage_error{of.spec->name + " has no checkpoint yet: it never ran"};
  const auto [first, last] = std::minmax_element(
      records.begin(), records.end(),
      [](const checkpoint& a, const checkpoint& b) { return a.position < b.position; });
  return {first->position, last->position};
}

void move_checkpoint(const recorded_projection& of, const std::vector<checkpoint>& records,
                     event_store& log, position_t to, std::chrono::milliseconds owner_timeout) {
  const auto id = id_at(log, to);
  claimed shards{*of.in};
  shards.claim(records, owner_timeout);
  for (const auto& each : records)
    if (const auto now = of.in->load(each.key); !now || now->position != each.position)
      throw error{to_string(each.key) + " has moved on from position " +
                  std::to_string(each.position) + " meanwhile; nothing was done"};
  for (std::size_t i = 0; i < records.size(); ++i) {
    const auto& owned = shards.owned()[i];
    checkpoint_advance advance;
    advance.from = records[i].position;
    advance.to = to;
    advance.event_id_at_position = id;
    if (of.in->save(owned, advance) != commit_status::committed ||
        of.in->store_failure(owned, std::nullopt) != commit_status::committed)
      throw error{to_string(owned.key) + " was taken by another process meanwhile"};
  }
}

} // namespace waymark::node

#include <waymark/testing/scenario.hpp>

#include <waymark/messages/error.hpp>

#include <limits>
#include <string>

namespace waymark::testing {

scenario::scenario(std::span<const past_event> events)
    : clock_{std::make_unique<manual_clock>()}, store_{open("memory:", {.clock = clock_.get()})} {
  append_history(*store_.events, events);
}

std::vector<dead_letter> scenario::letters() const {
  letter_query all;
  all.limit = std::numeric_limits<std::int32_t>::max();
  return store_.projections->letters(all);
}

waymark::projector& scenario::projector(int shard) {
  (void)started(shard);
  return shards_[static_cast<std::size_t>(shard)];
}

void scenario::start(spec_ptr spec) {
  if (!shards_.empty())
    throw usage_error{"a scenario has one projection: give the second one a scenario of its own"};
  if (spec->into)
    throw usage_error{"projection '" + spec->name +
                      "' names its own store by .into(): leave that out in a scenario, which keeps "
                      "everything in memory"};
  for (int shard = 0; shard < spec->shards; ++shard) {
    projector_options options{shard, clock_.get(), {}};
    options.sleep = [clock = clock_.get()](std::chrono::milliseconds delay) {
      clock->advance(delay);
    };
    shards_.emplace_back(spec, store_.projections, std::move(options));
  }
  resume();
}

void scenario::add(std::span<const past_event> events) {
  append_history(log(), events);
  resume();
}

void scenario::resume() {
  for (auto& shard : shards_)
    shard.resume(log());
}

const waymark::projector& scenario::started(int shard) const {
  if (shards_.empty())
    throw usage_error{"no projection yet: call .project(builder) on the scenario first"};
  if (shard < 0 || static_cast<std::size_t>(shard) >= shards_.size())
    throw usage_error{"no shard " + std::to_string(shard) + ": the projection has " +
                      std::to_string(shards_.size())};
  return shards_[static_cast<std::size_t>(shard)];
}

} // namespace waymark::testing

#include "messages/deadline.hpp"
#include "persistence/letter_details.hpp"
#include "supervisors/engine_implementation.hpp"
#include "supervisors/letter_finder.hpp"

#include <waymark/messages/error.hpp>

#include <algorithm>
#include <chrono>
#include <future>
#include <iterator>
#include <utility>

namespace waymark {

namespace {

/// Answers of the shards to come, each with what was asked of it.
struct asked_shard {
  shard_key key;
  std::vector<replay_task> tasks;
  std::future<settle_report> answer;
};

settle_report unanswered(const asked_shard& shard) {
  settle_report report;
  for (const auto& task : shard.tasks) {
    report.keys.emplace_back();
    report.keys.back().key = shard.key;
    report.keys.back().sequence_key = task.sequence_key;
    report.keys.back().refused =
        "its actor is down or has ended meanwhile: what it has done is committed; ask again";
  }
  return report;
}

settle_report answer_of(asked_shard& shard, std::chrono::steady_clock::time_point deadline) {
  if (shard.answer.wait_until(deadline) != std::future_status::ready)
    throw timeout_error{"the letters of \"" + to_string(shard.key) +
                        "\" were not settled in time; this goes on, and each event that is done is "
                        "committed: look at the letters again later"};
  try {
    return shard.answer.get();
  } catch (const std::future_error&) {
    return unanswered(shard);
  }
}

} // namespace

settle_report engine::implementation::settle(settle_verb verb, const letter_selection& which,
                                             const settle_options& options) {
  refuse_inside_handler(verb == settle_verb::retry ? "engine.retry" : "engine.discard");
  if (!which.names_something())
    throw usage_error{"which letters? Name an id, a key, a projection or a filter, or set .all"};
  const auto deadline = deadline_in(options.timeout);
  const auto shards = which.projection ? shards_of(*which.projection) : context->shown->all();
  std::vector<asked_shard> asked;
  for (auto& [key, tasks] : find_letters(shards, which, verb)) {
    auto promise = std::make_shared<std::promise<settle_report>>();
    asked.push_back({key, tasks, promise->get_future()});
    auto order = std::make_shared<settle_order>();
    order->verb = verb;
    order->dry_run = options.dry_run;
    order->by = options.by.empty() ? context->owner : options.by;
    order->tasks = tasks;
    order->done = [promise = std::move(promise)](const settle_report& report) {
      promise->set_value(report);
    };
    actors.settle(key, std::move(order));
  }
  settle_report report;
  report.verb = verb;
  report.dry_run = options.dry_run;
  for (auto& each : asked) {
    auto part = answer_of(each, deadline);
    report.handlers_called = report.handlers_called && part.handlers_called;
    std::move(part.keys.begin(), part.keys.end(), std::back_inserter(report.keys));
  }
  return report;
}

settle_report engine::retry(const letter_selection& which, const settle_options& options) {
  return impl_->settle(settle_verb::retry, which, options);
}

settle_report engine::discard(const letter_selection& which, const settle_options& options) {
  return impl_->settle(settle_verb::discard, which, options);
}

std::optional<letter_details> engine::letter(std::int64_t id,
                                             const std::optional<std::string>& projection) const {
  std::optional<letter_details> result;
  for (const auto& store : impl_->stores_of(projection)) {
    auto found = store->letter(id);
    if (!found || (projection && found->key.projection != *projection))
      continue;
    if (result)
      throw usage_error{"several stores have a letter " + std::to_string(id) +
                        ", each of its own: name its projection, \"" +
                        result->letter.key.projection + "\" or \"" + found->key.projection + "\""};
    result = details_of(*store, *std::move(found));
  }
  return result;
}

std::vector<settled_letter> engine::settled_letters(const letter_query& query) const {
  const auto stores = impl_->stores_of(query.projection);
  if (query.after_id > 0 && stores.size() > 1)
    throw usage_error{"there are several stores, and each counts its own ids: name a projection in "
                      "the query"};
  std::vector<settled_letter> result;
  for (const auto& store : stores) {
    auto some = store->settled_letters(query);
    std::move(some.begin(), some.end(), std::back_inserter(result));
  }
  if (result.size() > query.limit)
    result.resize(query.limit);
  return result;
}

} // namespace waymark

#include "actors/letter_orders.hpp"

#include <algorithm>

namespace waymark {

namespace {

void add_step(settled_key& total, const settled_key& step) {
  total.replayed += step.replayed;
  total.discarded += step.discarded;
  total.unwanted += step.unwanted;
  total.untried += step.untried;
  total.remaining = step.remaining;
  if (step.failed)
    total.failed = step.failed;
  if (!step.refused.empty())
    total.refused = step.refused;
}

std::string events(std::int64_t count) {
  return std::to_string(count) + (count == 1 ? " event" : " events");
}

} // namespace

letter_orders::pending letter_orders::begin(settle_order_ptr order) const {
  settle_report report;
  report.verb = order->verb;
  report.dry_run = order->dry_run;
  report.handlers_called = !order->dry_run || can_take_back_;
  for (const auto& task : order->tasks) {
    report.keys.emplace_back();
    report.keys.back().key = shard_;
    report.keys.back().sequence_key = task.sequence_key;
  }
  return {std::move(order), std::move(report)};
}

void letter_orders::add(settle_order_ptr order) {
  orders_.push_back(begin(std::move(order)));
}

settled_order letter_orders::refuse(settle_order_ptr order, const std::string& why) const {
  return end(begin(std::move(order)), why);
}

bool letter_orders::put_persons_first() {
  std::stable_partition(orders_.begin(), orders_.end(),
                        [](const pending& each) { return !each.order->by_itself; });
  return !orders_.empty() && !orders_.front().order->by_itself;
}

bool letter_orders::first_done() const noexcept {
  return !orders_.empty() && orders_.front().task == orders_.front().order->tasks.size();
}

std::pair<settle_order_ptr, replay_task> letter_orders::next_step() {
  auto& first = orders_.front();
  if (!std::exchange(first.begun, true))
    first.rest = first.order->tasks[first.task];
  return {first.order, first.rest};
}

settle_order_ptr letter_orders::take(const replay_outcome& outcome) {
  if (orders_.empty())
    return nullptr;
  auto& first = orders_.front();
  add_step(first.report.keys[first.task], outcome.key);
  first.rest = outcome.rest;
  if (outcome.state == replay_outcome::status::ended) {
    ++first.task;
    first.begun = false;
  }
  return first.order;
}

settled_order letter_orders::end_first() {
  auto first = std::move(orders_.front());
  orders_.pop_front();
  return {std::move(first.order), std::move(first.report)};
}

settled_order letter_orders::end(pending&& one, const std::string& why) {
  for (auto i = one.task; i < one.report.keys.size(); ++i)
    one.report.keys[i].refused = why;
  return {std::move(one.order), std::move(one.report)};
}

std::vector<settled_order> letter_orders::end_all(const std::string& why) {
  std::vector<settled_order> ended;
  for (auto& each : std::exchange(orders_, {}))
    ended.push_back(end(std::move(each), why));
  return ended;
}

std::vector<settled_order> letter_orders::interrupt(const std::string& why,
                                                    const std::string& of_rest) {
  std::vector<settled_order> ended;
  for (auto& each : std::exchange(orders_, {})) {
    if (!each.order->done) {
      orders_.push_back(std::move(each));
      continue;
    }
    const auto at = each.task;
    auto rest = rest_of(each);
    ended.push_back(end(std::move(each), why));
    if (rest) {
      ended.back().report.keys[at].refused += of_rest;
      add(std::move(rest));
    }
  }
  return ended;
}

settle_order_ptr letter_orders::rest_of(const pending& begun) {
  if (begun.order->dry_run || begun.task == begun.report.keys.size())
    return nullptr;
  const auto& key = begun.report.keys[begun.task];
  if (key.replayed + key.discarded + key.unwanted == 0 || key.remaining == 0)
    return nullptr;
  auto rest = std::make_shared<settle_order>(*begun.order);
  rest->done = nullptr;
  rest->tasks = {begun.rest};
  return rest;
}

std::string describe(const settle_order& order) {
  const auto keys = order.tasks.size();
  return (order.dry_run                        ? "trying out letters of "
          : order.verb == settle_verb::discard ? "discarding letters of "
                                               : "handling letters of ") +
         std::to_string(keys) + (keys == 1 ? " key" : " keys") +
         (order.dry_run || order.verb == settle_verb::discard ? "" : " again") +
         (order.by.empty() ? "" : ", asked for by " + order.by);
}

std::string describe_failure(const settled_key& key) {
  const auto& failed = *key.failed;
  return failed.event_type + " " + failed.event_id.to_string() + " at position " +
         std::to_string(failed.position) + " failed again: " + failed.error + "; " +
         events(key.remaining) + " still parked";
}

std::string summary(const settled_order& settled) {
  const auto& [order, report] = settled;
  const auto failed = std::count_if(report.keys.begin(), report.keys.end(),
                                    [](const settled_key& k) { return k.failed.has_value(); });
  std::string text = order->by.empty() ? "" : "asked for by " + order->by + ": ";
  if (report.dry_run)
    text += "dry run: ";
  text += events(report.replayed()) + " handled again, " + std::to_string(report.discarded()) +
          " discarded, " + std::to_string(report.remaining()) + " still parked";
  if (failed > 0)
    text += "; " + std::to_string(failed) +
            (failed == 1 ? " key stopped at a failure" : " keys stopped at failures");
  return text;
}

} // namespace waymark

#include "node/line_batches.hpp"

#include "node/event_line.hpp"

namespace waymark::node {

namespace {

bool is_blank(std::string_view line) {
  return line.find_first_not_of(" \t\r") == line.npos;
}

/// With an id of its own an event can be sent again when the answer to an append got lost.
void complete(append_command& command) {
  auto& e = command.events.front();
  if (!e.event_id)
    e.event_id = uuid::v7();
}

event_line parse(std::string_view line) {
  auto read = read_event_line(line);
  if (!read.problem.empty())
    return read;
  if (auto mistake = find_mistake(read.command))
    read.problem = *std::move(mistake);
  return read;
}

} // namespace

line_batches::line_batches(line_source& source, bool stop_at_bad, batch_limits limits)
    : source_{source}, stop_at_bad_{stop_at_bad}, limits_{limits}, reader_{[this] { run(); }} {
}

line_batches::~line_batches() {
  stop();
  reader_.join();
}

std::optional<line_batch> line_batches::next() {
  std::unique_lock lock{mutex_};
  came_.wait(lock, [this] { return done_ || !ready_.empty(); });
  if (ready_.empty()) {
    if (failure_)
      std::rethrow_exception(failure_);
    return std::nullopt;
  }
  auto batch = std::move(ready_.front());
  ready_.pop_front();
  room_.notify_one();
  return batch;
}

void line_batches::stop() noexcept {
  const std::lock_guard lock{mutex_};
  stopped_ = true;
  room_.notify_one();
}

void line_batches::run() noexcept {
  std::exception_ptr failure;
  try {
    read_all();
  } catch (...) {
    failure = std::current_exception();
  }
  const std::lock_guard lock{mutex_};
  failure_ = failure;
  done_ = true;
  came_.notify_one();
}

void line_batches::read_all() {
  line_batch batch;
  std::string_view line;
  for (;;) {
    const auto what = source_.next(line);
    read_bytes_ = source_.read_bytes();
    const bool ended =
        what == line_source::outcome::end || what == line_source::outcome::interrupted;
    if (ended || !take(batch, what, line)) {
      hand_on(batch);
      return;
    }
    const bool full = batch.commands.size() >= limits_.events || bytes_ >= limits_.bytes ||
                      batch.bad.size() >= limits_.events;
    if ((full || source_.would_wait()) && !hand_on(batch))
      return;
  }
}

bool line_batches::take(line_batch& into, line_source::outcome what, std::string_view line) {
  into.last_line = source_.number();
  if (what == line_source::outcome::too_long) {
    into.bad.push_back({source_.number(), "the line is too long: an event's data has at most " +
                                              std::to_string(append_limits{}.max_data_bytes) +
                                              " bytes"});
    return !stop_at_bad_;
  }
  if (is_blank(line))
    return true;
  auto read = parse(line);
  if (!read.problem.empty()) {
    into.bad.push_back({source_.number(), std::move(read.problem)});
    return !stop_at_bad_;
  }
  complete(read.command);
  bytes_ += line.size();
  into.commands.push_back(std::move(read.command));
  into.lines.push_back(source_.number());
  return true;
}

/// @returns false if nobody wants more.
bool line_batches::hand_on(line_batch& batch) {
  if (batch.commands.empty() && batch.bad.empty())
    return true;
  std::unique_lock lock{mutex_};
  room_.wait(lock, [this] { return stopped_ || ready_.size() < limits_.waiting; });
  if (stopped_)
    return false;
  ready_.push_back(std::move(batch));
  came_.notify_one();
  batch = {};
  bytes_ = 0;
  return true;
}

} // namespace waymark::node

#include "benchmarks/group_commit.hpp"

#include "persistence/sqlite/event_rows.hpp"

#include <waymark/messages/clock.hpp>

namespace bench {

hand_appender::hand_appender(const std::string& file)
    : db_{file}, version_{db_.get(), waymark::sqlite::stream_version_sql},
      insert_{db_.get(), waymark::sqlite::insert_event_sql} {
  raw_statement end{db_.get(), waymark::sqlite::log_end_sql};
  if (end.step())
    position_ = end.integer(0);
}

std::int64_t hand_appender::next_version(const std::string& order) {
  version_.bind(1, std::string_view{"Order"}).bind(2, std::string_view{order});
  const auto version = version_.step() ? version_.integer(0) : 0;
  version_.reset();
  return version + 1;
}

void hand_appender::append(const std::string& order, const std::string& type,
                           const std::string& text, std::int64_t version) {
  const auto id = waymark::uuid::v7();
  const auto now = std::int64_t{waymark::clock::system().now().time_since_epoch().count()};
  insert_.bind(1, ++position_)
      .bind_blob(2, id.bytes.data(), id.bytes.size())
      .bind(3, std::string_view{type})
      .bind(4, std::int64_t{1})
      .bind(5, std::string_view{"Order"})
      .bind(6, std::string_view{order})
      .bind(7, version)
      .bind(8, now)
      .bind(9, now)
      .bind(15, std::string_view{text})
      .run();
}

group_commit::group_commit(std::function<void(const group&)> commit)
    : commit_{std::move(commit)}, writer_{[this] { run(); }} {
}

group_commit::~group_commit() {
  {
    const std::lock_guard lock{mutex_};
    ending_ = true;
  }
  came_.notify_one();
  writer_.join();
}

void group_commit::append(const prepared_event& e) {
  request mine{&e};
  {
    const std::lock_guard lock{mutex_};
    waiting_.push_back(&mine);
    if (waiting_.size() == 1)
      came_.notify_one();
  }
  mine.done.wait(false);
}

void group_commit::run() {
  std::vector<request*> some;
  group events;
  for (;;) {
    {
      std::unique_lock lock{mutex_};
      came_.wait(lock, [this] { return ending_ || !waiting_.empty(); });
      if (waiting_.empty())
        return;
      some.swap(waiting_);
    }
    for (const auto* each : some)
      events.push_back(each->what);
    commit_(events);
    for (auto* each : some) {
      each->done.store(true);
      each->done.notify_one();
    }
    some.clear();
    events.clear();
  }
}

} // namespace bench

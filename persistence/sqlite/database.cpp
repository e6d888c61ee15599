#include "persistence/sqlite/database.hpp"

#include "persistence/sqlite/schema_upgrade.hpp"

#include <algorithm>
#include <filesystem>
#include <map>

namespace waymark::sqlite {

namespace {

/// More readers than this are closed when they are done.
constexpr std::size_t kept_readers = 4;

/// Longer than almost every transaction takes.
constexpr std::chrono::milliseconds soon{100};

struct open_files {
  std::mutex mutex;
  std::map<file_identity, std::weak_ptr<database>> by_identity;

  /// Never destroyed, because a store may outlive static objects.
  static open_files& instance() {
    static auto& files = *new open_files;
    return files;
  }
};

/// Whether something stands in the write-ahead log that may not be in the file yet.
bool has_log_beside(const std::string& path) {
  std::error_code missing;
  const auto size = std::filesystem::file_size(path + "-wal", missing);
  return !missing && size > 0;
}

} // namespace

void log_growth::reached(std::int64_t position) {
  {
    const std::lock_guard lock{mutex};
    head = std::max(head, position);
  }
  grown.notify_all();
}

std::shared_ptr<database> database::of_file(const std::string& path,
                                            const database_options& options) {
  auto& files = open_files::instance();
  const std::lock_guard lock{files.mutex};
  std::erase_if(files.by_identity, [](const auto& each) { return each.second.expired(); });
  if (const auto identity = identity_of(path))
    if (const auto found = files.by_identity.find(*identity); found != files.by_identity.end())
      if (auto open = found->second.lock(); open && !open->was_replaced())
        return open;
  check_file(path, options.create);
  // The process may change its folder later.
  std::shared_ptr<database> result{
      new database{std::filesystem::absolute(path), "sqlite:" + path, options}};
  result->open_file();
  if (options.use_records) // else it is not ready for those who do use them
    files.by_identity[result->identity_.value()] = result;
  return result;
}

std::shared_ptr<database> database::in_memory(const database_options& options) {
  std::shared_ptr<database> result{new database{"", "memory:", options}};
  result->open_memory();
  return result;
}

database::database(std::string path, std::string address, const database_options& options)
    : path_{std::move(path)}, address_{std::move(address)}, options_{options}, pulse_{path_} {
}

database::~database() {
  // What can be copied into the file without waiting is; the rest stays in the log, which is as
  // safe.
  idle_readers_.clear();
  if (writer_ && !path_.empty() && !was_replaced()) {
    sqlite3_busy_timeout(writer_->raw(), 0);
    sqlite3_wal_checkpoint_v2(writer_->raw(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr,
                              nullptr);
  }
}

// Opening changes nothing until the schema has been found to be one that this program can use.
void database::open_file() {
  const auto how = options_.create ? connection::mode::create : connection::mode::write;
  auto opened = std::make_unique<connection>(path_, address_, how, options_.busy_timeout);
  opened->checkpoint_on_close(!has_log_beside(path_));
  check_schema(*opened);
  if (options_.use_records)
    prepare(*opened);
  identity_ = identity_of(path_);
  if (!identity_)
    throw store_error{address_ + ": the file was removed while it was being opened"};
  writer_ = std::move(opened);
}

void database::prepare(connection& opened) {
  if (!options_.create)
    require_schema(opened);
  opened.checkpoint_on_close(true);
  if (const auto mode = opened.ask("PRAGMA journal_mode = WAL", stage::open); mode != "wal")
    throw store_error{address_ +
                      ": the file can't be switched to write-ahead logging (it stays in " + mode +
                      " mode); another program may have it open, or its file system lacks "
                      "shared memory"};
  opened.execute(writer_settings_sql, stage::open);
  upgrade_schema(opened, *options_.clock);
}

void database::open_memory() {
  writer_ = std::make_unique<connection>(":memory:", address_, connection::mode::create,
                                         options_.busy_timeout);
  upgrade_schema(*writer_, *options_.clock);
}

std::unique_ptr<connection> database::open_reader() const {
  return std::make_unique<connection>(path_, address_, connection::mode::read,
                                      options_.busy_timeout);
}

void database::note_unit(const shard_key* whose) {
  const std::lock_guard lock{unit_mutex_};
  unit_ = whose ? std::optional{*whose} : std::nullopt;
}

bool database::interrupt_unit(const shard_key& key) {
  const std::lock_guard lock{unit_mutex_};
  if (unit_ != key)
    return false;
  sqlite3_interrupt(writer_->raw());
  return true;
}

void database::require_same_file() {
  if (path_.empty())
    return;
  if (!was_replaced() && identity_of(path_) != identity_)
    replaced_.store(true);
  if (was_replaced())
    throw store_error{address_ + ": the file was replaced or removed while it was open; what was "
                                 "read from it no longer counts"};
}

void database::tidy() noexcept {
  if (path_.empty() || was_replaced() || !gate_.try_enter())
    return;
  sqlite3_busy_timeout(writer_->raw(), 0);
  sqlite3_wal_checkpoint_v2(writer_->raw(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  sqlite3_busy_timeout(writer_->raw(), static_cast<int>(options_.busy_timeout.count()));
  gate_.leave();
}

database::write_turn::write_turn(database& of, write_gate::who as) : of_{of} {
  of_.gate_.enter(as);
  try {
    of_.require_same_file();
  } catch (...) {
    of_.gate_.leave();
    throw;
  }
}

database::write_turn::~write_turn() {
  of_.writer_->rollback();
  of_.gate_.leave();
}

database::early_turn::early_turn(database& of) : of_{of} {
  inside_ = of_.gate_.enter_first(soon);
  if (!inside_)
    return;
  try {
    of_.require_same_file();
    begun_ = of_.writer_->begin_soon(soon);
  } catch (...) {
    of_.gate_.leave();
    throw;
  }
}

database::early_turn::~early_turn() {
  if (!inside_)
    return;
  of_.writer_->rollback();
  of_.gate_.leave();
}

database::read_turn::read_turn(database& of) : of_{of}, on_{nullptr} {
  if (of_.path_.empty()) {
    if (!of_.gate_.held_by_this_thread())
      exclusive_.emplace(of_, write_gate::who::unit_of_work);
    on_ = of_.writer_.get();
  } else {
    of_.require_same_file();
    {
      const std::lock_guard lock{of_.readers_mutex_};
      if (!of_.idle_readers_.empty()) {
        pooled_ = std::move(of_.idle_readers_.back());
        of_.idle_readers_.pop_back();
      }
    }
    if (!pooled_)
      pooled_ = of_.open_reader();
    on_ = pooled_.get();
  }
  if (!on_->in_transaction()) {
    on_->prepared("BEGIN").run();
    began_ = true;
  }
}

database::read_turn::~read_turn() {
  if (began_)
    on_->rollback();
  if (!pooled_)
    return;
  const std::lock_guard lock{of_.readers_mutex_};
  if (of_.idle_readers_.size() < kept_readers)
    of_.idle_readers_.push_back(std::move(pooled_));
}

database_handle::database_handle(std::string path, const database_options& options)
    : path_{std::move(path)}, options_{options}, current_{database::of_file(path_, options_)},
      address_{current_->address()} {
}

database_handle::database_handle(std::shared_ptr<database> only)
    : options_{only->options()}, current_{std::move(only)}, address_{current_->address()} {
}

std::shared_ptr<database> database_handle::get() {
  const std::lock_guard lock{mutex_};
  if (current_->was_replaced()) {
    auto again = options_;
    again.create = false; // a log that went away must not come back empty
    current_ = database::of_file(path_, again);
  }
  return current_;
}

} // namespace waymark::sqlite

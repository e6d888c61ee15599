#pragma once

#include "persistence/sqlite/connection.hpp"
#include "persistence/sqlite/file_identity.hpp"
#include "persistence/sqlite/owner_pulse.hpp"
#include "persistence/sqlite/write_gate.hpp"

#include <waymark/messages/checkpoint.hpp>
#include <waymark/messages/clock.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace waymark::sqlite {

struct database_options {
  bool create = true;      ///< Make the file and the tables, or bring them up to date.
  bool use_records = true; ///< If not, the file is left as it is: what is done is rolled back.
  std::chrono::milliseconds poll_interval{20};
  /// How long a write waits for another process that writes.
  std::chrono::milliseconds busy_timeout{5'000};
  const waymark::clock* clock = &waymark::clock::system();
};

/// Where the log of a database ends, as far as this process knows, and who waits for more of it.
struct log_growth {
  std::mutex mutex;
  std::condition_variable grown;
  std::int64_t head = 0;

  void reached(std::int64_t position);
};

/// One SQLite file of this process: one connection that writes, behind a gate, and a few that read.
/// Thread-safe. The file is opened once however often it is asked for.
class database {
 public:
  /// The database of the file at `path`; the one that is open already if there is one.
  /// @throws store_error, incompatible_store.
  [[nodiscard]] static std::shared_ptr<database> of_file(const std::string& path,
                                                         const database_options& options);

  /// A new database that nobody else can see. Has one connection, for writing and reading.
  [[nodiscard]] static std::shared_ptr<database> in_memory(const database_options& options);

  /// The right to use the writing connection.
  class write_turn {
   public:
    write_turn(database& of, write_gate::who as);
    ~write_turn();
    write_turn(const write_turn&) = delete;
    write_turn& operator=(const write_turn&) = delete;
    [[nodiscard]] connection& on() const noexcept { return *of_.writer_; }

   private:
    database& of_;
  };

  /// A transaction before all that waits in this process; none if that can't be had soon, because
  /// somebody is in one for longer. Rolls back unless it is committed.
  class early_turn {
   public:
    explicit early_turn(database& of);
    ~early_turn();
    early_turn(const early_turn&) = delete;
    early_turn& operator=(const early_turn&) = delete;
    [[nodiscard]] bool begun() const noexcept { return begun_; }
    [[nodiscard]] connection& on() const noexcept { return *of_.writer_; }

   private:
    database& of_;
    bool inside_ = false;
    bool begun_ = false;
  };

  /// A reading connection with a transaction open on it, so that all it reads is of one moment.
  /// In memory it is the writing connection: a thread inside a unit of work reads what it wrote.
  class read_turn {
   public:
    explicit read_turn(database& of);
    ~read_turn();
    read_turn(const read_turn&) = delete;
    read_turn& operator=(const read_turn&) = delete;
    [[nodiscard]] connection& on() const noexcept { return *on_; }

   private:
    database& of_;
    std::optional<write_turn> exclusive_;
    std::unique_ptr<connection> pooled_;
    connection* on_;
    bool began_ = false;
  };

  ~database();
  database(const database&) = delete;
  database& operator=(const database&) = delete;

  [[nodiscard]] const std::string& address() const noexcept { return address_; }
  [[nodiscard]] const database_options& options() const noexcept { return options_; }
  [[nodiscard]] timestamp now() const { return options_.clock->now(); }
  [[nodiscard]] write_gate& gate() noexcept { return gate_; }
  [[nodiscard]] log_growth& growth() noexcept { return growth_; }
  [[nodiscard]] owner_pulse& pulse() noexcept { return pulse_; }

  /// Says whose unit of work has the writing connection; null when it ends.
  void note_unit(const shard_key* whose);
  /// Stops the statement that runs in the unit of work of `key`. @returns whether there is one.
  bool interrupt_unit(const shard_key& key);

  /// A connection of the caller's own, for reading.
  [[nodiscard]] std::unique_ptr<connection> open_reader() const;

  /// @throws store_error if another file stands at the path now, or none.
  void require_same_file();
  [[nodiscard]] bool was_replaced() const noexcept { return replaced_.load(); }

  /// Copies the write-ahead log into the file if nobody writes or waits to.
  void tidy() noexcept;

 private:
  database(std::string path, std::string address, const database_options& options);
  void open_file();
  void prepare(connection& opened);
  void open_memory();

  const std::string path_; ///< Empty in memory.
  const std::string address_;
  const database_options options_;
  std::optional<file_identity> identity_;
  std::atomic<bool> replaced_{false};

  log_growth growth_;
  owner_pulse pulse_;
  write_gate gate_;
  std::unique_ptr<connection> writer_; ///< Used by who holds the gate.
  std::mutex unit_mutex_;
  std::optional<shard_key> unit_;

  std::mutex readers_mutex_;
  std::vector<std::unique_ptr<connection>> idle_readers_;
};

/// The database of one address, opened anew when another file took its place.
class database_handle {
 public:
  database_handle(std::string path, const database_options& options);
  explicit database_handle(std::shared_ptr<database> only);

  /// @throws store_error if the file is gone.
  [[nodiscard]] std::shared_ptr<database> get();
  [[nodiscard]] const std::string& address() const noexcept { return address_; }
  [[nodiscard]] const database_options& options() const noexcept { return options_; }

 private:
  std::string path_;
  database_options options_;
  std::mutex mutex_;
  std::shared_ptr<database> current_;
  std::string address_;
};

} // namespace waymark::sqlite

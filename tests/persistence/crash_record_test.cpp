// The files that processes with attempts under way leave, and how they go again.
#include "persistence/crash_record.hpp"
#include "tests/catch.hpp"
#include "tests/persistence/temporary_folder.hpp"

#include <waymark/persistence/process_instance.hpp>

#include <array>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

using namespace waymark;
using namespace waymark::test;
namespace fs = std::filesystem;

namespace {

const shard_key revenue{"revenue", 0};

/// A child with an attempt under way at each of the positions 1 to `count`, until it is killed.
class trying_child {
 public:
  explicit trying_child(position_t count = 1) {
    std::array<int, 2> ends{};
    REQUIRE(::pipe(ends.data()) == 0);
    pid_ = ::fork();
    if (pid_ == 0) {
      const auto owner = make_owner_instance();
      std::vector<std::unique_ptr<recorded_attempt>> tried;
      for (position_t at = 1; at <= count; ++at)
        tried.push_back(std::make_unique<recorded_attempt>(owner, revenue, at));
      if (count == 0)
        recorded_attempt{owner, revenue, 1};
      static_cast<void>(!::write(ends[1], owner.data(), owner.size()));
      ::close(ends[1]);
      for (;;)
        ::pause();
    }
    ::close(ends[1]);
    std::array<char, 512> text{};
    for (ssize_t n = 0; (n = ::read(ends[0], text.data(), text.size())) > 0;)
      owner_.append(text.data(), static_cast<std::size_t>(n));
    ::close(ends[0]);
  }
  ~trying_child() { kill(); }
  trying_child(const trying_child&) = delete;
  trying_child& operator=(const trying_child&) = delete;

  void kill() {
    if (pid_ <= 0)
      return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }
  [[nodiscard]] const std::string& owner() const { return owner_; }
  [[nodiscard]] bool is_known(position_t at = 1) const {
    return find_process_end(owner_, revenue, at).has_value();
  }

 private:
  pid_t pid_ = 0;
  std::string owner_;
};

struct state_folder {
  temporary_folder folder;

  state_folder() { ::setenv("WAYMARK_STATE_DIR", folder.file("state").c_str(), 1); }

  [[nodiscard]] std::vector<fs::path> records() const {
    std::vector<fs::path> found;
    if (fs::exists(folder.file("state")))
      for (const auto& each : fs::directory_iterator{folder.file("state")})
        found.push_back(each.path());
    return found;
  }
  /// As if everything had been written so long ago.
  void age(std::chrono::hours by) const {
    for (const auto& each : records())
      fs::last_write_time(each, fs::file_time_type::clock::now() - by);
  }
};

} // namespace

TEST_CASE("a crash record goes with the last attempt that a claim has counted") {
  const state_folder in;
  trying_child child{2};
  child.kill();
  REQUIRE(child.is_known());
  forget_process_end(child.owner(), revenue, 1);
  REQUIRE(child.is_known(2));
  forget_process_end(child.owner(), revenue, 1); // again
  REQUIRE(child.is_known(2));
  forget_process_end(child.owner(), revenue, 2);
  CHECK(in.records().empty());
  forget_process_end(child.owner(), revenue, 2);
}

TEST_CASE("the crash record of a process that lives is nobody's to remove") {
  const state_folder in;
  trying_child lives;
  forget_process_end(lives.owner(), revenue, 1);
  in.age(std::chrono::hours{24 * 365});
  {
    const trying_child cleans;
    CHECK(lives.is_known());
  }
  in.age(std::chrono::hours{24 * 365});
  lives.kill();
  const trying_child cleans;
  CHECK_FALSE(lives.is_known());
  CHECK(in.records().size() == 1);
}

TEST_CASE("crash records that nobody needs go when the next one is made") {
  const state_folder in;
  trying_child without{0};
  trying_child with{1};
  for (auto* each : {&without, &with})
    each->kill();
  in.age(std::chrono::hours{24 * 29});
  {
    const trying_child cleans;
    CHECK_FALSE(without.is_known());
    CHECK(with.is_known());
  }
  in.age(std::chrono::hours{24 * 31});
  const trying_child cleans;
  CHECK_FALSE(with.is_known());
}

TEST_CASE("the folder for crash records may be a link, as systemd makes one for a service") {
  const temporary_folder at;
  fs::create_directory(at.file("real"));
  fs::permissions(at.file("real"), fs::perms::owner_all);
  fs::create_directory_symlink(at.file("real"), at.file("link"));
  const auto real = fs::canonical(at.file("real")).string();
  ::setenv("WAYMARK_STATE_DIR", at.file("link").c_str(), 1);
  CHECK(crash_record_folder() == real);
  ::unsetenv("WAYMARK_STATE_DIR");
  ::setenv("STATE_DIRECTORY", at.file("link").c_str(), 1);
  CHECK(crash_record_folder() == real);
  fs::permissions(at.file("real"), fs::perms::all); // anybody may write there
  CHECK(crash_record_folder() != real);
  ::unsetenv("STATE_DIRECTORY");
}

TEST_CASE("a link in the folder for temporary files is not followed: anybody may have laid it") {
  const temporary_folder at;
  fs::create_directory(at.file("real"));
  fs::permissions(at.file("real"), fs::perms::owner_all);
  fs::create_directory_symlink(at.file("real"),
                               at.file("waymark-" + std::to_string(::geteuid())));
  const std::array names{"WAYMARK_STATE_DIR", "STATE_DIRECTORY", "XDG_STATE_HOME", "HOME",
                         "TMPDIR"};
  std::array<std::optional<std::string>, names.size()> kept;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (const char* value = std::getenv(names[i]))
      kept[i] = value;
    ::unsetenv(names[i]);
  }
  ::setenv("TMPDIR", fs::path{at.file("any")}.parent_path().c_str(), 1);
  CHECK(crash_record_folder().empty());
  ::unsetenv("TMPDIR");
  for (std::size_t i = 0; i < names.size(); ++i)
    if (kept[i])
      ::setenv(names[i], kept[i]->c_str(), 1);
}

TEST_CASE("of very many crash records the newest are kept, whoever else removes some too") {
  const state_folder in;
  trying_child newest;
  newest.kill();
  const auto one = in.records().at(0);
  for (int i = 0; i < 150; ++i) {
    const auto copy = one.string() + "-" + std::to_string(i);
    fs::copy_file(one, copy);
    fs::last_write_time(copy, fs::file_time_type::clock::now() - std::chrono::hours{2 + i});
  }
  fs::last_write_time(one, fs::file_time_type::clock::now() - std::chrono::hours{1});
  std::vector<std::unique_ptr<trying_child>> cleaners;
  for (int i = 0; i < 8; ++i)
    cleaners.push_back(std::make_unique<trying_child>());
  CHECK(newest.is_known());
  CHECK(fs::exists(one.string() + "-98"));
  CHECK_FALSE(fs::exists(one.string() + "-99"));
  CHECK(in.records().size() == 100 + cleaners.size());
  for (const auto& each : cleaners)
    CHECK(each->is_known());
}

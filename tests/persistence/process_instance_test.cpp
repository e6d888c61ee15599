#include "tests/catch.hpp"

#include <waymark/persistence/process_instance.hpp>

#include <array>
#include <csignal>
#include <string>

#include <sys/wait.h>
#include <unistd.h>

namespace waymark {

namespace {

/// A child that says who it is and then waits to be killed.
class waiting_child {
 public:
  waiting_child() {
    std::array<int, 2> ends{};
    REQUIRE(::pipe(ends.data()) == 0);
    pid_ = ::fork();
    if (pid_ == 0) {
      const auto& name = this_process_instance();
      (void)!::write(ends[1], name.data(), name.size());
      ::close(ends[1]);
      for (;;)
        ::pause();
    }
    ::close(ends[1]);
    std::array<char, 512> text{};
    for (ssize_t n = 0; (n = ::read(ends[0], text.data(), text.size())) > 0;)
      name_.append(text.data(), static_cast<std::size_t>(n));
    ::close(ends[0]);
  }
  ~waiting_child() {
    kill();
    reap();
  }
  waiting_child(const waiting_child&) = delete;
  waiting_child& operator=(const waiting_child&) = delete;

  void kill() const {
    if (pid_ > 0)
      ::kill(pid_, SIGKILL);
  }
  void wait_until_dead() const {
    siginfo_t info{};
    ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT);
  }
  void reap() {
    if (pid_ > 0)
      ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  pid_t pid_ = 0;
  std::string name_;
};

} // namespace

TEST_CASE("a process has one name, and a fork another") {
  CHECK(this_process_instance() == this_process_instance());
  CHECK_FALSE(is_provably_dead(this_process_instance()));
  const waiting_child child;
  CHECK_FALSE(child.name().empty());
  CHECK(child.name() != this_process_instance());
  CHECK_FALSE(is_provably_dead(child.name()));
}

TEST_CASE("a killed process is provably dead, reaped or not") {
  waiting_child child;
  child.kill();
  child.wait_until_dead();
  CHECK(is_provably_dead(child.name())); // a zombie writes no more
  child.reap();
  CHECK(is_provably_dead(child.name()));
}

TEST_CASE("nothing is proved about processes elsewhere, or names that are none") {
  auto elsewhere = this_process_instance();
  elsewhere.replace(elsewhere.find('/') + 1, 1, "x"); // another boot
  CHECK_FALSE(is_provably_dead(elsewhere));
  for (const char* text : {"", "/", "host", "a/b/c/d/e", "a/b/c/d/e/f/g", "/////", "host-a"})
    CHECK_FALSE(is_provably_dead(text));
}

TEST_CASE("a name is told to people as pid and host") {
  using Catch::Matchers::ContainsSubstring;
  CHECK_THAT(describe_instance(this_process_instance()),
             ContainsSubstring("pid " + std::to_string(::getpid()) + " on host "));
  CHECK(describe_instance("somebody") == "somebody");
}

} // namespace waymark

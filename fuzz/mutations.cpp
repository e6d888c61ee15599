#include "fuzz/mutations.hpp"

#include "fuzz/fuzz.hpp"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <random>
#include <string_view>

#include <fcntl.h>
#include <unistd.h>

namespace fuzz {

namespace {

using namespace std::string_view_literals;

// What a signal handler may look at.
const char* file_for_found = nullptr;
const std::string* under_way = nullptr;

void keep_input(int signal) {
  if (const int file = ::open(file_for_found, O_WRONLY | O_CREAT | O_TRUNC, 0644); file >= 0) {
    static_cast<void>(!::write(file, under_way->data(), under_way->size()));
    ::close(file);
  }
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

class mutator {
 public:
  mutator(const std::vector<std::string>& from, std::uint64_t seed) : from_{from}, random_{seed} {}

  [[nodiscard]] std::string next() {
    auto input = from_[below(from_.size())];
    for (auto changes = 1 + below(4); changes > 0; --changes)
      change(input);
    return input;
  }

 private:
  static constexpr std::size_t longest = 64 * 1024;

  std::size_t below(std::size_t n) { return static_cast<std::size_t>(random_() % n); }

  void change(std::string& input) {
    const auto at = below(input.size() + 1);
    const auto length = std::min(input.size() - at, below(16) + 1);
    switch (below(5)) {
    case 0:
      if (at < input.size())
        input[at] = static_cast<char>(input[at] ^ (1 << below(8)));
      break;
    case 1:
      input.insert(at, 1, odd_[below(odd_.size())]);
      break;
    case 2:
      input.erase(at, length);
      break;
    case 3:
      if (input.size() < longest)
        input.insert(at, std::string{input, at, length});
      break;
    default:
      splice(input, at);
    }
  }

  void splice(std::string& input, std::size_t at) {
    const auto& other = from_[below(from_.size())];
    const auto begin = below(other.size() + 1);
    input.replace(at, below(input.size() - at + 1), other, begin, below(other.size() - begin + 1));
  }

  const std::vector<std::string>& from_;
  const std::string_view odd_ = "\0\n\r\t \"\\/{}[]:,.+-0019eE$?'~\x7f\x80\xc3\xe2\xf0\xff"sv;
  std::mt19937_64 random_;
};

} // namespace

std::int64_t run_mutations(const std::vector<std::string>& from, std::uint64_t seed,
                           std::chrono::milliseconds how_long, const char* found) {
  mutator make{from, seed};
  std::string input;
  under_way = &input;
  file_for_found = found;
  std::signal(SIGABRT, keep_input);
  std::signal(SIGSEGV, keep_input);
  std::fprintf(stderr, "inputs by chance, seed %llu; one that breaks it is left in %s\n",
               static_cast<unsigned long long>(seed), found);
  const auto end = std::chrono::steady_clock::now() + how_long;
  std::int64_t count = 0;
  for (; std::chrono::steady_clock::now() < end; ++count) {
    input = make.next();
    one_input(input);
  }
  std::signal(SIGABRT, SIG_DFL);
  std::signal(SIGSEGV, SIG_DFL);
  return count;
}

} // namespace fuzz

#include "fuzz/fuzz.hpp"
#include "fuzz/mutations.hpp"

#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace {

std::string replay(const std::filesystem::path& file) {
  std::ifstream in{file, std::ios::binary};
  std::string input{std::istreambuf_iterator<char>{in}, {}};
  std::fprintf(stderr, "%s\n", file.c_str()); // The last line names the culprit of a crash.
  fuzz::one_input(input);
  return input;
}

} // namespace

/// Runs a target over files, and over the files of folders, without a fuzzer: any compiler will do.
/// With `--by-chance MS FILE` after that for so long over inputs made of them; what breaks the
/// target is left in FILE.
int main(int argc, char** argv) try {
  std::vector<std::string> inputs;
  std::chrono::milliseconds by_chance{0};
  const char* found = nullptr;
  for (int i = 1; i < argc; ++i) {
    if (std::string_view{argv[i]} == "--by-chance" && i + 2 < argc) {
      by_chance = std::chrono::milliseconds{std::stoi(argv[++i])};
      found = argv[++i];
    } else if (!std::filesystem::is_directory(argv[i])) {
      inputs.push_back(replay(argv[i]));
    } else {
      for (const auto& entry : std::filesystem::directory_iterator{argv[i]})
        inputs.push_back(replay(entry.path()));
    }
  }
  std::printf("%zu inputs\n", inputs.size());
  if (inputs.empty())
    return 1;
  if (found)
    std::printf("%lld by chance\n", static_cast<long long>(fuzz::run_mutations(
                                        inputs, std::random_device{}(), by_chance, found)));
  return 0;
} catch (const std::exception& e) {
  std::fprintf(stderr, "%s\n", e.what());
  return 1;
}

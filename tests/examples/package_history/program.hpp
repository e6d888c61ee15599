#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <sys/types.h>
#include <vector>

/// What a program came to.
struct outcome {
  int status = -1; ///< Exit status; 128 + the signal if one ended it.
  std::string out;
  std::string err;
};

/// Runs package_history the way a person does: from its folder of logs and databases, with an
/// environment of its own.
class program {
 public:
  /// @param folder where its output is kept while it runs; the file `in` of it, if there is one, is
  ///   its standard input. Must outlive this.
  explicit program(std::filesystem::path folder) : folder_{std::move(folder)} {}

  /// Sets a variable of the environment for all later runs.
  void set(const std::string& name, const std::string& value) { environment_[name] = value; }

  outcome run(const std::vector<std::string>& arguments) const;

  /// Starts it and comes back at once.
  [[nodiscard]] pid_t start(const std::vector<std::string>& arguments) const;

  /// Waits for what was started.
  [[nodiscard]] outcome wait(pid_t child) const;

 private:
  std::filesystem::path folder_;
  std::map<std::string, std::string> environment_{{"PATH", "/usr/bin:/bin"}, {"LC_ALL", "C"}};
};

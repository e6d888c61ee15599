#include "node/configuration/configuration.hpp"

#include "node/configuration/parts.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>

namespace waymark::node {

namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr std::uintmax_t max_bytes = 64u * 1024 * 1024;
constexpr std::string_view address_wanted = "an address: \"sqlite:FILE\" or \"postgresql://…\"";

class reader {
 public:
  reader(document in, const std::string& file, const std::vector<std::string>& more)
      : in_{std::move(in)}, folder_{fs::absolute(file).parent_path()}, names_{more} {
    result_.file = file;
  }

  /// What it takes to speak with a node; other texts of the environment may be missing here.
  configuration read_place() {
    const field root{in_, in_.json, ""};
    std::erase_if(in_.unset, [](const auto& each) { return each.path != "/socket"; });
    note_unset();
    if (in_.mistakes.empty() && in_.json.is_object())
      read_socket(root);
    return finished();
  }

  configuration read() {
    note_unset();
    const field root{in_, in_.json, ""};
    if (in_.mistakes.empty() &&
        root.object({"$schema", "store", "read_models", "projections", "supervision", "socket",
                     "log", "health", "drain_deadline", "owner_timeout", "poll_interval",
                     "passed_save_interval", "store_backoff", "stalled_after", "handler_timeout",
                     "failed_retry", "record_crashes", "cache_bytes", "threads"})) {
      read_stores(root);
      read_projections(root);
      if (const auto tree = root.member("supervision"))
        result_.engine.supervisors.push_back(read_supervision(*tree, names_));
      read_node(root);
    }
    if (in_.mistakes.empty())
      check_tree();
    return finished();
  }

 private:
  void note_unset() { in_.mistakes.insert(in_.mistakes.end(), in_.unset.begin(), in_.unset.end()); }

  configuration finished() {
    if (!in_.mistakes.empty())
      throw configuration_error{result_.file, std::move(in_.mistakes)};
    return std::move(result_);
  }

  void read_socket(const field& root) {
    root.read_text("socket", result_.socket, "the path of a Unix socket");
    if (!result_.socket.empty())
      result_.socket = in_folder(result_.socket);
  }

  /// A file that is not absolute is meant from the configuration's folder.
  [[nodiscard]] std::string in_folder(const std::string& path) const {
    return (folder_ / path).lexically_normal().string();
  }

  std::string read_address(const field& at) {
    constexpr std::string_view sqlite{"sqlite:"};
    const auto text = at.text(address_wanted).value_or("memory:");
    if (text.starts_with(sqlite) && text.size() > sqlite.size())
      return std::string{sqlite} + in_folder(text.substr(sqlite.size()));
    if (text != "memory:" && !text.starts_with("postgresql://") && !text.starts_with("postgres://"))
      at.wrong("expected " + std::string{address_wanted} + ", found another kind");
    return text;
  }

  void read_stores(const field& root) {
    if (const auto store = root.required("store", address_wanted))
      result_.store = read_address(*store);
    const auto models = root.member("read_models");
    if (models && models->object())
      for (const auto& [name, address] : models->members()) {
        if (name.empty())
          address.wrong("expected a name, found an empty one");
        result_.read_models[name] = read_address(address);
      }
  }

  void read_projections(const field& root) {
    const auto projections = root.member("projections");
    if (!projections || !projections->object())
      return;
    const auto written = names_;
    for (const auto& [name, at] : projections->members()) {
      if (std::find(written.begin(), written.end(), name) != written.end())
        at.wrong("the program itself has a projection of this name");
      result_.projections.push_back(read_projection(name, at, result_));
      names_.push_back(name);
    }
  }

  void read_node(const field& root) {
    read_socket(root);
    read_engine(root, result_.engine);
    if (const auto log = root.member("log"); log && log->object({"level", "format"}))
      read_log(*log);
    if (const auto health = root.member("health");
        health && health->object({"warning", "critical"}))
      read_health(*health);
  }

  static void read_engine(const field& root, engine_options& into) {
    root.read_duration("drain_deadline", into.drain_deadline, 1ms);
    root.read_duration("owner_timeout", into.owner_timeout, 1s);
    root.read_duration("poll_interval", into.poll_interval, 1ms);
    root.read_duration("passed_save_interval", into.passed_save_interval, 1ms);
    root.read_duration("stalled_after", into.stalled_after, 0ms);
    root.read_duration("handler_timeout", into.handler_timeout, 0ms);
    root.read_duration("failed_retry", into.failed_retry, 0ms);
    root.read_flag("record_crashes", into.record_crashes);
    root.read_whole("cache_bytes", into.cache_bytes, 1, std::numeric_limits<std::int64_t>::max());
    root.read_whole("threads", into.threads, 0, 1024);
    if (const auto backoff = root.member("store_backoff"))
      read_backoff(*backoff, into.store_backoff, 1ms);
  }

  void read_log(const field& at) {
    auto& log = result_.engine.log;
    at.read_one_of<log_level>("level", log.level,
                              {{"debug", log_level::debug},
                               {"info", log_level::info},
                               {"warning", log_level::warning},
                               {"error", log_level::error},
                               {"off", log_level::off}});
    at.read_one_of<log_format>("format", log.format,
                               {{"text", log_format::text}, {"json", log_format::json}});
  }

  void read_health(const field& at) {
    auto& health = result_.engine.health;
    std::chrono::milliseconds warning = health.warning;
    std::chrono::milliseconds critical = health.critical;
    at.read_duration("warning", warning, 1s);
    at.read_duration("critical", critical, 1s);
    if (critical < warning)
      at.wrong("expected a critical that is not below the warning");
    health.warning = std::chrono::duration_cast<std::chrono::seconds>(warning);
    health.critical = std::chrono::duration_cast<std::chrono::seconds>(critical);
  }

  /// What the library itself says, so that nothing is accepted here that the engine refuses.
  void check_tree() {
    for (const auto& mistake : validate(projections_tree(result_.engine.supervisors), names_))
      in_.mistakes.push_back({"/supervision", mistake.path + ": " + mistake.text});
  }

  document in_;
  fs::path folder_;
  std::vector<std::string> names_;
  configuration result_;
};

} // namespace

configuration parse_configuration(std::string_view text, const std::string& file,
                                  const std::vector<std::string>& more_projections) {
  auto result = reader{parse_document(text), file, more_projections}.read();
  result.as_written = ordered_json::parse(text, nullptr, true, true);
  return result;
}

namespace {

std::string text_of(const std::string& file) {
  std::error_code problem;
  if (fs::is_directory(file, problem))
    throw usage_error{file + " is a folder; expected a configuration file"};
  const auto size = fs::file_size(file, problem);
  if (!problem && size > max_bytes)
    throw usage_error{file + " has more than 64 MiB, which is no configuration"};
  std::ifstream in{file, std::ios::binary};
  std::string text{std::istreambuf_iterator<char>{in}, {}};
  if (!in.is_open() || in.bad())
    throw usage_error{"can't read the configuration " + file +
                      "; `waymark init` writes one to begin with"};
  return text;
}

} // namespace

configuration read_configuration(const std::string& file,
                                 const std::vector<std::string>& more_projections) {
  return parse_configuration(text_of(file), file, more_projections);
}

std::vector<std::string> read_names(const std::string& file) {
  const auto found = parse_document(text_of(file));
  std::vector<std::string> names;
  if (found.json.is_object() && found.json.contains("projections"))
    for (const auto& [name, projection] : found.json["projections"].items())
      names.push_back(name);
  return names;
}

configuration read_place(const std::string& file) {
  return reader{parse_document(text_of(file)), file, {}}.read_place();
}

} // namespace waymark::node

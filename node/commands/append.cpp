#include "node/commands/append.hpp"

#include "messages/json_or_null.hpp"
#include "node/arguments.hpp"
#include "node/interruption.hpp"
#include "node/line_import.hpp"
#include "node/open_store.hpp"
#include "node/text_table.hpp"

#include <CLI/CLI.hpp>

#include <chrono>
#include <memory>
#include <ostream>

namespace waymark::node {

namespace {

using std::chrono::steady_clock;

struct append_arguments {
  std::string store;
  std::string file = "-";
  std::string on_error = "stop";
  bool json = false;
};

/// An event's data, its metadata, and room for what stands around them.
constexpr std::size_t max_line_bytes =
    append_limits{}.max_data_bytes + 2 * append_limits{}.max_metadata_bytes;
constexpr std::size_t problems_in_json = 1'000;

/// "3 events appended, positions 5 to 7; 2 were there already; 1 bad line".
std::string sentence(const import_counts& counts) {
  auto text = counted(counts.appended, "event") + " appended";
  if (counts.appended == 1)
    text += ", position " + with_commas(*counts.first_position);
  if (counts.appended > 1)
    text += ", positions " + with_commas(*counts.first_position) + " to " +
            with_commas(*counts.last_position);
  if (counts.already_there > 0)
    text += "; " + with_commas(counts.already_there) +
            (counts.already_there == 1 ? " was there already" : " were there already");
  if (counts.bad > 0)
    text += "; " + counted(counts.bad, "bad line");
  return text;
}

/// One run of the command.
class append_run {
 public:
  append_run(const append_arguments& wanted, console& terminal)
      : wanted_{wanted}, terminal_{terminal} {}

  exit_status run() {
    line_source source{wanted_.file, signals_.descriptor(), max_line_bytes};
    const auto to = open_log(wanted_.store, if_missing::create);
    store_ = to.address;
    line_batches batches{source, wanted_.on_error == "stop"};
    line_import import{*to.events, options(source, batches)};
    const auto failure = run(import, batches);
    terminal_.show_progress("");
    report(import, failure);
    const bool good = failure.empty() && !interrupted_ && !import.stopped();
    return good ? exit_status::done : exit_status::failed;
  }

 private:
  const import_options& options(const line_source& source, const line_batches& batches) {
    options_.stop_at_bad = wanted_.on_error == "stop";
    options_.ended = [this] { return signals_.requested(); };
    options_.on_bad = [this](const bad_line& bad) {
      terminal_.complain("line " + std::to_string(bad.line) + ": " + bad.problem);
      if (problems_.size() < problems_in_json)
        problems_.push_back({{"line", bad.line}, {"problem", bad.problem}});
    };
    options_.on_batch = [this, &source, &batches](const import_counts& counts) {
      show(counts, source.total_bytes(), batches.read_bytes());
    };
    return options_;
  }

  /// @returns why it failed; empty if it did not.
  std::string run(line_import& import, line_batches& batches) {
    std::string failure;
    try {
      import.run(batches);
    } catch (const std::exception& e) {
      failure = e.what();
    }
    interrupted_ = signals_.requested();
    signals_.request(); // The reader may be waiting for input that nobody wants any more.
    return failure;
  }

  void show(const import_counts& counts, std::uint64_t total, std::uint64_t done) {
    const auto now = steady_clock::now();
    if (!terminal_.err_is_terminal() || now - shown_ < std::chrono::milliseconds{100})
      return;
    shown_ = now;
    const auto seconds = std::chrono::duration<double>(now - began_).count();
    const auto rate = static_cast<double>(counts.appended + counts.already_there) / seconds;
    auto text = with_commas(counts.lines) + " lines, " +
                with_commas(static_cast<std::int64_t>(rate)) + " events/s";
    if (total > 0)
      text += ", " + std::to_string(done * 100 / total) + " %";
    terminal_.show_progress(text);
  }

  void report(const line_import& import, const std::string& failure) {
    const auto& counts = import.counts();
    if (wanted_.json) {
      terminal_.print_json({{"store", store_},
                            {"lines", counts.lines},
                            {"appended", counts.appended},
                            {"already_there", counts.already_there},
                            {"bad", counts.bad},
                            {"first_position", or_null(counts.first_position)},
                            {"last_position", or_null(counts.last_position)},
                            {"interrupted", interrupted_},
                            {"problems", problems_}});
    } else {
      terminal_.out() << sentence(counts) << '\n';
    }
    if (!failure.empty())
      terminal_.complain("stopped behind line " + std::to_string(counts.lines) + ": " + failure);
    else if (interrupted_)
      terminal_.complain("interrupted behind line " + std::to_string(counts.lines));
    else if (import.stopped())
      terminal_.complain("stopped at a bad line; --on-error skip goes on");
  }

  const append_arguments& wanted_;
  console& terminal_;
  interruption signals_;
  import_options options_;
  std::string store_;
  nlohmann::json problems_ = nlohmann::json::array();
  bool interrupted_ = false;
  steady_clock::time_point began_ = steady_clock::now();
  steady_clock::time_point shown_{};
};

} // namespace

command add_append_command(CLI::App& program) {
  auto* parsed = program.add_subcommand("append", "Append events, one JSON object a line");
  const auto wanted = std::make_shared<append_arguments>();
  add_store(*parsed, wanted->store);
  parsed->add_option("FILE", wanted->file, "Where to read; standard input if - or not given")
      ->type_name("[FILE]");
  parsed->add_option("--on-error", wanted->on_error, "What to do with a bad line: stop or skip")
      ->check(one_of({"stop", "skip"}))
      ->type_name("WORD")
      ->capture_default_str();
  add_json(*parsed, wanted->json);
  parsed->footer(
      "A line is a CloudEvent 1.0, or has aggregate_type, aggregate_id, event_type and\n"
      "data; event_id, expected_version, occurred_at, schema_version, metadata,\n"
      "tenant_id, actor_id, correlation_id and causation_id are optional. Events with\n"
      "an event_id that the log knows are counted and not appended again, so that it\n"
      "is safe to run an import twice. Lines are appended a thousand in a transaction:\n"
      "when the log refuses a line, others of its transaction are in, also some behind\n"
      "it.\n\n"
      "Examples:\n"
      "  waymark append --store sqlite:shop.db events.jsonl\n"
      "  producer | waymark append --store postgresql:///shop --on-error skip");
  return {parsed, [wanted](program_context& context) {
            return append_run{*wanted, context.terminal}.run();
          }};
}

} // namespace waymark::node

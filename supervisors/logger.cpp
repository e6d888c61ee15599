#include "supervisors/logger.hpp"

#include "messages/text.hpp"
#include "supervisors/stderr_sink.hpp"

#include <nlohmann/json.hpp>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

#include <mutex>
#include <shared_mutex>

namespace waymark {

namespace {

spdlog::level::level_enum to_spdlog(log_level level) {
  switch (level) {
  case log_level::debug:
    return spdlog::level::debug;
  case log_level::info:
    return spdlog::level::info;
  case log_level::warning:
    return spdlog::level::warn;
  case log_level::error:
    return spdlog::level::err;
  case log_level::off:
    break;
  }
  return spdlog::level::off;
}

log_level from_spdlog(spdlog::level::level_enum level) {
  if (level >= spdlog::level::err)
    return log_level::error;
  if (level == spdlog::level::warn)
    return log_level::warning;
  return level == spdlog::level::info ? log_level::info : log_level::debug;
}

/// Hands finished lines to the user's function, one at a time.
class function_sink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit function_sink(decltype(log_options::sink) to) : to_{std::move(to)} {}

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    auto length = line.size();
    while (length > 0 && (line[length - 1] == '\n' || line[length - 1] == '\r'))
      --length;
    to_(from_spdlog(message.level), {line.data(), length});
  }
  void flush_() override {}

  decltype(log_options::sink) to_;
};

const char* word_of(log_level level) {
  return level == log_level::warning ? "warning"
         : level == log_level::error ? "error"
         : level == log_level::debug ? "debug"
                                     : "info";
}

} // namespace

struct logger::implementation {
  spdlog::logger out;
  std::shared_ptr<stderr_sink> on_stderr; ///< Null if the user has a function for it.
  log_format format;
  std::shared_mutex writing;
  bool closed = false;

  void write(log_level level, std::string_view what, std::string_view who, std::string_view text);
};

void logger::implementation::write(log_level level, std::string_view what, std::string_view who,
                                   std::string_view text) {
  const auto severity = to_spdlog(level);
  if (format == log_format::text) {
    out.log(severity, "{} {}: {}", what, on_one_line(who), on_one_line(text));
    return;
  }
  const nlohmann::json line{{"time", to_string(std::chrono::floor<std::chrono::microseconds>(
                                         std::chrono::system_clock::now()))},
                            {"level", word_of(level)},
                            {"event", what},
                            {"who", who},
                            {"text", text}};
  out.log(severity, "{}", line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

logger::logger(const log_options& options) {
  std::shared_ptr<stderr_sink> on_stderr;
  spdlog::sink_ptr sink;
  if (options.sink)
    sink = std::make_shared<function_sink>(options.sink);
  else
    sink = on_stderr = std::make_shared<stderr_sink>();
  impl_.reset(new implementation{
      spdlog::logger{"waymark", std::move(sink)}, std::move(on_stderr), options.format, {}, false});
  impl_->out.set_level(to_spdlog(options.level));
  if (options.format == log_format::json)
    impl_->out.set_pattern("%v");
  else
    impl_->out.set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
}

logger::~logger() = default;

void logger::close() {
  const std::lock_guard lock{impl_->writing};
  impl_->closed = true;
}

void logger::write(log_level level, std::string_view what, std::string_view who,
                   std::string_view text) const {
  if (!impl_->out.should_log(to_spdlog(level)))
    return;
  const std::shared_lock lock{impl_->writing};
  if (impl_->closed)
    return;
  impl_->write(level, what, who, text);
  const auto missed = impl_->on_stderr ? impl_->on_stderr->missed() : 0;
  if (missed == 0)
    return;
  impl_->write(log_level::warning, "left_out", "log",
               std::to_string(missed) + " lines before this: nobody read them");
  impl_->on_stderr->told(missed);
}

} // namespace waymark

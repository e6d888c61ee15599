#include "supervisors/options_mistake.hpp"

#include "messages/deadline.hpp"

namespace waymark {

namespace {

using std::chrono::milliseconds;

struct bounded_time {
  const char* name;
  milliseconds value;
  milliseconds least;
  const char* zero = ""; ///< What 0 means, if it may be 0.
};

std::optional<std::string> find_mistake(const bounded_time& option) {
  const auto text = [&](const char* what, const std::string& limit) {
    return std::string{"engine_options::"} + option.name + " is " +
           std::to_string(option.value.count()) + " ms, too " + what + limit;
  };
  if (option.value < option.least)
    return text("small; it must be at least ",
                std::to_string(option.least.count()) + " ms" + option.zero);
  if (option.value > longest_option)
    return text("large; it must be at most 366 days", option.zero);
  return std::nullopt;
}

std::optional<std::string> find_count_mistake(const char* name, std::size_t value) {
  if (value > 0)
    return std::nullopt;
  return std::string{"engine_options::"} + name + " is 0; it must be at least 1";
}

} // namespace

std::optional<std::string> find_mistake(const engine_options& o) {
  for (const auto& each :
       {bounded_time{"owner_timeout", o.owner_timeout, milliseconds{10}},
        bounded_time{"poll_interval", o.poll_interval, milliseconds{1}},
        bounded_time{"passed_save_interval", o.passed_save_interval, milliseconds{1}},
        bounded_time{"stalled_after", o.stalled_after, milliseconds{0}, " (0: never)"},
        bounded_time{"handler_timeout", o.handler_timeout, milliseconds{0}, " (0: never)"},
        bounded_time{"failed_retry", o.failed_retry, milliseconds{0}, " (0: never)"}})
    if (auto mistake = find_mistake(each))
      return mistake;
  for (const auto& [name, value] : {std::pair{"page_events", o.page_events},
                                    std::pair{"page_bytes", o.page_bytes},
                                    std::pair{"cache_bytes", o.cache_bytes},
                                    std::pair{"append_queue", o.append_queue},
                                    std::pair{"append_group", o.append_group}})
    if (auto mistake = find_count_mistake(name, value))
      return mistake;
  if (o.drain_deadline < milliseconds{0})
    return "engine_options::drain_deadline is negative; 0 waits for nothing";
  if (o.threads < 0)
    return "engine_options::threads is " + std::to_string(o.threads) +
           "; 0 chooses";
  if (o.health.warning > o.health.critical)
    return "engine_options::health warns at " + std::to_string(o.health.warning.count()) +
           " s, later than it is critical (" + std::to_string(o.health.critical.count()) + " s)";
  if (const auto mistake = find_mistake(o.store_backoff))
    return "engine_options::store_backoff: " + *mistake;
  return std::nullopt;
}

} // namespace waymark

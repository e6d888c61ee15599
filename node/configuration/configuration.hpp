#pragma once

#include "node/configuration/document.hpp"
#include "node/sql/placeholders.hpp"

#include <waymark/messages/page.hpp>
#include <waymark/messages/policies.hpp>
#include <waymark/messages/retry_policy.hpp>
#include <waymark/supervisors/engine.hpp>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace waymark::node {

/// A projection made of SQL, as the configuration describes it. Defaults are the library's.
struct sql_projection {
  struct handler {
    std::string event_type;
    std::vector<sql_template> statements;
  };
  std::string name;
  std::string read_model; ///< A name in `read_models`; empty: the store itself.
  int version = 1;
  new_version on_new_version = new_version::resume;
  std::vector<std::string> tables;
  std::vector<std::string> truncate;
  std::vector<handler> on;
  int shards = 1;
  retry_policy retry;
  letter_retry_policy retry_letters;
  waymark::park_limits park_limits;
  batch_options batch;
  std::optional<std::chrono::milliseconds> handler_timeout; ///< Empty: as the node says.
  give_up on_give_up = give_up::park_key;
  unhandled on_unhandled = unhandled::ignore;
  event_filter filter;
};

/// A configuration without mistakes.
struct configuration {
  std::string file;                               ///< As named by the user.
  std::string store;                              ///< Address; files are absolute.
  std::map<std::string, std::string> read_models; ///< Addresses by name; files are absolute.
  std::vector<sql_projection> projections;        ///< In the order of the file.
  std::string socket;                             ///< Absolute; empty: the default beside the file.
  engine_options engine;                          ///< All that is the engine's.
  ordered_json as_written; ///< Before environment variables were put in: holds no secret of theirs.
};

/// Reads a configuration from its text. `file` gives the folder that relative files are meant from.
/// `more_projections` are names of projections written in C++, which supervisors may name too.
/// @throws configuration_error with every mistake.
[[nodiscard]] configuration parse_configuration(std::string_view text, const std::string& file,
                                                const std::vector<std::string>& more_projections);

/// The same for a file. @throws usage_error if it can't be read.
[[nodiscard]] configuration
read_configuration(const std::string& file, const std::vector<std::string>& more_projections = {});

/// Of a file only what it takes to speak with its node, `file` and `socket`: who operates a node
/// need not have what it has in its environment. @throws configuration_error, usage_error.
[[nodiscard]] configuration read_place(const std::string& file);

/// Of a file only the names of its projections, also if it has mistakes; none if it is not JSON.
/// @throws usage_error if it can't be read.
[[nodiscard]] std::vector<std::string> read_names(const std::string& file);

/// The configuration as written, with every key that is missing filled in from the defaults.
[[nodiscard]] ordered_json with_defaults(const configuration& from);

} // namespace waymark::node

#include <waymark/messages/append.hpp>

#include <waymark/messages/error.hpp>

namespace waymark {

expected_version::expected_version(std::int64_t version) : version_{version} {
  if (version < 0)
    throw usage_error{"an expected version counts from 1 (0 for no stream yet), but is " +
                      std::to_string(version)};
}

bool expected_version::allows(std::int64_t actual) const noexcept {
  switch (kind_) {
  case kind::exact:
    return actual == version_;
  case kind::no_stream:
    return actual == 0;
  case kind::stream_exists:
    return actual > 0;
  case kind::any:
    return true;
  }
  return false;
}

std::string expected_version::describe() const {
  switch (kind_) {
  case kind::exact:
    return version_ == 0 ? "no stream" : "version " + std::to_string(version_);
  case kind::no_stream:
    return "no stream";
  case kind::stream_exists:
    return "an existing stream";
  case kind::any:
    return "any version";
  }
  return "unknown";
}

std::string detail::common_aggregate(std::span<const event_codec* const> of) {
  const auto& first = *of.front();
  for (const auto* each : of)
    if (each->aggregate_type != first.aggregate_type)
      throw usage_error{"\"" + first.event_type + "\" is an event of \"" + first.aggregate_type +
                        "\" and \"" + each->event_type + "\" of \"" + each->aggregate_type +
                        "\": they belong to two streams, so append them one after the other"};
  return first.aggregate_type;
}

const waymark::appended& append_result::value_or_throw() const {
  switch (state) {
  case status::appended:
    return value;
  case status::conflict:
    throw version_conflict{problem, actual_version};
  case status::duplicate:
    throw duplicate_event{problem};
  case status::refused:
    throw usage_error{problem};
  case status::failed:
    throw store_error{problem, outcome_unknown ? store_error::outcome::unknown
                                               : store_error::outcome::nothing_done};
  }
  throw usage_error{"an append ended in a way that this program does not know: " + problem};
}

} // namespace waymark

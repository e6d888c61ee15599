#include "actors/exit_reason.hpp"

#include <waymark/messages/error.hpp>

namespace waymark {
namespace {

bool is_ours(const caf::error& reason) {
  return reason == caf::sec::runtime_error && compat::context_is<std::uint8_t, std::string>(reason);
}

std::string of_caf(const caf::error& reason) {
  if (reason == caf::exit_reason::user_shutdown)
    return "stopped";
  if (reason == caf::exit_reason::kill)
    return "killed";
  if (compat::context_is<std::string>(reason))
    return compat::context_at<std::string>(reason, 0);
  return to_string(reason);
}

} // namespace

caf::error make_exit(exit_code code, std::string text) {
  if (code == exit_code::normal)
    return caf::exit_reason::normal;
  return caf::make_error(caf::sec::runtime_error, static_cast<std::uint8_t>(code), std::move(text));
}

exit_code code_of(const caf::error& reason) {
  if (!reason || reason == caf::exit_reason::user_shutdown)
    return exit_code::normal;
  if (is_ours(reason))
    return static_cast<exit_code>(compat::context_at<std::uint8_t>(reason, 0));
  return exit_code::crashed;
}

std::string render(const caf::error& reason) {
  if (!reason)
    return "ended";
  return is_ours(reason) ? compat::context_at<std::string>(reason, 1) : of_caf(reason);
}

caf::error from_exception(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const store_error& e) {
    return make_exit(exit_code::store_fault, e.what());
  } catch (const projection_error& e) {
    return make_exit(exit_code::projection_failed, e.what());
  } catch (const std::exception& e) {
    return make_exit(exit_code::crashed, e.what());
  } catch (...) {
    return make_exit(exit_code::crashed, "an exception of unknown type");
  }
}

} // namespace waymark

#pragma once

#include <cstdint>
#include <iterator>
#include <string_view>

namespace waymark::sim {

/// What may happen next.
enum class move : std::uint8_t {
  run_job,
  reply,
  serve,
  fire_timer,
  retry_letters,
  notice,
  save,
  restart,
  renew,
  reset, // as it should be
  lose_reply,
  fail_fetch,
  repeat,
  zombie,
  tick,
  call_overdue,
  pause,
  resume,
  discard,
  settle_letters,
  take_over,
  begin_reset, // to a shard
  restart_saver,
  restart_log,
  crash,
  freeze,
  thaw,
  start,
  drain, // to a process
  append,
  wait_short,
  wait_long,
  fill_disk,
  break_code,
  mend_code // to the world
};

inline constexpr std::string_view move_names[] = {
    "run_job",      "reply",       "serve",         "fire_timer",  "retry_letters",
    "notice",       "save",        "restart",       "renew",       "reset",
    "lose_reply",   "fail_fetch",  "repeat",        "zombie",      "tick",
    "call_overdue", "pause",       "resume",        "discard",     "settle_letters",
    "take_over",    "begin_reset", "restart_saver", "restart_log", "crash",
    "freeze",       "thaw",        "start",         "drain",       "append",
    "wait_short",   "wait_long",   "fill_disk",     "break_code",  "mend_code"};
static_assert(std::size(move_names) == static_cast<std::size_t>(move::mend_code) + 1);

} // namespace waymark::sim

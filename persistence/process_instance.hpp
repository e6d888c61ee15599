#pragma once

#include <string>
#include <string_view>

namespace waymark {

/// Names this process among all that ever ran: host name, boot id, pid namespace, pid, start time
/// and a random part. One text per process, new after a fork.
[[nodiscard]] const std::string& this_process_instance();

/// The same for one of several owners inside this process, such as engines: each call gives
/// another. It is as dead as the process.
[[nodiscard]] std::string make_owner_instance();

/// The process that an owner is in; the name of the process itself gives itself.
[[nodiscard]] std::string_view process_of(std::string_view owner) noexcept;

/// True only if the process is gone for certain: it ran in this boot and pid namespace, and no
/// process with its pid and start time exists. A process elsewhere is never provably dead.
[[nodiscard]] bool is_provably_dead(std::string_view instance);

/// True only if the process is there for certain: it runs in this boot and pid namespace.
[[nodiscard]] bool is_provably_alive(std::string_view instance);

/// The part of an instance's text that no other process has, the same for all owners in it; empty
/// if the text is not an instance. A good name for a file.
[[nodiscard]] std::string_view unique_part(std::string_view instance);

/// "pid 4711 on host shop-1", for messages to people.
[[nodiscard]] std::string describe_instance(std::string_view instance);

} // namespace waymark

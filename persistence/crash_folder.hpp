#pragma once

#include <string>

namespace waymark {

/// Where the crash records of this user stand (crash_record.hpp); empty if there is no such place.
/// A folder that the environment names may be a symbolic link, as those that systemd makes for a
/// service with DynamicUser are; the folder that it leads to counts.
[[nodiscard]] std::string crash_record_folder();

/// The places that were looked at, for a person who is to mend one.
[[nodiscard]] std::string describe_crash_record_folders();

} // namespace waymark

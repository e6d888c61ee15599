#pragma once

#include <waymark/actors/projection_spec.hpp>

#include <vector>

namespace waymark {

/// The program `waymark` around projections written in C++: the same commands, the same
/// configuration file, which may group these projections under supervisors by their names.
/// @code
/// int main(int argc, char** argv) {
///   return waymark::main(argc, argv, {make_revenue().freeze(), make_customers().freeze()});
/// }
/// @endcode
/// A projection that stands both here and in the file is refused, since one would hide the other.
/// Writes to standard output and standard error, never throws.
/// @returns 0 done, 1 the work failed, 2 wrong usage or configuration, 3 nothing to talk to.
[[nodiscard]] int main(int argc, const char* const* argv, std::vector<spec_ptr> projections = {});

} // namespace waymark

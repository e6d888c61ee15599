#pragma once

#include "node/configuration/configuration.hpp"
#include "node/configuration/field.hpp"

#include <optional>
#include <string>
#include <vector>

/// The readers of the parts of a configuration; each notes what is wrong in its document.
namespace waymark::node {

/// One member of "projections". `stores` has the addresses of the store and of the read models.
[[nodiscard]] sql_projection read_projection(const std::string& name, const field& at,
                                             const configuration& stores);

/// "supervision": one supervisor with its tree. `projections` are the names there are.
[[nodiscard]] supervision read_supervision(const field& at,
                                           const std::vector<std::string>& projections);

/// {"min", "max", "factor", "jitter"}, into its defaults. A supervisor's min is at least 1 ms.
void read_backoff(const field& at, backoff_policy& into, std::chrono::milliseconds least);

/// A text or an array of texts, none empty.
[[nodiscard]] std::vector<std::pair<std::string, field>> read_statements(const field& at);

} // namespace waymark::node

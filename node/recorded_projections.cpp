#include "node/recorded_projections.hpp"

#include "node/sql/sql_projection.hpp"

#include <waymark/messages/error.hpp>

namespace waymark::node {

std::vector<recorded_projection> recorded_projections(const configuration& of,
                                                      const node_stores& stores,
                                                      const std::vector<spec_ptr>& more) {
  std::vector<recorded_projection> result;
  for (const auto& each : of.projections) {
    const auto& in = stores.of_read_model(each.read_model).projections;
    result.push_back({make_projection(each, in), in});
  }
  for (const auto& each : more)
    if (each->where != effect::memory)
      result.push_back({each, each->into ? each->into : stores.log().projections});
  return result;
}

const recorded_projection& find(const std::vector<recorded_projection>& all,
                                const std::string& name) {
  std::string known;
  for (const auto& each : all) {
    if (each.spec->name == name)
      return each;
    known += (known.empty() ? "" : ", ") + each.spec->name;
  }
  throw usage_error{"there is no projection \"" + name + "\"; there are: " + known};
}

} // namespace waymark::node

#include "node/configuration/parts.hpp"

#include <algorithm>
#include <set>

namespace waymark::node {

namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds longest = 24h;

/// Walks the tree and remembers who was named, and under whom it stands.
class tree_reader {
 public:
  explicit tree_reader(const std::vector<std::string>& projections) : projections_{projections} {}

  supervision read(const field& at, std::string default_name) {
    supervision result;
    result.name = std::move(default_name);
    if (!at.object({"name", "strategy", "intensity", "period", "backoff", "restart", "shutdown",
                    "at_limit", "children"}))
      return result;
    read_name(at, result);
    read_limits(at, result);
    above_.push_back(result.name);
    if (const auto children = at.required("children", "an array of projections and supervisors"))
      for (const auto& child : children->elements("an array of projections and supervisors"))
        read_child(child, result);
    above_.pop_back();
    return result;
  }

 private:
  void read_name(const field& at, supervision& into) {
    if (const auto name = into.name.empty()
                              ? at.required("name", "the name of this supervisor (a text)")
                              : at.member("name"))
      if (auto text = name->text("the name of a supervisor (a text)"))
        into.name = std::move(*text);
    if (into.name.empty())
      return;
    if (std::find(projections_.begin(), projections_.end(), into.name) != projections_.end())
      at.wrong("\"" + into.name + "\" is the name of a projection; expected one of its own");
    else if (!met_.insert(into.name).second)
      at.wrong("\"" + into.name + "\" is used twice; each supervisor has a name of its own");
  }

  static void read_limits(const field& at, supervision& into) {
    at.read_one_of<restart_strategy>("strategy", into.strategy,
                                     {{"one_for_one", restart_strategy::one_for_one},
                                      {"one_for_all", restart_strategy::one_for_all},
                                      {"rest_for_one", restart_strategy::rest_for_one}});
    at.read_one_of<restart_kind>("restart", into.restart,
                                 {{"permanent", restart_kind::permanent},
                                  {"transient", restart_kind::transient},
                                  {"temporary", restart_kind::temporary}});
    at.read_one_of<on_intensity>(
        "at_limit", into.at_limit,
        {{"escalate", on_intensity::escalate}, {"fail_child", on_intensity::fail_child}});
    at.read_whole("intensity", into.intensity, 1);
    read_time(at, "period", into.period);
    read_time(at, "shutdown", into.shutdown);
    if (const auto backoff = at.member("backoff"))
      read_backoff(*backoff, into.backoff, 1ms);
  }

  static void read_time(const field& at, std::string_view name, std::chrono::milliseconds& into) {
    at.read_duration(name, into, 1ms);
    if (into > longest)
      at.member(name)->expected("a duration of at most 24h");
  }

  void read_child(const field& at, supervision& parent) {
    if (at.value().is_object()) {
      parent.children.emplace_back(read(at, {}));
      return;
    }
    const auto name = at.text("the name of a projection, or a supervisor (an object)");
    if (!name)
      return;
    const auto quoted = "\"" + *name + "\"";
    if (std::find(above_.begin(), above_.end(), *name) != above_.end())
      at.wrong(quoted + " would stand under itself, which is a cycle");
    else if (std::find(projections_.begin(), projections_.end(), *name) == projections_.end())
      at.wrong("there is no projection " + quoted + known());
    else if (!met_.insert(*name).second)
      at.wrong(quoted + " is named twice; a projection has one supervisor");
    else
      parent.children.emplace_back(*name);
  }

  [[nodiscard]] std::string known() const {
    constexpr std::size_t shown = 10;
    std::string list;
    for (std::size_t i = 0; i < projections_.size() && i < shown; ++i)
      list += (i == 0 ? "" : ", ") + projections_[i];
    if (list.empty())
      return "; there are none";
    return "; expected one of " + list + (projections_.size() > shown ? " …" : "");
  }

  const std::vector<std::string>& projections_;
  std::set<std::string> met_;
  std::vector<std::string> above_;
};

} // namespace

supervision read_supervision(const field& at, const std::vector<std::string>& projections) {
  return tree_reader{projections}.read(at, "supervision");
}

void read_backoff(const field& at, backoff_policy& into, std::chrono::milliseconds least) {
  if (!at.object({"min", "max", "factor", "jitter"}))
    return;
  at.read_duration("min", into.min, least);
  at.read_duration("max", into.max, least);
  at.read_number("factor", into.factor, 1, 1000);
  at.read_number("jitter", into.jitter, 0, 1);
  if (into.max > longest)
    at.wrong("expected a max of at most 24h");
  if (into.max < into.min)
    at.wrong("expected a max that is not below the min");
}

} // namespace waymark::node

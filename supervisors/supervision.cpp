#include <waymark/supervisors/supervision.hpp>

#include <algorithm>
#include <set>
#include <utility>

namespace waymark {
namespace {

using mistakes = std::vector<supervision_mistake>;
using names = std::vector<std::string>;

constexpr std::chrono::milliseconds longest = std::chrono::hours{24};

/// Walks a tree and remembers which names it has met.
class examination {
 public:
  explicit examination(const std::optional<names>& known) : known_{known} {}

  void visit(const supervision& node, const std::string& above) {
    const auto path = above.empty() ? node.name : above + "/" + node.name;
    check_name(path, node.name);
    check_limits(path, node);
    check_times(path, node);
    for (const auto& child : node.children) {
      if (child.is_supervisor())
        visit(child.supervisor(), path);
      else
        check_projection(path + "/" + child.name(), child.name());
    }
  }

  [[nodiscard]] mistakes take() { return std::move(found_); }

 private:
  void say(const std::string& path, std::string text) { found_.push_back({path, std::move(text)}); }

  void check_name(const std::string& path, const std::string& name) {
    if (name.empty())
      say(path, "A supervisor needs a name.");
    else if (!met_.insert(name).second)
      say(path,
          "The name '" + name + "' is used twice; every supervisor and projection has its own.");
  }

  void check_projection(const std::string& path, const std::string& name) {
    if (name.empty())
      return say(path, "A child needs the name of a projection.");
    if (!met_.insert(name).second)
      say(path, "'" + name + "' is named twice; a projection has one supervisor.");
    if (known_ && std::find(known_->begin(), known_->end(), name) == known_->end())
      say(path, "There is no projection '" + name + "'.");
  }

  void check_limits(const std::string& path, const supervision& node) {
    if (node.intensity < 1)
      say(path, "The intensity is " + std::to_string(node.intensity) +
                    "; at least 1 restart has to be allowed.");
    if (const auto mistake = find_mistake(node.backoff))
      say(path, "The backoff is wrong: " + *mistake);
    else if (node.backoff.min < std::chrono::milliseconds{1})
      say(path, "The backoff's min is 0 ms; a child that fails at once would never rest.");
  }

  void check_times(const std::string& path, const supervision& node) {
    check_time(path, "period", node.period);
    check_time(path, "shutdown", node.shutdown);
    check_time(path, "backoff's max", node.backoff.max);
  }

  void check_time(const std::string& path, const std::string& what,
                  std::chrono::milliseconds time) {
    if (time < std::chrono::milliseconds{1} || time > longest)
      say(path, "The " + what + " is " + std::to_string(time.count()) +
                    " ms; it has to be between 1 ms and 24 h.");
  }

  const std::optional<names>& known_;
  std::set<std::string> met_;
  mistakes found_;
};

} // namespace

supervised::supervised(std::string projection) : projection_{std::move(projection)} {
}
supervised::supervised(const char* projection) : projection_{projection} {
}
supervised::supervised(supervision supervisor) {
  supervisor_.push_back(std::move(supervisor));
}

const std::string& supervised::name() const noexcept {
  return is_supervisor() ? supervisor().name : projection_;
}

supervision projections_tree(std::vector<supervision> groups) {
  supervision tree{.name = "projections", .at_limit = on_intensity::fail_child};
  for (auto& group : groups)
    tree.children.emplace_back(std::move(group));
  return tree;
}

std::vector<supervision_mistake>
validate(const supervision& tree,
         const std::optional<std::vector<std::string>>& known_projections) {
  examination all{known_projections};
  all.visit(tree, "");
  return all.take();
}

} // namespace waymark

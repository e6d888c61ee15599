#pragma once

#include <CLI/CLI.hpp>

#include <string>

namespace waymark::node {

/// Help as the manual page has it, in 80 columns: usage shows what is typed and in which order.
///
/// A positional argument says so by its type_name: "[FILE] NAME". Where one has several shapes,
/// each is a line of its option_text, and usage has a line for each.
class help_format : public CLI::Formatter {
 public:
  help_format();

  [[nodiscard]] std::string make_usage(const CLI::App* app, std::string name) const override;
  [[nodiscard]] std::string make_option_name(const CLI::Option* option,
                                             bool is_positional) const override;
  [[nodiscard]] std::string make_option_opts(const CLI::Option* option) const override;
  [[nodiscard]] std::string make_option_desc(const CLI::Option* option) const override;
};

} // namespace waymark::node

#include <waymark/messages/mandate.hpp>

namespace waymark {

std::string mandate::whose() const {
  return by.empty() ? "an operator" : by;
}

std::string mandate::in_words() const {
  return why.empty() ? whose() : whose() + ": " + why;
}

} // namespace waymark
